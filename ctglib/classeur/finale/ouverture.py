"""``ouvrir_evaluation``: the whole convention, as the notebook of its evaluation uses it."""

from __future__ import annotations

from ctglib.classeur.annuel.ouverture import ouvrir_bilan
from ctglib.classeur.finale.comparables import Comparables
from ctglib.classeur.finale.etude import EtudeFinale
from ctglib.classeur.finale.evaluation_finale import EvaluationFinale
from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier import lire_dossier
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
        last = ouvrir_bilan(convention, derniere_annee(convention)).etude
        finale = lire_finale(last.suivi.dossier)
        communes = lire_communes(last.suivi)
    return EvaluationFinale(EtudeFinale(last, finale, Comparables(last.suivi, communes), dict(journal.lus)))


def derniere_annee(convention: str) -> int:
    """Return the last year of a convention, as its avenants extend it."""
    dossier = lire_dossier(convention)
    ends = [item.nouvelle_fin for avenant in dossier.avenants for item in avenant.changements if item.nouvelle_fin]
    return max([dossier.convention.fin, *ends]).year
