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
from typing import TYPE_CHECKING, cast
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

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

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
REPERE = "repere"  # the column of the sheet that knows a row
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
    tableau: int = 0  # of a Word document, from 1; the headings are its line 0
    titres: dict[str, str] = field(default_factory=dict)  # the headings written there, by column

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
    """Return what was filled in a « relevé de décisions »: the rows of each of its tables, as those
    of the sheet of the gabarit that they fill.

    What a row hides in its first cell is its convention, its year and its key: so the file knows
    what it is, whatever its name. A proposal that is voted is taken as it was proposed where no
    other text is written. The line 1 of a table is the first under its headings, and the titles
    of its groups are not counted: it is the number that the row has on paper.

    Raises:
        DonneesInvalides: All the faults of what is filled, but those of the cells themselves.
    """
    lecteur = _LecteurDeReleve(path.name)
    for numero, tableau in enumerate(_tableaux_word(path), 1):
        lecteur.lire(numero, tableau)
    if not lecteur.grilles:
        raise refus(path.name, *mots("releve_sans_tableau"))
    if len(lecteur.origines) > 1:
        noms = [f"{convention}, {annee}" for convention, annee in sorted(lecteur.origines)]
        lecteur.fautes.append(Faute(path.name, *mots("releve_melange", noms=" et ".join(noms))))
    if lecteur.fautes:
        raise DonneesInvalides(lecteur.fautes)
    proprietes = {}
    for convention, annee in lecteur.origines:
        proprietes = {"convention": convention, "annee": annee}
    return ClasseurLu(path.name, tuple(lecteur.grilles), proprietes)


class _LecteurDeReleve:
    """The tables of a document as they are read: their rows, what they come from, the faults."""

    def __init__(self, fichier: str) -> None:
        self.fichier = fichier
        self.regles = charger_yaml("catalogue/releve.yaml", ReglesReleve)
        feuille = charger_yaml(GABARIT, Gabarit).par_feuille[FEUILLE_DU_RELEVE]
        self.feuille = feuille.titre
        self.titres_du_gabarit = {colonne.id: colonne.titre for colonne in feuille.colonnes}
        self.saisies = [colonne.id for colonne in feuille.colonnes if colonne.role == "saisie"]
        self.grilles: list[Grille] = []
        self.origines: set[tuple[str, str]] = set()
        self.fautes: list[Faute] = []

    def lire(self, numero: int, tableau: list[list[CelluleWord]]) -> None:
        """Add a table of the document; one that fills nothing is left out."""
        en_tete = [cellule.texte for cellule in tableau[0]] if tableau else []
        presentation = self._presentation(en_tete)
        if presentation is None:
            return
        titres = {nom: presentation[nom] for nom in self.saisies if nom in presentation}
        colonnes = [REPERE, *titres]
        grille = Grille(
            self.fichier,
            self.feuille,
            {0: self._cellules(self.titres_du_gabarit, colonnes)},
            tableau=numero,
            titres=titres,
        )
        for titre in titres.values():
            if titre not in en_tete:
                self.fautes.append(grille.faute("releve_titre_perdu", 0, titre))
        rangees = [rangee for rangee in tableau[1:] if len(rangee) > 1]  # not the title of a group
        for ligne, rangee in enumerate(rangees, 1):
            ecrits = dict(zip(en_tete, rangee, strict=False))
            for titre, cellule in ecrits.items():
                if cellule.texte and titre not in presentation.values():
                    self.fautes.append(grille.faute("releve_colonne_ajoutee", ligne, titre))
            textes = {
                nom: ecrits[titre].texte for nom, titre in presentation.items() if titre in ecrits
            }
            *origine, textes[REPERE] = rangee[0].cache.split(" ") if rangee[0].cache else [""]
            if len(origine) == 2:
                self.origines.add((origine[0], origine[1]))
            if not any(textes.get(nom) for nom in titres):
                continue
            if not textes[REPERE]:
                self.fautes.append(grille.faute("releve_ligne_ajoutee", ligne))
                continue
            if textes[REPERE].startswith("decision."):
                self._retenir_le_vote(textes)
            grille.lignes[ligne] = self._cellules(textes, colonnes)
        self.grilles.append(grille)

    def _presentation(self, en_tete: list[str]) -> dict[str, str] | None:
        """Return the titles, by column, of the table that has these headings; None when none has
        two of them.
        """
        communs = {}
        for nom, presentation in self.regles.tableaux.items():
            communs[nom] = len(set(en_tete) & set(presentation.colonnes.values()))
        nom = max(communs, key=lambda nom: communs[nom])
        colonnes = self.regles.tableaux[nom].colonnes
        if communs[nom] < 2 or not set(self.saisies) & set(colonnes):
            return None
        return colonnes

    def _retenir_le_vote(self, textes: dict[str, str]) -> None:
        """Write a vote as its code, « adoptée à l'unanimité » too, with what it is about."""
        vote = sans_accents(textes.get("etat", ""))
        for code, debut in self.regles.votes.items():
            if vote.startswith(debut):
                textes["etat"] = code
                textes["reponse"] = textes.get("reponse") or textes.get("proposition", "")

    def _cellules(self, textes: dict[str, str], colonnes: list[str]) -> dict[int, Cellule]:
        return {
            rang: Cellule(textes[nom]) for rang, nom in enumerate(colonnes, 1) if textes.get(nom)
        }


def _tableaux_word(path: Path) -> list[list[list[CelluleWord]]]:
    """Return the cells of each table of a Word file, row by row; none of one that is too large."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.oxml.ns import qn

    attendu = mots("releve_sans_tableau")[1]
    contenu = lire_fichier(path, path.name, attendu, _OCTETS_MAX)
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            taille = sum(partie.file_size for partie in archive.infolist())
        if taille > _DECOMPRESSES_MAX:
            return []
        corps = docx.Document(io.BytesIO(contenu)).element.body
    except (*_ILLISIBLE, PackageNotFoundError):
        raise refus(path.name, *mots("releve_abime")) from None
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
