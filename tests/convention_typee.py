"""A convention as a person types it: its workbook, changed cell by cell, then read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur_convention import classeur_de
from ctglib.collecte.import_convention import PreparationDeConvention, preparer_convention
from ctglib.collecte.ouverture import lire_classeur

LIGNE_DES_TITRES = 4


def vierge(convention: str) -> Workbook:
    """Return the workbook of a convention, as its folder says it."""
    return load_workbook(io.BytesIO(classeur_de(convention)))


def colonne(ws: Worksheet, titre: str) -> int:
    """Return the number of a column, by its heading."""
    titres = [cell.value for cell in ws[LIGNE_DES_TITRES]]
    return titres.index(titre) + 1


def poser(wb: Workbook, feuille: str, ligne: int, **valeurs: Any) -> None:
    """Write cells of a row; in a heading, « _ » is a space."""
    ws = wb[feuille]
    for titre, valeur in valeurs.items():
        ws.cell(ligne, colonne(ws, titre.replace("_", " "))).value = valeur


def repondre(wb: Workbook, rubrique: str, valeur: Any) -> int:
    """Answer a row of the first sheet, and return its number."""
    ws = wb["Convention"]
    rubriques = [cell.value for cell in ws["A"]]
    ligne = rubriques.index(rubrique) + 1
    ws.cell(ligne, 2).value = valeur
    return ligne


def libre(wb: Workbook, feuille: str) -> int:
    """Return the first empty row of a sheet."""
    ws = wb[feuille]
    ligne = LIGNE_DES_TITRES + 1
    while any(cell.value is not None for cell in ws[ligne]):
        ligne += 1
    return ligne


def ajouter(wb: Workbook, feuille: str, **valeurs: Any) -> int:
    """Write a row in the first empty one, and return its number."""
    ligne = libre(wb, feuille)
    poser(wb, feuille, ligne, **valeurs)
    return ligne


def enregistrer(wb: Workbook, dossier: Path) -> Path:
    """Save a workbook as a person does, and return its path."""
    chemin = dossier / "convention.xlsx"
    wb.save(chemin)
    return chemin


def relire(wb: Workbook, dossier: Path, convention: str = "") -> PreparationDeConvention:
    """Return what the import of a workbook would write."""
    chemin = enregistrer(wb, dossier)
    return preparer_convention(lire_classeur(chemin.name, chemin.read_bytes()), convention)


def taper(wb: Workbook, cas: dict[str, Any]) -> tuple[str, int]:
    """Type what a case says (``cas/convention_typee.yaml``); return the sheet and the row."""
    if "rubrique" in cas:
        return "Convention", repondre(wb, cas["rubrique"], _valeur(cas["valeur"]))
    feuille = cas["feuille"]
    ligne = libre(wb, feuille) if cas["ligne"] == "ajout" else cas["ligne"]
    for titre, valeur in cas["valeurs"].items():
        wb[feuille].cell(ligne, colonne(wb[feuille], titre)).value = _valeur(valeur)
    return feuille, ligne


def _valeur(ecrite: Any) -> Any:
    return ecrite["date"] if isinstance(ecrite, dict) else ecrite
