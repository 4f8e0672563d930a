"""``ouvrir_bilan``: the follow-up of a year, as its notebooks use it."""

from __future__ import annotations

from ctglib.classeur.annuel.bilan import Bilan
from ctglib.classeur.annuel.etude import EtudeAnnuelle
from ctglib.classeur.annuel.publication import publier
from ctglib.donnees.dossier_suivi import lire_suivi
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.modeles.gabarit import Gabarit
from ctglib.donnees.partage import partager
from ctglib.donnees.yaml_strict import charger_yaml

GABARIT = "catalogue/gabarit.yaml"
DIFFUSIONS = ("publique", "interne")


def ouvrir_bilan(convention: str, annee: int, diffusion: str = "publique") -> Bilan:
    """Return the bilan of a year, its data read, checked, and its small counts suppressed.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.
        diffusion: « publique », or « interne »: only the latter shows the grid of annexe 4, line by line.

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
        ValueError: ``diffusion`` is neither of the two.
    """
    if diffusion not in DIFFUSIONS:
        raise ValueError(f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}.")
    return Bilan(partager(f"bilan/{convention}/{annee}/{diffusion}", lambda: _etudier(convention, annee, diffusion)))


def _etudier(convention: str, annee: int, diffusion: str) -> EtudeAnnuelle:
    """Return the study of a year, made from what its reports may show."""
    with enregistrer() as journal:
        suivi = lire_suivi(convention, annee)
        gabarit = charger_yaml(GABARIT, Gabarit)
    published = publier(suivi, annee)
    return EtudeAnnuelle(published.suivi, annee, diffusion, dict(journal.lus), gabarit, published.retraits).achevee()
