"""What the sheets of figures share: a value with its state, shown, entered, and told when it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.feuille import Liste

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre

NORMAL = "A"


def liste_des_etats(cadre: Cadre) -> Liste:
    """Return the list of the states of a value."""
    return Liste("etats_de_valeur", {word: code for code, word in cadre.gabarit.etats_de_valeur.items()})


def valeur_montree(cadre: Cadre, ligne: dict[str, str] | None, colonne: str = "valeur") -> str | float:
    """Return a figure as a number, or why it is missing in words, or nothing when there is no row."""
    if not ligne:
        return ""
    if ligne[colonne]:
        return float(ligne[colonne])
    return cadre.dossier.catalogue.statuts[ligne["statut"]].mot


def saisie_montree(cadre: Cadre, ligne: dict[str, str] | None, colonne: str = "valeur") -> dict[str, str | float]:
    """Return the entry cells of a figure already entered, ready to be completed."""
    if not ligne:
        return {}
    status = ligne["statut"]
    return {
        colonne: float(ligne[colonne]) if ligne[colonne] else "",
        "statut": "" if status == NORMAL else cadre.gabarit.etats_de_valeur.get(status, ""),
    }


def statut_saisi(valeur: str, statut: str) -> str:
    """Return the status of an entered figure: normal when nothing says otherwise."""
    return statut or (NORMAL if valeur else "")
