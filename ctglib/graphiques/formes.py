"""What a sheet puts, written as SVG where it is: a line, a mark, a text, a filled shape, a circle, a hatched rectangle.

matplotlib's own artists can be changed, laid out again, picked with a mouse, and its renderer writes what is then read
to be made lighter: that was two thirds of the time of a drawing. Its outlines of marks are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from matplotlib.colors import to_hex
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from ctglib.graphiques.svg import NOM, Forme, element, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.transforms import Transform

Point = tuple[float, float]
LETTRES = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
SOUS, SUR, TEXTE = 1.0, 2.0, 3.0  # shapes are drawn first, then lines and marks, then texts
COTES = {"left": "start", "center": "middle", "right": "end"}
MAIGRE = 400
MAILLE = 72  # pt: the side of the square that the hatching repeats


@dataclass(frozen=True)
class Aspect:
    """What a mark looks like: a shape of matplotlib, its size, its colour, that of its edge and how wide this is."""

    forme: str
    taille: float
    couleur: str
    bord: str
    epaisseur: float


def trait(points: Sequence[Point], couleur: str, epaisseur: float, tirets: Sequence[float]) -> Forme:
    """Return a line through points; ``tirets`` are the lengths of its dashes and gaps, in widths of the line."""
    attributs = {"d": _ligne(points), "fill": "none", **_tirets(tirets, epaisseur), **_bord(couleur, epaisseur)}
    return Forme(SUR, element("path", attributs))


def marque(place: Point, aspect: Aspect) -> Forme:
    """Return a mark; those that are alike share one outline."""
    contour, joint = _contour(aspect.forme, aspect.taille)
    fond, bord = _fond(aspect.couleur), _bord(aspect.bord, aspect.epaisseur) | joint
    ou = {"x": nombre(place[0]), "y": nombre(place[1])}
    modele = element("path", {"id": NOM, "d": contour, **bord})
    return Forme(SUR, element("use", {"href": f"#{NOM}", **ou, **fond, **bord}), modele, cle=aspect.couleur)


def ligne(place: Point, texte: str, ancre: str, couleur: str, graisse: int) -> Forme:
    """Return a line of text."""
    gras = {} if graisse == MAIGRE else {"font-weight": str(graisse)}
    ou = {"x": nombre(place[0]), "y": nombre(place[1])}
    return Forme(
        TEXTE,
        element("text", {**ou, **gras, "text-anchor": COTES[ancre], **_fond(couleur)}, escape(texte, quote=False)),
    )


def polygone(points: Iterable[Point], couleur: str, plan: float = SOUS, opacite: float = 1.0) -> Forme:
    """Return a filled shape without outline."""
    corners = [tuple(point) for point in points]
    corners = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
    voile = {} if opacite == 1 else {"opacity": nombre(opacite)}
    return Forme(plan, element("path", {"d": f"{_ligne(corners)} z", **_fond(couleur), **voile}))


def coins(x: float, y: float, largeur: float, hauteur: float) -> list[Point]:
    """Return the corners of a rectangle."""
    return [(x, y), (x + largeur, y), (x + largeur, y + hauteur), (x, y + hauteur)]


def hachures(points: Sequence[Point], couleur: str, epaisseur: float) -> Forme:
    """Return a shape filled with slanted lines."""
    attributs = {"d": f"{_ligne(points)} z", "fill": f"url(#{NOM})", **_bord(couleur, epaisseur), **_angle()}
    return Forme(SOUS, element("path", attributs), _motif(couleur, epaisseur), a_la_fin=True)


def cercle(centre: Point, rayon: float, couleur: str, epaisseur: float, tirets: Sequence[float]) -> Forme:
    """Return a circle as a line."""
    ou = {"cx": nombre(centre[0]), "cy": nombre(centre[1]), "r": nombre(rayon)}
    dessous = {**ou, "fill": "none", **_tirets(tirets, epaisseur)}
    return Forme(SUR, element("circle", {**dessous, **_bord(couleur, epaisseur)}))


def _ligne(points: Iterable[Point]) -> str:
    return "M " + " L ".join(f"{nombre(x)} {nombre(y)}" for x, y in points)


def _fond(couleur: str) -> dict[str, str]:
    """Return the fill, black being what SVG fills with."""
    hexa = _hexa(couleur)
    return {} if hexa == "#000000" else {"fill": hexa}


def _bord(couleur: str, epaisseur: float) -> dict[str, str]:
    large = {} if epaisseur == 1 else {"stroke-width": nombre(epaisseur)}
    return {"stroke": _hexa(couleur), **large}


def _angle() -> dict[str, str]:
    return {"stroke-linejoin": "miter"}


def _tirets(tirets: Sequence[float], epaisseur: float) -> dict[str, str]:
    if not tirets:
        return {}
    return {"stroke-dasharray": ",".join(nombre(epaisseur * long) for long in tirets), "stroke-dashoffset": "0"}


@lru_cache(maxsize=64)
def _hexa(couleur: str) -> str:
    return to_hex(couleur)


@lru_cache(maxsize=32)
def _contour(forme: str, taille: float) -> tuple[str, dict[str, str]]:
    """Return the outline of a mark of matplotlib at its size, and how its corners join when it has some."""
    style = MarkerStyle(forme)
    joint = {} if style.get_joinstyle() == "round" else {"stroke-linejoin": str(style.get_joinstyle())}
    return _chemin(style.get_path(), style.get_transform().scale(taille).scale(1, -1)), joint


@lru_cache(maxsize=4)
def _motif(couleur: str, epaisseur: float) -> str:
    """Return the pattern of the hatching."""
    carre = {"width": str(MAILLE), "height": str(MAILLE)}
    fond = element("rect", {"x": "0", "y": "0", "width": str(MAILLE + 1), "height": str(MAILLE + 1), "fill": "none"})
    lignes = _chemin(Path.hatch("////"), Affine2D().scale(MAILLE).scale(1, -1).translate(0, MAILLE))
    bords = {"stroke": _hexa(couleur), "stroke-width": nombre(epaisseur), "stroke-linecap": "butt", **_angle()}
    trame = element("path", {"d": lignes, **_fond(couleur), **bords})
    place = {"id": NOM, "patternUnits": "userSpaceOnUse", "x": "0", "y": "0", **carre}
    return element("pattern", place, fond + trame)


def _chemin(chemin: Path, repere: Transform) -> str:
    pieces = []
    for points, code in chemin.iter_segments(repere, simplify=False, remove_nans=False):
        numbers = " ".join(nombre(number) for number in points)
        pieces.append("z" if code == Path.CLOSEPOLY else f"{LETTRES[code]} {numbers}")
    return " ".join(pieces)
