"""The first sheet: what the workbook is for, how to fill it, and a link to each of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.styles import Protection

from ctglib.collecte.xlsx.feuille_xlsx import mettre_en_page
from ctglib.collecte.xlsx.octets import ecrire_texte, insecables

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.feuille import Feuille
    from ctglib.collecte.xlsx.styles import Style

_LARGEURS = {"A": 24, "B": 96}


def ecrire_mode_emploi(ws: Worksheet, cadre: Cadre, feuilles: tuple[Feuille, ...], styles: dict[str, Style]) -> None:
    """Write the sheet: title, who and what it is for, then each part of the instructions."""
    for letter, width in _LARGEURS.items():
        ws.column_dimensions[letter].width = width
    _ecrire(ws, 1, cadre.gabarit.titre, styles["titre"])
    ws.row_dimensions[1].height = 30
    row = 2
    for name, value in _identite(cadre).items():
        _ecrire(ws, row, name, styles["repere"])
        _ecrire(ws, row, value, styles["rappel"], colonne=2)
        row += 1
    for part in cadre.gabarit.mode_emploi:
        row += 1
        _ecrire(ws, row, _mots(cadre, part.titre), styles["intertitre"])
        row += 1
        if part.contenu == "feuilles":
            row = _feuilles(ws, row, feuilles, styles)
        if part.contenu == "legende":
            row = _legende(ws, row, cadre, styles)
        for line in part.lignes:
            _ecrire(ws, row, "•", styles["puce"])
            _ecrire(ws, row, _mots(cadre, line), styles["texte"], colonne=2)
            row += 1
    ws.sheet_view.showGridLines = False
    ws.protection.sheet = True
    mettre_en_page(ws, f"A1:B{row}", cadre.gabarit.titre, paysage=False)


def _identite(cadre: Cadre) -> dict[str, str]:
    service = cadre.dossier.catalogue.responsables[cadre.responsable].libelle if cadre.responsable else ""
    return {
        "Convention": cadre.dossier.convention.titre,
        "Année": str(cadre.annee),
        **({"À remplir par": service} if service else {}),
    }


def _mots(cadre: Cadre, texte: str) -> str:
    return cadre.mots(texte).replace("{seuil}", str(cadre.dossier.catalogue.seuils.petits_effectifs))


def _feuilles(ws: Worksheet, row: int, feuilles: tuple[Feuille, ...], styles: dict[str, Style]) -> int:
    """Write a link to each sheet and what it asks for; return the next row."""
    for sheet in feuilles:
        _ecrire(ws, row, sheet.modele.titre, styles["lien"])
        ws.cell(row, 1).hyperlink = f"#'{sheet.modele.titre}'!A1"
        styles["lien"].appliquer(ws.cell(row, 1))
        _ecrire(ws, row, sheet.modele.resume, styles["texte"], colonne=2)
        row += 1
    return row


def _legende(ws: Worksheet, row: int, cadre: Cadre, styles: dict[str, Style]) -> int:
    """Write a cell of each look and what it means; return the next row."""
    for style, words in cadre.gabarit.legende.items():
        styles[style].appliquer(ws.cell(row, 1))
        ws.cell(row, 1).protection = Protection(locked=True)
        _ecrire(ws, row, _mots(cadre, words), styles["texte"], colonne=2)
        row += 1
    return row


def _ecrire(ws: Worksheet, row: int, texte: str, style: Style, colonne: int = 1) -> None:
    cell = ws.cell(row, colonne)
    ecrire_texte(cell, insecables(texte))
    style.appliquer(cell)
