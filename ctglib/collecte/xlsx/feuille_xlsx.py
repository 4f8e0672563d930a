"""One sheet of the workbook: title, headings, rows already written, cells to fill, and how it prints."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from openpyxl.formatting.rule import FormulaRule
from openpyxl.utils import get_column_letter

from ctglib.collecte.xlsx.controles import Controle, controle, poser_les_controles
from ctglib.collecte.xlsx.octets import ecrire_texte, insecables
from ctglib.collecte.xlsx.styles import FORMAT_DATE, FORMAT_TEXTE, aplat

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from ctglib.collecte.feuille import Feuille, Ligne
    from ctglib.collecte.xlsx.styles import Style
    from ctglib.donnees.modeles.gabarit import ColonneGabarit

LIGNE_DES_TITRES = 4
_HAUTEURS = {1: 26, 2: 20, LIGNE_DES_TITRES: 46}
_HAUTEUR_TEXTE = 48
# An unfilled cell of a colour to be seen turns white once it, or the state that says why it is empty, is filled.
_ETAT = "statut"


def ecrire_feuille(ws: Worksheet, feuille: Feuille, styles: dict[str, Style], sous_titre: str) -> None:
    """Write a sheet, protect it without a password, and set its printing."""
    model = feuille.modele
    _tete(ws, feuille, styles, sous_titre)
    checks: dict[tuple[int, int], Controle] = {}
    rows: list[Ligne | None] = [*feuille.lignes, *[None] * model.lignes_libres]
    for row, ligne in enumerate(rows, LIGNE_DES_TITRES + 1):
        for column, spec in enumerate(feuille.colonnes, 1):
            cell = ws.cell(row, column)
            opened = _cellule(cell, feuille, ligne, spec, styles)
            if opened:
                checks[row, column] = controle(feuille, ligne, spec)
        if ligne and model.id == "appreciations":
            ws.row_dimensions[row].height = _HAUTEUR_TEXTE
    poser_les_controles(ws, checks)
    last = LIGNE_DES_TITRES + len(rows)
    _blanchir(ws, feuille, last, styles["facultative"])
    _mise_en_page(ws, feuille, last, sous_titre)


def _tete(ws: Worksheet, feuille: Feuille, styles: dict[str, Style], sous_titre: str) -> None:
    for row, text, style in (
        (1, f"{feuille.modele.titre} – {sous_titre}", "titre"),
        (2, feuille.modele.consigne, "consigne"),
    ):
        ecrire_texte(ws.cell(row, 1), insecables(text))
        styles[style].appliquer(ws.cell(row, 1))
    for column, spec in enumerate(feuille.colonnes, 1):
        cell = ws.cell(LIGNE_DES_TITRES, column)
        ecrire_texte(cell, spec.titre)
        styles["entete"].appliquer(cell)
        ws.column_dimensions[get_column_letter(column)].width = spec.largeur
    for row, height in _HAUTEURS.items():
        ws.row_dimensions[row].height = height


def _cellule(cell: Cell, feuille: Feuille, ligne: Ligne | None, spec: ColonneGabarit, styles: dict[str, Style]) -> bool:
    """Write a cell and return whether it may be filled."""
    value = ligne.montre.get(spec.id, "") if ligne else ""
    style = _style(ligne, spec)
    styles[style].appliquer(cell, _format(feuille, ligne, spec, value))
    if isinstance(value, str):
        if value:
            ecrire_texte(cell, value)
    else:
        cell.value = value
    return styles[style].ouvert


def _style(ligne: Ligne | None, spec: ColonneGabarit) -> str:
    if ligne is None:
        return "rappel" if spec.role == "rappel" else "facultative"
    if spec.role != "saisie":
        return "repere" if spec.id == "repere" else "rappel"
    if spec.id in ligne.fermees:
        return "fermee"
    return "attendue" if spec.id in ligne.attendues else "facultative"


def _format(feuille: Feuille, ligne: Ligne | None, spec: ColonneGabarit, value: object) -> str:
    if isinstance(value, date) or spec.type == "date":
        return FORMAT_DATE
    if isinstance(value, float) or spec.type == "nombre":
        decimals = feuille.nombre(ligne, _mesure(feuille) if spec.role == "rappel" else spec.id).decimales
        return "#,##0" + ("." + "0" * decimals if decimals else "")
    return FORMAT_TEXTE


def _mesure(feuille: Feuille) -> str:
    """Return the column whose decimals are those of last year's figures."""
    return next((spec.id for spec in feuille.colonnes if spec.role == "saisie" and spec.type == "nombre"), "")


def _blanchir(ws: Worksheet, feuille: Feuille, last: int, blanc: Style) -> None:
    ids = [spec.id for spec in feuille.colonnes]
    for column, spec in enumerate(feuille.colonnes, 1):
        if not spec.attendue or spec.role != "saisie":
            continue
        first, letter = LIGNE_DES_TITRES + 1, get_column_letter(column)
        filled = f"LEN({letter}{first})>0"
        if _ETAT in ids and spec.id != _ETAT:
            filled = f"OR({filled},LEN({get_column_letter(ids.index(_ETAT) + 1)}{first})>0)"
        fill = aplat(f"#{blanc.fond.fgColor.rgb[2:]}")
        ws.conditional_formatting.add(f"{letter}{first}:{letter}{last}", FormulaRule(formula=[filled], fill=fill))


def _mise_en_page(ws: Worksheet, feuille: Feuille, last: int, sous_titre: str) -> None:
    end = get_column_letter(len(feuille.colonnes))
    ws.freeze_panes = ws.cell(LIGNE_DES_TITRES + 1, feuille.modele.figees + 1)
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{end}{last}"
    ws.sheet_view.zoomScale = 100
    ws.sheet_view.showGridLines = False
    # Of the protection, the attribute says what is forbidden.
    protection = ws.protection
    protection.sheet = True
    protection.autoFilter = protection.formatColumns = protection.formatRows = False
    mettre_en_page(ws, f"A1:{end}{last}", sous_titre)
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def mettre_en_page(ws: Worksheet, zone: str, pied: str, paysage: bool = True) -> None:
    """Set the printing of a sheet: A4, as wide as the page, numbered."""
    ws.print_area = zone
    ws.page_setup.orientation = "landscape" if paysage else "portrait"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.page_margins.left = ws.page_margins.right = 0.4
    ws.page_margins.top = ws.page_margins.bottom = 0.7
    ws.page_margins.header = ws.page_margins.footer = 0.3
    ws.oddFooter.left.text = pied
    ws.oddFooter.right.text = "Page &P / &N"
