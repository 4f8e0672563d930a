"""What a drawing holds: its texts and its lines, with the place that each takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from xml.etree import ElementTree

from ctglib.document.figure import measure

ESPACE = "{http://www.w3.org/2000/svg}"
# shares of the size, above and under the base line
CAPITALE = 0.66
JAMBAGE = 0.2
DEBUT = {"start": 0.0, "middle": 0.5, "end": 1.0}
NOMBRES = re.compile(r"-?\d+(?:\.\d+)?")
JEU = 0.3  # points: coordinates are rounded
RAYON_D_UNE_MARQUE = 3.0


@dataclass(frozen=True)
class Boite:
    """A text or a mark, and its rectangle."""

    mot: str
    gauche: float
    haut: float
    droite: float
    bas: float

    def touche(self, autre: Boite) -> bool:
        return (
            self.gauche + JEU < autre.droite
            and autre.gauche + JEU < self.droite
            and self.haut + JEU < autre.bas
            and autre.haut + JEU < self.bas
        )

    def dans(self, largeur: float, hauteur: float) -> bool:
        return (
            min(self.gauche, self.haut) >= -JEU
            and self.droite <= largeur + JEU
            and self.bas <= hauteur + JEU
        )


@cache
def racine(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@cache
def cadre(svg: str) -> tuple[float, float]:
    left, top, width, height = (float(part) for part in racine(svg).get("viewBox").split())
    assert (left, top) == (0, 0)
    return width, height


@cache
def textes(svg: str) -> list[Boite]:
    root = racine(svg)
    return [_boite(item, root) for item in root.iter(f"{ESPACE}text")]


def mots(svg: str) -> str:
    """Return everything the drawing says, its lines joined by a space."""
    return " ".join(item.mot for item in textes(svg))


@cache
def marques(svg: str) -> list[Boite]:
    places = [
        (float(item.get("x")), float(item.get("y"))) for item in racine(svg).iter(f"{ESPACE}use")
    ]
    size = RAYON_D_UNE_MARQUE
    return [Boite("marque", x - size, y - size, x + size, y + size) for x, y in places]


def traits(svg: str) -> list[Boite]:
    """Return the rectangle of every line and surface that is drawn in place, not as the model of a
    mark.
    """
    root = racine(svg)
    models = {id(item) for model in root.iter(f"{ESPACE}defs") for item in model.iter()}
    return [_contour(item) for item in root.iter(f"{ESPACE}path") if id(item) not in models]


def chevauchements(svg: str) -> list[tuple[str, str]]:
    """Return the texts that cover another text or a mark."""
    pairs = [*combinations(textes(svg), 2), *product(textes(svg), marques(svg))]
    return [(one.mot, other.mot) for one, other in pairs if one.touche(other)]


def debords(svg: str) -> list[str]:
    """Return what leaves the frame."""
    return [
        item.mot
        for item in (*textes(svg), *marques(svg), *traits(svg))
        if not item.dans(*cadre(svg))
    ]


def tailles(svg: str) -> set[float]:
    sizes = {item.get("font-size") for item in racine(svg).iter()} - {None}
    return {float(NOMBRES.match(size)[0]) for size in sizes}


def _boite(item: ElementTree.Element, root: ElementTree.Element) -> Boite:
    size = float(NOMBRES.match(item.get("font-size") or root.get("font-size"))[0])
    width = measure(item.text, size, item.get("font-weight") == "700")
    left = float(item.get("x")) - DEBUT[item.get("text-anchor", "start")] * width
    base = float(item.get("y"))
    return Boite(item.text, left, base - CAPITALE * size, left + width, base + JAMBAGE * size)


def _contour(item: ElementTree.Element) -> Boite:
    numbers = [float(number) for number in NOMBRES.findall(item.get("d"))]
    across = numbers[::2]
    down = numbers[1::2]
    return Boite(f"tracé {item.get('d')[:40]}", min(across), min(down), max(across), max(down))
