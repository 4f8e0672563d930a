"""A workbook that LibreOffice saved as .ods, as the same sheets of cells as a workbook of Excel;
minutes that it saved as .odt, as the same tables as those of Word.

Parsed in a child process, as ``ouverture``, whose bounds hold here too. A cell or a row may say
that it is repeated a thousand million times: what is empty is counted, never made; what is filled
is made within the bounds, and is a fault beyond. OpenDocument 1.3, part 3, chapters 9 and 19.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ctglib.collecte.ouverture import (
    CELLULES_MAX,
    COLONNES_MAX,
    DECOMPRESSES_MAX,
    LIGNES_MAX,
    Brut,
    Cellule,
    CelluleWord,
    ClasseurLu,
    Grille,
    lieu_de,
    loin,
)
from ctglib.donnees.enclos import ILLISIBLE
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus

if TYPE_CHECKING:
    from lxml.etree import _Element
    from openpyxl.worksheet.cell_range import CellRange

_ESPACES_DE_NOMS = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
_NATURE = re.compile(rb"PK.{,150}application/vnd\.oasis\.opendocument\.spreadsheet", re.DOTALL)
_CONTENU = "content.xml"
_PROPRIETES = "meta.xml"
_CHIFFRE = b"encryption-data"  # in the list of the parts of a file that a password protects
_NOMBRES = ("float", "currency", "percentage")
_BLANCS_MAX = 100  # that one sign may stand for
_REPETITIONS_MAX = 10**8  # beyond, one more is of no use: no sheet has as many rows
_DUREE = re.compile(r"(-?)PT(\d{1,6})H(\d{1,6})M(\d{1,6})(?:[.,]\d+)?S")
_ERREUR = "#VALEUR!"  # what a cell shows whose error a spreadsheet writes with a number of its own


def _nom(nom: str) -> str:
    """Return a name as lxml writes it: « table:table-row », with the address of its prefix."""
    prefixe, _, local = nom.partition(":")
    return f"{{{_ESPACES_DE_NOMS[prefixe]}}}{local}"


_TABLE = _nom("table:table")
_RANGEE = _nom("table:table-row")
_CELLULE = _nom("table:table-cell")
_COUVERTE = _nom("table:covered-table-cell")
_STYLE = _nom("style:style")
_PARAGRAPHE = _nom("text:p")
_COLONNES_REPETEES = _nom("table:number-columns-repeated")
_LIGNES_REPETEES = _nom("table:number-rows-repeated")
_COLONNES_COUVERTES = _nom("table:number-columns-spanned")
_LIGNES_COUVERTES = _nom("table:number-rows-spanned")
_PARENTHESES = (_nom("office:annotation"), _nom("text:note"))  # beside the text, not of it
_BLANCS = {_nom("text:tab"): "\t", _nom("text:line-break"): "\n"}


def est_un_ods(contenu: bytes) -> bool:
    """Tell whether a file is a workbook of OpenDocument, whatever its name."""
    return _NATURE.match(contenu) is not None


def lire_ods(nom: str, contenu: bytes) -> ClasseurLu:
    """Return the sheets of an .ods, hidden ones left out, and its custom properties.

    Raises:
        DonneesInvalides: It is broken, a password protects it, or it holds far more than the
            gabarit.
    """
    try:
        return _lire_l_archive(nom, contenu)
    except (*ILLISIBLE, OSError):
        raise refus(nom, *mots("classeur_abime")) from None


def _lire_l_archive(nom: str, contenu: bytes) -> ClasseurLu:
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        if sum(partie.file_size for partie in archive.infolist()) > DECOMPRESSES_MAX:
            raise refus(nom, *mots("classeur_trop_grand", mo=DECOMPRESSES_MAX // 1024**2))
        noms = archive.namelist()
        liste = "META-INF/manifest.xml"
        if liste in noms and _CHIFFRE in archive.read(liste):
            raise refus(nom, *mots("classeur_chiffre"))
        xml = archive.read(_CONTENU)
        proprietes = _proprietes(archive.read(_PROPRIETES)) if _PROPRIETES in noms else {}
    lecteur = _Lecteur(nom)
    lecteur.lire(xml)
    if lecteur.fautes:
        raise DonneesInvalides(lecteur.fautes)
    return ClasseurLu(nom, tuple(lecteur.grilles), proprietes)


def _evenements(xml: bytes, *noms: str) -> Iterator[tuple[str, _Element]]:
    """Yield the elements of these names as they open and close; no entity is followed."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml has no types

    return etree.iterparse(
        io.BytesIO(xml),
        events=("start", "end"),
        tag=noms,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _proprietes(xml: bytes) -> dict[str, str]:
    """Return the custom properties that are not empty; a whole number is written without point."""
    proprietes = {}
    for moment, element in _evenements(xml, _nom("meta:user-defined")):
        valeur = "".join(element.itertext()).strip() if moment == "end" else ""
        if valeur:
            proprietes[element.get(_nom("meta:name"), "")] = valeur.removesuffix(".0")
    return proprietes


@dataclass
class _Feuille:
    """A sheet being read."""

    nom: str
    visible: bool
    ligne: int = 1  # the next one
    lignes: dict[int, dict[int, Cellule]] = field(default_factory=dict)
    fusions: list[CellRange] = field(default_factory=list)
    cellules: int = 0
    trop_loin: str | None = None  # where something is far beyond a gabarit; "" too many cells


class _Lecteur:
    """The sheets of a file as they are read, and the faults of those that go too far."""

    def __init__(self, fichier: str) -> None:
        self.fichier = fichier
        self.grilles: list[Grille] = []
        self.fautes: list[Faute] = []
        self._caches: set[str] = set()  # the styles of the hidden sheets

    def lire(self, xml: bytes) -> None:
        """Read ``content.xml``; a row is forgotten once read."""
        feuille: _Feuille | None = None
        for moment, element in _evenements(xml, _STYLE, _TABLE, _RANGEE):
            if element.tag == _STYLE:
                if moment == "end":
                    self._lire_le_style(element)
            elif element.tag == _TABLE:
                if moment == "start" and feuille is None:
                    nom = element.get(_nom("table:name"), "")
                    style = element.get(_nom("table:style-name"))
                    feuille = _Feuille(nom, visible=style not in self._caches)
                elif moment == "end" and feuille is not None:
                    self._finir(feuille)
                    feuille = None
            elif moment == "end" and feuille is not None:
                if feuille.trop_loin is None:
                    _lire_la_rangee(feuille, element)
                element.clear()

    def _lire_le_style(self, style: _Element) -> None:
        for proprietes in style.iter(_nom("style:table-properties")):
            if proprietes.get(_nom("table:display")) == "false":
                self._caches.add(style.get(_nom("style:name"), ""))

    def _finir(self, feuille: _Feuille) -> None:
        if feuille.trop_loin is not None:
            self.fautes.append(loin(self.fichier, feuille.nom, feuille.trop_loin))
        elif feuille.visible:
            fusions = tuple(feuille.fusions)
            self.grilles.append(Grille(self.fichier, feuille.nom, feuille.lignes, fusions))


def _lire_la_rangee(feuille: _Feuille, rangee: _Element) -> None:
    """Add a row to a sheet, as many times as it is repeated when something is in it."""
    repetee = _combien(rangee, _LIGNES_REPETEES)
    derniere = feuille.ligne + repetee - 1
    cellules: dict[int, Cellule] = {}
    colonne = 1
    for element in rangee.iterchildren(_CELLULE, _COUVERTE):
        combien = _combien(element, _COLONNES_REPETEES)
        lue = _lire_la_cellule(element) if element.tag == _CELLULE else Cellule()
        bout = colonne + combien - 1
        large = _combien(element, _COLONNES_COUVERTES)
        haute = _combien(element, _LIGNES_COUVERTES)
        fin = (derniere + haute - 1, bout + large - 1)
        if (not lue.vide or large * haute > 1) and (fin[0] > LIGNES_MAX or fin[1] > COLONNES_MAX):
            feuille.trop_loin = lieu_de(*fin)
            return
        if large * haute > 1:
            _fusionner(feuille, colonne, fin)
        if not lue.vide:
            cellules.update(dict.fromkeys(range(colonne, bout + 1), lue))
        colonne = bout + 1
    if cellules:
        feuille.cellules += len(cellules) * repetee
        if feuille.cellules > CELLULES_MAX:
            feuille.trop_loin = ""
            return
        for ligne in range(feuille.ligne, derniere + 1):
            feuille.lignes[ligne] = cellules
    feuille.ligne = derniere + 1


def _fusionner(feuille: _Feuille, colonne: int, fin: tuple[int, int]) -> None:
    from openpyxl.worksheet.cell_range import CellRange

    derniere_ligne, derniere_colonne = fin
    zone = CellRange(
        min_col=colonne, min_row=feuille.ligne, max_col=derniere_colonne, max_row=derniere_ligne
    )
    feuille.fusions.append(zone)


def _combien(element: _Element, attribut: str) -> int:
    """Return how many times something is repeated, or how many cells it covers: once at least."""
    return min(max(1, int(element.get(attribut, "1"))), _REPETITIONS_MAX)


def _lire_la_cellule(element: _Element) -> Cellule:
    """Return a cell: what it holds, never what its comment says."""
    formule = element.get(_nom("table:formula")) is not None
    sorte = element.get(_nom("office:value-type"))
    valeur: Brut = None
    if element.get(_nom("calcext:value-type")) == "error":
        texte = _texte(element)
        valeur = texte if texte.startswith("#") else _ERREUR
    elif sorte in _NOMBRES:
        nombre = float(element.get(_nom("office:value"), ""))
        valeur = int(nombre) if nombre.is_integer() else nombre
    elif sorte == "date":
        valeur = datetime.fromisoformat(element.get(_nom("office:date-value"), ""))
    elif sorte == "time":
        valeur = _duree(element.get(_nom("office:time-value"), ""))
    elif sorte == "boolean":
        valeur = element.get(_nom("office:boolean-value")) == "true"
    elif sorte == "string":
        valeur = element.get(_nom("office:string-value")) or _texte(element)
    return Cellule(valeur, pourcent=sorte == "percentage", formule=formule)


def _duree(ecrite: str) -> timedelta:
    """Return an hour of a cell: « PT08H30M00S »."""
    lue = _DUREE.fullmatch(ecrite)
    if lue is None:
        raise ValueError(ecrite)
    duree = timedelta(hours=int(lue[2]), minutes=int(lue[3]), seconds=int(lue[4]))
    return -duree if lue[1] else duree


def _texte(element: _Element) -> str:
    """Return the paragraphs of a cell, one a line."""
    return "\n".join(_ecrit(paragraphe) for paragraphe in element.iterchildren(_PARAGRAPHE))


def _ecrit(element: _Element) -> str:
    """Return the text of a paragraph, or of a piece of one."""
    morceaux = [element.text or ""]
    for enfant in element.iterchildren("*"):
        morceaux.append(_morceau(enfant))
        morceaux.append(enfant.tail or "")
    return "".join(morceaux)


def _morceau(element: _Element) -> str:
    """Return what a piece of a paragraph writes: OpenDocument makes one sign of several spaces."""
    if element.tag == _nom("text:s"):
        return " " * min(_combien(element, _nom("text:c")), _BLANCS_MAX)
    if element.tag in _BLANCS:
        return _BLANCS[element.tag]
    return "" if element.tag in _PARENTHESES else _ecrit(element)


def lire_les_tableaux_du_texte(nom: str, contenu: bytes) -> list[list[list[CelluleWord]]]:
    """Return the cells of each table of minutes that LibreOffice saved as .odt, row by row; none of
    one that is too large. What it says to be repeated is read once.

    Raises:
        DonneesInvalides: It is broken.
    """
    try:
        return _lire_le_texte(contenu)
    except ILLISIBLE:
        raise refus(nom, *mots("releve_abime")) from None


def _lire_le_texte(contenu: bytes) -> list[list[list[CelluleWord]]]:
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml has no types

    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        if sum(partie.file_size for partie in archive.infolist()) > DECOMPRESSES_MAX:
            return []
        xml = archive.read(_CONTENU)
    parseur = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    racine = etree.fromstring(xml, parseur)
    caches = set()
    for style in racine.iter(_STYLE):
        for proprietes in style.iter(_nom("style:text-properties")):
            if proprietes.get(_nom("text:display")) == "none":
                caches.add(style.get(_nom("style:name"), ""))
    tableaux = []
    for tableau in racine.iter(_TABLE):
        dessus = [element.tag for element in tableau.iterancestors()]
        if _TABLE in dessus or _nom("text:tracked-changes") in dessus:
            continue
        tableaux.append([_rangee_du_texte(rangee, caches) for rangee in tableau.iter(_RANGEE)])
    return tableaux


def _rangee_du_texte(rangee: _Element, caches: set[str]) -> list[CelluleWord]:
    """Return the cells of a row; one that spreads over several columns is one, as in Word."""
    cellules = []
    couvertes = 0
    for element in rangee.iterchildren(_CELLULE, _COUVERTE):
        if element.tag == _COUVERTE and couvertes:
            couvertes -= 1
            continue
        couvertes = _combien(element, _COLONNES_COUVERTES) - 1
        cellules.append(_cellule_du_texte(element, caches))
    return cellules


def _cellule_du_texte(cellule: _Element, caches: set[str]) -> CelluleWord:
    """Return what is seen in a cell, and what a style hides there."""
    visibles = []
    masques = []
    for paragraphe in cellule.iter(_PARAGRAPHE):
        if any(element.tag in _PARENTHESES for element in paragraphe.iterancestors()):
            continue
        visible = [paragraphe.text or ""]
        for enfant in paragraphe.iterchildren("*"):
            cache = enfant.get(_nom("text:style-name")) in caches
            (masques if cache else visible).append(_morceau(enfant))
            visible.append(enfant.tail or "")
        visibles.append("".join(visible))
    return CelluleWord("\n".join(visibles).strip(), "".join(masques).strip())
