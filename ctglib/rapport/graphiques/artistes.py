"""What a sheet puts most, as artists that only know how to be drawn where they are: a line, a mark, a line of text.

matplotlib's own ones can be changed, laid out again, picked with a mouse: making them was half of the time of a
drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.backends.backend_svg import RendererSVG
    from matplotlib.font_manager import FontProperties
    from matplotlib.transforms import Affine2D

Point = tuple[float, float]


class Trait(Artist):
    """A line through points; ``tirets`` are the lengths of its dashes and gaps, in widths of the line."""

    zorder = 2

    def __init__(self, points: Sequence[Point], couleur: str, epaisseur: float, tirets: Sequence[float]) -> None:
        super().__init__()
        self._chemin, self._couleur, self._epaisseur = Path(points), couleur, epaisseur
        self._tirets = [epaisseur * long for long in tirets] or None

    def draw(self, renderer: RendererSVG) -> None:
        """Draw the line."""
        gc = renderer.new_gc()
        gc.set_foreground(self._couleur)
        gc.set_linewidth(self._epaisseur)
        gc.set_dashes(0, self._tirets)
        renderer.draw_path(gc, self._chemin, self.get_transform())


@dataclass(frozen=True)
class Aspect:
    """What a mark looks like: a shape of matplotlib, its size, its colour, that of its edge and how wide this is."""

    forme: str
    taille: float
    couleur: str
    bord: str
    epaisseur: float


class Marques(Artist):
    """Marks that are alike."""

    zorder = 2

    def __init__(self, places: Sequence[Point], aspect: Aspect) -> None:
        super().__init__()
        self.places, self.aspect = tuple(places), aspect

    def draw(self, renderer: RendererSVG) -> None:
        """Draw the marks."""
        look = self.aspect
        style, path, size = _forme(look.forme, look.taille)
        gc = renderer.new_gc()
        gc.set_foreground(look.bord)
        gc.set_linewidth(look.epaisseur)
        gc.set_joinstyle(style.get_joinstyle())
        gc.set_capstyle(style.get_capstyle())
        renderer.draw_markers(gc, path, size, Path(self.places), self.get_transform(), to_rgba(look.couleur))


class Ligne(Artist):
    """A line of text whose place is settled: nothing lays it out again."""

    zorder = 3

    def __init__(self, place: Point, texte: str, ancre: str, couleur: str, police: FontProperties) -> None:
        super().__init__()
        self._place, self._texte, self._ancre, self._couleur, self._police = place, texte, ancre, couleur, police

    def get_unitless_position(self) -> Point:
        """Return the place, as the renderer asks for it."""
        return self._place

    def get_ha(self) -> str:
        """Return the side of the place on which the text is, as the renderer asks for it."""
        return self._ancre

    def draw(self, renderer: RendererSVG) -> None:
        """Write the text at its place."""
        x, y = self.get_transform().transform(self._place)
        gc = renderer.new_gc()
        gc.set_foreground(self._couleur)
        renderer.draw_text(gc, x, renderer.height - y, self._texte, self._police, 0.0, mtext=self)


def reunir(artistes: Iterable[Artist]) -> Iterator[Artist]:
    """Yield artists that share a transform, marks that are alike and follow one another as one: each takes its time."""
    for aspect, members in groupby(artistes, key=lambda item: item.aspect if isinstance(item, Marques) else None):
        if aspect is None:
            yield from members
            continue
        marks = list(members)
        whole = Marques([place for mark in marks for place in mark.places], aspect)
        whole.set_transform(marks[0].get_transform())
        yield whole


@lru_cache(maxsize=32)
def _forme(forme: str, taille: float) -> tuple[MarkerStyle, Path, Affine2D]:
    """Return a mark of matplotlib, its outline and what gives it its size."""
    style = MarkerStyle(forme)
    return style, style.get_path(), style.get_transform().scale(taille)
