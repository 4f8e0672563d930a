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
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import cast
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.packaging.custom import CustomPropertyList
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
# a fault.
LIGNES_MAX = 5_000
COLONNES_MAX = 100
CELLULES_MAX = 300_000
_COLONNE_ZZZ = 18_278  # the last column that has letters
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
    fusions: tuple[CellRange, ...] = ()
    csv: bool = False  # a program may have written it, without the columns that it does not fill

    def faute(
        self, cle: str, ligne: int | None = None, colonne: str | None = None, /, **valeurs: object
    ) -> Faute:
        """Return a fault of the sheet, of one of its rows or of its cells, in the words of
        ``fautes.yaml``.
        """
        trouve, attendu, remede = mots(cle, ligne=ligne, colonne=colonne, **valeurs)
        return Faute(self.fichier, trouve, attendu, remede, ligne, colonne, self.feuille)


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


def recevoir(chemins: list[Path], dossier: str = "") -> tuple[list[ClasseurLu], list[Faute]]:
    """Return what was sent back (workbooks, CSV files, minutes in Word, folders of the first two),
    and the faults of the files that cannot be read.

    ``dossier`` comes before the name of a CSV: the folder that it is in.
    """
    classeurs: list[ClasseurLu] = []
    fautes: list[Faute] = []
    for chemin in chemins:
        try:
            with recueillir(fautes):
                sorte = chemin.suffix.lower()
                if chemin.is_dir():
                    lus, illisibles = _recevoir_un_dossier(chemin)
                    classeurs += lus
                    fautes += illisibles
                elif sorte == ".csv":
                    grille = lire_csv(chemin, f"{dossier}{chemin.name}")
                    classeurs.append(ClasseurLu(chemin.name, (grille,)))
                elif sorte == ".docx":
                    classeurs.append(lire_releve(chemin))
                else:
                    classeurs.append(lire_classeur(chemin))
        except FileNotFoundError:
            fautes.append(Faute(chemin.name, *mots("saisie_absente")))
        except OSError:
            fautes.append(Faute(chemin.name, *mots("saisie_fermee")))
    return classeurs, fautes


def _recevoir_un_dossier(dossier: Path) -> tuple[list[ClasseurLu], list[Faute]]:
    """Return the workbooks of a folder, and the faults of those that cannot be read; its CSV files
    are the sheets of one more, or of none when one of them cannot be read.
    """
    fichiers = sorted(fichier for fichier in dossier.iterdir() if fichier.name[0] not in ".~")
    en_csv = [fichier for fichier in fichiers if fichier.suffix.lower() == ".csv"]
    autres = [fichier for fichier in fichiers if fichier.suffix.lower() in _CLASSEURS]
    if not autres and not en_csv:
        raise refus(dossier.name, *mots("dossier_sans_saisie"))
    classeurs, fautes = recevoir(autres)
    lus, fautes_des_csv = recevoir(en_csv, f"{dossier.name}/")
    grilles = [grille for lu in lus for grille in lu.grilles]
    if grilles and not fautes_des_csv:
        classeurs.append(ClasseurLu(dossier.name, tuple(grilles)))
    return classeurs, [*fautes, *fautes_des_csv]


def lire_csv(path: Path, nom: str) -> Grille:
    """Return a sheet of the gabarit that a spreadsheet saved as CSV.

    French spreadsheets separate by « ; » or « , », and write UTF-8 or Windows's own encoding.
    """
    contenu = lire_fichier(path, nom, "un CSV", _CSV_MAX)
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
                lieu = f"{get_column_letter(min(derniere, _COLONNE_ZZZ))}{ligne}"
                raise DonneesInvalides([_loin(nom, path.stem, lieu)])
            lignes[ligne] = cellules
    except csv.Error:
        raise refus(nom, *mots("csv_au_guillemet_ouvert")) from None
    return Grille(nom, path.stem, lignes, csv=True)


def lire_releve(path: Path) -> ClasseurLu:
    """Return what was filled in a « relevé de décisions », as the sheet of the gabarit whose
    headings its tables have.

    A proposal voted « adoptée » whose text is left empty is taken as it was proposed.
    """
    feuille = charger_yaml(GABARIT, Gabarit).par_feuille[FEUILLE_DU_RELEVE]
    regles = charger_yaml("catalogue/releve.yaml", ReglesReleve).tableaux["decisions"]
    titre_du_vote = regles.colonnes["vote"]
    titre_de_la_proposition = regles.colonnes["proposition"]
    titres = [colonne.titre for colonne in feuille.colonnes if colonne.role != "rappel"]
    titre_de_cle = titres[0]
    titres_de_saisie = titres[1:]
    titre_du_texte = titres[1]
    tableaux = [
        tableau for tableau in _tableaux_word(path) if tableau and titre_de_cle in tableau[0]
    ]
    if not tableaux:
        raise refus(path.name, *mots("releve_sans_tableau"))
    lignes = {1: {numero: Cellule(titre) for numero, titre in enumerate(titres, 1)}}
    for en_tete, *rangees in tableaux:
        for rangee in rangees:
            textes = dict(zip(en_tete, rangee, strict=False))
            adoptee = sans_accents(textes.get(titre_du_vote, "")).startswith("adopte")
            if adoptee and not textes.get(titre_du_texte):
                textes[titre_du_texte] = textes.get(titre_de_la_proposition, "")
            titre_de_groupe = len(set(rangee)) == 1  # the same in all its cells
            remplie = any(textes.get(titre) for titre in titres_de_saisie)
            if remplie and not titre_de_groupe:
                lignes[len(lignes) + 1] = {
                    numero: Cellule(textes[titre])
                    for numero, titre in enumerate(titres, 1)
                    if textes.get(titre)
                }
    return ClasseurLu(path.name, (Grille(path.name, feuille.titre, lignes),))


def _tableaux_word(path: Path) -> list[list[list[str]]]:
    """Return the texts of the cells of each table of a Word file; none of one that is too large."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    attendu = mots("releve_sans_tableau")[1]
    contenu = lire_fichier(path, path.name, attendu, _OCTETS_MAX)
    tableaux = []
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            taille = sum(partie.file_size for partie in archive.infolist())
        if taille > _DECOMPRESSES_MAX:
            return []
        for tableau in docx.Document(io.BytesIO(contenu)).tables:
            tableaux.append(
                [[cellule.text.strip() for cellule in rangee.cells] for rangee in tableau.rows]
            )
    except (*_ILLISIBLE, PackageNotFoundError):
        raise refus(path.name, *mots("releve_abime")) from None
    return tableaux


def lire_classeur(path: Path) -> ClasseurLu:
    """Return the sheets of a workbook, hidden ones left out, and its custom properties."""
    if path.name.startswith("~$"):
        raise refus(path.name, *mots("classeur_ouvert"))
    contenu = lire_fichier(path, path.name, mots("pas_un_classeur")[1], _OCTETS_MAX)
    for cle, debut in _NATURES.items():
        if re.match(debut, contenu, re.DOTALL):
            raise refus(path.name, *mots(cle))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            demesures = _demesures(path.name, contenu)
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
    except (*_ILLISIBLE, OSError):
        raise refus(path.name, *mots("classeur_abime")) from None
    grilles = []
    for ws in formules.worksheets:
        if ws.sheet_state == "visible":
            grilles.append(_grille(path.name, ws, resultats[ws.title]))
    # LibreOffice saves a whole number as « 2025 » or as 2025.0.
    proprietes = {
        propriete.name: str(propriete.value).strip().removesuffix(".0")
        for propriete in proprietes_de(formules).props
        if propriete.value is not None
    }
    return ClasseurLu(path.name, tuple(grilles), proprietes)


def proprietes_de(wb: Workbook) -> CustomPropertyList:
    """Return the custom properties of a workbook."""
    return wb.custom_doc_props  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs


def _grille(fichier: str, ws: Worksheet, resultats: Worksheet) -> Grille:
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
    fautes = []
    lecteur = ExcelReader(io.BytesIO(contenu))
    if sum(partie.file_size for partie in lecteur.archive.infolist()) > _DECOMPRESSES_MAX:
        return [Faute(fichier, *mots("classeur_trop_grand", mo=_DECOMPRESSES_MAX // 1024**2))]
    lecteur.read_manifest()
    lecteur.read_workbook()
    for feuille, relation in lecteur.parser.find_sheets():
        xml = lecteur.archive.read(relation.target)
        lieu = _lieu_au_loin(xml)
        if lieu or xml.count(b"<c") > CELLULES_MAX:
            fautes.append(_loin(fichier, feuille.name, lieu))
    return fautes


def _lieu_au_loin(xml: bytes) -> str:
    """Return the first filled cell, or merged area, that ends far beyond a gabarit; "" for none."""
    for motif in (_REMPLIE, _FUSION):
        for trouve in motif.finditer(xml):
            lieu = trouve[1].decode()
            ligne, colonne = coordinate_to_tuple(lieu.rpartition(":")[2])
            if ligne > LIGNES_MAX or colonne > COLONNES_MAX:
                return lieu
    return ""


def _loin(fichier: str, feuille: str, lieu: str) -> Faute:
    """Return the fault of a sheet that is too large: at a cell, or by the number of its cells."""
    phrases = mots(
        "saisie_au_loin" if lieu else "cellules_au_loin",
        place=lieu,
        lignes=LIGNES_MAX,
        colonnes=COLONNES_MAX,
        cellules=CELLULES_MAX,
    )
    return Faute(fichier, *phrases, feuille=feuille)


def _rangees(ws: Worksheet) -> Iterator[tuple[Cell | MergedCell, ...]]:
    return ws.iter_rows(
        max_row=min(ws.max_row, LIGNES_MAX), max_col=min(ws.max_column, COLONNES_MAX)
    )
