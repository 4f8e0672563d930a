"""A document as a Word file that the parties finish by hand: headings, captions, alternative texts,
header rows.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import cast

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.section import Section
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph
from pptx.presentation import Presentation

from ctglib.document import blocs
from ctglib.document.signes import lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import dater
from ctglib.donnees.modele_word import entetes_et_pieds
from ctglib.export.document import Document, legende
from ctglib.export.html import modeles
from ctglib.export.typst import LARGEUR, compiler_typst, largeurs

MODELE = Path(__file__).parent / "modele.docx"  # the page and its styles, which Word changes
BLEU = "00558C"
FILET = "C9D2D9"
NOTE = "Note"
STYLES = {
    "": "Normal",
    "note": NOTE,
    "chapo": "Normal",
    "chiffre": "Normal",
    "detail": NOTE,
    "verdict": "Normal",
    "intitule": NOTE,
}
TAILLES = {"chiffre": 24, "verdict": 11}  # points, of what is bold besides
SOURCE = "Source"
AVERTISSEMENT = "Avertissement"
PAGE = "#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(donnees))"
LARGEUR_CM = 17.0
LOGO_CM = 3.5
# Word has the fonts of its computer, not ours: the widest of those that stand in for Calibri draws
# its digits wider by this.
AISANCE = 1.3
PROPRIETE = 255  # characters: Word takes no more in one
A_LA_PAGE = LARGEUR_CM / 2.54 * 1440 / LARGEUR  # twentieths of a point for one of ours
POINTS_PAR_POUCE = 200  # sharp on paper, and a report stays under a few megabytes
AUTOUR_CM = 3.0  # of a drawing, what stays on its page: its caption, its reading


@dataclass(frozen=True)
class Page:
    """What the objects of a document are written on."""

    images: Mapping[str, bytes]  # see ``en_images``
    largeur: float  # of the text, in centimetres
    hauteur: float | None  # of a drawing, at most; None for our own page, where all of them hold


def composer(document: Document) -> bytes:
    """Return the Word file of a document; charts become PNG images. Same document, same bytes.

    It is written in the template of the convention (``Document.habillage``), else in ours.
    """
    modele = document.habillage.word
    word = docx.Document(BytesIO(MODELE.read_bytes() if modele is None else modele.octets))
    section = word.sections[0]
    page = Page(en_images(document), LARGEUR_CM, None)
    if modele is not None:
        page = replace(page, largeur=_largeur(section), hauteur=_hauteur(section) - AUTOUR_CM)
    couverture = document.couverture
    source = couverture.source if couverture else None
    _remplir_les_marges(word, montrable(document.entete), source)
    _ecrire(word, document.titre, "Title")
    if couverture:
        ecrire_word(couverture, word, page)
    for bloc in document.papier.corps:
        ecrire_word(bloc, word, page)

    # A heading stays on one page with the question under it and what answers; so does a note with
    # the source under it.
    for paragraphe, suivant in pairwise(word.paragraphs):
        style = _element(paragraphe).style or ""  # its id, as in ``_ecrire``
        if style.startswith("Heading"):
            paragraphe.paragraph_format.keep_with_next = True
            suivant.paragraph_format.keep_with_next = True
        elif style == NOTE and _element(suivant).style in (NOTE, SOURCE):
            paragraphe.paragraph_format.keep_with_next = True
    if document.habillage.couleur:
        _teindre(word, document.habillage.couleur.removeprefix("#").upper())
    return terminer(word, document)


def _teindre(word: Word, couleur: str) -> None:
    """Write what is in our blue in another colour, « RRGGBB »."""
    for racine in (word.styles.element, word.element.body):
        for element in racine.iter(qn("w:color")):
            if element.get(qn("w:val")) == BLEU:
                element.set(qn("w:val"), couleur)


def _largeur(section: Section) -> float:
    """Return the width of the text of a section, in centimetres."""
    marges = (section.left_margin, section.right_margin, section.gutter)
    return Emu((section.page_width or 0) - sum(marge or 0 for marge in marges)).cm


def _hauteur(section: Section) -> float:
    """Return the height of the text of a section, in centimetres."""
    marges = (section.top_margin, section.bottom_margin)
    return Emu((section.page_height or 0) - sum(abs(marge or 0) for marge in marges)).cm


def _remplir_les_marges(word: Word, entete: str, source: str | None) -> None:
    """Write the header and the footer of every page."""
    for en_haut, en_bas in entetes_et_pieds(word):
        en_haut.paragraphs[-1].runs[0].text = entete
        ligne = en_bas.paragraphs[-1]
        numerote = bool(_element(ligne).findall(qn("w:fldSimple")))  # the template may do it itself
        if not numerote:
            ligne.runs[0].text = montrable(source or "")
        elif source is not None:
            ligne.runs[0].text = montrable(f"{source} – page\u00a0")


def ecrire_word(  # noqa: C901 - one case a kind
    objet: object, word: Word, page: Page
) -> None:
    """Add an object of a document at the end of a Word file."""
    match objet:
        case blocs.Groupe(pieces):
            for piece in pieces:
                ecrire_word(piece, word, page)
        case blocs.Couverture():
            _ecrire_couverture(objet, word, page.images)
        case blocs.Titre(texte, niveau):
            _ecrire(word, texte, f"Heading {niveau - 1}")
        case blocs.Paragraphe(texte, classe):
            paragraphe = _ecrire(word, texte, STYLES[classe])
            if classe in TAILLES:
                for run in paragraphe.runs:
                    run.font.size = Pt(TAILLES[classe])
                    run.font.bold = True
                    if classe == "chiffre":
                        run.font.color.rgb = RGBColor.from_string(BLEU)
        case blocs.Liste(items, ordonnee):
            for item in items:
                _ecrire(word, item, "List Number" if ordonnee else "List Bullet")
        case blocs.Encadre(paragraphes, citation, auteur):
            for texte in paragraphes:
                _ecrire(word, texte, "Quote" if citation else AVERTISSEMENT)
            if auteur:
                _ecrire(word, auteur, SOURCE)
        case blocs.Colonnes(colonnes, classe) if classe:
            # Those of a first page, one under the other: Word's own fonts are too wide for three.
            for bloc in colonnes:
                ecrire_word(bloc, word, page)
        case blocs.Colonnes(colonnes):
            # In a section of the page in columns, which Word fills alike.
            _finir_section(word, 1)
            for bloc in colonnes:
                ecrire_word(bloc, word, page)
            _finir_section(word, len(colonnes))
        case blocs.Dessin():
            _ecrire(word, legende(objet), "Image Caption")
            image = page.images[f"figure-{objet.nom}"]
            largeur = min(LARGEUR_CM, page.largeur)
            _image(word.add_paragraph(), image, objet.alt, largeur, hauteur=page.hauteur)
            if objet.lecture:
                _ecrire(word, (blocs.Gras("Lecture :"), f" {objet.lecture}"))
            _ecrire(word, f"Source : {objet.source}", SOURCE)
        case Tableau():
            titre = _ecrire(word, legende(objet), "Table Caption")
            # As XML: python-docx looks for each part of a table anew, ten times slower.
            modele = modeles().get_template("tableau.xml.j2")
            a_la_page = A_LA_PAGE * page.largeur / LARGEUR_CM
            twips = [round(a_la_page * largeur) for largeur in largeurs(objet, AISANCE)]
            xml = modele.render(
                tableau=objet, legende=legende(objet), largeurs=twips, bleu=BLEU, filet=FILET
            )
            _element(titre).addnext(parse_xml(xml))
            for note in objet.notes:
                _ecrire(word, note, NOTE)
            _ecrire(word, f"Source : {objet.source}", SOURCE)
        case _:
            raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Word")


def _ecrire_couverture(
    couverture: blocs.Couverture, word: Word, images: Mapping[str, bytes]
) -> None:
    logos = word.add_paragraph()
    for rang, logo in enumerate(couverture.logos):
        logos.add_run(" – " if rang else "")
        if logo.nom in images:
            _image(logos, images[logo.nom], f"Logo : {logo.nom}", LOGO_CM)
        else:
            _remplir(logos, (blocs.Gras(logo.nom),))
    _ecrire(word, (blocs.Gras(couverture.territoire), f" – {couverture.sujet}"))
    mentions = word.add_paragraph()
    for rang, (mention, texte) in enumerate(couverture.mentions):
        if rang:
            mentions.add_run().add_break()
        _remplir(mentions, (blocs.Gras(mention), f" : {texte}"))
    if couverture.avertissement:
        _ecrire(word, couverture.avertissement, AVERTISSEMENT)


def _ecrire(word: Word, texte: blocs.Texte, style: str = "Normal") -> Paragraph:
    """Add a paragraph of a style, by the id of the style: by its name, python-docx looks through
    all of them.
    """
    paragraphe = word.add_paragraph()
    _element(paragraphe).style = style.replace(" ", "")
    return _remplir(paragraphe, texte)


def _remplir(paragraphe: Paragraph, texte: blocs.Texte) -> Paragraph:
    """Write a text with its strong words and its links; a reference is its number."""
    for morceau in blocs.morceaux(texte):
        mots = morceau if isinstance(morceau, str) else morceau.texte
        run = paragraphe.add_run(montrable(mots))
        run.font.bold = isinstance(morceau, blocs.Gras) or None
        if isinstance(morceau, blocs.Lien) and not morceau.adresse.startswith("#"):
            lien = OxmlElement("w:hyperlink")
            relation = paragraphe.part.relate_to(
                morceau.adresse, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
            )
            lien.set(qn("r:id"), relation)
            run.font.color.rgb = RGBColor.from_string(BLEU)
            run.font.underline = True
            lien.append(run.element)
            _element(paragraphe).append(lien)
    return paragraphe


def _finir_section(word: Word, colonnes: int) -> None:
    """End a section on the page, with the paragraph written last; what follows has one column."""
    word.sections[-1].start_type = WD_SECTION.CONTINUOUS
    section = deepcopy(word.element.body.sectPr)
    section.find(qn("w:cols")).set(qn("w:num"), str(colonnes))
    _element(word.paragraphs[-1]).get_or_add_pPr().append(section)


def _image(
    paragraphe: Paragraph,
    png: bytes,
    alternative: str,
    largeur: float,
    *,
    hauteur: float | None = None,
) -> None:
    """Add a picture to a paragraph, with its alternative text, which python-docx does not write.

    It is as wide as ``largeur``, unless it would be higher than ``hauteur``, in centimetres.
    """
    run = paragraphe.add_run()
    image = run.add_picture(BytesIO(png), width=Cm(largeur))
    if hauteur is not None and image.height > Cm(hauteur):
        image.width = Emu(round(image.width * Cm(hauteur) / image.height))
        image.height = Cm(hauteur)
    (proprietes,) = run.element.xpath(".//wp:docPr")
    proprietes.set("descr", lisible(alternative))


def _element(paragraphe: Paragraph) -> CT_P:
    """Return the XML of a paragraph, which python-docx gives by its format only."""
    return cast(CT_P, paragraphe.paragraph_format.element)


def en_images(document: Document) -> dict[str, bytes]:
    """Return the drawings as PNG, which Word shows everywhere, by anchor, and the logos by name."""
    svgs = {f"figure-{dessin.nom}": lisible(dessin.svg_large) for dessin in document.dessins}
    logos_png = {}
    for logo in document.couverture.logos:
        if logo.contenu and logo.suffixe == "svg":
            svgs[logo.nom] = logo.contenu.decode()
        elif logo.contenu:
            logos_png[logo.nom] = logo.contenu
    images = {
        nom: compiler_typst(PAGE, svg, format="png", ppi=POINTS_PAR_POUCE)
        for nom, svg in svgs.items()
    }
    return images | logos_png


def terminer(fichier: Word | Presentation, document: Document) -> bytes:
    """Return the bytes of an Office file, which says what its document is, nothing of the clock nor
    of this machine.
    """
    parties = ", ".join(montrable(logo.nom) for logo in document.couverture.logos)
    jour = document.instant.replace(tzinfo=None)
    proprietes = fichier.core_properties
    proprietes.title = montrable(document.titre)[:PROPRIETE]
    proprietes.author = parties[:PROPRIETE]
    proprietes.last_modified_by = proprietes.author
    proprietes.language = "fr-FR"
    proprietes.revision = 1
    proprietes.created = jour
    proprietes.modified = jour
    proprietes.comments = ""
    octets = BytesIO()
    fichier.save(octets)
    return dater(octets, document.instant)
