"""A Word template that somebody gives, made to serve in the place of ours (``modele_office``).

Its styles are found by their names, which Word writes in English whatever its language, and take
the ids of ours: whoever writes a report knows those alone. What it lacks is copied from ours. Its
page, its headers and its footers stay; what was written in it goes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ctglib.donnees.couleurs import LISIBLE, contraste
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.modele_office import (
    MODELE_ILLISIBLE,
    ModeleAdopte,
    garder_les_relations,
    genre,
    relations,
    relations_de,
    retirer_l_identite,
    verifier_l_archive,
    verifier_les_relations,
)

if TYPE_CHECKING:
    from docx.document import Document as Word

# Ids of the styles that reports are written with, as in our own template.
STYLES = (
    *("Normal", "Title", "Heading1", "Heading2", "Heading3", "Heading4", "ListBullet"),
    *("ListNumber", "Quote", "Header", "Footer", "TableCaption", "ImageCaption", "Note"),
    *("Source", "Avertissement", "Cellule"),
)
LEGENDES = ("TableCaption", "ImageCaption")  # a template has one style for both, « caption »
LEGENDE = "caption"
TEXTE = "Normal"
GARDEES = (
    *("styles", "stylesWithEffects", "numbering", "settings", "webSettings", "fontTable"),
    *("theme", "header", "footer", "footnotes", "endnotes"),
)
# Of the settings: what leads out of the document, and what keeps the reader from finishing it.
REGLAGES_RETIRES = (
    *("attachedTemplate", "mailMerge", "documentProtection", "writeProtection", "trackRevisions"),
    *("linkStyles", "formsDesign"),
)
# Which elements name a style.
RENVOIS = (
    *("basedOn", "next", "link", "pStyle", "rStyle", "tblStyle", "styleLink", "numStyleLink"),
    *("clickAndTypeStyle", "defaultTableStyle"),
)
CM = 360_000  # in the unit of python-docx
LARGEUR_AU_MOINS = 8 * CM  # of the text, between the margins
IMAGE = "Image du modèle"
BLANC = "#ffffff"
NOIR = "#000000"
LANGUE = "fr-FR"
COULEUR = re.compile("[0-9A-Fa-f]{6}")


def adopter_word(nom: str, contenu: bytes, le_notre: bytes) -> ModeleAdopte:
    """Return a template as our reports use it, with the styles that it lacks taken from ours.

    It is to be called in the child process of ``enclos``.

    Args:
        nom: The name of the file, for the faults.
        contenu: Its bytes.
        le_notre: Those of our own template.

    Raises:
        DonneesInvalides: It is no Word document, it holds what is refused of a template, or its
            text is too narrow for a table.
    """
    import docx

    verifier_l_archive(nom, contenu, programme="Word", fin=".docx")
    modele = docx.Document(io.BytesIO(le_notre))
    try:
        word = docx.Document(io.BytesIO(contenu))
        paquet = word.part.package
        retirer_l_identite(paquet)
        _vider(word, modele)
        _nettoyer_les_reglages(word)
        garder_les_relations(word.part, GARDEES)
        verifier_les_relations(nom, paquet)
        section = word.sections[0]
        marges = (section.left_margin, section.right_margin, section.gutter)
        largeur = (section.page_width or 0) - sum(marge or 0 for marge in marges)
        if largeur < LARGEUR_AU_MOINS:
            raise refus(nom, *mots("modele_etroit", cm=round(largeur / CM, 1)))
        absents = _adopter_les_styles(word, modele)
        illisibles = _rendre_lisibles(word, modele, absents)
        _parler_francais(word)
        _ajouter_entete_et_pied(word, modele)
        octets = io.BytesIO()
        word.save(octets)
    except MODELE_ILLISIBLE:
        raise refus(nom, *mots("modele_abime", programme="Word", fin=".docx")) from None
    return ModeleAdopte(octets.getvalue(), tuple(absents), illisibles)


def _qn(nom: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{nom}")


def _valeur(element: Any, *chemin: str) -> str | None:
    """Return the « val » of what is found by its names from an element, None when it is not."""
    for nom in chemin:
        element = element.find(_qn(nom))
        if element is None:
            return None
    return element.get(_qn("val"))


def _vider(word: Word, modele: Word) -> None:
    """Leave of the body its last section alone, in one column, with the size of a page."""
    document: Any = word.element
    fond = document.find(_qn("background"))
    if fond is not None:  # charts are on white
        document.remove(fond)
    corps = document.body
    for element in list(corps):
        if element.tag != _qn("sectPr"):
            corps.remove(element)
    la_notre = modele.element.body.sectPr
    section = corps.get_or_add_sectPr()
    for nom in ("type", "cols", "lnNumType", "sectPrChange", "printerSettings"):
        for element in section.findall(_qn(nom)):
            section.remove(element)
    for nom in ("pgMar", "pgSz"):
        if section.find(_qn(nom)) is None:
            section.insert(_rang_de_la_page(section), deepcopy(la_notre.find(_qn(nom))))
    colonnes = deepcopy(la_notre.find(_qn("cols")))
    rangs = [section.index(section.find(_qn("pgMar")))]
    for nom in ("paperSrc", "pgBorders", "pgNumType"):
        rangs += [section.index(element) for element in section.findall(_qn(nom))]
    section.insert(max(rangs) + 1, colonnes)


def _rang_de_la_page(section: Any) -> int:
    """Return where the size of the page stands in a section: after its headers and footers."""
    avant = ("headerReference", "footerReference", "footnotePr", "endnotePr")
    return sum(element.tag in [_qn(nom) for nom in avant] for element in section)


def _nettoyer_les_reglages(word: Word) -> None:
    reglages = word.settings.element
    for nom in REGLAGES_RETIRES:
        for element in reglages.findall(_qn(nom)):
            reglages.remove(element)
    partie = _partie(word, "settings")  # python-docx has made one, where there was none
    for cle, relation in list(relations(partie)):
        if relation.is_external:  # the template of the template
            relations_de(partie).pop(cle)


def _adopter_les_styles(word: Word, modele: Word) -> list[str]:
    """Give the styles of a template the ids of ours, and return the names of those that it lacks,
    which are then ours.
    """
    styles = word.styles.element
    les_notres = {style.get(_qn("styleId")): style for style in modele.styles.element}
    par_nom = {}
    for style in styles.findall(_qn("style")):
        if style.get(_qn("type")) == "paragraph":
            par_nom.setdefault(_nom_de(style).lower(), style)
            if style.get(_qn("default")) in ("1", "true"):
                par_nom.setdefault(TEXTE.lower(), style)

    absents = []
    for id_du_notre in STYLES:
        le_notre = les_notres[id_du_notre]
        style = par_nom.get(_nom_de(le_notre).lower())
        if style is not None:
            _renommer(word, style.get(_qn("styleId")), id_du_notre)
            continue
        copie = deepcopy(le_notre)
        legende = par_nom.get(LEGENDE) if id_du_notre in LEGENDES else None
        if legende is not None:  # what it says of captions holds
            copie.find(_qn("basedOn")).set(_qn("val"), legende.get(_qn("styleId")))
            copie.remove(copie.find(_qn("rPr")))
        else:
            absents.append(_nom_de(copie))
            for element in copie.findall(f"{_qn('rPr')}/{_qn('rFonts')}"):
                element.getparent().remove(element)
            _copier_la_liste(word, modele, copie)
        for element in copie.findall(_qn("link")):
            copie.remove(element)
        _liberer(word, id_du_notre)
        styles.append(copie)
    for style in styles.findall(_qn("style")):
        if style.get(_qn("styleId")) == TEXTE:  # LibreOffice does not say it
            style.set(_qn("default"), "1")
    return absents


def _nom_de(style: Any) -> str:
    """Return the name of a style as Word shows it: « heading 1 » is « Heading 1 »."""
    nom = _valeur(style, "name") or ""
    return nom[:1].upper() + nom[1:]


def _racines(word: Word) -> list[Any]:
    """Return the parts of a document that may name a style."""
    racines = [word.styles.element, word.settings.element]
    for _, relation in relations(word.part):
        if genre(relation) in ("header", "footer", "numbering") and not relation.is_external:
            racines.append(relation.target_part.element)
    return racines


def _renommer(word: Word, ancien: str, nouveau: str) -> None:
    """Give a style another id, which no other style keeps."""
    if ancien == nouveau:
        return
    _liberer(word, nouveau)
    for style in word.styles.element.findall(_qn("style")):
        if style.get(_qn("styleId")) == ancien:
            style.set(_qn("styleId"), nouveau)
    noms = {_qn(renvoi) for renvoi in RENVOIS}
    for racine in _racines(word):
        for element in racine.iter():
            if element.tag in noms and element.get(_qn("val")) == ancien:
                element.set(_qn("val"), nouveau)


def _liberer(word: Word, pris: str) -> None:
    """Give the style that has an id, if any, another one that none has."""
    ids = {style.get(_qn("styleId")) for style in word.styles.element.findall(_qn("style"))}
    if pris in ids:
        rang = 1
        while f"{pris}-{rang}" in ids:
            rang += 1
        _renommer(word, pris, f"{pris}-{rang}")


def _copier_la_liste(word: Word, modele: Word, style: Any) -> None:
    """Copy what draws the bullets or the numbers of a style of ours, if it has any."""
    numero = style.find(f"{_qn('pPr')}/{_qn('numPr')}/{_qn('numId')}")
    if numero is None:
        return
    la_notre = _partie(modele, "numbering")
    liste = _partie(word, "numbering")
    assert la_notre is not None  # our own template has it
    if liste is None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.parts.numbering import NumberingPart

        nom = PackURI("/word/numbering.xml")
        contenu = deepcopy(la_notre.element)
        paquet: Any = word.part.package
        partie = NumberingPart(nom, la_notre.content_type, contenu, paquet)
        word.part.relate_to(partie, RELATIONSHIP_TYPE.NUMBERING)
        return
    _ajouter_la_liste(liste.element, la_notre.element, numero)


def _partie(word: Word, sorte: str) -> Any:
    """Return the part of a kind that a document leads to, None when it has none."""
    for _, relation in relations(word.part):
        if genre(relation) == sorte:
            return relation.target_part
    return None


def _ajouter_la_liste(listes: Any, les_notres: Any, numero: Any) -> None:
    """Add a list of ours to those of a template, under numbers that it does not use; ``numero`` is
    the one of the style, which changes.
    """
    (num,) = les_notres.xpath(f'w:num[@w:numId="{numero.get(_qn("val"))}"]')
    abstrait = _valeur(num, "abstractNumId")
    (dessin,) = les_notres.xpath(f'w:abstractNum[@w:abstractNumId="{abstrait}"]')
    dessin = deepcopy(dessin)
    num = deepcopy(num)
    dessins_pris = [int(pris) for pris in listes.xpath("w:abstractNum/@w:abstractNumId")]
    nums_pris = [int(pris) for pris in listes.xpath("w:num/@w:numId")]
    dessin_libre = str(1 + max(dessins_pris, default=0))
    num_libre = str(1 + max(nums_pris, default=0))
    dessin.set(_qn("abstractNumId"), dessin_libre)
    num.find(_qn("abstractNumId")).set(_qn("val"), dessin_libre)
    num.set(_qn("numId"), num_libre)
    numero.set(_qn("val"), num_libre)
    presents = listes.findall(_qn("num"))
    if presents:  # all drawings stand before all numbers
        presents[0].addprevious(dessin)
        presents[-1].addnext(num)
    else:
        listes.append(dessin)
        listes.append(num)


def _rendre_lisibles(word: Word, modele: Word, absents: list[str]) -> dict[str, float]:
    """Give our colour to the styles that could not be read, and return their contrasts, by the name
    of the style that says the colour; those that are ours, being absent, are not said.
    """
    styles = {style.get(_qn("styleId")): style for style in word.styles.element}
    les_notres = {style.get(_qn("styleId")): style for style in modele.styles.element}
    illisibles = {}
    for id_du_style in STYLES:
        style = styles[id_du_style]
        chaine = _chaine(style, styles)
        fond = _premiere(chaine, _fond_de) or BLANC
        encre = _premiere(chaine, _encre_de) or NOIR
        trouve = contraste(encre, fond)
        if trouve >= LISIBLE:
            continue
        if _nom_de(style) not in absents:
            porteurs = [autre for autre in chaine if _encre_de(autre) or _fond_de(autre)]
            illisibles[_nom_de(porteurs[0])] = trouve
        _colorer(style, _encre_lisible(_encre_de(les_notres[id_du_style]), fond))
    return illisibles


def _chaine(style: Any, styles: dict[str, Any]) -> list[Any]:
    """Return a style, and those that it is based on, the nearest first."""
    chaine = []
    while style is not None and style not in chaine:
        chaine.append(style)
        style = styles.get(_valeur(style, "basedOn") or "")
    return chaine


def _premiere(chaine: list[Any], lire: Callable[[Any], str | None]) -> str | None:
    """Return the first colour that a style, or one that it is based on, says."""
    for style in chaine:
        couleur = lire(style)
        if couleur:
            return couleur
    return None


def _encre_de(style: Any) -> str | None:
    return _hexa(_valeur(style, "rPr", "color"))


def _fond_de(style: Any) -> str | None:
    for proprietes in ("rPr", "pPr"):
        ombre = style.find(f"{_qn(proprietes)}/{_qn('shd')}")
        if ombre is not None and _hexa(ombre.get(_qn("fill"))):
            return _hexa(ombre.get(_qn("fill")))
    return None


def _hexa(ecrite: str | None) -> str | None:
    """Return a colour of Word as « #rrggbb », None for one that it chooses by itself."""
    if ecrite and COULEUR.fullmatch(ecrite):
        return f"#{ecrite.lower()}"
    return None


def _encre_lisible(la_notre: str | None, fond: str) -> str:
    """Return the first of our colour, black and white that can be read on a background."""
    for encre in (la_notre or NOIR, NOIR, BLANC):
        if contraste(encre, fond) >= LISIBLE:
            return encre
    return NOIR  # not reached: black or white always can


def _colorer(style: Any, couleur: str) -> None:
    for element in style.findall(f"{_qn('rPr')}/{_qn('color')}"):
        element.getparent().remove(element)
    proprietes = style.get_or_add_rPr()
    encre = proprietes.get_or_add_color()
    encre.set(_qn("val"), couleur.removeprefix("#").upper())


def _parler_francais(word: Word) -> None:
    """Have a screen reader read all of it in French."""
    from docx.oxml import OxmlElement

    styles = word.styles.element
    for langue in list(styles.iter(_qn("lang"))):
        langue.getparent().remove(langue)
    defauts = styles.find(_qn("docDefaults"))
    if defauts is None:
        defauts = OxmlElement("w:docDefaults")
        styles.insert(0, defauts)
    element = defauts
    for nom in ("rPrDefault", "rPr"):
        enfant = element.find(_qn(nom))
        if enfant is None:
            enfant = OxmlElement(f"w:{nom}")
            element.insert(0, enfant)
        element = enfant
    langue = OxmlElement("w:lang")
    langue.set(_qn("val"), LANGUE)
    element.append(langue)


def _ajouter_entete_et_pied(word: Word, modele: Word) -> None:
    """Add to each header and footer the line that a report writes in ours, as its last one."""
    la_notre = modele.sections[0]
    for entete, pied in entetes_et_pieds(word):
        _ajouter_la_ligne(entete._element, la_notre.header._element)
        _ajouter_la_ligne(pied._element, la_notre.footer._element)


def entetes_et_pieds(word: Word) -> list[tuple[Any, Any]]:
    """Return each header of a document with its footer: of all pages, then of the first one and of
    the even ones, where these have their own.
    """
    section = word.sections[0]
    paires = [(section.header, section.footer)]
    if section.different_first_page_header_footer:
        paires.append((section.first_page_header, section.first_page_footer))
    if word.settings.odd_and_even_pages_header_footer:
        paires.append((section.even_page_header, section.even_page_footer))
    return paires


def _ajouter_la_ligne(place: Any, la_notre: Any) -> None:
    """Add the line of ours to a header or a footer; what numbers the pages is there once, and an
    image that says nothing of itself is said to be of the template.
    """
    for image in place.xpath(".//wp:docPr"):
        if not image.get("descr"):
            image.set("descr", IMAGE)
    (ligne,) = deepcopy(la_notre).findall(_qn("p"))
    textes = "".join(place.itertext()) + " ".join(
        champ.get(_qn("instr"), "") for champ in place.iter(_qn("fldSimple"))
    )
    if "PAGE" in textes:
        for element in list(ligne)[2:]:  # after its properties and its first run
            ligne.remove(element)
    derniers = place.findall(_qn("p"))
    est_vide = len(place) == 1 and derniers and not derniers[0].xpath(".//w:r")
    if est_vide:
        place.remove(derniers[0])
    place.append(ligne)
