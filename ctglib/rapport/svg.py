"""A drawing as one inline SVG element, light enough for a page and valid as a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.artist import Artist

REGLAGES = {"svg.fonttype": "none", "svg.image_inline": True, "path.simplify": False}
SANS_METADONNEES = {"Date": None, "Creator": None, "Format": None, "Type": None}
ESPACE = "{http://www.w3.org/2000/svg}"
LIEN = "{http://www.w3.org/1999/xlink}href"
IGNORES = {"metadata", "style", "title"}
HERITES = ("font-family", "font-size")
NOMBRE = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
APPEL = re.compile(r"#([\w-]+)")
INTERDITS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Dessin:
    """What matplotlib draws on a sheet, in points; its figures and axes bring nothing here and are slow to load."""

    largeur: float
    hauteur: float
    artistes: tuple[Artist, ...]


def rendre(dessin: Dessin, nom: str, alt: str, taille: str = "large") -> str:
    """Return the drawing as an ``<svg role="img">`` element whose ids belong to it alone.

    Styles become attributes, so that no style sheet leaks into the page. The same drawing gives the same bytes.

    Args:
        dessin: The drawing, whose text asks for families that the page provides.
        nom: Name of the chart; with ``taille`` it prefixes every id.
        alt: What stands for the drawing.
        taille: Which of the drawings of the chart this is; also a class of the element.
    """
    prefixe = f"{nom}-{taille}-"
    root = ElementTree.fromstring(_svg_de_matplotlib(dessin, prefixe))
    noms = _noms_des_appels(root, prefixe)
    herites = _attributs_communs(root)
    opening = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": f"dessin-{taille}",
        "role": "img",
        "aria-label": lisible(alt),
        "width": _arrondir(root.get("width")),
        "height": _arrondir(root.get("height")),
        "viewBox": _arrondir(root.get("viewBox")),
        "stroke-linejoin": "round",
        **herites,
    }
    body = "".join(_element(child, noms, herites) for child in root)
    return f"<svg{_attributs(opening)}>{body}</svg>"


def lisible(texte: str) -> str:
    """Return the text without the characters that XML forbids."""
    return INTERDITS.sub("\ufffd", texte)


def _svg_de_matplotlib(dessin: Dessin, sel: str) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import RendererSVG

    written = StringIO()
    with rc_context({**REGLAGES, "svg.hashsalt": sel}):
        renderer = RendererSVG(dessin.largeur, dessin.hauteur, written, metadata=SANS_METADONNEES)
        for artist in sorted(dessin.artistes, key=lambda item: item.get_zorder()):
            artist.draw(renderer)
        renderer.finalize()
    return written.getvalue()


def _noms_des_appels(root: ElementTree.Element, prefixe: str) -> dict[str, str]:
    """Return the new name of every id that something refers to, in order of appearance."""
    noms: dict[str, str] = {}
    for element in root.iter():
        values = [element.get(LIEN, ""), element.get("clip-path", ""), element.get("style", "")]
        for value in values:
            if "url(" in value or value.startswith("#"):
                for name in re.findall(r"url\(#([\w-]+)\)|^#([\w-]+)", value):
                    noms.setdefault(name[0] or name[1], f"{prefixe}{len(noms) + 1}")
    return noms


def _attributs_communs(root: ElementTree.Element) -> dict[str, str]:
    texts = [_styles(element.get("style", "")) for element in root.iter(f"{ESPACE}text")]
    first = texts[0] if texts else {}
    return {cle: first[cle] for cle in HERITES if cle in first and all(text.get(cle) == first[cle] for text in texts)}


def _element(element: ElementTree.Element, noms: dict[str, str], herites: dict[str, str]) -> str:
    tag = element.tag.removeprefix(ESPACE)
    if tag in IGNORES:
        return ""
    body = "".join(_element(child, noms, herites) for child in element)
    attributs = _attributs_utiles(element, noms, herites)
    if tag in ("g", "defs") and not body:
        return ""
    if tag == "g" and not attributs:
        return body
    text = escape(element.text or "", quote=False) if tag in ("text", "tspan") else ""
    content = text + body
    return f"<{tag}{_attributs(attributs)}>{content}</{tag}>" if content else f"<{tag}{_attributs(attributs)}/>"


def _attributs_utiles(element: ElementTree.Element, noms: dict[str, str], herites: dict[str, str]) -> dict[str, str]:
    attributs = {cle.replace(LIEN, "href"): value for cle, value in element.attrib.items() if cle != "style"}
    attributs |= {cle: value for cle, value in _styles(element.get("style", "")).items() if herites.get(cle) != value}
    if attributs.get("transform", "").startswith(("rotate(-0 ", "rotate(0 ")):
        del attributs["transform"]
    if "id" in attributs and attributs["id"] not in noms:
        del attributs["id"]
    return {cle: _valeur(cle, value, noms) for cle, value in attributs.items()}


@lru_cache(maxsize=1024)
def _styles(style: str) -> Mapping[str, str]:
    pairs = (pair.split(":", 1) for pair in style.split(";") if ":" in pair)
    return {cle.strip(): value.strip() for cle, value in pairs}


def _valeur(cle: str, value: str, noms: dict[str, str]) -> str:
    if cle == "id":
        return noms[value]
    if cle == "href" or "url(#" in value:
        return APPEL.sub(lambda found: "#" + noms.get(found[1], found[1]), value)
    if cle == "fill" or cle == "stroke" or cle == "font-family":
        return value
    return _arrondir(" ".join(value.split()))


@lru_cache(maxsize=4096)
def _arrondir(value: str) -> str:
    """Return the text with its decimal numbers rounded to a hundredth of a point, without idle zeros."""
    return NOMBRE.sub(lambda found: f"{round(float(found[0]), 2) + 0.0:g}", value)


def _attributs(attributs: dict[str, str]) -> str:
    return "".join(f' {cle}="{escape(value)}"' for cle, value in attributs.items())
