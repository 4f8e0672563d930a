"""The look of the Word document: fonts, colours, styles, header, footer and properties."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

from ctglib.export.papier import en_tete, instant
from ctglib.export.word_tableaux import habiller_tableau

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import BaseStyle
    from docx.text.paragraph import Paragraph

    from ctglib.export.page import Page
    from ctglib.export.tables_typst import Table as Source

POLICE = "Calibri"  # in every Word; ours cannot be embedded in a document that others edit
BLEU, GRIS, ALERTE = "00558C", "5B6470", "8A6100"
TAILLES = {"Normal": 10.5, "Title": 22, "Heading 1": 15, "Heading 2": 12, "Heading 3": 11, "Table Caption": 10.5}
TAILLE_TABLEAU = 8.5
NOTE, SOURCE, AVERTISSEMENT = "Note", "Source", "Avertissement"
PIEDS = (NOTE, SOURCE)
MARGE_CM = 2.0


def habiller(document: bytes, page: Page, tables: list[Source]) -> bytes:
    """Return the document with the charter's look, its header, footer and properties.

    Args:
        document: As pandoc writes it.
        page: What it says of the report.
        tables: Its tables in order, with what Word does not keep: which cells are numbers.
    """
    import docx

    word = docx.Document(BytesIO(document))
    _styles(word)
    for section in word.sections:
        _page(section, page)
    for table, source in zip(word.tables, tables, strict=True):
        habiller_tableau(table, source)
    _ensemble(word)
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
        _petits_styles(style)
    word.styles["Title"].paragraph_format.alignment = 0
    _langue(word)


def _petits_styles(style: BaseStyle) -> None:
    from docx.shared import Pt, RGBColor

    if style.name in PIEDS:
        style.font.size, style.font.color.rgb = Pt(TAILLE_TABLEAU), RGBColor.from_string(GRIS)
        style.paragraph_format.space_before = Pt(3)
        style.paragraph_format.space_after = Pt(10 if style.name == SOURCE else 0)
    elif style.name == AVERTISSEMENT:
        style.font.bold, style.font.color.rgb = True, RGBColor.from_string(ALERTE)
    elif style.name in ("Table Caption", "Image Caption"):
        style.paragraph_format.space_before = Pt(12)


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
    titles = [page.titre, couverture.get("territoire", "")]
    warning = en_tete(couverture.get("avertissement", ""))
    _petit(section.header.paragraphs[0], warning + " – ".join(title for title in titles if title))
    footer = section.footer.paragraphs[0]
    _petit(footer, f"{couverture.get('source', '')} – page\u00a0")
    _champ(footer, "PAGE")
    _petit(footer, "\u00a0/\u00a0")
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


def _ensemble(word: Document) -> None:
    """Keep on one page a heading, the question under it and what answers."""
    paragraphs = word.paragraphs
    for before, after in pairwise(paragraphs):
        if before.style.name.startswith("Heading") or (before.style.name == NOTE and after.style.name in PIEDS):
            after.paragraph_format.keep_with_next = before.style.name != NOTE or after.style.name == NOTE
            before.paragraph_format.keep_with_next = True


def _proprietes(word: Document, page: Page) -> None:
    properties = word.core_properties
    properties.title = page.titre
    properties.author = ", ".join(logo["nom"] for logo in page.couverture.get("logos", []))
    properties.last_modified_by = properties.author
    properties.language = "fr-FR"
    properties.created = properties.modified = instant(page).replace(tzinfo=None)
    properties.revision = 1
