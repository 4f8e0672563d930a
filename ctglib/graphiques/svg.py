"""A drawing as one inline SVG element, light enough for a page and valid as a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOM = "\0"  # stands for the id that a shape refers to: no text of a drawing can hold it
INTERDITS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Forme:
    """A shape of a drawing.

    Attributes:
        plan: Shapes of a lower plane are drawn first.
        svg: The element, ``NOM`` standing for the id that it refers to.
        modele: The element it refers to, if any, under the same ``NOM``.
        cle: Tells apart shapes that refer to the same element under two ids.
        a_la_fin: Whether that element is written after the shapes, and not before the first that refers to it.
    """

    plan: float
    svg: str
    modele: str = ""
    cle: str = ""
    a_la_fin: bool = False


@dataclass(frozen=True)
class Dessin:
    """Shapes on a sheet measured in points, and what its texts have in common."""

    largeur: float
    hauteur: float
    formes: tuple[Forme, ...]
    police: Mapping[str, str]


def rendre(dessin: Dessin, nom: str, alt: str, taille: str = "large") -> str:
    """Return the drawing as an ``<svg role="img">`` element whose ids belong to it alone.

    The same drawing gives the same bytes.

    Args:
        dessin: The drawing, whose text asks for families that the page provides.
        nom: Name of the chart; with ``taille`` it prefixes every id.
        alt: What stands for the drawing.
        taille: Which of the drawings of the chart this is; also a class of the element.
    """
    largeur, hauteur = nombre(dessin.largeur), nombre(dessin.hauteur)
    opening = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": f"dessin-{taille}",
        "role": "img",
        "aria-label": lisible(alt),
        "width": f"{largeur}pt",
        "height": f"{hauteur}pt",
        "viewBox": f"0 0 {largeur} {hauteur}",
        "stroke-linejoin": "round",
        **dessin.police,
    }
    return f"<svg{_attributs(opening)}>{_corps(dessin, f'{nom}-{taille}-')}</svg>"


def _corps(dessin: Dessin, prefixe: str) -> str:
    noms: dict[tuple[str, str], str] = {}
    pieces, fin = [], []
    for forme in sorted(dessin.formes, key=lambda item: item.plan):
        if not forme.modele:
            pieces.append(forme.svg)
            continue
        key = forme.modele, forme.cle
        if key not in noms:
            noms[key] = f"{prefixe}{len(noms) + 1}"
            (fin if forme.a_la_fin else pieces).append(f"<defs>{forme.modele.replace(NOM, noms[key])}</defs>")
        pieces.append(forme.svg.replace(NOM, noms[key]))
    return "".join(pieces + fin)


def lisible(texte: str) -> str:
    """Return the text without the characters that XML forbids."""
    return INTERDITS.sub("\ufffd", texte)


def element(balise: str, attributs: Mapping[str, str], contenu: str = "") -> str:
    """Return an element; its content is SVG, in which every text has been escaped."""
    opening = f"<{balise}{_attributs(attributs)}"
    return f"{opening}>{contenu}</{balise}>" if contenu else f"{opening}/>"


@lru_cache(maxsize=8192)
def nombre(valeur: float) -> str:
    """Return a number rounded to a hundredth of a point, without idle zeros.

    By its millionths first: what only the arithmetic of binary numbers keeps from a half is one.

    Raises:
        ValueError: It is not a number, or has no end: a missing value has no place on a drawing.
    """
    if not isfinite(valeur):
        raise ValueError(f"une valeur sans place sur un dessin : {valeur}")
    six = round(float(valeur), 6)
    return f"{six:.0f}" if six.is_integer() else f"{round(six, 2) + 0.0:g}"


def _attributs(attributs: Mapping[str, str]) -> str:
    return "".join(f' {cle}="{escape(value)}"' for cle, value in attributs.items())
