"""The look of the Word document: fonts, colours, rules of the tables, header, footer and properties."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from ctglib.export.papier import instant

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    from ctglib.export.page import Page

POLICE = "Calibri"  # in every Word; ours cannot be embedded in a document that others edit
BLEU, GRIS, FILET = "00558C", "5B6470", "C9D2D9"
TAILLES = {"Normal": 10.5, "Title": 22, "Heading 1": 15, "Heading 2": 12, "Heading 3": 11, "Table Caption": 10.5}
TAILLE_TABLEAU = 8.5
MARGE_CM = 2.0
LARGEUR_CM = 17.0  # A4 without its margins
SIGNES_PAR_CELLULE = 36


def habiller(document: bytes, page: Page) -> bytes:
    """Return the document with the charter's look, its header, footer and properties."""
    import docx

    word = docx.Document(BytesIO(document))
    _styles(word)
    for section in word.sections:
        _page(section, page)
    for table in word.tables:
        _tableau(table)
    _proprietes(word, page)
    written = BytesIO()
    word.save(written)
    return written.getvalue()


def _styles(word: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for style in word.styles:
        if not hasattr(style, "font"):  # numbering
            continue
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]
        for attribute in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(attribute), POLICE)
        if style.name in TAILLES:
            style.font.size = Pt(TAILLES[style.name])
        if style.name == "Title" or style.name.startswith("Heading"):
            style.font.color.rgb = RGBColor.from_string(BLEU)
            style.font.bold = True
            if hasattr(style, "paragraph_format"):
                style.paragraph_format.keep_with_next = True
        if style.name in ("Table Caption", "Image Caption"):
            style.font.bold, style.font.italic = True, False
            style.paragraph_format.keep_with_next = True
    word.styles["Title"].paragraph_format.alignment = 0
    _langue(word)


def _langue(word: Document) -> None:
    from docx.oxml.ns import qn

    for lang in word.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "fr-FR")


def _page(section: Section, page: Page) -> None:
    from docx.shared import Cm

    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(MARGE_CM))
    couverture = page.couverture
    avertissement = couverture.get("avertissement", "")
    titles = [page.titre, couverture.get("territoire", ""), avertissement]
    _petit(section.header.paragraphs[0], " – ".join(title for title in titles if title))
    footer = section.footer.paragraphs[0]
    _petit(footer, f"{couverture.get('source', '')} – page\u00a0")
    _champ(footer, "PAGE")
    _petit(footer, " / ")
    _champ(footer, "NUMPAGES")


def _petit(paragraph: Paragraph, text: str) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.size = Pt(TAILLE_TABLEAU)
    run.font.color.rgb = RGBColor.from_string(GRIS)


def _champ(paragraph: Paragraph, nom: str) -> None:
    """Add a field that Word computes: the page's number, the number of pages."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), nom)
    _petit(paragraph, "1")
    field.append(paragraph._p[-1])
    paragraph._p.append(field)


def _tableau(table: Table) -> None:
    """Give a table light horizontal rules, small text, and rows that are not cut."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", FILET)):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    table._tbl.tblPr.append(borders)
    _largeurs(table)
    for row in table.rows:
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        for cell in {id(cell._tc): cell for cell in row.cells}.values():
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
                for run in paragraph.runs:
                    run.font.size = Pt(TAILLE_TABLEAU)


def _largeurs(table: Table) -> None:
    """Share the width of the page by what the columns hold: at least their longest word, at most a long line."""
    from docx.shared import Cm

    weights = []
    for column in table.columns:
        texts = [cell.text for cell in column.cells if cell.grid_span == 1]
        words = max((len(word) for text in texts for word in text.replace("-", "- ").split(" ")), default=1)
        weights.append(max(words + 4, min(max(map(len, texts), default=1), SIGNES_PAR_CELLULE)))
    table.autofit = False
    for column, weight in zip(table.columns, weights, strict=True):
        column.width = Cm(LARGEUR_CM * weight / sum(weights))
        for cell in column.cells:
            cell.width = column.width


def _proprietes(word: Document, page: Page) -> None:
    properties = word.core_properties
    properties.title = page.titre
    properties.author = ", ".join(logo["nom"] for logo in page.couverture.get("logos", []))
    properties.last_modified_by = properties.author
    properties.language = "fr-FR"
    properties.created = properties.modified = instant(page).replace(tzinfo=None)
    properties.revision = 1
