"""A PowerPoint template that somebody gives, made to serve in place of ours (``modele_office``).

Its layouts are found by their names, in French or in English, or by their kind; one that it lacks
is copied from ours. Its slides go.
"""

from __future__ import annotations

import io
from colorsys import hls_to_rgb, rgb_to_hls
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ctglib.donnees.couleurs import LISIBLE, contraste
from ctglib.donnees.fautes import mots, phrases, refus
from ctglib.donnees.modele_office import (
    MODELE_ILLISIBLE,
    ModeleAdopte,
    garder_les_relations,
    retirer_l_identite,
    verifier_l_archive,
    verifier_les_relations,
)

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import SlideLayout

TABLEAU = "Tableau"  # beside the layouts, what the colours of the theme must let be read
GARDEES = ("slideMaster", "presProps", "viewProps", "tableStyles", "theme")
# Of the presentation: its slides and what is about them.
RETIRES = (
    *("sldIdLst", "notesMasterIdLst", "handoutMasterIdLst", "custShowLst", "embeddedFontLst"),
    *("modifyVerifier", "custDataLst", "photoAlbum", "extLst"),
)
TITRES = ("title", "ctrTitle")
TEXTES = ("body", "subTitle", "obj", None)  # None: of a placeholder that says no type, content
FOND_UNI = "1001"  # the fill of a background that is the colour of the theme, as it is
BANDE = 0.6  # of white, in the darker rows of the tables of PowerPoint
POUCE = 914_400
CM = 360_000
DE_LARGE_AU_MOINS = 6 * POUCE
DE_HAUT_AU_MOINS = 4 * POUCE


def adopter_diapositives(nom: str, contenu: bytes, le_notre: bytes) -> ModeleAdopte:
    """Return a template as our slides use it, with the layouts that it lacks taken from ours.

    It is to be called in the child process of ``enclos``; the arguments are those of
    ``adopter_word``.

    Raises:
        DonneesInvalides: It is no PowerPoint file, it holds what is refused of a template, or its
            slides are too small.
    """
    import pptx

    verifier_l_archive(nom, contenu, programme="PowerPoint", fin=".pptx")
    modele = pptx.Presentation(io.BytesIO(le_notre))
    try:
        presentation = pptx.Presentation(io.BytesIO(contenu))
        paquet = presentation.part.package
        retirer_l_identite(paquet)
        racine = presentation.element
        for element in list(racine):
            if element.tag.rpartition("}")[2] in RETIRES:
                racine.remove(element)
        garder_les_relations(presentation.part, GARDEES)
        verifier_les_relations(nom, paquet)
        large = presentation.slide_width or 0
        haut = presentation.slide_height or 0
        if large < DE_LARGE_AU_MOINS or haut < DE_HAUT_AU_MOINS:
            raise refus(nom, *mots("modele_petit", large=large / CM, haut=haut / CM))
        dispositions, absents = _choisir(presentation, modele)
        illisibles = {}
        sures = set()
        for sorte, rang in dispositions.items():
            disposition = presentation.slide_layouts[rang]
            trouve = _contraste(disposition)
            if trouve is None:  # on an image, a gradient: our colours
                continue
            if trouve >= LISIBLE:
                sures.add(sorte)
            elif sorte not in absents:
                illisibles[disposition.name] = trouve
        if _tableaux_lisibles(_theme(presentation.slide_layouts[0])):
            sures.add(TABLEAU)
        octets = io.BytesIO()
        presentation.save(octets)
    except MODELE_ILLISIBLE:
        valeurs = {"programme": "PowerPoint", "fin": ".pptx"}
        raise refus(nom, *mots("modele_abime", **valeurs)) from None
    return ModeleAdopte(
        octets.getvalue(), tuple(absents), illisibles, dispositions, frozenset(sures)
    )


def _qn(nom: str) -> str:
    from pptx.oxml.ns import qn

    return qn(nom)


def _choisir(presentation: Presentation, modele: Presentation) -> tuple[dict[str, int], list[str]]:
    """Return the number of the layout of each kind of ours, and the kinds that ours had to be
    copied for.
    """
    regles = phrases("habillage.yaml")["dispositions"]
    choisies: dict[str, int] = {}
    absents = []
    for sorte, regle in regles.items():
        rang = _chercher(presentation, [sorte, *regle["noms"]], regle["genres"], regle["texte"])
        if rang is None:
            absents.append(sorte)
            la_notre = modele.slide_layouts.get_by_name(sorte)
            assert la_notre is not None  # our own file has it
            rang = _copier(presentation, la_notre, modele)
        choisies[sorte] = rang
    return choisies, absents


def _chercher(
    presentation: Presentation, noms: list[str], genres: list[str], texte: bool
) -> int | None:
    """Return the number of the first layout of one of these names, else of these kinds, that has a
    title, and a place for a text if there has to be one; None without any.
    """
    par_nom: dict[str, int] = {}
    par_genre: dict[str, int] = {}
    for rang, disposition in enumerate(presentation.slide_layouts):
        sortes = [genre_de_la_place(place.element) for place in disposition.placeholders]
        a_un_titre = any(sorte in TITRES for sorte in sortes)
        a_un_texte = any(sorte in TEXTES for sorte in sortes)
        if a_un_titre and (a_un_texte or not texte):
            par_nom.setdefault(disposition.name.strip().lower(), rang)
            par_genre.setdefault(disposition.element.get("type") or "", rang)
    for nom in noms:
        if nom.lower() in par_nom:
            return par_nom[nom.lower()]
    for genre in genres:
        if genre in par_genre:
            return par_genre[genre]
    return None


def genre_de_la_place(place: Any) -> str | None:
    """Return the type of a placeholder, None when it says none."""
    (ph,) = place.xpath("./*/p:nvPr/p:ph")
    return ph.get("type")


def _copier(presentation: Presentation, la_notre: SlideLayout, modele: Presentation) -> int:
    """Add a layout of ours to a template, at the size of its slides, and return its number."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.packuri import PackURI
    from pptx.parts.slide import SlideLayoutPart

    maitre = presentation.slide_masters[0]
    element = deepcopy(la_notre.element)
    large = (presentation.slide_width or 0) / (modele.slide_width or 1)
    haut = (presentation.slide_height or 0) / (modele.slide_height or 1)
    for mesure, facteur in (("x", large), ("cx", large), ("y", haut), ("cy", haut)):
        for place in element.iter(_qn("a:off"), _qn("a:ext")):
            if place.get(mesure) is not None:
                place.set(mesure, str(round(int(place.get(mesure)) * facteur)))
    paquet = presentation.part.package
    nom = PackURI(str(paquet.next_partname("/ppt/slideLayouts/slideLayout%d.xml")))
    partie = SlideLayoutPart(nom, la_notre.part.content_type, paquet, element)
    partie.relate_to(maitre.part, RELATIONSHIP_TYPE.SLIDE_MASTER)
    cle = maitre.part.relate_to(partie, RELATIONSHIP_TYPE.SLIDE_LAYOUT)
    pris = [int(i) for i in presentation.element.xpath("p:sldMasterIdLst/p:sldMasterId/@id")]
    for autre in presentation.slide_masters:
        pris += [int(i) for i in autre.element.xpath("p:sldLayoutIdLst/p:sldLayoutId/@id")]
    liste = maitre.element.get_or_add_sldLayoutIdLst()
    ligne = liste.makeelement(_qn("p:sldLayoutId"), {})
    ligne.set("id", str(max(pris, default=2_147_483_648) + 1))
    ligne.set(_qn("r:id"), cle)
    liste.append(ligne)
    return len(liste) - 1


# Colours.


def _contraste(disposition: SlideLayout) -> float | None:
    """Return the least contrast of the texts of a layout on its background, None when one of these
    colours cannot be known.
    """
    maitre = disposition.slide_master
    theme = _theme(disposition)
    fond = _fond(disposition.element, theme) or _fond(maitre.element, theme)
    if not fond:
        return None
    contrastes = []
    for place in disposition.placeholders:
        sorte = genre_de_la_place(place.element)
        if sorte not in (*TITRES, *TEXTES):
            continue
        style = "p:titleStyle" if sorte in TITRES else "p:bodyStyle"
        sources = [*place.element.xpath("./p:txBody/a:lstStyle")]
        sources += maitre.element.xpath(f"./p:txStyles/{style}")
        remplissages = []
        for source in sources:
            remplissages += _trouver(source, "a:lvl1pPr", "a:defRPr", "a:solidFill")
        encre = theme.get("tx1")
        if remplissages:
            encre = _couleur(remplissages[0], theme)
        if not encre:
            return None
        contrastes.append(contraste(encre, fond))
    return min(contrastes, default=None)


def _theme(disposition: SlideLayout) -> dict[str, str]:
    """Return the colours of the theme by name, « tx1 » and « bg1 » among them."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.oxml import parse_xml

    maitre = disposition.slide_master
    theme = parse_xml(maitre.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
    couleurs = {}
    for element in theme.iter(_qn("a:clrScheme")):
        for couleur in element:
            valeurs = [enfant.get("lastClr") or enfant.get("val") for enfant in couleur]
            if valeurs and valeurs[0] and len(valeurs[0]) == 6:
                couleurs[couleur.tag.rpartition("}")[2]] = f"#{valeurs[0].lower()}"
    for element in maitre.element.xpath("./p:clrMap"):
        for nom in ("bg1", "tx1", "bg2", "tx2"):
            couleur = couleurs.get(element.get(nom) or "")
            if couleur:
                couleurs[nom] = couleur
    return couleurs


def _fond(element: Any, theme: dict[str, str]) -> str | None:
    """Return the colour of the background that a layout or a master says, "" when it is not one."""
    for fond in element.xpath("./p:cSld/p:bg"):
        unis = _trouver(fond, "p:bgPr", "a:solidFill")
        for reference in fond.findall(_qn("p:bgRef")):
            if reference.get("idx") == FOND_UNI:
                unis += list(reference)
        return (_couleur(unis[0], theme) if unis else "") or ""
    return None


def _trouver(element: Any, *noms: str) -> list[Any]:
    """Return what is in the elements that a path of names leads to."""
    return element.findall("/".join([*map(_qn, noms), "*"]))


def _couleur(element: Any, theme: dict[str, str]) -> str | None:
    """Return a colour as « #rrggbb », None when it cannot be known from the theme."""
    nom = element.get("val") or ""
    if element.tag == _qn("a:srgbClr"):
        couleur = f"#{nom.lower()}"
    elif element.tag == _qn("a:sysClr"):
        couleur = f"#{(element.get('lastClr') or '').lower()}"
    else:
        couleur = theme.get(nom, "")
    if len(couleur) != 7:
        return None
    for nuance in element:
        sorte = nuance.tag.rpartition("}")[2]
        if sorte not in ("lumMod", "lumOff"):
            return None
        couleur = _nuancer(couleur, sorte, int(nuance.get("val")) / 100_000)
    return couleur


def _nuancer(couleur: str, sorte: str, valeur: float) -> str:
    """Return a colour whose lightness is multiplied, or has something added."""
    niveaux = [int(couleur[rang : rang + 2], 16) / 255 for rang in (1, 3, 5)]
    teinte, clarte, saturation = rgb_to_hls(*niveaux)
    clarte = clarte * valeur if sorte == "lumMod" else clarte + valeur
    niveaux = hls_to_rgb(teinte, min(max(clarte, 0), 1), saturation)
    return "#" + "".join(f"{round(niveau * 255):02x}" for niveau in niveaux)


def _tableaux_lisibles(theme: dict[str, str]) -> bool:
    """Tell whether the table of PowerPoint can be read in the colours of a theme: its header, its
    darker rows.
    """
    if not {"lt1", "dk1", "accent1"} <= set(theme):
        return False
    accent = theme["accent1"]
    niveaux = [int(accent[rang : rang + 2], 16) for rang in (1, 3, 5)]
    claire = "#" + "".join(f"{round(n + (255 - n) * BANDE):02x}" for n in niveaux)
    entete = contraste(theme["lt1"], accent)
    return entete >= LISIBLE and contraste(theme["dk1"], claire) >= LISIBLE
