"""Where to write the value of a point so that it covers no mark, no line and no other text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ctglib.graphiques.planche import Planche

ECART = 6.0
JEU = 1.2
CAPITALE, JAMBAGE = 7.6, 1.0  # height of a text of the charter, and how far more it goes down
Point = tuple[float, float]


@dataclass(frozen=True)
class Boite:
    """A rectangle of the sheet."""

    gauche: float
    haut: float
    droite: float
    bas: float

    @classmethod
    def autour(cls, centre: Point, largeur: float, hauteur: float) -> Boite:
        """Return the rectangle around a place, of that half width and half height."""
        x, y = centre
        return cls(x - largeur, y - hauteur, x + largeur, y + hauteur)

    @property
    def milieu(self) -> float:
        """Return the middle of the capitals of a text that it holds."""
        return (self.haut + self.bas - JAMBAGE) / 2

    def touche(self, autre: Boite) -> bool:
        """Return whether the two share a place."""
        return (
            self.gauche < autre.droite
            and autre.gauche < self.droite
            and self.haut < autre.bas
            and autre.haut < self.bas
        )

    def coupe(self, segment: tuple[Point, Point]) -> bool:
        """Return whether a segment goes through it."""
        (x1, y1), (x2, y2) = segment
        low, high = 0.0, 1.0
        for start, step, near, far in ((x1, x2 - x1, self.gauche, self.droite), (y1, y2 - y1, self.haut, self.bas)):
            if abs(step) < 1e-9:
                if not near < start < far:
                    return False
                continue
            ends = sorted(((near - start) / step, (far - start) / step))
            low, high = max(low, ends[0]), min(high, ends[1])
        return low < high


def mettre(
    planche: Planche,
    texte: str,
    point: Point,
    pris: Sequence[Boite],
    segments: Sequence[tuple[Point, Point]],
    cadre: tuple[float, float, float, float],
) -> Boite | None:
    """Return the first place around a point that is free and inside the frame, None when there is none.

    Args:
        planche: The sheet.
        texte: What is written, in bold.
        point: What it is beside.
        pris: Rectangles that it must not touch.
        segments: Lines that it must not cross.
        cadre: Left, top, right and bottom of the frame.
    """
    left, top, right, bottom = cadre
    for place in _places(planche.mesurer(texte, gras=True), point):
        inside = place.gauche >= left and place.droite <= right and place.haut >= top and place.bas <= bottom
        around = Boite(place.gauche - JEU, place.haut - JEU, place.droite + JEU, place.bas + JEU)
        free = not any(around.touche(other) for other in pris)
        if inside and free and not any(around.coupe(segment) for segment in segments):
            return place
    return None


def _places(largeur: float, point: Point) -> Iterator[Boite]:
    """Yield places from the most natural: over the point, under it, beside it, then a little further."""
    (x, y), half = point, CAPITALE / 2
    for far in (ECART, ECART + 6, ECART + 12):
        for shift in (0.0, -0.35, 0.35):
            left = x + (shift - 0.5) * largeur
            for middle in (y - far - half, y + far + half):
                yield Boite(left, middle - half, left + largeur, middle + half + JAMBAGE)
        for left in (x + far, x - far - largeur):
            yield Boite(left, y - half, left + largeur, y + half + JAMBAGE)
