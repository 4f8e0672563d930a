"""An .xlsx file to sheets of cells, Excel's or LibreOffice's; what is not one is told from what it is."""

from __future__ import annotations

import warnings
import zipfile
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ctglib.collecte.grille import Cellule, ClasseurLu, Grille
from ctglib.donnees.fautes import DonneesInvalides, Faute

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHIFFRE = "EncryptedPackage".encode("utf-16-le")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_OCTETS_MAX = 20 * 1024 * 1024
_ATTENDU = "un classeur Excel (.xlsx)"
_ENREGISTRER = "l'ouvrir dans le tableur, puis « Enregistrer sous » > « Classeur Excel (.xlsx) »"
# What openpyxl raises for a file that is not a workbook, or a broken one.
_ILLISIBLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
)


def lire_classeur(path: Path) -> ClasseurLu:
    """Return the sheets of a workbook, hidden ones left out, and its custom properties.

    Raises:
        DonneesInvalides: The file cannot be read as a workbook.
    """
    fault = _faute_du_fichier(path)
    if fault:
        raise DonneesInvalides([fault])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            formulas = load_workbook(path)
            values = load_workbook(path, data_only=True) if _a_une_formule(formulas) else formulas
    except _ILLISIBLE:
        remedy = "le rouvrir dans le tableur et l'enregistrer de nouveau, ou reprendre le gabarit"
        raise DonneesInvalides([Faute(path.name, "un classeur abîmé", _ATTENDU, remedy)]) from None
    sheets = tuple(
        _grille(path.name, ws, values[ws.title]) for ws in formulas.worksheets if ws.sheet_state == "visible"
    )
    return ClasseurLu(path.name, sheets, _proprietes(formulas))


def _faute_du_fichier(path: Path) -> Faute | None:
    """Return what is wrong with the file before it is read as a workbook."""
    if path.name.startswith("~$"):
        remedy = "fermer le classeur dans le tableur, et donner le fichier sans « ~$ »"
        return Faute(path.name, "le fichier de travail d'un classeur ouvert", _ATTENDU, remedy)
    try:
        content = path.read_bytes()
    except OSError:
        remedy = "fermer le fichier s'il est ouvert dans un tableur, vérifier son nom et ses droits, puis recommencer"
        return Faute(path.name, "un fichier absent ou que l'on ne peut pas ouvrir", _ATTENDU, remedy)
    found, remedy = _nature(content)
    return Faute(path.name, found, _ATTENDU, remedy) if found else None


def _nature(content: bytes) -> tuple[str, str]:
    """Return what a file is instead of a workbook and what to do, nothing for what may be one."""
    if not content:
        return "un fichier vide", "reprendre le classeur rempli : la copie ou l'envoi a échoué"
    if len(content) > _OCTETS_MAX:
        return "un fichier de plus de 20 Mo", "retirer les images et les feuilles ajoutées, puis enregistrer"
    if content.startswith(_OLE):
        if _CHIFFRE in content:
            return "un classeur protégé par un mot de passe d'ouverture", "retirer ce mot de passe, puis enregistrer"
        return "un classeur à l'ancien format d'Excel (.xls)", _ENREGISTRER
    if content.startswith(b"PK") and _ODS in content[:200]:
        return "un classeur au format de LibreOffice (.ods)", _ENREGISTRER
    if not content.startswith(b"PK"):
        return "un fichier qui n'est pas un classeur", _ENREGISTRER
    return "", ""


def _a_une_formule(wb: Workbook) -> bool:
    """Tell whether a sheet has one: only then has the file to be read again, for the results that it holds."""
    return any(cell.data_type == "f" for ws in wb.worksheets for row in ws.iter_rows() for cell in row)


def _grille(fichier: str, formulas: Worksheet, values: Worksheet) -> Grille:
    cells = {}
    for row in formulas.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            formula = cell.data_type == "f"
            value = values.cell(cell.row, cell.column).value if formula else cell.value
            percent = isinstance(value, int | float) and "%" in (cell.number_format or "")
            cells[cell.row, cell.column] = Cellule(value, percent, formula)
    merged = tuple((area.min_row, area.min_col, area.max_row, area.max_col) for area in formulas.merged_cells.ranges)
    return Grille(fichier, formulas.title, cells, merged)


def _proprietes(wb: Workbook) -> dict[str, str]:
    return {prop.name: _entier(prop.value) for prop in wb.custom_doc_props.props if prop.value is not None}


def _entier(valeur: object) -> str:
    """Return a property as a text; LibreOffice saves a whole number as « 2025 » or as 2025.0."""
    return str(int(valeur)) if isinstance(valeur, float) and valeur.is_integer() else str(valeur).strip()
