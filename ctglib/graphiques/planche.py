"""A sheet: one matplotlib figure on which a chart writes in points from the upper left corner, and plots in its data.

Everything is placed after its text has been measured, on a page of fixed width: nothing is cut, nothing is resized.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure as Dessin
from matplotlib.patches import Polygon, Rectangle

from ctglib.document.dessin import charte, charter_style, known_signs, measure, svg, wrap
from ctglib.document.figure import Figure
from ctglib.document.signes import montrable
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import INSECABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from ctglib.document.contexte import Contexte
    from ctglib.document.tableau import Colonne
    from ctglib.graphiques.rangees import Echelle

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
WEIGHTS = (0.2126, 0.7152, 0.0722)  # WCAG 2: relative luminance of sRGB


def assemble(
    contexte: Contexte, draw: Callable[[Planche], float], *, nom: str, titre: str, alt: str, lecture: str,
    colonnes: Sequence[Colonne], lignes: pd.DataFrame, source: str = "", **reste: object,
) -> Figure:  # fmt: skip
    """Return the figure of a chart.

    Args:
        contexte: The territory, and the source when it is not given.
        draw: Draws on the sheet it is given and returns the height it took, in points.
        nom: Short name of the figure.
        titre: Its caption.
        alt: What the chart shows, with its main figures.
        lecture: One sentence that reads one figure.
        colonnes: The columns of its numbers.
        lignes: Their rows, as text.
        source: Producer and document, when not the context's.
        reste: What else a table takes: ``donnees``, unrounded; ``groupes``, ``notes``.
    """
    source = source or contexte.source
    tableau = Tableau.de(lignes, colonnes, nom=f"donnees-{nom}", titre=titre, source=source, donnees_de=nom, **reste)

    def dessiner(taille: str) -> Dessin:
        with charter_style():
            planche = Planche(taille)
            return planche.finish(draw(planche))

    return Figure(nom, titre, alt, lecture, source, tableau, dessiner, contexte.territoire.nom)


def prepare() -> None:
    """Do what is done at a first drawing and kept: style, fonts, widths of signs; no data file is read."""
    for bold in (False, True):
        measure("".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))), 1.0, bold)
    with charter_style():
        figure = Dessin()
        figure.add_axes((0, 0, 1, 1)).text(0, 0, "1", weight=700)
        svg(figure, "", "", "large")


class Planche:
    """A sheet of one of the charter's widths; ``narrow`` tells a chart to put its labels above its marks.

    Attributes:
        figure: The matplotlib figure.
        axes: Its axes in points, y downwards; ``across`` and ``plot`` add axes in data coordinates.
        couleurs: The colours of the charter.
        leading: In points.
    """

    def __init__(self, taille: str) -> None:
        self.couleurs, self.leading = charte().couleurs, charte().interligne
        self.shade: Sequence[str] = charte().degrades.territoire  # from strong to light
        self.width: float = getattr(charte().largeurs, taille) * CM
        self.narrow = taille == "etroit"
        self.size: float = matplotlib.rcParams["font.size"]
        self.figure = Dessin()
        self._boxes: list[tuple[Axes, tuple[float, float, float, float]]] = []
        self.axes = self._add_axes((0.0, self.width), (1.0, 0.0), (0.0, 0.0, self.width, -1.0), SHEET)

    # What is in data coordinates.

    def across(self, scale: Echelle) -> Axes:
        """Return axes whose x is that of a scale and whose y is the sheet's, in points: rows stay where they are."""
        return self._add_axes((scale.low, scale.high), (1.0, 0.0), (scale.left, 0.0, scale.right, -1.0))

    def plot(self, across: Echelle, upward: Echelle) -> Axes:
        """Return axes with a scale in each direction, the second from its bottom to its top."""
        box = (across.left, upward.right, across.right, upward.left)
        return self._add_axes((across.low, across.high), (upward.low, upward.high), box)

    def _add_axes(
        self, xlim: tuple[float, float], ylim: tuple[float, float], box: tuple[float, float, float, float],
        zorder: int = 1,
    ) -> Axes:  # fmt: skip
        axes = self.figure.add_axes((0, 0, 1, 1), xlim=xlim, ylim=ylim, zorder=zorder)
        axes.set_axis_off()
        self._boxes.append((axes, box))
        return axes

    def finish(self, height: float) -> Dessin:
        """Give the figure its height, in points, and the axes their places; return it."""
        self.figure.set_size_inches(self.width / 72, height / 72)
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
        return measure(montrable(text), self.size, bold)

    def widest(self, texts: Iterable[str], bold: bool = False) -> float:
        """Return the width of the widest text."""
        return max((self.measure(text, bold) for text in texts), default=0.0)

    def widest_word(self, texts: Iterable[str], bold: bool = False) -> float:
        """Return the width of the widest word, under which a text would be cut inside it."""
        return self.widest({word for text in texts for word in BLANKS.split(text)}, bold)

    def wrap(self, text: str, width: float, lines: int = 3, bold: bool = False) -> list[str]:
        """Return the text as at most that many lines of that width; what does not fit ends with « … »."""
        return list(wrap(montrable(BLANKS.sub(" ", text).strip(" ")), width, lines, self.size, bold))

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        ha: str = "left",
        bold: bool = False,
        color: str = "",
        hide: bool = False,
    ) -> None:
        """Write a line; ``y`` is the middle of its capitals; ``hide`` hides what the chart has behind the text."""
        written = montrable(text)
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

    def put_text(
        self, x: float, top: float, text: str, *, width: float = 0.0, lines: int = 12, bold: bool = False,
        **style: object,
    ) -> float:  # fmt: skip
        """Write a text under a place, on as many lines as it takes in a width, or up to the side; return its bottom."""
        wrapped = self.wrap(text, width or self.width - x, lines, bold)
        height = len(wrapped) * self.leading
        self.write_lines(x, top + height / 2, wrapped, bold=bold, **style)
        return top + height

    def annotate(
        self, axes: Axes, place: tuple[float, float], text: str, *, dx: float = 0.0, dy: float = 0.0,
        bold: bool = False, **style: object,
    ) -> None:  # fmt: skip
        """Write a line beside a place of the data, that many points to its right and under it."""
        offset = (dx, -dy - MIDDLE * self.size)
        axes.annotate(montrable(text), place, offset, textcoords="offset points", annotation_clip=False,
                      weight=700 if bold else 400, **style)  # fmt: skip

    # Shapes, in points.

    def rule(self, points: Sequence[tuple[float, float]], color: str, width: float = 0.6, style: str = "plein") -> None:
        """Put a line through points; a style is « plein », « tirets » or « pointilles »."""
        self.axes.plot(*zip(*points, strict=True), color=color, linewidth=width, linestyle=DASHES[style], clip_on=False)

    def rectangle(
        self, x: float, y: float, width: float, height: float, color: str | None, *, axes: Axes | None = None,
        zorder: float = 1,
    ) -> None:  # fmt: skip
        """Put a rectangle filled with a colour, or without one hatched in that of absence."""
        grey = self.couleurs.absence
        style = {"fc": color, "ec": "none"} if color else {"fc": "none", "ec": grey, "lw": 0.6, "hatch": "////"}
        (axes or self.axes).add_artist(Rectangle((x, y), width, height, zorder=zorder, clip_on=False, **style))

    def arrow(self, x: float, y: float, side: int, color: str) -> None:
        """Put an arrowhead that ends at a place, towards the right (1) or the left (−1): the value is off the scale."""
        base = x - 8.0 * side
        corners = [(x, y), (base, y + 4.2 * side), (base, y - 4.2 * side)]
        self.axes.add_artist(Polygon(corners, closed=True, fc=color, ec="none", zorder=HIDING, clip_on=False))

    def marks(
        self, axes: Axes, xs: Sequence[float], ys: Sequence[float], color: str, *, form: str = "o", size: float = 0.0,
        hollow: bool = False,
    ) -> None:  # fmt: skip
        """Put marks with a thin white edge, or hollow ones; a form is one of matplotlib's."""
        paper, wanted = self.couleurs.fond, size or (LOSANGE if form == "D" else DISQUE)
        edge = {"mfc": paper, "mec": color, "mew": 1.4} if hollow else {"mfc": color, "mec": paper, "mew": 0.8}
        axes.plot(xs, ys, form, markersize=wanted - 1.2 if hollow else wanted, clip_on=False, **edge)

    # Shades.

    def shades(self, number: int) -> list[str]:
        """Return that many shades, from strong to light; between the charter's own, they are mixed.

        The strongest stands apart; the others run over the lighter shades, so that a text is readable on each.
        """
        strong, *light = self.shade
        if number <= len(self.shade):
            return [strong, *light][:number]
        mixed = LinearSegmentedColormap.from_list("", light)(np.linspace(0, 1, number - 1))
        return [strong, *map(to_hex, mixed)]

    def ink(self, background: str) -> str:
        """Return the colour of a text on a background: the charter's text or paper, whichever reads best."""
        colours = (self.couleurs.texte, self.couleurs.fond)
        return max(colours, key=lambda colour: contrast(colour, background))


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


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    Examples:
        >>> contrast("#ffffff", "#000000")
        21.0
    """
    low, high = sorted(
        sum(weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip(WEIGHTS, to_rgb(colour), strict=True))
        for colour in (one, other)
    )  # fmt: skip
    return (high + 0.05) / (low + 0.05)
