"""The workbook to fill, as the bytes of an .xlsx file: protected, checked as it is filled, the same every time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName

from ctglib.collecte.reconnaitre import SANS_SAISIE
from ctglib.collecte.xlsx.feuille_xlsx import ecrire_feuille
from ctglib.collecte.xlsx.mode_emploi import ecrire_mode_emploi
from ctglib.collecte.xlsx.octets import ecrire_texte, en_octets
from ctglib.collecte.xlsx.styles import styles

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.feuille import Feuille, Liste

MODE_EMPLOI, LISTES = SANS_SAISIE


def classeur(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> bytes:
    """Return the workbook of a year."""
    wb = Workbook()
    charte = cadre.dossier.catalogue.charte
    looks = styles(charte.couleurs, cadre.gabarit.couleur_attendue)
    territoire = cadre.dossier.catalogue.territoires[cadre.dossier.convention.territoire].nom
    subtitle = cadre.mots(cadre.gabarit.sous_titre).replace("{territoire}", territoire)
    guide = wb.active
    guide.title = MODE_EMPLOI
    ecrire_mode_emploi(guide, cadre, feuilles, looks)
    for sheet in feuilles:
        ws = wb.create_sheet(sheet.modele.titre)
        ws.sheet_properties.tabColor = charte.couleurs.territoire.removeprefix("#")
        ecrire_feuille(ws, sheet, looks, subtitle)
    _ecrire_listes(wb, feuilles)
    _proprietes(wb, cadre, subtitle)
    return en_octets(wb, _instant(cadre))


def _ecrire_listes(wb: Workbook, feuilles: tuple[Feuille, ...]) -> None:
    """Write the hidden sheet of the drop-down lists, each under a name of its own."""
    lists: dict[str, Liste] = {}
    for sheet in feuilles:
        found = [*sheet.listes.values(), *(choices for row in sheet.lignes for choices in row.listes.values())]
        lists |= {choices.nom: choices for choices in found}
    ws = wb.create_sheet(LISTES)
    for column, (name, choices) in enumerate(lists.items(), 1):
        letter = get_column_letter(column)
        ecrire_texte(ws.cell(1, column), name)
        for row, word in enumerate(choices.codes, 2):
            ecrire_texte(ws.cell(row, column), word)
        area = f"{quote_sheetname(LISTES)}!${letter}$2:${letter}${len(choices.codes) + 1}"
        wb.defined_names[name] = DefinedName(name, attr_text=area)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True


def _proprietes(wb: Workbook, cadre: Cadre, sous_titre: str) -> None:
    wb.properties.title = f"{cadre.gabarit.titre} – {sous_titre}"
    wb.properties.creator = "ctglib"
    wb.properties.language = "fr-FR"
    wb.properties.created = _instant(cadre)
    wb.custom_doc_props.append(StringProperty(name="convention", value=cadre.dossier.convention.id))
    wb.custom_doc_props.append(IntProperty(name="annee", value=cadre.annee))
    wb.custom_doc_props.append(IntProperty(name="version", value=cadre.gabarit.version))
    if cadre.responsable:
        wb.custom_doc_props.append(StringProperty(name="responsable", value=cadre.responsable))


def _instant(cadre: Cadre) -> datetime:
    """Return the date that the file bears: a fixed one, so that the same data give the same bytes."""
    return datetime(cadre.annee, 12, 31)
