"""A sheet (``Planche``): one matplotlib figure that a chart writes on and plots on.

Texts and shapes are placed in points, from the upper left corner, y downwards; marks are placed on
axes, in the units of the data. A text is measured before it is placed, on a sheet of fixed width
whose height is known last: nothing is cut, nothing is resized. Rows have their labels on the left
of their marks, above them when the sheet is narrow.

Functions whose name begins with ``put`` or ``write`` draw on the sheet; most return the bottom of
what they drew, where the next thing can begin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, isfinite, log10
from typing import NamedTuple, NotRequired, TypedDict, TypeVar, Unpack, cast

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure as Dessin
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from matplotlib.typing import LineStyleType

from ctglib.calculs.ecriture import INSECABLE, nombre
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte, charter_style, measure, wrap
from ctglib.document.signes import FAMILLE, ILLISIBLE, montrable, signes_de
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.modeles.catalogue import Largeur

POINTS_PER_INCH = 72
CENTIMETRES_PER_INCH = 2.54
Column = TypeVar("Column")
BLANKS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
SPACES = f" {INSECABLE}"
MIDDLE = 0.33  # share of the size from the base line of a text to the middle of its capitals
LEFT_OF_X = {"left": 0.0, "center": 0.5, "right": 1.0}  # share of a text, by its alignment
# Order of drawing (zorder): matplotlib draws surfaces at 1 and lines at 2.
HIDING = 2.5  # what hides the chart behind a text
TEXT = 3.0
SHEET = 5  # added to what is on the sheet itself: it is drawn over the axes
# sizes of the marks: the points of a diamond show around a disc put over it
DISQUE = 6.8
LOSANGE = 7.5
PART_OF_LABELS = 0.36  # of the width of a sheet that is not narrow
# in points
GUTTER = 10.0  # between labels and marks
BETWEEN_ROWS = 8.0
LINES_OF_A_LABEL = 3
BETWEEN_NAMES = 10.0
LINE_OF_NAMES = 7.0
BETWEEN_VALUES = 4.0
NAME_AND_DETAIL = 5.0
ROOM_OF_A_GRADUATION = 36.0
COLUMNS_OF_A_BLOCK = 3  # at least


class Legende(TypedDict):
    """What the caller of a chart writes around it; its source is the context's unless given."""

    nom: str
    titre: str
    source: NotRequired[str]


class Style(TypedDict, total=False):
    """How a text is written (see ``Planche.write``)."""

    ha: str
    bold: bool
    color: str
    hide: bool


class Nom(NamedTuple):
    """A name to write above a mark, which stands at ``x``."""

    x: float
    texte: str
    couleur: str


class Block(NamedTuple):
    """Where a block of columns begins, and how wide each of them is, in points."""

    left: float
    top: float
    column_width: float


def assemble(
    contexte: Contexte,
    dessiner: Callable[[Largeur], Dessin],
    *,
    nom: str,
    titre: str,
    alt: str,
    lecture: str,
    colonnes: Mapping[str, str],
    lignes: pd.DataFrame,
    donnees: pd.DataFrame,
    mots: int = 1,
    source: str = "",
    groupes: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Figure:
    """Return the figure of a chart (see ``Figure``), whose source is the context's unless given.

    - ``dessiner`` makes the matplotlib figure of a width.
    - ``colonnes``: the columns of the chart's numbers and their headers; the first ones, as many as
      ``mots``, are words. ``lignes``: the rows, as text.
    - ``donnees``: the same numbers, unrounded, for the CSV.
    - ``groupes`` and ``notes``: see ``Tableau``.
    """
    source = source or contexte.source
    colonnes_du_tableau = [
        Colonne(cle, entete, numerique=rang >= mots)
        for rang, (cle, entete) in enumerate(colonnes.items())
    ]
    tableau = Tableau.de(
        lignes,
        colonnes_du_tableau,
        nom=f"donnees-{nom}",
        titre=titre,
        source=source,
        donnees_de=nom,
        donnees=donnees,
        groupes=groupes,
        notes=notes,
    )

    def dans_le_style(taille: Largeur) -> Dessin:
        with charter_style():
            return dessiner(taille)

    return Figure(nom, titre, alt, lecture, source, tableau, dans_le_style, contexte.territoire.nom)


def sur_une_planche(draw: Callable[[Planche], float]) -> Callable[[Largeur], Dessin]:
    """Return what makes the figure of a width: ``draw`` draws on the sheet it is given, and returns
    the height that the chart takes.
    """

    def dessiner(taille: Largeur) -> Dessin:
        planche = Planche(taille)
        return planche.finish(draw(planche))

    return dessiner


def dire(mot: str, /, **valeurs: object) -> str:
    """Return one of the texts of the charts (``catalogue/charte.yaml``), filled with values."""
    return remplir(charte().mots[mot], **valeurs)


@dataclass(frozen=True)
class Echelle:
    """A linear scale, across the sheet or from its bottom to its top.

    The value ``minimum`` stands at ``start`` and ``maximum`` at ``end``, in points on the sheet;
    there is a graduation every ``step``.
    """

    minimum: float
    maximum: float
    start: float
    end: float
    step: float = 1.0

    def place(self, value: float) -> float:
        """Return where a value stands, in points."""
        share = (value - self.minimum) / (self.maximum - self.minimum)
        return self.start + share * (self.end - self.start)

    def graduations(self) -> list[float]:
        """Return the multiples of the step between the ends, which are included."""
        # A little less and a little more: an end that is a multiple but for the last bit counts.
        first = ceil(self.minimum / self.step - 1e-9)
        last = floor(self.maximum / self.step + 1e-9)
        return [round(rank * self.step, 9) for rank in range(first, last + 1)]


def echelle(values: Iterable[float], start: float, end: float, *, zero: bool = False) -> Echelle:
    """Return a scale that starts on a round value and ends on the greatest one, so that the marks
    use the whole width.

    ``zero`` must be on it where a length stands for a value or a gap. Values that are missing do
    not count.
    """
    finite = [value for value in values if isfinite(value)]
    if not finite:
        finite = [0.0, 1.0]
    lowest = min(finite)
    highest = max(finite)
    if zero:
        lowest = min(lowest, 0.0)
        highest = max(highest, 0.0)
    if highest - lowest < 1e-9:
        highest += 1
        if not zero:
            lowest -= 1
    graduations = max(2, (end - start) / ROOM_OF_A_GRADUATION)
    step = round_step((highest - lowest) / graduations)
    return Echelle(floor(lowest / step + 1e-9) * step, highest, start, end, step)


def round_step(step: float) -> float:
    """Return the first of 1, 2, 5 × 10ⁿ that is not under a step.

    Examples:
        >>> round_step(13.2), round_step(0.7)
        (20.0, 1.0)
    """
    unit = 10.0 ** floor(log10(step))
    for factor in (1.0, 2.0, 5.0):
        if factor * unit >= step - 1e-9:
            return factor * unit
    return 10.0 * unit


def spread(
    places: Sequence[float],
    sizes: Sequence[float],
    gap: float,
    first_start: float = float("-inf"),
    last_end: float = float("inf"),
) -> list[float]:
    """Return where things start along a line so that none covers the next, each as near its own
    start as can be.

    ``places`` is where each would start, in increasing order; ``sizes`` how long they are; ``gap``
    is left between two. No end is beyond ``last_end``, and no start before ``first_start``, unless
    all do not fit.
    """
    if not places:
        return []
    # Pushed onward until none covers the next…
    starts = [max(places[0], first_start)]
    for place, size in zip(places[1:], sizes, strict=False):
        starts.append(max(place, starts[-1] + size + gap))
    # … then all moved back by half of the longest push, as far as the ends of the line allow.
    longest_push = max(start - place for start, place in zip(starts, places, strict=True))
    back = min(longest_push / 2, starts[0] - first_start)
    limit = last_end
    for rank in reversed(range(len(starts))):
        starts[rank] = min(starts[rank] - back, limit - sizes[rank])
        limit = starts[rank] - gap
    return starts


class Planche:
    """A sheet of one of the charter's widths.

    What it writes is in points from its upper left corner, y downwards; ``plot`` adds axes, in the
    units of the data. ``finish`` is called once, when all is drawn.

    Attributes:
        width: In points.
        narrow: Whether rows have their labels above their marks, not on their left.
        left: Where the marks of rows begin.
        leading: The height of a line of text.
        size: The size of the font.
        degrade: The charter's shades, from strong to light.
    """

    def __init__(self, taille: str) -> None:
        look = charte()
        self.couleurs = look.couleurs
        self.leading = look.interligne
        self.degrade: Sequence[str] = look.degrade
        centimetres = look.largeurs[cast("Largeur", taille)]
        self.width = centimetres * POINTS_PER_INCH / CENTIMETRES_PER_INCH
        self.narrow = taille == "etroit"
        self.left = 0.0 if self.narrow else PART_OF_LABELS * self.width + GUTTER
        self.size: float = matplotlib.rcParams["font.size"]
        self.figure = Dessin()
        # From points of the sheet to inches of the figure. Artists are given it as soon as they are
        # put; ``finish``, which knows the height, then sets it for all of them.
        self._to_inches = Affine2D()
        self._plots: list[tuple[Axes, Echelle, Echelle | None]] = []

    def plot(self, across: Echelle, upward: Echelle | None = None) -> Axes:
        """Return axes with a scale across and, if given, one from their bottom to their top.

        Without the second, their y is that of the sheet, in points: what is plotted at the middle
        of a row is beside its label.
        """
        ylim = (upward.minimum, upward.maximum) if upward else (1.0, 0.0)
        axes = self.figure.add_axes(
            (0, 0, 1, 1), xlim=(across.minimum, across.maximum), ylim=ylim, zorder=1
        )
        axes.set_axis_off()
        self._plots.append((axes, across, upward))
        return axes

    def finish(self, height: float) -> Dessin:
        """Give the figure its height, in points, and the axes their places; return the figure.

        To be called once, last: it changes the transform that the artists already have.
        """
        self.figure.set_size_inches(self.width / POINTS_PER_INCH, height / POINTS_PER_INCH)
        # The sheet is in points from the top, y downwards; the figure in inches from the bottom, y
        # upwards. The bottom of the sheet is brought to zero, then y is turned over.
        self._to_inches.translate(0, -height).scale(1 / POINTS_PER_INCH, -1 / POINTS_PER_INCH)
        for axes, across, upward in self._plots:
            if upward:
                bottom = upward.start
                top = upward.end
            else:  # as high as the sheet
                bottom = height
                top = 0.0
                axes.set_ylim(bottom, top)
            # left, bottom, width and height, as shares of the figure
            axes.set_position(
                (
                    across.start / self.width,
                    1 - bottom / height,
                    (across.end - across.start) / self.width,
                    (bottom - top) / height,
                )
            )
        return self.figure

    def put(self, artist: Artist, axes: Axes | None = None) -> None:
        """Put an artist on axes, in the units of their data, else on the sheet, in points.

        The sheet is drawn over all axes.
        """
        if axes:
            axes.add_artist(artist)
            return
        artist.set_zorder(SHEET + artist.zorder)
        artist.set_transform(self._to_inches + self.figure.dpi_scale_trans)
        self.figure.add_artist(artist)

    # Texts.

    def measure(self, text: str, bold: bool = False) -> float:
        """Return the width of a text, in points."""
        return measure(montrable(text), self.size, bold)

    def widest(self, texts: Iterable[str], bold: bool = False) -> float:
        """Return the width of the widest text, 0 when there is none."""
        return max((self.measure(text, bold) for text in texts), default=0.0)

    def widest_word(self, texts: Iterable[str], bold: bool = False) -> float:
        """Return the width of the widest word: in less, a text would be cut inside a word."""
        words: set[str] = set()
        for text in texts:
            words.update(BLANKS.split(text))
        return self.widest(words, bold)

    def wrap(self, text: str, width: float, lines: int = 3, bold: bool = False) -> list[str]:
        """Return the lines of a text in a width; if they are too many, the last ends with « … »."""
        on_a_line = BLANKS.sub(" ", text).strip(" ")
        return list(wrap(montrable(on_a_line), width, lines, self.size, bold))

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
        """Write a line of text.

        Args:
            x: Where it starts, its middle or its end, as ``ha`` says (left, center, right).
            y: The middle of its capitals.
            text: The line.
            ha: Its alignment on ``x``.
            bold: Whether it is in bold.
            color: Its colour, that of texts unless given.
            hide: Whether a background hides what the chart has behind it.
        """
        line = montrable(text)
        left = x - LEFT_OF_X[ha] * self.measure(line, bold)
        if hide:
            start = max(left - 1, 0.0)
            end = min(left + self.measure(line, bold) + 1, self.width)
            top = y - self.leading / 2
            self.rectangle(start, top, end - start, self.leading, self.couleurs.fond, zorder=HIDING)
        style = {
            "zorder": TEXT,
            "color": color or self.couleurs.texte,
            "weight": 700 if bold else 400,
        }
        base = y + MIDDLE * self.size
        runs = _runs(line, bold)
        if len(runs) == 1:  # matplotlib aligns it
            self.put(Text(x, base, runs[0][1], ha=ha, **style))
            return
        for start_of_run, run in runs:
            x_of_run = left + self.measure(line[:start_of_run], bold)
            self.put(Text(x_of_run, base, run, ha="left", **style))

    def write_lines(self, x: float, y: float, lines: Sequence[str], **style: Unpack[Style]) -> None:
        """Write lines one under the other; ``y`` is the middle of their whole height."""
        first = y - (len(lines) - 1) * self.leading / 2
        for rank, line in enumerate(lines):
            self.write(x, first + rank * self.leading, line, **style)

    def put_text(
        self,
        x: float,
        top: float,
        text: str,
        *,
        width: float = 0.0,
        lines: int = 12,
        **style: Unpack[Style],
    ) -> float:
        """Write a text under ``top``, on as many lines as it takes, and return its bottom.

        A line is as long as ``width``, or goes to the right side of the sheet without one.
        """
        wrapped = self.wrap(text, width or self.width - x, lines, style.get("bold", False))
        height = len(wrapped) * self.leading
        self.write_lines(x, top + height / 2, wrapped, **style)
        return top + height

    def put_note(self, left: float, top: float, text: str) -> float:
        """Write a remark under the chart, on as many lines as it takes, and return its bottom."""
        return self.put_text(left, top, text, color=self.couleurs.secondaire) + 2

    def put_blocks(
        self,
        columns: Sequence[Column],
        left: float,
        need: float,
        gap: float,
        put: Callable[[Sequence[Column], Block], float],
    ) -> float:
        """Put columns in blocks, one under the other if they do not fit in one; return the bottom.

        The blocks are as few as can be, with nearly the same number of columns, and three at least,
        even when a word must then be cut.

        Args:
            columns: What ``put`` draws columns from.
            left: Where the first column of each block begins.
            need: The width that each column needs.
            gap: The height between two blocks.
            put: Draws the columns of a block, and returns its bottom.
        """
        width = self.width - left
        most = max(int(width / need), COLUMNS_OF_A_BLOCK)
        blocks = ceil(len(columns) / most)
        size = ceil(len(columns) / blocks)
        bottom = -gap  # so that the first block begins at 0
        for start in range(0, len(columns), size):
            bottom = put(columns[start : start + size], Block(left, bottom + gap, width / size))
        return bottom

    # Rows, their axis, their names.

    def put_rows(
        self,
        labels: Sequence[str],
        top: float,
        *,
        details: Sequence[str] = (),
        mark: float = 12.0,
        first: float = 0.0,
        bold: bool = False,
    ) -> tuple[list[float], float]:
        """Write the labels of rows; return the middles of their marks, and the last row's bottom.

        Args:
            labels: One a row.
            top: The top of the first row.
            details: What qualifies each label (kind, management), "" for nothing: it stands under
                the label, or after it, if it fits there, on a narrow sheet.
            mark: The height of the marks of a row.
            first: What is left, on a narrow sheet, between the first label and its marks: the names
                of the marks are written there.
            bold: Whether the labels are in bold.
        """
        lead = self.leading
        grey = self.couleurs.secondaire
        narrow = self.narrow
        width = self.width if narrow else self.left - GUTTER
        middles = []
        y = top
        for label, detail in zip(labels, details or [""] * len(labels), strict=True):
            lines_of_label = self.wrap(label, width, LINES_OF_A_LABEL, bold)
            after_label = self.measure(label) + NAME_AND_DETAIL
            fits_after = after_label + self.measure(detail) <= width
            follows = narrow and len(lines_of_label) == 1 and fits_after
            lines_of_detail = []  # under the label
            if detail and not follows:
                lines_of_detail = self.wrap(detail, width, LINES_OF_A_LABEL)
            text_height = (len(lines_of_label) + len(lines_of_detail)) * lead
            # On a wide sheet, the text is in the middle of a mark that is higher.
            start = y if narrow else y + max(mark - text_height, 0.0) / 2
            middle_of_label = start + len(lines_of_label) * lead / 2
            middle_of_detail = start + text_height - len(lines_of_detail) * lead / 2
            self.write_lines(0, middle_of_label, lines_of_label, hide=narrow, bold=bold)
            self.write_lines(0, middle_of_detail, lines_of_detail, color=grey, hide=narrow)
            if detail and follows:
                self.write(after_label, start + lead / 2, detail, color=grey, hide=True)
            if narrow:  # the marks stand under the text, else beside it
                y += text_height + 1 + (0.0 if middles else first)
            height = mark if narrow else max(text_height, mark)
            middles.append(y + height / 2)
            y += height + BETWEEN_ROWS
        return middles, y - BETWEEN_ROWS

    def put_axis(
        self,
        axes: Axes,
        scale: Echelle,
        top: float,
        bottom: float,
        *,
        values: Sequence[tuple[float, str]] = (),
        symbole: str = "",
        signe: bool = False,
    ) -> float:
        """Put light vertical rules through the rows and their values under them; return the bottom.

        Args:
            axes: Where the rules are plotted.
            scale: Theirs, across.
            top: The top of the rules.
            bottom: The bottom of the rows.
            values: Where the rules stand and what is written under each: (20.0, "20 %"); by
                default, the graduations of the scale.
            symbole: The unit written after a graduation.
            signe: Whether a graduation is written with its sign.
        """
        if not values:
            decimals = 0  # as many as the step needs, two at most
            while decimals < 2 and round(scale.step, decimals) != round(scale.step, 9):
                decimals += 1
            unit = f" {symbole}" if symbole else ""
            values = [
                (value, nombre(value, decimals, signe=signe) + unit)
                for value in scale.graduations()
            ]
        axes.vlines(
            [value for value, _ in values],
            top,
            bottom + 3,
            colors=self.couleurs.filet,
            linewidth=0.5,
            clip_on=False,
        )
        self.put_values(scale, bottom + 10, values)
        return bottom + 16

    def put_values(self, scale: Echelle, y: float, values: Sequence[tuple[float, str]]) -> None:
        """Write texts under the values of a scale, inside the sheet: (2023, "2023").

        A text that would touch one already written is left out: the first ones come first.
        """
        written: list[tuple[float, float]] = []  # the middle and the half width of each
        for value, text in values:
            half = self.measure(text) / 2
            middle = min(max(scale.place(value), half), self.width - half)
            if all(
                abs(middle - other) >= half + other_half + BETWEEN_VALUES
                for other, other_half in written
            ):
                self.write(middle, y, text, ha="center", color=self.couleurs.secondaire)
                written.append((middle, half))

    def put_names(self, y: float, noms: Sequence[Nom], right: float = 0.0) -> None:
        """Write one or two names above their marks, on one line, without touching each other.

        They are given from left to right, and stay inside the sheet, or left of ``right``. The last
        begins a little before its mark; the one before it ends a little after its own.
        """
        limit = right or self.width
        width_of_one = limit / len(noms) - BETWEEN_NAMES
        textes = [self.wrap(nom.texte, width_of_one, 1, bold=True)[0] for nom in noms]
        widths = [self.measure(texte, bold=True) for texte in textes]
        starts = [nom.x - width + 4 for nom, width in zip(noms, widths, strict=True)]
        starts[-1] = noms[-1].x - 4
        starts = spread(starts, widths, BETWEEN_NAMES, 0.0, limit)
        for start, texte, nom in zip(starts, textes, noms, strict=True):
            self.write(start, y, texte, bold=True, color=nom.couleur)

    # Shapes, in points.

    def rule(
        self,
        points: Sequence[tuple[float, float]],
        color: str,
        width: float = 0.6,
        style: LineStyleType = "-",
    ) -> None:
        """Put a line through points; a style is one of matplotlib's."""
        xs = [x for x, _ in points]
        ys = [y for _, y in points]
        self.put(Line2D(xs, ys, color=color, linewidth=width, linestyle=style))

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: str | None,
        *,
        axes: Axes | None = None,
        zorder: float = 1,
    ) -> None:
        """Put a rectangle filled with a colour; without one, hatched: it stands for an absence.

        ``x`` and ``y`` are its upper left corner in points, or a corner in the units of ``axes``.
        """
        rectangle = Rectangle((x, y), width, height, zorder=zorder, clip_on=False)
        if color:
            rectangle.set(facecolor=color, edgecolor="none")
        else:
            grey = self.couleurs.absence
            rectangle.set(facecolor="none", edgecolor=grey, linewidth=0.6, hatch="////")
        self.put(rectangle, axes)

    def arrow(self, x: float, y: float, side: int, color: str) -> None:
        """Put an arrowhead: its value is off the scale.

        Its point is at ``x`` and ``y``; it looks right when ``side`` is 1, left when it is -1.
        """
        base = x - 8.0 * side
        corners = [(x, y), (base, y + 4.2 * side), (base, y - 4.2 * side)]
        self.put(Polygon(corners, closed=True, fc=color, ec="none", zorder=HIDING))

    def marks(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        color: str,
        *,
        axes: Axes | None = None,
        form: str = "o",
        size: float = 0.0,
        hollow: bool = False,
    ) -> None:
        """Put marks with a thin white edge, or hollow ones; ``form`` is a marker of matplotlib.

        Their places are in points, or in the units of ``axes`` when given. Without ``size`` they
        have that of their form.
        """
        paper = self.couleurs.fond
        if not size:
            size = LOSANGE if form == "D" else DISQUE
        marks = Line2D(xs, ys, linestyle="", marker=form, markersize=size, clip_on=False)
        if hollow:  # as wide as the others, edge included
            marks.set(
                markersize=size - 1.2,
                markerfacecolor=paper,
                markeredgecolor=color,
                markeredgewidth=1.4,
            )
        else:
            marks.set(markerfacecolor=color, markeredgecolor=paper, markeredgewidth=0.8)
        self.put(marks, axes)

    def shades(self, number: int) -> list[str]:
        """Return that many shades, from strong to light.

        They are the first of the charter's when it has enough. Else the strongest is kept, and the
        others are mixed from the lighter ones, so that a text is readable on each.
        """
        strong, *light = self.degrade
        if number <= len(self.degrade):
            return [strong, *light][:number]
        mixed = LinearSegmentedColormap.from_list("", light)(np.linspace(0, 1, number - 1))
        return [strong, *map(to_hex, mixed)]

    def ink(self, background: str) -> str:
        """Return the colour of a text on a shade: that of paper on the strongest, else of texts."""
        return self.couleurs.fond if background == self.degrade[0] else self.couleurs.texte


def _runs(text: str, bold: bool) -> list[tuple[int, str]]:
    """Return a text cut where the font changes: each run with the rank of its first sign.

    « ● Projets » gives [(0, "●"), (2, "Projets")] when the charter's family lacks « ● ». Typst,
    which makes the PDF, gives a whole text the font of one of its signs: « ● » would otherwise
    change the face of the words beside it. A text of one run is returned whole, with its spaces.
    """
    signes_de_la_famille = signes_de(FAMILLE, "700" if bold else "400")

    def in_family(sign: str) -> bool:
        return ord(sign) in signes_de_la_famille or sign == ILLISIBLE

    segments = ["".join(signs) for _, signs in groupby(text, key=in_family)]
    if len(segments) <= 1:
        return [(0, text)]
    runs = []
    start = 0
    for segment in segments:
        leading_spaces = len(segment) - len(segment.lstrip(SPACES))
        if segment.strip(SPACES):
            runs.append((start + leading_spaces, segment.strip(SPACES)))
        start += len(segment)
    return runs
