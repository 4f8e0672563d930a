"""Templates that are not ours, made for the tests: of Word and of PowerPoint, one by LibreOffice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pptx
import pptx.dml.color
import pptx.presentation
import pptx.util
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, RGBColor
from fichiers_hostiles import refait
from import_exemple import libreoffice
from PIL import Image

JAUNE = RGBColor(0xFF, 0xE0, 0x66)
VERT = RGBColor(0x1B, 0x5E, 0x20)
EN_TETE = "Communauté de communes d'ailleurs"
OUBLI = "Texte d'exemple du modèle, qui ne va dans aucun rapport."


def image() -> io.BytesIO:
    octets = io.BytesIO()
    Image.new("RGB", (120, 40), (27, 94, 32)).save(octets, "PNG")
    octets.seek(0)
    return octets


def _octets(document: docx.document.Document) -> bytes:
    octets = io.BytesIO()
    document.save(octets)
    return octets.getvalue()


def word_a_la_francaise() -> bytes:
    """A template whose styles have the ids of a French Word, a logo and text in its header, another
    on its first page, a heading in yellow, and an example in its body.
    """
    document = docx.Document()
    document.styles["Heading 1"].font.color.rgb = JAUNE
    document.styles["Heading 2"].font.color.rgb = VERT
    document.styles["Normal"].font.name = "Georgia"
    for style in document.styles.element.findall(qn("w:style")):
        cle = qn("w:styleId")
        if style.get(cle).startswith("Heading"):
            style.set(cle, style.get(cle).replace("Heading", "Titre"))
    document.add_paragraph(OUBLI)
    document.add_table(2, 2)
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for entete in (section.header, section.first_page_header):
        entete.paragraphs[0].add_run(EN_TETE)
        entete.paragraphs[0].add_run().add_picture(image(), width=Cm(3))
    document.core_properties.author = "Jeanne Martin"
    return _octets(document)


def word_en_paysage() -> bytes:
    """A template in landscape, with wide margins, in two columns."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width = Cm(29.7)
    section.page_height = Cm(21)
    section.left_margin = section.right_margin = Cm(6)
    section._sectPr.find(qn("w:cols")).set(qn("w:num"), "2")
    return _octets(document)


def word_sans_styles() -> bytes:
    """A template that has three styles, and nothing to draw lists with."""
    document = docx.Document()
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in ("Normal", "Heading1", "DefaultParagraphFont"):
            styles.remove(style)
    part = document.part
    cle = next(cle for cle, lien in part.rels.items() if lien.reltype.endswith("/numbering"))
    part.rels.pop(cle)
    return _octets(document)


def par_libreoffice(contenu: bytes, dossier: Path, fin: str, autre: str) -> bytes:
    """Return an Office file that LibreOffice has saved, through its own format."""
    source = dossier / f"modele{fin}"
    source.write_bytes(contenu)
    libreoffice(source, dossier, autre)
    source.unlink()
    libreoffice(source.with_suffix(f".{autre}"), dossier, fin.removeprefix("."))
    return source.read_bytes()


def avec_partie(contenu: bytes, nom: str, partie: bytes) -> bytes:
    """Return an Office file with one more part."""
    cible = io.BytesIO(contenu)
    with zipfile.ZipFile(cible, "a") as archive:
        archive.writestr(nom, partie)
    return cible.getvalue()


def avec_relation(contenu: bytes, partie: str, sorte: str, cible: str, *, dehors: bool) -> bytes:
    """Return an Office file, one part of which leads to something more."""
    espace = "/".join(
        ("http:", "", "schemas.openxmlformats.org", "officeDocument", "2006", "relationships")
    )
    mode = ' TargetMode="External"' if dehors else ""
    relation = f'<Relationship Id="rId999" Type="{espace}/{sorte}" Target="{cible}"{mode}/>'
    fin = b"</Relationships>"
    ajouter: Callable[[bytes], bytes] = lambda xml: xml.replace(fin, relation.encode() + fin)  # noqa: E731
    return refait(contenu, partie, ajouter)


def _jeu(presentation: pptx.presentation.Presentation) -> bytes:
    octets = io.BytesIO()
    presentation.save(octets)
    return octets.getvalue()


def diapositives_en_4_3() -> bytes:
    """A template of PowerPoint's ordinary layouts, 4:3, with a slide of its own."""
    presentation = pptx.Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[1])
    page.shapes.title.text = OUBLI
    presentation.core_properties.author = "Jeanne Martin"
    return _jeu(presentation)


def diapositives_en_francais() -> bytes:
    """A template in 16:9 with French names and white titles on dark green, but for its layouts of
    titles alone, which it has not.
    """
    presentation = pptx.Presentation()
    presentation.slide_width = pptx.util.Inches(13.333)
    noms = {0: "Diapositive de titre", 1: "Titre et contenu"}
    for rang, disposition in enumerate(list(presentation.slide_layouts)):
        if rang in noms:
            disposition.name = noms[rang]
        else:
            presentation.slide_layouts.remove(disposition)
    fond = presentation.slide_master.background.fill
    fond.solid()
    fond.fore_color.rgb = pptx.dml.color.RGBColor(0x1B, 0x5E, 0x20)
    return _jeu(presentation)


def diapositives_aux_autres_noms() -> bytes:
    """A template whose layouts have names of their own, one of which has a title and a text."""
    presentation = pptx.Presentation()
    for rang, disposition in enumerate(list(presentation.slide_layouts)):
        if rang == 1:
            disposition.name = "Page courante"
        else:
            presentation.slide_layouts.remove(disposition)
    return _jeu(presentation)
