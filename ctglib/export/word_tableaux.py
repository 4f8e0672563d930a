"""The look of the tables of the Word document: light rules, widths, numbers to the right, groups, rows kept whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.export.tables_typst import largeurs

if TYPE_CHECKING:
    from docx.oxml.table import CT_Row, CT_Tc
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    from ctglib.export.tables_typst import Cellule
    from ctglib.export.tables_typst import Table as Source

BLEU, FILET = "00558C", "C9D2D9"
TAILLE = 8.5
LARGEUR_CM = 17.0  # A4 without its margins
MARGE_CM = 0.12  # on each side of a cell


def habiller_tableau(table: Table, source: Source) -> None:
    """Give a table its look.

    Args:
        table: As pandoc wrote it.
        source: The same, with its numbers and its groups told apart.
    """
    _bordures(table)
    _colonnes(table, source)
    rows = (*source.tete, *source.corps)
    for rank, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
        heading = rank < len(source.tete)
        group = not heading and len(cells) == 1 and cells[0].colonnes > 1
        held = rank <= len(source.tete) or group or rank == len(rows) - 1  # with the next, or with the notes
        _rangee(row._tr, {cell.colonne: cell for cell in cells})
        for paragraph in _paragraphes(table, row._tr):
            _petit(paragraph, gras=heading or group, couleur=BLEU if group else "")
            paragraph.paragraph_format.keep_with_next = held


def _bordures(table: Table) -> None:
    """Give a table light horizontal rules and narrow margins."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "bottom", "insideH"):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", FILET)):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Cm(MARGE_CM).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    for former in properties.findall(qn("w:tblCellMar")):
        properties.remove(former)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _colonnes(table: Table, source: Source) -> None:
    """Share the width of the page as on paper, by what the columns hold."""
    from docx.shared import Cm

    weights = largeurs(source)
    table.autofit = False
    for column, weight in zip(table.columns, weights, strict=True):
        column.width = Cm(LARGEUR_CM * weight / sum(weights))
        for cell in column.cells:
            cell.width = column.width


def _rangee(row: CT_Row, cellules: dict[int, Cellule]) -> None:
    """Keep a row whole, its numbers to the right."""
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    column = 0
    for cell in row.tc_lst:
        found = cellules.get(column)
        if found is not None and found.nombre:
            for paragraph in cell.p_lst:
                paragraph.get_or_add_pPr().jc_val = _a_droite()
        column += cell.grid_span


def _a_droite() -> object:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return WD_ALIGN_PARAGRAPH.RIGHT


def _paragraphes(table: Table, row: CT_Row) -> list[Paragraph]:
    from docx.table import _Cell

    cells: list[CT_Tc] = row.tc_lst
    return [paragraph for cell in cells for paragraph in _Cell(cell, table).paragraphs]


def _petit(paragraph: Paragraph, *, gras: bool, couleur: str) -> None:
    from docx.shared import Pt, RGBColor

    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
    for run in paragraph.runs:
        run.font.size = Pt(TAILLE)
        if gras:
            run.font.bold = True
        if couleur:
            run.font.color.rgb = RGBColor.from_string(couleur)
