"""A sheet: one matplotlib figure on which a chart writes in points from the upper left corner, and
plots in its data.

Everything is placed after its text has been measured, on a page of fixed width: nothing is cut,
nothing is resized. Rows have their labels on their left, above their marks when the sheet is
narrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import ceil, floor, isfinite, log10
from typing import Any

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

from ctglib.calculs.ecriture import INSECABLE, nombre
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte, charter_style, measure, wrap
from ctglib.document.signes import FAMILLE, ILLISIBLE, montrable, signes_de
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.partage import nom_par_contenu

BLANKS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
SPACES = f" {INSECABLE}"
MIDDLE = 0.33  # share of the size from the base line of a text to the middle of its capitals
# matplotlib draws surfaces at 1 and lines at 2
HIDING = 2.5
TEXT = 3.0
SHEET = 5  # the sheet is drawn over the plots
# sizes of the marks: the points of a diamond show around a disc put over it
DISQUE = 6.8
LOSANGE = 7.5
PART_OF_LABELS = 0.36
GUTTER = 10.0
BETWEEN_ROWS = 8.0
LINES_OF_A_LABEL = 3
BETWEEN_NAMES = 10.0
LINE_OF_NAMES = 7.0
BETWEEN_VALUES = 4.0
NAME_AND_DETAIL = 5.0
ROOM_OF_A_GRADUATION = 36.0


def assemble(
    contexte: Contexte,
    draw: Callable[[Planche], float],
    *,
    nom: str,
    titre: str,
    alt: str,
    lecture: str,
    colonnes: Mapping[str, str],
    lignes: pd.DataFrame,
    mots: int = 1,
    source: str = "",
    **reste: object,
) -> Figure:
    """Return the figure of a chart (see ``Figure``), whose source is the context's unless told.

    What a chart calls ``legende`` is ``nom``, ``titre`` and, if wanted, ``source``. ``draw`` draws
    on the sheet it is given and returns the height it took, in points. ``colonnes`` are the columns
    of its numbers and their headers, ``lignes`` their rows, as text; the first columns, as many as
    ``mots``, are words. ``reste`` is what else a table takes: ``donnees``, unrounded; ``groupes``,
    ``notes``.
    """
    source = source or contexte.source
    columns = [
        Colonne(key, head, numerique=rank >= mots)
        for rank, (key, head) in enumerate(colonnes.items())
    ]
    tableau = Tableau.de(
        lignes, columns, nom=f"donnees-{nom}", titre=titre, source=source, donnees_de=nom, **reste
    )

    def dessiner(taille: str) -> Dessin:
        with charter_style():
            planche = Planche(taille)
            return planche.finish(draw(planche))

    cle = nom_par_contenu("dessin", nom, alt, draw) if isinstance(draw, partial) else ""
    return Figure(nom, titre, alt, lecture, source, tableau, dessiner, contexte.territoire.nom, cle)


def dire(mot: str, /, **valeurs: object) -> str:
    """Return words of the charts (``catalogue/charte.yaml``), filled."""
    return remplir(charte().mots[mot], **valeurs)


@dataclass(frozen=True)
class Echelle:
    """A linear scale from ``low`` at ``left`` to ``high`` at ``right`` (in points), marked every
    ``step``.
    """

    low: float
    high: float
    left: float
    right: float
    step: float = 1.0

    def place(self, value: float) -> float:
        """Return the place of a value, in points."""
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    def graduations(self) -> list[float]:
        """Return the round values of the scale."""
        first = ceil(self.low / self.step - 1e-9)
        last = floor(self.high / self.step + 1e-9)
        return [round(rank * self.step, 9) for rank in range(first, last + 1)]


def echelle(values: Iterable[float], left: float, right: float, *, zero: bool = False) -> Echelle:
    """Return a scale that starts on a round value and ends on the greatest one, so that the marks
    use the whole width.

    ``zero`` must be on it where a length stands for a value or a gap.
    """
    finite = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low = min(finite)
    high = max(finite)
    if zero:
        low = min(low, 0.0)
        high = max(high, 0.0)
    if high - low < 1e-9:
        low, high = (low, high + 1) if zero else (low - 1, high + 1)
    step = round_step((high - low) / max(2, (right - left) / ROOM_OF_A_GRADUATION))
    return Echelle(floor(low / step + 1e-9) * step, high, left, right, step)


def round_step(step: float) -> float:
    """Return the first of 1, 2, 5 × 10ⁿ that is not under a step.

    Examples:
        >>> round_step(13.2), round_step(0.7)
        (20.0, 1.0)
    """
    unit = 10.0 ** floor(log10(step))
    return next(factor * unit for factor in (1.0, 2.0, 5.0, 10.0) if factor * unit >= step - 1e-9)


def spread(
    places: Sequence[float],
    sizes: Sequence[float],
    gap: float,
    low: float = float("-inf"),
    high: float = float("inf"),
) -> list[float]:
    """Return where things start along a line so that none covers the next, each as near its own
    start as can be.

    ``places`` is where each would start, in increasing order; ``sizes`` how long they are; ``gap``
    is kept between two. No end is beyond ``high``, and no start before ``low``, unless all do not
    fit.
    """
    starts: list[float] = []
    for rank, place in enumerate(places):
        starts.append(max(place, starts[-1] + sizes[rank - 1] + gap if rank else low))
    pushes = [start - place for start, place in zip(starts, places, strict=True)]
    lift = min(max(pushes, default=0.0) / 2, starts[0] - low) if starts else 0.0
    for rank in reversed(range(len(starts))):
        starts[rank] = min(starts[rank] - lift, high - sizes[rank])
        high = starts[rank] - gap
    return starts


class Planche:
    """A sheet of one of the charter's widths; ``narrow`` tells a chart to put its labels above its
    marks.

    What it writes is in points, y downwards; ``plot`` adds axes in data coordinates. Marks of rows
    begin at ``left``.
    """

    def __init__(self, taille: str) -> None:
        look = charte()
        self.couleurs = look.couleurs
        self.leading = look.interligne
        self.shade: Sequence[str] = look.degrade  # from strong to light
        self.width: float = look.largeurs[taille] * 72 / 2.54  # of centimetres
        self.narrow = taille == "etroit"
        self.left = 0.0 if self.narrow else PART_OF_LABELS * self.width + GUTTER
        self.size: float = matplotlib.rcParams["font.size"]
        self.figure = Dessin()
        self._to_inches = Affine2D()  # once the height is known
        self._plots: list[tuple[Axes, Echelle, Echelle | None]] = []

    def plot(self, across: Echelle, upward: Echelle | None = None) -> Axes:
        """Return axes with a scale across, and one from their bottom to their top.

        Without the second, their y is the sheet's, in points: rows stay where they are.
        """
        ends = (upward.low, upward.high) if upward else (1.0, 0.0)
        axes = self.figure.add_axes(
            (0, 0, 1, 1), xlim=(across.low, across.high), ylim=ends, zorder=1
        )
        axes.set_axis_off()
        self._plots.append((axes, across, upward))
        return axes

    def finish(self, height: float) -> Dessin:
        """Give the figure its height, in points, and the axes their places; return it."""
        self.figure.set_size_inches(self.width / 72, height / 72)
        self._to_inches.translate(0, -height).scale(1 / 72, -1 / 72)
        for axes, across, upward in self._plots:
            bottom, top = (upward.left, upward.right) if upward else (height, 0.0)
            if not upward:  # as high as the sheet, which is known at last
                axes.set_ylim(bottom, top)
            size = ((across.right - across.left) / self.width, (bottom - top) / height)
            axes.set_position((across.left / self.width, 1 - bottom / height, *size))
        return self.figure

    def put(self, artist: Artist, axes: Axes | None = None) -> None:
        """Put an artist on axes, else on the sheet, which is drawn over all axes."""
        if axes:
            axes.add_artist(artist)
        else:
            artist.set(
                zorder=SHEET + artist.zorder,
                transform=self._to_inches + self.figure.dpi_scale_trans,
            )
            self.figure.add_artist(artist)

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
        """Return the text as at most that many lines of that width; what does not fit ends with
        « … ».
        """
        return list(
            wrap(montrable(BLANKS.sub(" ", text).strip(" ")), width, lines, self.size, bold)
        )

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
        """Write a line; ``y`` is the middle of its capitals; ``hide`` hides what the chart has
        behind the text.
        """
        written = montrable(text)
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * self.measure(written, bold)
        if hide:
            start = max(left - 1, 0.0)
            end = min(left + self.measure(written, bold) + 1, self.width)
            self.rectangle(
                start,
                y - self.leading / 2,
                end - start,
                self.leading,
                self.couleurs.fond,
                zorder=HIDING,
            )
        pieces = _runs(written, bold)
        for start, piece in pieces:
            alone = len(pieces) == 1
            place = x if alone else left + self.measure(written[:start], bold)
            self.put(
                Text(
                    place,
                    y + MIDDLE * self.size,
                    piece,
                    ha=ha if alone else "left",
                    zorder=TEXT,
                    color=color or self.couleurs.texte,
                    weight=700 if bold else 400,
                )
            )

    def write_lines(self, x: float, y: float, lines: Sequence[str], **style: object) -> None:
        """Write lines; ``y`` is the middle of the whole."""
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
        bold: bool = False,
        **style: object,
    ) -> float:
        """Write a text under a place, on as many lines as it takes in a width, or up to the side;
        return its bottom.
        """
        wrapped = self.wrap(text, width or self.width - x, lines, bold)
        height = len(wrapped) * self.leading
        self.write_lines(x, top + height / 2, wrapped, bold=bold, **style)
        return top + height

    def put_note(self, left: float, top: float, text: str) -> float:
        """Write a remark under the chart, on as many lines as it takes, and return its bottom."""
        return self.put_text(left, top, text, color=self.couleurs.secondaire) + 2

    def put_blocks(
        self,
        columns: Sequence[Any],
        left: float,
        need: float,
        gap: float,
        put: Callable[[Sequence[Any], tuple[float, float, float]], float],
    ) -> float:
        """Put columns in as few blocks as their need allows, of nearly the same size; return the
        bottom of the last.

        Three are taken to hold in a block, even when a word must then be cut. ``put`` draws some of
        them, whose left, top and width of each it is given, and returns their bottom.
        """
        count = len(columns)
        width = self.width - left
        bottom = -gap
        size = ceil(count / ceil(count / max(int(width / need), 3)))
        for start in range(0, count, size):
            bottom = put(columns[start : start + size], (left, bottom + gap, width / size))
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
        """Write the labels of rows; return the middles of their marks, and the bottom of the last
        row.

        What qualifies a label (kind, management) stands under it, or after it on a narrow sheet.
        The marks of a row are as high as ``mark``; on a narrow sheet, ``first`` is kept between the
        first label and its marks.
        """
        lead = self.leading
        grey = self.couleurs.secondaire
        narrow = self.narrow
        width = self.width if narrow else self.left - GUTTER
        middles = []
        y = top
        for label, detail in zip(labels, details or [""] * len(labels), strict=True):
            names = self.wrap(label, width, LINES_OF_A_LABEL, bold)
            beside = self.measure(label) + NAME_AND_DETAIL
            follows = narrow and len(names) == 1 and beside + self.measure(detail) <= width
            under = self.wrap(detail, width, LINES_OF_A_LABEL) if detail and not follows else []
            text = (len(names) + len(under)) * lead
            start = y if narrow else y + max(mark - text, 0.0) / 2
            self.write_lines(0, start + len(names) * lead / 2, names, hide=narrow, bold=bold)
            self.write_lines(
                0, start + text - len(under) * lead / 2, under, color=grey, hide=narrow
            )
            if detail and follows:
                self.write(beside, start + lead / 2, detail, color=grey, hide=True)
            if narrow:
                y += text + 1 + (0.0 if middles else first)
            height = mark if narrow else max(text, mark)
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
        """Put light vertical rules and their values under the rows, and return the bottom of the
        axis.

        The values are the graduations of the scale, unless given.
        """
        decimals = next(
            (number for number in (0, 1) if round(scale.step, number) == round(scale.step, 9)), 2
        )
        after = f" {symbole}" if symbole else ""
        values = values or [
            (one, nombre(one, decimals, signe=signe) + after) for one in scale.graduations()
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
        """Write values under their places, inside the sheet; one that would touch another one
        before it is left out.
        """
        taken: list[tuple[float, float]] = []
        for value, text in values:
            half = self.measure(text) / 2
            middle = min(max(scale.place(value), half), self.width - half)
            if all(abs(middle - other) >= half + room + BETWEEN_VALUES for other, room in taken):
                self.write(middle, y, text, ha="center", color=self.couleurs.secondaire)
                taken.append((middle, half))

    def put_names(
        self, y: float, names: Sequence[tuple[float, str, str]], right: float = 0.0
    ) -> None:
        """Write one or two names above their marks, away from each other, inside the sheet or left
        of a place.

        A name is the place of its mark, its text and its colour; they come from left to right.
        """
        limit = right or self.width
        texts = [
            self.wrap(nom, limit / len(names) - BETWEEN_NAMES, 1, bold=True)[0]
            for _, nom, _ in names
        ]
        widths = [self.measure(text, bold=True) for text in texts]
        wanted = [
            x - width + 4 for (x, _, _), width in zip(names[:-1], widths[:-1], strict=True)
        ] + [names[-1][0] - 4]
        starts = spread(wanted, widths, BETWEEN_NAMES, 0.0, limit)
        for start, text, (_, _, colour) in zip(starts, texts, names, strict=True):
            self.write(start, y, text, bold=True, color=colour)

    # Shapes, in points.

    def rule(
        self,
        points: Sequence[tuple[float, float]],
        color: str,
        width: float = 0.6,
        style: str = "-",
    ) -> None:
        """Put a line through points; a style is one of matplotlib's."""
        self.put(Line2D(*zip(*points, strict=True), color=color, linewidth=width, linestyle=style))

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
        """Put a rectangle filled with a colour, or without one hatched in that of absence."""
        grey = self.couleurs.absence
        style = (
            {"fc": color, "ec": "none"}
            if color
            else {"fc": "none", "ec": grey, "lw": 0.6, "hatch": "////"}
        )
        self.put(Rectangle((x, y), width, height, zorder=zorder, clip_on=False, **style), axes)

    def arrow(self, x: float, y: float, side: int, color: str) -> None:
        """Put an arrowhead that ends at a place, towards the right (1) or the left (−1): the value
        is off the scale.
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
        """Put marks with a thin white edge, or hollow ones; a form is one of matplotlib's."""
        paper = self.couleurs.fond
        wanted = size or (LOSANGE if form == "D" else DISQUE)
        edge = (
            {"mfc": paper, "mec": color, "mew": 1.4}
            if hollow
            else {"mfc": color, "mec": paper, "mew": 0.8}
        )
        size = wanted - 1.2 if hollow else wanted
        self.put(
            Line2D(xs, ys, linestyle="", marker=form, markersize=size, clip_on=False, **edge), axes
        )

    def shades(self, number: int) -> list[str]:
        """Return that many shades, from strong to light; between the charter's own, they are mixed.

        The strongest stands apart; the others run over the lighter shades, so that a text is
        readable on each.
        """
        strong, *light = self.shade
        if number <= len(self.shade):
            return [strong, *light][:number]
        mixed = LinearSegmentedColormap.from_list("", light)(np.linspace(0, 1, number - 1))
        return [strong, *map(to_hex, mixed)]

    def ink(self, background: str) -> str:
        """Return the colour of a text on a shade: the charter's paper on the strongest one alone."""
        return self.couleurs.fond if background == self.shade[0] else self.couleurs.texte


def _runs(text: str, bold: bool) -> list[tuple[int, str]]:
    """Return the runs of a text that one font has, each with its place: Typst gives a whole text
    the font of one sign.

    A sign that the family lacks, such as « ● », would otherwise change the face of the words beside
    it on paper.
    """
    known = signes_de(FAMILLE, "700" if bold else "400")
    runs = []
    start = 0
    for _, group in groupby(text, key=lambda sign: ord(sign) in known or sign == ILLISIBLE):
        run = "".join(group)
        runs.append((start + len(run) - len(run.lstrip(SPACES)), run.strip(SPACES)))
        start += len(run)
    return [(place, run) for place, run in runs if run] if len(runs) > 1 else [(0, text)]
