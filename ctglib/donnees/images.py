"""The logos that a convention shows: a PNG or an SVG, whole, by itself, and small."""

from io import BytesIO
from typing import Any

SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
OCTETS_MAX = 5 * 1024**2
POINTS_MAX = 25_000_000
ELEMENTS_MAX = 20_000  # of an SVG, those that it shows again (« use ») counted each time
_AUTRE_IMAGE = "un fichier qui n'est ni un PNG ni un SVG"
_PROGRAMMES = ("script", "foreignObject")


def defaut_d_image(contenu: bytes) -> str | None:
    """Return what keeps an image from being shown, None when it opens whole: else the PDF alone
    would fail, later.
    """
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml has no types
    from PIL import Image

    if len(contenu) > OCTETS_MAX:
        return f"un logo de plus de {OCTETS_MAX // 1024**2} Mo"
    est_un_png = contenu.startswith(SIGNATURE_PNG)
    if not est_un_png and b"<svg" not in contenu[:2000]:
        return _AUTRE_IMAGE
    try:
        if est_un_png:
            with Image.open(BytesIO(contenu), formats=["PNG"]) as image:
                if image.width * image.height > POINTS_MAX:
                    taille = f"{image.width} points sur {image.height}"
                    return f"un PNG de {taille}, trop grand pour un logo"
                image.load()
        else:
            analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
            racine = etree.fromstring(contenu, analyseur)
            if etree.QName(racine).localname != "svg":
                return _AUTRE_IMAGE
            return _defaut_de_svg(racine)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return f"un {'PNG' if est_un_png else 'SVG'} abîmé, qui ne s'ouvre pas"
    return None


def _defaut_de_svg(racine: Any) -> str | None:
    """Return what keeps an SVG from standing alone, or makes it endless; None when nothing does."""
    par_nom: dict[str, Any] = {}
    renvois: dict[Any, str] = {}
    for element in racine.iter("{*}*"):
        if element.get("id"):
            par_nom[element.get("id", "")] = element
        if element.tag.rpartition("}")[2] in _PROGRAMMES:
            return "un SVG qui contient un programme ou une page"
        for attribut, valeur in element.items():
            if attribut.rpartition("}")[2] != "href" or element.tag.endswith("}a"):
                continue
            if not valeur.startswith(("#", "data:image/png", "data:image/jpeg")):
                return f"un SVG qui montre une autre image (« {valeur:.60} »)"
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

    if taille(racine) >= ELEMENTS_MAX:
        return "un SVG de trop d'éléments"
    return None
