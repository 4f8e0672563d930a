"""``ouvrir_bilan``: the follow-up of a year, as its notebooks use it."""

from __future__ import annotations

from ctglib.classeur.annuel.bilan import Bilan
from ctglib.classeur.annuel.etudier import etudier

DIFFUSIONS = ("publique", "interne")


def ouvrir_bilan(convention: str, annee: int, diffusion: str = "publique") -> Bilan:
    """Return the bilan of a year, its data read, checked, and its small counts suppressed.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.
        diffusion: « publique », or « interne »: only the latter shows the grid of annexe 4, line by line.

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
        ValueError: ``diffusion`` is neither of the two, or ``annee`` is no whole number.
    """
    if type(annee) is not int:
        raise ValueError(f"L'année d'un bilan est un nombre entier, par exemple 2024 ; reçu : {annee!r}.")
    if diffusion not in DIFFUSIONS:
        raise ValueError(f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}.")
    return Bilan(etudier(convention, annee, diffusion))
