"""What a person sent back, as sheets of cells: workbooks, CSV, folders of either, bounded before
they are read.

What cannot be read, or holds far more than the gabarit, is ``DonneesInvalides``.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import est_en_utf16, lire_fichier, sans_accents
from ctglib.donnees.modeles.rapports import ReglesReleve
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml

Brut = str | float | bool | date | datetime | time | timedelta | None

# The gabarit has some hundreds of rows and twenty columns; what goes far beyond is not read, it is
# told.
LIGNES_MAX = 5_000
COLONNES_MAX = 100
CELLULES_MAX = 300_000
_OCTETS_MAX = 20 * 1024**2
_DECOMPRESSES_MAX = 60 * 1024**2
_CSV_MAX = 4 * 1024**2
_CLASSEURS = (".xlsx", ".xlsm", ".xls", ".ods")
FEUILLE_DU_RELEVE = "appreciations"
# How a file that is no workbook begins, by its fault.
_OLE = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NATURES = {
    "classeur_vide": rb"\Z",
    "classeur_chiffre": _OLE + b".*" + "EncryptedPackage".encode("utf-16-le"),
    "classeur_xls": _OLE,
    "classeur_ods": rb"PK.{,150}application/vnd\.oasis\.opendocument\.spreadsheet",
    "pas_un_classeur": rb"(?!PK)",
}
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
    RecursionError,
    expat.ExpatError,
    zlib.error,
)


@dataclass(frozen=True)
class Cellule:
    """A cell as read. ``formule``: it is the result of one, None when the file does not hold the
    result.
    """

    valeur: Brut = None
    pourcent: bool = False
    formule: bool = False

    @property
    def vide(self) -> bool:
        """Tell whether nothing is in the cell; spaces are nothing."""
        return not self.formule and not self.texte

    @property
    def texte(self) -> str:
        """Return the cell as a text, a whole number without its point."""
        if isinstance(self.valeur, float) and self.valeur.is_integer():
            return str(int(self.valeur))
        return "" if self.valeur is None else str(self.valeur).strip()


VIDE = Cellule()


@dataclass(frozen=True)
class Grille:
    """A sheet: its cells that hold something, by row then column, from 1, and its merged areas."""

    fichier: str
    feuille: str
    lignes: dict[int, dict[int, Cellule]]
    fusions: tuple[CellRange, ...] = ()
    csv: bool = False  # a program may have written it, without the columns that it does not fill

    def faute(
        self, cle: str, ligne: int | None = None, colonne: str | None = None, /, **valeurs: object
    ) -> Faute:
        """Return a fault of the sheet, of one of its rows or of its cells, in the words of
        ``fautes.yaml``.
        """
        words = mots(cle, ligne=ligne, colonne=colonne, **valeurs)
        return Faute(self.fichier, *words, ligne, colonne, self.feuille)


@dataclass(frozen=True)
class ClasseurLu:
    """What a person sent back: a workbook or a folder of CSV, and what it says of itself."""

    fichier: str
    grilles: tuple[Grille, ...]
    proprietes: dict[str, str] = field(default_factory=dict)


def recevoir(chemins: list[Path], dossier: str = "") -> list[ClasseurLu]:
    """Return what was given: workbooks, CSV files, minutes in Word, folders of the first two; or
    all the faults.

    ``dossier`` comes before the name of a CSV: the folder that was given.
    """
    books: list[ClasseurLu] = []
    faults: list[Faute] = []
    for path in chemins:
        try:
            with recueillir(faults):
                books += _recevoir(path, dossier)
        except OSError as problem:
            absent = isinstance(problem, FileNotFoundError)
            faults.append(Faute(path.name, *mots("saisie_absente" if absent else "saisie_fermee")))
    if faults:
        raise DonneesInvalides(faults)
    return books


def _recevoir(path: Path, dossier: str) -> list[ClasseurLu]:
    if not path.is_dir():
        if path.suffix.lower() == ".csv":
            return [ClasseurLu(path.name, (lire_csv(path, f"{dossier}{path.name}"),))]
        return [lire_releve(path) if path.suffix.lower() == ".docx" else lire_classeur(path)]
    names = sorted(path for path in path.iterdir() if path.name[0] not in ".~")
    sheets = [path for path in names if path.suffix.lower() == ".csv"]
    others = [path for path in names if path.suffix.lower() in _CLASSEURS]
    if not (others or sheets):
        raise refus(path.name, *mots("dossier_sans_saisie"))
    books = recevoir([*others, *sheets], f"{path.name}/")
    # The CSV files of a folder are the sheets of one workbook.
    grids = tuple(grid for book in books[len(others) :] for grid in book.grilles)
    return [*books[: len(others)], *([ClasseurLu(path.name, grids)] if grids else [])]


def lire_csv(path: Path, nom: str) -> Grille:
    """Return a sheet of the gabarit that a spreadsheet saved as CSV, as the French ones do: « ; »
    or « , ».
    """
    content = lire_fichier(path, nom, "un CSV", _CSV_MAX)
    if est_en_utf16(content):
        raise refus(nom, *mots("csv_en_utf16"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if not text.strip():
        raise refus(nom, *mots("csv_vide"))
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(";,", key=text[:4000].count), strict=True
    )
    lines: dict[int, dict[int, Cellule]] = {}
    try:
        for number, values in enumerate(rows, 1):
            if cells := {
                column: Cellule(value) for column, value in enumerate(values, 1) if value.strip()
            }:
                lines[number] = cells
                if number > LIGNES_MAX or max(cells) > COLONNES_MAX:
                    place = f"{get_column_letter(min(max(cells), 18278))}{number}"
                    raise DonneesInvalides([_loin(nom, path.stem, place)])
    except csv.Error:
        raise refus(nom, *mots("csv_au_guillemet_ouvert")) from None
    return Grille(nom, path.stem, lines, csv=True)


def lire_releve(path: Path) -> ClasseurLu:
    """Return what was filled in a « relevé de décisions », as the sheet of the gabarit whose
    headings its tables have.

    A proposal voted « adoptée » whose text is left empty is taken as it was proposed.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    sheet = charger_yaml(GABARIT, Gabarit).par_feuille[FEUILLE_DU_RELEVE]
    own = charger_yaml("catalogue/releve.yaml", ReglesReleve).tableaux["decisions"].colonnes
    key, *filled = (spec.titre for spec in sheet.colonnes if spec.role != "rappel")
    expected = mots("releve_sans_tableau")[1]
    content = lire_fichier(path, path.name, expected, _OCTETS_MAX)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        tables = docx.Document(io.BytesIO(content)).tables if size <= _DECOMPRESSES_MAX else []
        read = [
            [[cell.text.strip() for cell in row.cells] for row in table.rows] for table in tables
        ]
    except (*_ILLISIBLE, PackageNotFoundError):
        raise refus(path.name, *mots("releve_abime")) from None
    read = [rows for rows in read if rows and key in rows[0]]
    if not read:
        raise refus(path.name, *mots("releve_sans_tableau"))
    ranks = {title: rank for rank, title in enumerate([key, *filled], 1)}
    lines = {1: {rank: Cellule(title) for title, rank in ranks.items()}}
    for heads, *rows in read:
        for row in rows:
            told = dict(zip(heads, row, strict=False))
            if sans_accents(told.get(own["vote"], "")).startswith("adopte"):
                told[filled[0]] = told.get(filled[0]) or told.get(own["proposition"], "")
            # A row is neither the title of a group, the same in all its cells, nor left empty.
            if len(set(row)) > 1 and any(told.get(title) for title in filled):
                lines[len(lines) + 1] = {
                    rank: Cellule(told[title]) for title, rank in ranks.items() if told.get(title)
                }
    return ClasseurLu(path.name, (Grille(path.name, sheet.titre, lines),))


def lire_classeur(path: Path) -> ClasseurLu:
    """Return the sheets of a workbook, hidden ones left out, and its custom properties."""
    if path.name.startswith("~$"):
        raise refus(path.name, *mots("classeur_ouvert"))
    content = lire_fichier(path, path.name, mots("pas_un_classeur")[1], _OCTETS_MAX)
    for fault, begins in _NATURES.items():
        if re.match(begins, content, re.DOTALL):
            raise refus(path.name, *mots(fault))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if faults := _demesures(path.name, content):
                raise DonneesInvalides(faults)
            formulas = values = load_workbook(io.BytesIO(content))
            if any(
                cell.data_type == "f"
                for ws in formulas.worksheets
                for row in _rangees(ws)
                for cell in row
            ):
                values = load_workbook(
                    io.BytesIO(content), data_only=True
                )  # for the results that the file holds
    except (
        *_ILLISIBLE,
        OSError,
    ):  # its bytes are here: what cannot be opened is a part that it lacks
        raise refus(path.name, *mots("classeur_abime")) from None
    grids = []
    for ws in (ws for ws in formulas.worksheets if ws.sheet_state == "visible"):
        lines: dict[int, dict[int, Cellule]] = {}
        for cell in (cell for row in _rangees(ws) for cell in row if cell.value is not None):
            formula = cell.data_type == "f"
            value = values[ws.title].cell(cell.row, cell.column).value if formula else cell.value
            percent = isinstance(value, int | float) and "%" in (cell.number_format or "")
            if not (read := Cellule(value, percent, formula)).vide:
                lines.setdefault(cell.row, {})[cell.column] = read
        grids.append(Grille(path.name, ws.title, lines, tuple(ws.merged_cells.ranges)))
    # LibreOffice saves a whole number as « 2025 » or as 2025.0.
    said = {
        prop.name: str(prop.value).strip().removesuffix(".0")
        for prop in formulas.custom_doc_props.props
        if prop.value is not None
    }
    return ClasseurLu(path.name, tuple(grids), said)


# A filled cell, and a merged area, in the XML of a sheet.
_REMPLIE = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+[0-9]+)"[^>]*(?<!/)>\s*<(?:\w+:)?(?:v|f|is)\b'
)
_FUSION = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z0-9:]+)"')


def _demesures(fichier: str, content: bytes) -> list[Faute]:
    """Return what goes far beyond a gabarit: looked for before openpyxl takes memory for whole
    rectangles.
    """
    faults = []
    reader = ExcelReader(io.BytesIO(content))
    if sum(part.file_size for part in reader.archive.infolist()) > _DECOMPRESSES_MAX:
        return [Faute(fichier, *mots("classeur_trop_grand", mo=_DECOMPRESSES_MAX // 1024**2))]
    reader.read_manifest()
    reader.read_workbook()
    for sheet, relation in reader.parser.find_sheets():
        text = reader.archive.read(relation.target)
        places = (
            match[1].decode() for pattern in (_REMPLIE, _FUSION) for match in pattern.finditer(text)
        )
        ends = ((place, *coordinate_to_tuple(place.rpartition(":")[2])) for place in places)
        far = next(
            (place for place, row, column in ends if row > LIGNES_MAX or column > COLONNES_MAX), ""
        )
        if far or text.count(b"<c") > CELLULES_MAX:
            faults.append(_loin(fichier, sheet.name, far))
    return faults


def _loin(fichier: str, feuille: str, place: str) -> Faute:
    limits = {"lignes": LIGNES_MAX, "colonnes": COLONNES_MAX, "cellules": CELLULES_MAX}
    words = mots("saisie_au_loin" if place else "cellules_au_loin", place=place, **limits)
    return Faute(fichier, *words, feuille=feuille)


def _rangees(ws: Worksheet) -> tuple:
    return ws.iter_rows(
        max_row=min(ws.max_row, LIGNES_MAX), max_col=min(ws.max_column, COLONNES_MAX)
    )
