"""``ouvrir_evaluation``: the whole convention, as the notebook of its evaluation uses it."""

from __future__ import annotations

from ctglib.classeur.annuel.ouverture import ouvrir_bilan
from ctglib.classeur.etude import Etude
from ctglib.classeur.finale.comparables import Comparables
from ctglib.classeur.finale.etude import EtudeFinale
from ctglib.classeur.finale.evaluation_finale import EvaluationFinale
from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.finale import lire_finale
from ctglib.donnees.lecture import enregistrer


def ouvrir_evaluation(convention: str) -> EvaluationFinale:
    """Return the evaluation of a convention at its end: all its years read, checked, their small counts suppressed.

    Args:
        convention: Name of a folder of ``data/conventions``.

    Raises:
        DonneesInvalides: All the faults of the data, in French.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
        comparables = Comparables(dossier, lire_communes(dossier))
        diagnostic = Etude(dossier, {})
        # Now, since another process may still be working out the study of the last year.
        _ = comparables.resultat, diagnostic.constats
        finale = lire_finale(dossier)
        last = ouvrir_bilan(convention, derniere_annee(dossier)).etude
    return EvaluationFinale(EtudeFinale(last, finale, comparables, diagnostic, dict(journal.lus)))


def derniere_annee(dossier: Dossier) -> int:
    """Return the last year of a convention, as its avenants extend it."""
    ends = [item.nouvelle_fin for avenant in dossier.avenants for item in avenant.changements if item.nouvelle_fin]
    return max([dossier.convention.fin, *ends]).year
