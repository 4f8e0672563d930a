"""The logos that a convention shows: a PNG or an SVG, whole, by itself, and small.

A logo is parsed by the child process of ``enclos``, as all that comes from outside.
"""

import re
from base64 import b64decode
from io import BytesIO
from typing import Any

from ctglib.donnees.fautes import mots, refus

SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
OCTETS_MAX = 5 * 1024**2
POINTS_MAX = 25_000_000
IMAGES_MAX = 4  # within an SVG: all are open at once when it is drawn
ELEMENTS_MAX = 20_000  # of an SVG, those that it shows again (« use ») counted each time
_AUTRE_IMAGE = "un fichier qui n'est ni un PNG ni un SVG"
_SVG_ABIME = "un SVG abîmé, qui ne s'ouvre pas"
_TROP_D_ELEMENTS = "un SVG de trop d'éléments"
_IMAGE_ABIMEE = "un SVG dont une image incorporée ne s'ouvre pas"
_ILLISIBLE = (OSError, SyntaxError, ValueError, EOFError)  # what Pillow raises
_PROGRAMMES = ("script", "foreignObject")
# An image within an SVG: ``defaut_de_svg`` lets no other through.
_INCORPOREE = re.compile(r"data:image/(png|jpeg)(?:;[^,]*)?;base64,(.*)", re.DOTALL)


def verifier_l_image(chemin: str, contenu: bytes) -> None:
    """Check that a logo opens whole: else the PDF alone would fail, later.

    Raises:
        DonneesInvalides: It cannot be shown.
    """
    defaut = defaut_d_image(contenu)
    if defaut:
        raise refus(chemin, *mots("image", trouve=defaut))


def defaut_d_image(contenu: bytes) -> str | None:
    """Return what keeps an image from being shown, None when it opens whole."""
    if len(contenu) > OCTETS_MAX:
        return f"un logo de plus de {OCTETS_MAX // 1024**2} Mo"
    if contenu.startswith(SIGNATURE_PNG):
        try:
            return _defaut_de_points(contenu, "PNG")
        except _ILLISIBLE:
            return "un PNG abîmé, qui ne s'ouvre pas"
    if b"<svg" not in contenu[:2000]:
        return _AUTRE_IMAGE
    return _defaut_de_svg(contenu)


def _defaut_de_points(contenu: bytes, sorte: str) -> str | None:
    """Return what is wrong with an image of points, None when nothing is.

    Raises:
        OSError: It does not open; or another of ``_image_illisible``.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(contenu), formats=[sorte]) as image:
            if image.width * image.height > POINTS_MAX:
                taille = f"{image.width} points sur {image.height}"
                return f"un {sorte} de {taille}, trop grand pour un logo"
            image.load()
    except Image.DecompressionBombError:  # that Pillow does not even measure
        return f"un {sorte} trop grand pour un logo"
    return None


def _defaut_de_svg(contenu: bytes) -> str | None:
    """Return what keeps an SVG from standing alone, or makes it endless; None when nothing does."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml has no types

    try:
        analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
        racine = etree.fromstring(contenu, analyseur)
        if etree.QName(racine).localname != "svg":
            return _AUTRE_IMAGE
        defaut = _defaut_des_entites(racine)
        return defaut or _defaut_des_elements(racine) or _defaut_de_la_taille(racine)
    except (SyntaxError, ValueError):
        return _SVG_ABIME


def _defaut_des_entites(racine: Any) -> str | None:
    """Return what is wrong with the shorthands that an SVG declares, as drawing programs do. What
    they swell to, libxml2 bounds.
    """
    declarations = racine.getroottree().docinfo.internalDTD
    if declarations is None:
        return None
    for entite in declarations.iterentities():
        if entite.content is None:
            return f"un SVG qui montre un autre fichier (« &{entite.name:.60}; »)"
        if "&" in entite.orig:
            return _TROP_D_ELEMENTS
    return None


def _defaut_des_elements(racine: Any) -> str | None:
    """Return what an SVG has that a logo may not: a program, another file, images too large."""
    images = 0
    for element in racine.iter("{*}*"):
        if element.tag.rpartition("}")[2] in _PROGRAMMES:
            return "un SVG qui contient un programme ou une page"
        for attribut, valeur in element.items():
            if attribut.rpartition("}")[2] != "href" or element.tag.endswith("}a"):
                continue
            if valeur.startswith("#"):
                continue
            incorporee = _INCORPOREE.fullmatch(valeur)
            if incorporee is None:
                return f"un SVG qui montre une autre image (« {valeur:.60} »)"
            images += 1
            if images > IMAGES_MAX:
                return f"un SVG qui contient plus de {IMAGES_MAX} images"
            try:
                defaut = _defaut_de_points(b64decode(incorporee[2]), incorporee[1].upper())
            except _ILLISIBLE:
                return _IMAGE_ABIMEE
            if defaut:
                return f"un SVG qui contient {defaut}"
    return None


def _defaut_de_la_taille(racine: Any) -> str | None:
    """Return that an SVG draws too many elements, None when it does not."""
    par_nom: dict[str, Any] = {}
    renvois: dict[Any, str] = {}
    for element in racine.iter("{*}*"):
        if element.get("id"):
            par_nom[element.get("id", "")] = element
        for attribut, valeur in element.items():
            if attribut.rpartition("}")[2] == "href" and valeur.startswith("#"):
                renvois[element] = valeur.removeprefix("#")

    tailles: dict[Any, int] = {}

    def taille(element: Any) -> int:
        """Return how many elements are drawn for one; too many for one that shows itself."""
        if element not in tailles:
            tailles[element] = ELEMENTS_MAX  # as long as it is being counted
            vu = par_nom.get(renvois.get(element, ""))
            montre = 0 if vu is None else taille(vu)
            enfants = sum(taille(enfant) for enfant in element.iterchildren("{*}*"))
            tailles[element] = min(1 + montre + enfants, ELEMENTS_MAX)
        return tailles[element]

    try:
        trop = taille(racine) >= ELEMENTS_MAX
    except RecursionError:  # elements that show one another, one after the other, without end
        trop = True
    return _TROP_D_ELEMENTS if trop else None
