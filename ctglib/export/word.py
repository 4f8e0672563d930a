"""A document as a Word file that the parties finish by hand: headings, captions, alternative texts,
header rows.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, RGBColor
from docx.text.paragraph import Paragraph
from pptx.presentation import Presentation

from ctglib.document import blocs
from ctglib.document.signes import lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import dater
from ctglib.donnees.partage import nom_par_contenu, partager
from ctglib.export.document import Document, legende
from ctglib.export.html import modeles
from ctglib.export.typst import LARGEUR, compiler_typst, largeurs

MODELE = Path(__file__).parent / "modele.docx"  # the page and its styles, which Word changes
BLEU = "00558C"
FILET = "C9D2D9"
NOTE = "Note"
SOURCE = "Source"
AVERTISSEMENT = "Avertissement"
PAGE = "#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(donnees))"
LARGEUR_CM = 17.0
LOGO_CM = 3.5
PROPRIETE = 255  # characters: Word takes no more in one
A_LA_PAGE = LARGEUR_CM / 2.54 * 1440 / LARGEUR  # twentieths of a point for one of ours
POINTS_PAR_POUCE = 200  # sharp on paper, and a report stays under a few megabytes


def composer(document: Document) -> bytes:
    """Return the Word file of a document; charts become PNG images. Same document, same bytes."""
    word = docx.Document(str(MODELE))
    images = en_images(document)
    cover = document.couverture
    section = word.sections[0]
    head = document.rappel + " – ".join(filter(None, (document.titre, cover.territoire)))
    section.header.paragraphs[0].runs[0].text = montrable(head)
    if cover:
        section.footer.paragraphs[0].runs[0].text = montrable(f"{cover.source} – page\u00a0")
    _ecrire(word, document.titre, "Title")
    if cover:
        ecrire_word(cover, word, images)
    for bloc in document.papier:
        ecrire_word(bloc, word, images)
    # On one page: a heading, the question under it and what answers; a note and the source under
    # it.
    for before, after in pairwise(word.paragraphs):
        style = before._p.style or ""  # its id, as in ``_ecrire``
        if style.startswith("Heading"):
            before.paragraph_format.keep_with_next = after.paragraph_format.keep_with_next = True
        elif style == NOTE and after._p.style in (NOTE, SOURCE):
            before.paragraph_format.keep_with_next = True
    return terminer(word, document)


def ecrire_word(objet: object, word: Word, images: Mapping[str, bytes]) -> None:
    """Add an object of a document at the end of a Word file; ``images`` are those of ``en_images``."""
    match objet:
        case blocs.Groupe(pieces):
            for piece in pieces:
                ecrire_word(piece, word, images)
        case blocs.Couverture():
            logos = word.add_paragraph()
            for rank, logo in enumerate(objet.logos):
                logos.add_run(" – " if rank else "")
                if logo.nom in images:
                    _image(logos, images[logo.nom], f"Logo : {logo.nom}", LOGO_CM)
                else:
                    _remplir(logos, (blocs.Gras(logo.nom),))
            _ecrire(word, (blocs.Gras(objet.territoire), f" – {objet.sujet}"))
            mentions = word.add_paragraph()
            for rank, (name, value) in enumerate(objet.mentions):
                if rank:
                    mentions.add_run().add_break()
                _remplir(mentions, (blocs.Gras(name), f" : {value}"))
            if objet.avertissement:
                _ecrire(word, objet.avertissement, AVERTISSEMENT)
        case blocs.Titre(texte, niveau):
            _ecrire(word, texte, f"Heading {niveau - 1}")
        case blocs.Paragraphe(texte, classe):
            _ecrire(word, texte, NOTE if classe else "Normal")
        case blocs.Liste(items, ordonnee):
            for item in items:
                _ecrire(word, item, "List Number" if ordonnee else "List Bullet")
        case blocs.Encadre(paragraphes, citation, auteur):
            for text in paragraphes:
                _ecrire(word, text, "Quote" if citation else AVERTISSEMENT)
            if auteur:
                _ecrire(word, auteur, SOURCE)
        case blocs.Colonnes(
            colonnes
        ):  # in a section of the page in columns, which Word fills alike
            _finir_section(word, 1)
            for bloc in colonnes:
                ecrire_word(bloc, word, images)
            _finir_section(word, len(colonnes))
        case blocs.Dessin():
            _ecrire(word, legende(objet), "Image Caption")
            _image(word.add_paragraph(), images[f"figure-{objet.nom}"], objet.alt, LARGEUR_CM)
            if objet.lecture:
                _ecrire(word, (blocs.Gras("Lecture :"), f" {objet.lecture}"))
            _ecrire(word, f"Source : {objet.source}", SOURCE)
        # as XML: python-docx looks for each part of a table anew, which takes ten times longer
        case Tableau():
            caption = _ecrire(word, legende(objet), "Table Caption")
            widths = [round(A_LA_PAGE * width) for width in largeurs(objet)]
            table = modeles().get_template("tableau.xml.j2")
            caption._p.addnext(
                parse_xml(table.render(tableau=objet, largeurs=widths, bleu=BLEU, filet=FILET))
            )
            for note in objet.notes:
                _ecrire(word, note, NOTE)
            _ecrire(word, f"Source : {objet.source}", SOURCE)
        case _:
            raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Word")


def _ecrire(word: Word, texte: blocs.Texte, style: str = "Normal") -> Paragraph:
    paragraph = word.add_paragraph()
    paragraph._p.style = style.replace(
        " ", ""
    )  # its id; by its name, python-docx looks through all of them
    return _remplir(paragraph, texte)


def _remplir(paragraph: Paragraph, texte: blocs.Texte) -> Paragraph:
    """Write a text with its strong words and its links; a reference is the number of what it names."""
    for run in blocs.morceaux(texte):
        added = paragraph.add_run(montrable(run if isinstance(run, str) else run.texte))
        added.font.bold = isinstance(run, blocs.Gras) or None
        if isinstance(run, blocs.Lien) and not run.adresse.startswith("#"):
            link = OxmlElement("w:hyperlink")
            kind = RELATIONSHIP_TYPE.HYPERLINK
            link.set(qn("r:id"), paragraph.part.relate_to(run.adresse, kind, is_external=True))
            added.font.color.rgb = RGBColor.from_string(BLEU)
            added.font.underline = True
            link.append(added._r)
            paragraph._p.append(link)
    return paragraph


def _finir_section(word: Word, colonnes: int) -> None:
    """End a section on the page, with the paragraph written last; what follows has one column."""
    word.sections[-1].start_type = WD_SECTION.CONTINUOUS
    section = deepcopy(word.sections[-1]._sectPr)
    section.find(qn("w:cols")).set(qn("w:num"), str(colonnes))
    word.paragraphs[-1]._p.get_or_add_pPr().append(section)


def _image(paragraph: Paragraph, png: bytes, alt: str, largeur: float) -> None:
    picture = paragraph.add_run().add_picture(BytesIO(png), width=Cm(largeur))
    picture._inline.docPr.set("descr", lisible(alt))


def en_images(document: Document) -> dict[str, bytes]:
    """Return the drawings as PNG, which Word shows everywhere, by anchor, and the logos by name."""
    drawn = {f"figure-{dessin.nom}": lisible(dessin.svg_large) for dessin in document.dessins}
    logos = [logo for logo in document.couverture.logos if logo.contenu]
    drawn |= {logo.nom: logo.contenu.decode() for logo in logos if logo.suffixe == "svg"}
    making = {
        nom: partial(compiler_typst, PAGE, svg, format="png", ppi=POINTS_PAR_POUCE)
        for nom, svg in drawn.items()
    }
    made = {nom: partager(nom_par_contenu("image", make), make) for nom, make in making.items()}
    return made | {logo.nom: logo.contenu for logo in logos if logo.suffixe == "png"}


def terminer(fichier: Word | Presentation, document: Document) -> bytes:
    """Return the bytes of an Office file, which says what its document is, nothing of the clock nor
    of this machine.
    """
    properties = fichier.core_properties
    properties.title = montrable(document.titre)[:PROPRIETE]
    properties.author = ", ".join(montrable(logo.nom) for logo in document.couverture.logos)[
        :PROPRIETE
    ]
    properties.last_modified_by = properties.author
    properties.language = "fr-FR"
    properties.revision = 1
    properties.created = properties.modified = document.instant.replace(tzinfo=None)
    properties.comments = ""
    written = BytesIO()
    fichier.save(written)
    return dater(written, document.instant)
