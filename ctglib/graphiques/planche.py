"""A sheet: one matplotlib figure on which a chart writes in points from the upper left corner, and plots in its data.

Everything is placed after its text has been measured, on a page of fixed width: nothing is cut, nothing is resized.
"""

from __future__ import annotations

import pickle
import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from ctglib.document.dessin import charte, charter_style, known_signs, measure, wrap
from ctglib.document.signes import montrable
from ctglib.document.typographie import INSECABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

    from ctglib.donnees.modeles.catalogue import Couleurs
    from ctglib.graphiques.echelle import Echelle

CM = 72 / 2.54
SHIFT = {"left": 0.0, "center": 0.5, "right": 1.0}
BLANKS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
SPACES = f" {INSECABLE}"
UNREADABLE = "\ufffd"  # stands for what XML forbids, and stays in its word
MIDDLE = 0.33  # share of the size from the base line of a text to the middle of its capitals
OVER_RULES, HIDING, TEXT = 2.2, 2.5, 3.0  # matplotlib draws surfaces at 1 and lines at 2
SHEET = 5  # the sheet is drawn over the plots
DASHES = {"plein": "-", "tirets": (0, (5, 2.5)), "pointilles": (0, (1.2, 2.2))}
DISQUE, LOSANGE = 6.8, 7.5  # sizes of the marks: the points of a diamond show around a disc put over it
COMMON_SIGNS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100))))
STOCK = (0, 1, 2, 3, 4, 6, 8, 12)  # axes of the empty figures that are kept to be copied
CHANNELS = (slice(1, 3), slice(3, 5), slice(5, 7))
WEIGHTS = (0.2126, 0.7152, 0.0722)  # WCAG 2: relative luminance of sRGB


class Planche:
    """A sheet of one of the charter's widths; ``narrow`` tells a chart to put its labels above its marks.

    Attributes:
        figure: The matplotlib figure.
        axes: Its axes in points, y downwards; ``across`` and ``plot`` add axes in data coordinates.
    """

    def __init__(self, taille: str, plots: int = 1) -> None:
        self._charte = charte()
        self.width: float = getattr(self._charte.largeurs, taille) * CM
        self.narrow = taille == "etroit"
        self.size: float = matplotlib.rcParams["font.size"]
        self.figure = pickle.loads(_blank(next((size for size in STOCK if size >= plots), plots)))
        self.axes, *self._unused = self.figure.axes
        self.axes.set(xlim=(0.0, self.width), zorder=SHEET)
        self._boxes: list[tuple[Axes, tuple[float, float, float, float]]] = [(self.axes, (0.0, 0.0, self.width, -1.0))]

    @property
    def couleurs(self) -> Couleurs:
        """Return the colours of the charter."""
        return self._charte.couleurs

    @property
    def leading(self) -> float:
        """Return the leading, in points."""
        return self._charte.interligne

    # What is in data coordinates.

    def across(self, scale: Echelle) -> Axes:
        """Return axes whose x is that of a scale and whose y is the sheet's, in points: rows stay where they are."""
        return self._add_axes((scale.low, scale.high), (1.0, 0.0), (scale.left, 0.0, scale.right, -1.0))

    def plot(self, across: Echelle, upward: Echelle) -> Axes:
        """Return axes with a scale in each direction."""
        box = (across.left, min(upward.left, upward.right), across.right, max(upward.left, upward.right))
        limits = (upward.low, upward.high) if upward.right < upward.left else (upward.high, upward.low)
        return self._add_axes((across.low, across.high), limits, box)

    def _add_axes(
        self, xlim: tuple[float, float], ylim: tuple[float, float], box: tuple[float, float, float, float]
    ) -> Axes:
        if not self._unused:
            self._unused.append(self.figure.add_axes((0, 0, 1, 1)))
        axes = self._unused.pop(0)
        axes.set(xlim=xlim, ylim=ylim, zorder=1)
        axes.set_axis_off()
        self._boxes.append((axes, box))
        return axes

    def finish(self, height: float) -> Figure:
        """Give the figure its height, in points, and the axes their places; return it."""
        self.figure.set_size_inches(self.width / 72, height / 72)
        for axes in self._unused:
            axes.remove()
        for axes, (left, top, right, bottom) in self._boxes:
            if bottom < 0:  # as high as the sheet, which is known at last
                axes.set_ylim(height, 0)
                bottom = height
            place = (left / self.width, 1 - bottom / height, (right - left) / self.width, (bottom - top) / height)
            axes.set_position(place)
        return self.figure

    # Texts.

    def measure(self, text: str, bold: bool = False) -> float:
        """Return the width of a text, in points."""
        return measure(_written(text), self.size, bold)

    def wrap(self, text: str, width: float, lines: int = 3, bold: bool = False) -> list[str]:
        """Return the text as at most that many lines of that width; what does not fit ends with « … »."""
        return list(wrap(_written(BLANKS.sub(" ", text).strip(" ")), width, lines, self.size, bold))

    def write(
        self, x: float, y: float, text: str, *, ha: str = "left", bold: bool = False, color: str | None = None,
        hide: bool = False,
    ) -> None:  # fmt: skip
        """Write a line; ``y`` is the middle of its capitals; ``hide`` hides what the chart has behind the text."""
        written = _written(text)
        left = x - SHIFT[ha] * measure(written, self.size, bold)
        if hide:
            start, end = max(left - 1, 0.0), min(left + measure(written, self.size, bold) + 1, self.width)
            self.rectangle(start, y - self.leading / 2, end - start, self.leading, self.couleurs.fond, zorder=HIDING)
        pieces = _runs(written, bold)
        for start, piece in pieces:
            alone = len(pieces) == 1
            place = x if alone else left + measure(written[:start], self.size, bold)
            self.axes.text(place, y + MIDDLE * self.size, piece, ha=ha if alone else "left", zorder=TEXT,
                           color=color or self.couleurs.texte, weight=700 if bold else 400)  # fmt: skip

    def write_lines(self, x: float, y: float, lines: Sequence[str], **style: object) -> None:
        """Write lines; ``y`` is the middle of the whole."""
        first = y - (len(lines) - 1) * self.leading / 2
        for rank, line in enumerate(lines):
            self.write(x, first + rank * self.leading, line, **style)

    def annotate(
        self, axes: Axes, place: tuple[float, float], text: str, *, dx: float = 0.0, dy: float = 0.0,
        bold: bool = False, **style: object,
    ) -> None:  # fmt: skip
        """Write a line beside a place of the data, that many points to its right and under it."""
        offset = (dx, -dy - MIDDLE * self.size)
        axes.annotate(_written(text), place, offset, textcoords="offset points", annotation_clip=False,
                      weight=700 if bold else 400, **style)  # fmt: skip

    # Shapes, in points.

    def rule(self, points: Sequence[tuple[float, float]], color: str, width: float = 0.6, style: str = "plein") -> None:
        """Put a line through points; a style is « plein », « tirets » or « pointilles »."""
        xs, ys = zip(*points, strict=True)
        self.axes.plot(xs, ys, color=color, linewidth=width, linestyle=DASHES[style], clip_on=False)

    def rectangle(
        self, x: float, y: float, width: float, height: float, color: str | None, *, axes: Axes | None = None,
        zorder: float = 1,
    ) -> None:  # fmt: skip
        """Put a rectangle filled with a colour, or without one hatched in that of absence."""
        grey = self.couleurs.absence
        style = {"fc": color, "ec": "none"} if color else {"fc": "none", "ec": grey, "lw": 0.6, "hatch": "////"}
        patch = Rectangle((x, y), width, height, zorder=zorder, clip_on=False, **style)
        (axes or self.axes).add_artist(patch)

    def polygon(self, points: Sequence[tuple[float, float]], color: str, zorder: float = 1) -> None:
        """Put a filled polygon without outline."""
        self.axes.add_artist(Polygon(points, closed=True, fc=color, ec="none", zorder=zorder, clip_on=False))

    def arrow(self, x: float, y: float, direction: tuple[float, float], color: str) -> None:
        """Put an arrowhead that ends at a place, towards a direction of length one: the value is beyond the scale."""
        (dx, dy), long, half = direction, 8.0, 4.2
        base = (x - long * dx, y - long * dy)
        corners = [(x, y), (base[0] - half * dy, base[1] + half * dx), (base[0] + half * dy, base[1] - half * dx)]
        self.polygon(corners, color, HIDING)

    def marks(
        self, axes: Axes, xs: Sequence[float], ys: Sequence[float], color: str, *, form: str = "o", size: float = 0.0,
        hollow: bool = False,
    ) -> None:  # fmt: skip
        """Put marks with a thin white edge, or hollow ones; a form is one of matplotlib's."""
        edge = {"mfc": self.couleurs.fond, "mec": color, "mew": 1.4} if hollow else {"mfc": color, "mew": 0.8}
        edge = edge if hollow else {**edge, "mec": self.couleurs.fond}
        wanted = size or (LOSANGE if form == "D" else DISQUE)
        axes.plot(xs, ys, form, markersize=wanted - 1.2 if hollow else wanted, clip_on=False, **edge)

    # Shades.

    def shade(self, rank: int, role: str = "territoire") -> str:
        """Return a shade of « territoire » or « reference », 0 being the strongest."""
        return getattr(self._charte.degrades, role)[rank]

    def shades(self, number: int, role: str = "territoire") -> list[str]:
        """Return that many shades, from strong to light; between the charter's own, they are mixed.

        The strongest stands apart; the others run over the lighter shades, so that a text is readable on each.
        """
        strong, *light = getattr(self._charte.degrades, role)
        if number <= len(light) + 1:
            return [strong, *light][:number]
        return [strong, *(_mix(light, rank * (len(light) - 1) / (number - 2)) for rank in range(number - 1))]

    def ink(self, background: str) -> str:
        """Return the colour of a text on a background: the charter's text or paper, whichever reads best."""
        colours = (self.couleurs.texte, self.couleurs.fond)
        return max(colours, key=lambda colour: contrast(colour, background))


@lru_cache(maxsize=32)
def _blank(plots: int) -> bytes:
    """Return a figure with a sheet and that many axes, empty: copying it is six times faster than making the axes."""
    with charter_style():
        figure = Figure()
        for _ in range(1 + plots):
            figure.add_axes((0, 0, 1, 1)).set_axis_off()
        return pickle.dumps(figure)


def prepare() -> None:
    """Do what is done at a first drawing and kept: style, fonts, empty axes, widths of signs."""
    from ctglib.document.dessin import svg

    for bold in (False, True):
        measure(COMMON_SIGNS, 1.0, bold)
    for plots in STOCK:
        figure = pickle.loads(_blank(plots))
    figure.axes[0].text(0, 0, "1", weight=700)
    svg(figure, "", "", "large")


@lru_cache(maxsize=8192)
def _written(text: str) -> str:
    return montrable(text)


@lru_cache(maxsize=8192)
def _runs(text: str, bold: bool) -> list[tuple[int, str]]:
    """Return the runs of a text that one font has, each with its place: Typst gives a whole text the font of one sign.

    A sign that the family lacks, such as « ● », would otherwise change the face of the words beside it on paper.
    """
    known, runs, start = known_signs(bold), [], 0
    for _, group in groupby(text, key=lambda sign: ord(sign) in known or sign == UNREADABLE):
        run = "".join(group)
        runs.append((start + len(run) - len(run.lstrip(SPACES)), run.strip(SPACES)))
        start += len(run)
    return [(place, run) for place, run in runs if run] if len(runs) > 1 else [(0, text)]


def widest_word(planche: Planche, texts: Iterable[str], bold: bool = False) -> float:
    """Return the width of the widest word, under which a text would be cut inside it."""
    words = {word for text in texts for word in BLANKS.split(text)}
    return max((planche.measure(word, bold) for word in words), default=0.0)


def whole(text: str, lines: Sequence[str]) -> bool:
    """Return whether the lines say the whole text, none being cut inside a word.

    Examples:
        >>> whole("moins de 3 ans", ["moins de", "3 ans"]), whole("assistantes", ["assis", "tantes"])
        (True, False)
    """
    return " ".join(lines) == BLANKS.sub(" ", text).strip(" ")


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    Examples:
        >>> contrast("#ffffff", "#000000")
        21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=256)
def _luminance(colour: str) -> float:
    parts = [int(colour[channel], 16) / 255 for channel in CHANNELS]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip(WEIGHTS, linear, strict=True))


def _mix(shades: list[str], place: float) -> str:
    """Return the colour at a place between the shades of a list: 1.5 is half-way from the second to the third."""
    rank = min(int(place), len(shades) - 2)
    one, other, part = shades[rank], shades[rank + 1], place - rank
    mixed = [round(int(one[channel], 16) * (1 - part) + int(other[channel], 16) * part) for channel in CHANNELS]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
