"""The types of analysis that a fiche may declare, each with the function that shows it."""

from __future__ import annotations

from collections.abc import Callable

from ctglib.blocs.analyses import Blocs, effectifs, flux, inclusion, norme, passage, taux
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.coordination import grille, livrables, postes
from ctglib.blocs.profils import profils
from ctglib.document.blocs import Groupe, suite
from ctglib.donnees.modeles.plan import Analyse

FONCTIONS: dict[str, Callable[[EtudeAnnuelle, Analyse], Blocs]] = {
    "effectifs": effectifs,
    "taux": taux,
    "inclusion": inclusion,
    "flux": flux,
    "norme": norme,
    "passage": passage,
    "profils": profils,
    "postes": postes,
    "grille": grille,
    "livrables": livrables,
}


def montrer(etude: EtudeAnnuelle, analyse: Analyse) -> Groupe | None:
    """Return what an analysis shows: sentences, then its table or chart.

    None when nothing of it is known, or when nothing at all was handed in for the year.
    """
    if etude.annuel.vide:
        return None
    fonction = FONCTIONS[analyse.type]
    return suite(fonction(etude, analyse))
