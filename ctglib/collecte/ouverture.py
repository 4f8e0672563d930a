"""The bytes of a file that a person sent back, as sheets of cells: parsed in a child process.

It imports what parsing needs, and only that: the child starts for each import. What holds far more
than the gabarit is refused before its library reads it; the bounds of ``donnees/enclos.py`` hold
for the rest.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast

from ctglib.donnees.enclos import ILLISIBLE
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import est_en_utf16

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.packaging.custom import CustomPropertyList
    from openpyxl.worksheet.cell_range import CellRange
    from openpyxl.worksheet.worksheet import Worksheet

Brut = str | float | bool | date | datetime | time | timedelta | None

# The gabarit has some hundreds of rows and twenty columns; what goes far beyond is not read, it is
# a fault.
LIGNES_MAX = 5_000
COLONNES_MAX = 100
CELLULES_MAX = 300_000
_COLONNE_ZZZ = 18_278  # the last column that has letters
DECOMPRESSES_MAX = 60 * 1024**2
# How a file that is no workbook begins, by its fault.
_OLE = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NATURES = {
    "classeur_vide": rb"\Z",
    "classeur_chiffre": _OLE + b".*" + "EncryptedPackage".encode("utf-16-le"),
    "classeur_xls": _OLE,
    "un_pdf": rb"%PDF-",
    "pas_un_classeur": rb"(?!PK)",
}


@dataclass(frozen=True)
class Cellule:
    """A cell as read.

    ``formule``: its value is the result of one, None when the file does not hold the result.
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
    fusions: tuple["CellRange", ...] = ()
    csv: bool = False  # a program may have written it, without the columns that it does not fill
    tableau: int = 0  # of a Word document, from 1; the headings are its line 0
    titres: dict[str, str] = field(default_factory=dict)  # the headings written there, by column
    # Of the form of the desk: by row, the columns whose cell had something and was emptied, which
    # withdraws it. An empty cell of a workbook withdraws nothing.
    videes: dict[int, frozenset[int]] = field(default_factory=dict)

    def faute(
        self, cle: str, ligne: int | None = None, colonne: str | None = None, /, **valeurs: object
    ) -> Faute:
        """Return a fault of the sheet, of one of its rows or of its cells, in the words of
        ``fautes.yaml``.
        """
        trouve, attendu, remede = mots(cle, ligne=ligne, colonne=colonne, **valeurs)
        feuille = None if self.tableau else self.feuille
        return Faute(
            self.fichier, trouve, attendu, remede, ligne, colonne, feuille, tableau=self.tableau
        )


@dataclass(frozen=True)
class CelluleWord:
    """A cell of a table of a Word file: what is seen, and what is hidden in it."""

    texte: str
    cache: str


@dataclass(frozen=True)
class ClasseurLu:
    """What a person sent back: a workbook or a folder of CSV, and what it says of itself."""

    fichier: str
    grilles: tuple[Grille, ...]
    proprietes: dict[str, str] = field(default_factory=dict)

    @property
    def noms(self) -> set[str]:
        """Return the names that its faults give it: its own, and those of its sheets in CSV."""
        return {self.fichier, *(grille.fichier for grille in self.grilles)}


def lire_csv(nom: str, feuille: str, contenu: bytes) -> Grille:
    """Return a sheet of the gabarit that a spreadsheet saved as CSV.

    French spreadsheets separate by « ; » or « , », and write UTF-8 or Windows's own encoding.
    """
    if est_en_utf16(contenu):
        raise refus(nom, *mots("csv_en_utf16"))
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", errors="replace")
    if not texte.strip():
        raise refus(nom, *mots("csv_vide"))
    separateur = max(";,", key=texte[:4000].count)
    rangees = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur, strict=True)
    lignes: dict[int, dict[int, Cellule]] = {}
    try:
        for ligne, valeurs in enumerate(rangees, 1):
            cellules = {
                colonne: Cellule(valeur)
                for colonne, valeur in enumerate(valeurs, 1)
                if valeur.strip()
            }
            if not cellules:
                continue
            derniere = max(cellules)
            if ligne > LIGNES_MAX or derniere > COLONNES_MAX:
                raise DonneesInvalides([loin(nom, feuille, lieu_de(ligne, derniere))])
            lignes[ligne] = cellules
    except csv.Error:
        raise refus(nom, *mots("csv_au_guillemet_ouvert")) from None
    return Grille(nom, feuille, lignes, csv=True)


def lire_les_tableaux(nom: str, contenu: bytes) -> list[list[list[CelluleWord]]]:
    """Return the cells of each table of a Word file, row by row; none of one that is too large."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.oxml.ns import qn

    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            taille = sum(partie.file_size for partie in archive.infolist())
        if taille > DECOMPRESSES_MAX:
            return []
        corps = docx.Document(io.BytesIO(contenu)).element.body
    except (*ILLISIBLE, PackageNotFoundError):
        raise refus(nom, *mots("releve_abime")) from None
    tableaux = []
    for tableau in corps.iterchildren(qn("w:tbl")):
        rangees = []
        for rangee in tableau.iterchildren(qn("w:tr")):
            rangees.append([_cellule_word(tc) for tc in rangee.iterchildren(qn("w:tc"))])
        tableaux.append(rangees)
    return tableaux


def _cellule_word(tc: "BaseOxmlElement") -> CelluleWord:
    """Return the texts of a cell of a Word table: as it is seen, tracked insertions taken, and what
    is hidden.
    """
    from docx.oxml.ns import qn

    blancs = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " "}
    paragraphes = []
    caches = []
    for paragraphe in tc.iter(qn("w:p")):
        visibles = []
        for run in paragraphe.iter(qn("w:r")):
            texte = "".join(
                (element.text or "") if element.tag == qn("w:t") else blancs.get(element.tag, "")
                for element in run.iterchildren()
            )
            masque = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
            est_cache = masque is not None and masque.get(qn("w:val")) not in ("0", "false")
            (caches if est_cache else visibles).append(texte)
        paragraphes.append("".join(visibles))
    return CelluleWord("\n".join(paragraphes).strip(), "".join(caches).strip())


def lire_classeur(nom: str, contenu: bytes) -> ClasseurLu:
    """Return the sheets of a workbook, hidden ones left out, and its custom properties."""
    from openpyxl import load_workbook

    for cle, debut in _NATURES.items():
        if re.match(debut, contenu, re.DOTALL):
            raise refus(nom, *mots(cle))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            demesures = _demesures(nom, contenu)
            if demesures:
                raise DonneesInvalides(demesures)
            formules = load_workbook(io.BytesIO(contenu))
            a_des_formules = any(
                cellule.data_type == "f"
                for ws in formules.worksheets
                for rangee in _rangees(ws)
                for cellule in rangee
            )
            resultats = formules
            if a_des_formules:  # their results are in the file
                resultats = load_workbook(io.BytesIO(contenu), data_only=True)
    # An OSError too: its bytes are here, what cannot be opened is a part that it lacks.
    except (*ILLISIBLE, OSError):
        raise refus(nom, *mots("classeur_abime")) from None
    grilles = []
    for ws in formules.worksheets:
        if ws.sheet_state == "visible":
            grilles.append(_grille(nom, ws, resultats[ws.title]))
    # LibreOffice saves a whole number as « 2025 » or as 2025.0.
    proprietes = {
        propriete.name: str(propriete.value).strip().removesuffix(".0")
        for propriete in proprietes_de(formules).props
        if propriete.value is not None
    }
    return ClasseurLu(nom, tuple(grilles), proprietes)


def proprietes_de(wb: "Workbook") -> "CustomPropertyList":
    """Return the custom properties of a workbook."""
    return wb.custom_doc_props  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs


def _grille(fichier: str, ws: "Worksheet", resultats: "Worksheet") -> Grille:
    """Return the cells of a sheet that hold something; ``resultats`` has those of its formulas."""
    lignes: dict[int, dict[int, Cellule]] = {}
    for rangee in _rangees(ws):
        for cellule in rangee:
            if cellule.value is None:
                continue
            formule = cellule.data_type == "f"
            source = resultats.cell(cellule.row, cellule.column) if formule else cellule
            valeur = cast(Brut, source.value)  # openpyxl says more of what it may be than it reads
            pourcent = isinstance(valeur, int | float) and "%" in (cellule.number_format or "")
            lue = Cellule(valeur, pourcent, formule)
            if not lue.vide:
                lignes.setdefault(cellule.row, {})[cellule.column] = lue
    return Grille(fichier, ws.title, lignes, tuple(ws.merged_cells.ranges))


# A filled cell, and a merged area, in the XML of a sheet.
_REMPLIE = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+[0-9]+)"[^>]*(?<!/)>\s*<(?:\w+:)?(?:v|f|is)\b'
)
_FUSION = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z0-9:]+)"')


def _demesures(fichier: str, contenu: bytes) -> list[Faute]:
    """Return what goes far beyond a gabarit: looked for before openpyxl takes memory for whole
    rectangles.
    """
    from openpyxl.reader.excel import ExcelReader

    fautes = []
    lecteur = ExcelReader(io.BytesIO(contenu))
    if sum(partie.file_size for partie in lecteur.archive.infolist()) > DECOMPRESSES_MAX:
        return [Faute(fichier, *mots("classeur_trop_grand", mo=DECOMPRESSES_MAX // 1024**2))]
    lecteur.read_manifest()
    lecteur.read_workbook()
    for feuille, relation in lecteur.parser.find_sheets():
        xml = lecteur.archive.read(relation.target)
        lieu = _lieu_au_loin(xml)
        if lieu or xml.count(b"<c") > CELLULES_MAX:
            fautes.append(loin(fichier, feuille.name, lieu))
    return fautes


def _lieu_au_loin(xml: bytes) -> str:
    """Return the first filled cell, or merged area, that ends far beyond a gabarit; "" for none."""
    from openpyxl.utils import coordinate_to_tuple

    for motif in (_REMPLIE, _FUSION):
        for trouve in motif.finditer(xml):
            lieu = trouve[1].decode()
            ligne, colonne = coordinate_to_tuple(lieu.rpartition(":")[2])
            if ligne > LIGNES_MAX or colonne > COLONNES_MAX:
                return lieu
    return ""


def lieu_de(ligne: int, colonne: int) -> str:
    """Return the name of a cell, « ZZZ3 » at most."""
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(min(colonne, _COLONNE_ZZZ))}{ligne}"


def loin(fichier: str, feuille: str, lieu: str) -> Faute:
    """Return the fault of a sheet that is too large: at a cell, or by the number of its cells."""
    phrases = mots(
        "saisie_au_loin" if lieu else "cellules_au_loin",
        place=lieu,
        lignes=LIGNES_MAX,
        colonnes=COLONNES_MAX,
        cellules=CELLULES_MAX,
    )
    return Faute(fichier, *phrases, feuille=feuille)


def _rangees(ws: "Worksheet") -> Iterator[tuple["Cell | MergedCell", ...]]:
    return ws.iter_rows(
        max_row=min(ws.max_row, LIGNES_MAX), max_col=min(ws.max_column, COLONNES_MAX)
    )
