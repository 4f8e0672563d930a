"""The year's workbook filled by a program, as a service would fill it: by sheet, row and heading."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur import LIGNE_DES_TITRES, classeur
from ctglib.collecte.feuilles import Cadre, feuilles, ouvrir_cadre
from ctglib.donnees.ecriture import VERROU

CONVENTION = "harnes"
ANNEE = 2025


def vierge(responsable: str = "", annee: int = ANNEE, feuille: str = "") -> Workbook:
    """Return the workbook of Harnes, a service's part of it, or one sheet of that, as the program
    writes it.
    """
    return load_workbook(io.BytesIO(octets(responsable, annee, feuille)))


@cache
def cadre(responsable: str = "", annee: int = ANNEE) -> Cadre:
    """Return the frame of Harnes in the project's own data, which has no follow-up yet: read once
    for all tests.
    """
    return ouvrir_cadre(CONVENTION, annee, responsable)


@cache
def octets(responsable: str = "", annee: int = ANNEE, feuille: str = "") -> bytes:
    """Return the bytes of the workbook."""
    frame = cadre(responsable, annee)
    return classeur(
        frame, tuple(sheet for sheet in feuilles(frame) if feuille in ("", sheet.modele.titre))
    )


def colonne(ws: Worksheet, titre: str) -> int:
    """Return the number of a column by its heading."""
    return next(cell.column for cell in ws[LIGNE_DES_TITRES] if cell.value == titre)


def ligne(ws: Worksheet, *debut: str) -> int:
    """Return the number of the row that begins with these texts."""
    for row in ws.iter_rows(min_row=LIGNE_DES_TITRES + 1):
        if tuple(cell.value or "" for cell in row[: len(debut)]) == debut:
            return row[0].row
    raise AssertionError(f"aucune ligne {debut} dans {ws.title}")


def cellule(wb: Workbook, feuille: str, debut: tuple[str, ...] | str, titre: str) -> Cell:
    """Return a cell by its sheet, the first texts of its row, and its heading."""
    ws = wb[feuille]
    texts = (debut,) if isinstance(debut, str) else debut
    return ws.cell(ligne(ws, *texts), colonne(ws, titre))


def poser(wb: Workbook, feuille: str, debut: tuple[str, ...] | str, **valeurs: object) -> None:
    """Fill cells of a row; a heading is written with « _ » for its spaces, as a keyword has to."""
    for title, value in valeurs.items():
        cellule(wb, feuille, debut, title.replace("_", " ")).value = value


def enregistrer(wb: Workbook, dossier: Path, nom: str = "ctg-harnes-2025.xlsx") -> Path:
    """Save a workbook and return its path."""
    path = dossier / nom
    wb.save(path)
    return path


def photographie(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path, but the key, made at random, and the lock."""
    sans = (".cle", VERROU)
    files = (path for path in dossier.rglob("*") if path.is_file() and path.name not in sans)
    return {str(path.relative_to(dossier)): path.read_bytes() for path in files}
