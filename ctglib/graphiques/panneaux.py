"""Small multiples: panels of a line by year, each on its own scale, and under them what words must say.

A panel is ordinary axes of matplotlib: years across, values upward, ``axes.plot`` for the line. An absent year and a
break cut the line; a provisional value is hollow; the value of a point is written where it covers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from ctglib.document.typographie import INSECABLE
from ctglib.graphiques.echelle import Echelle, round_step
from ctglib.graphiques.planche import DASHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.graphiques.planche import Planche

HEIGHTS = (58.0, 96.0)  # of the points: three tenths of the width, between these
PART_OF_WIDTH = 0.3
OVER_POINTS = 17.0  # room for a value over the highest point
UNDER_AXIS = 10.0
LINES_OF_A_TITLE, LINES_OF_A_REMARK = 5, 6
RADIUS = 3.3
SQUARE = 8.0  # of an absent year
TARGET = 14.0  # width of the mark of a target
INDENT = 13.0  # of a remark, after its sign
ALL_VALUES = 5  # up to that many points, each has its value where there is room
BETWEEN_YEARS, BETWEEN_ROWS = 4.0, 14.0
GRADUATIONS = 4
STEEPEST = 0.2  # share of the highest value under which a spread does not fill a panel: noise would look like a slope
BESIDE, CLEARANCE = 6.0, 1.2  # from a point to its value, and around it
CAPITAL, DESCENT = 7.6, 1.0  # height of a text of the charter, and how far more it goes down


@dataclass(frozen=True)
class Panneau:
    """What a panel shows.

    Args:
        titre: Its title.
        detail: What stands under it: a modalité, a unit.
        points: One row a year: ``annee``, ``nouvelle`` (a break is just before it), ``provisoire``, ``valeur`` (NaN for
            absent) and ``texte``, what is written beside it.
        cible: Year and value of the target.
        remarques: Sentences under the panel, each after the sign of the drawing that it explains: « cible »,
            « absence », « provisoire », « rupture » or none.
    """

    titre: str
    detail: str
    points: pd.DataFrame
    cible: tuple[int, float] | None = None
    remarques: tuple[tuple[str, str], ...] = ()

    @property
    def breaks(self) -> pd.Series:
        """Return the middle of the years on both sides of each break."""
        years = self.points["annee"]
        return ((years + years.shift()) / 2)[self.points["nouvelle"]].dropna()

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Return the ends of the panel's own scale: from zero unless the slope would be drawn flat.

        Half of the highest value, or more, under the lowest one is room that says nothing; the scale then starts near
        the lowest, yet a spread under a fifth of the highest value never fills the panel.
        """
        values = [*self.points["valeur"].dropna(), *([self.cible[1]] if self.cible else [])]
        low, high = min(values), max(values)
        if low < high / 2 or high <= 0:
            return min(low, 0.0), max(high, 0.0, low + 1 if high <= low else high)
        reach, middle = max(high - low, STEEPEST * high), (low + high) / 2
        return max(min(low - 0.25 * reach, middle - reach / 2), 0.0), max(high, middle + reach / 2)

    @property
    def from_zero(self) -> bool:
        """Return whether zero is on the panel's own scale."""
        return self.limits[0] <= 0


def put_panels(
    planche: Planche, panels: Sequence[Panneau], top: float, *, columns: int, gap: float
) -> float:  # fmt: skip
    """Put panels and return their bottom.

    Args:
        planche: The sheet.
        panels: What they show.
        top: Top of the first row of panels.
        columns: Panels in a row.
        gap: Between two panels of a row.
    """
    years = {year for panel in panels for year in (*panel.points["annee"], *([panel.cible[0]] if panel.cible else []))}
    width = (planche.width - (columns - 1) * gap) / columns
    y = top - BETWEEN_ROWS
    for start in range(0, len(panels), columns):
        row, y = panels[start : start + columns], y + BETWEEN_ROWS
        title = max(sum(map(len, _title(planche, panel, width))) for panel in row) * planche.leading
        sides = [(rank * (width + gap), rank * (width + gap) + width) for rank in range(len(row))]
        y = max(_put_panel(planche, panel, side, (y, y + title), (min(years), max(years)))
                for side, panel in zip(sides, row, strict=True))  # fmt: skip
    return y


def _title(planche: Planche, panel: Panneau, width: float) -> tuple[list[str], list[str]]:
    detail = planche.wrap(panel.detail, width, LINES_OF_A_TITLE) if panel.detail else []
    return planche.wrap(panel.titre, width, LINES_OF_A_TITLE, bold=True), detail


def _put_panel(
    planche: Planche, panel: Panneau, sides: tuple[float, float], heights: tuple[float, float],
    years: tuple[int, int],
) -> float:  # fmt: skip
    """Put a panel between two sides, its title between two heights, and return its bottom."""
    (left, right), (top, under_title), lead = sides, heights, planche.leading
    names, detail = _title(planche, panel, right - left)
    planche.write_lines(left, top + len(names) * lead / 2, names, bold=True)
    planche.write_lines(left, top + (len(names) + len(detail) / 2) * lead, detail, color=planche.couleurs.secondaire)
    height = min(max(HEIGHTS[0], PART_OF_WIDTH * (right - left)), HEIGHTS[1])
    bottom = under_title + OVER_POINTS + height
    low, high = panel.limits
    upward = Echelle(low, high, bottom, bottom - height, round_step((high - low) / GRADUATIONS))
    across = _years_across(planche, panel, sides, years)
    axes = planche.plot(across, upward)
    if panel.from_zero:
        axes.axhline(0, color=planche.couleurs.filet, linewidth=0.8, clip_on=False)
    _put_lines(planche, axes, panel, across, upward)
    frame = Bbox.from_extents(left, under_title, right, bottom + 1)
    remarks = [*panel.remarques, *_put_values(planche, axes, panel, across, upward, frame)]
    _put_years(planche, across, bottom + UNDER_AXIS)
    return put_remarks(planche, remarks, sides, bottom + UNDER_AXIS + lead / 2 + 2)


def _years_across(planche: Planche, panel: Panneau, sides: tuple[float, float], years: tuple[int, int]) -> Echelle:
    """Return the scale of the years, with room for the values beyond its ends."""
    (left, right), (first, last) = sides, years
    texts = panel.points.loc[panel.points["valeur"].notna(), "texte"]
    edge = min(planche.widest([*texts, str(last)], bold=True) / 2 + 1, (right - left) / 3)
    middle = 0.5 * (first == last)
    return Echelle(first - middle, last + middle, left + edge, right - edge)


def _put_lines(planche: Planche, axes: Axes, panel: Panneau, across: Echelle, upward: Echelle) -> None:
    """Put the target, the breaks, the line, then the points over them."""
    grey, dark, points = planche.couleurs.secondaire, planche.couleurs.texte, panel.points
    if panel.cible:
        year, value = panel.cible
        axes.plot([across.low, year], [value] * 2, color=grey, linewidth=0.6, linestyle=DASHES["tirets"], clip_on=False)
        axes.plot([year], [value], "_", color=dark, markersize=TARGET, markeredgewidth=2.2, clip_on=False)
    if len(panel.breaks):
        axes.vlines(panel.breaks, upward.low, upward.high, colors=grey, linewidth=1.0, linestyle=DASHES["pointilles"],
                    clip_on=False)  # fmt: skip
    axes.plot(*_cut(points), color=planche.couleurs.territoire, linewidth=1.6, linestyle=DASHES["plein"], marker="o",
              markersize=6.8, markeredgecolor=planche.couleurs.fond, clip_on=False)  # fmt: skip
    hollow = points[points["provisoire"] & points["valeur"].notna()]
    if len(hollow):
        planche.marks(axes, hollow["annee"], hollow["valeur"], planche.couleurs.territoire, hollow=True)
    for year in points.loc[points["valeur"].isna(), "annee"]:
        _sign(planche, "absence", across.place(year), _floor(upward) - SQUARE / 2)


def _cut(points: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return years and values as matplotlib cuts a line: NaN where a value is absent or a series breaks."""
    cuts = points[points["nouvelle"]].assign(valeur=float("nan"))
    rows = pd.concat([cuts, points]).sort_values("annee", kind="stable") if len(cuts) else points
    return rows["annee"], rows["valeur"]


def _floor(upward: Echelle) -> float:
    """Return where an absent year stands: on zero, or at the bottom of a scale without it."""
    return upward.place(0) if upward.low <= 0 <= upward.high else upward.left


def _put_values(
    planche: Planche, axes: Axes, panel: Panneau, across: Echelle, upward: Echelle, frame: Bbox
) -> list[tuple[str, str]]:
    """Write the first and the last value, and the others when they are few, where they cover nothing.

    Returns:
        A remark for the first and for the last one when they have no room.
    """
    points, unplaced = panel.points, []
    known = points[points["valeur"].notna()]
    taken = [_around(across.place(row.annee), upward.place(row.valeur), RADIUS) for row in known.itertuples()]
    taken += [_around(across.place(year), _floor(upward) - SQUARE / 2, SQUARE / 2)
              for year in points.loc[points["valeur"].isna(), "annee"]]  # fmt: skip
    drawn = [(across.place(year), upward.place(value)) for year, value in zip(*_cut(points), strict=True)]
    lines = [Path(ends) for ends in pairwise(drawn) if not isnan(ends[0][1] + ends[1][1])]
    lines += [Path([(across.place(year), upward.left), (across.place(year), upward.right)]) for year in panel.breaks]
    if panel.cible:
        x, y = across.place(panel.cible[0]), upward.place(panel.cible[1])
        taken.append(_around(x, y, TARGET / 2, 1.5))
        lines.append(Path([(across.left, y), (x, y)]))
    ends, between = [0, len(known) - 1], range(1, len(known) - 1) if len(known) <= ALL_VALUES else ()
    for rank in dict.fromkeys((*ends, *between)):
        row = known.iloc[rank]
        text, (x, y) = row["texte"], (across.place(row["annee"]), upward.place(row["valeur"]))
        found = free_place(planche.measure(text, bold=True), (x, y), taken, lines, frame)
        if found:
            taken.append(found)
            planche.annotate(axes, (row["annee"], row["valeur"]), text, dx=found.x0 - x, dy=found.y0 + CAPITAL / 2 - y,
                             bold=True, color=planche.couleurs.territoire)  # fmt: skip
        elif rank in ends:
            unplaced.append(("", f"{row['annee']} : {text}"))
    return unplaced


def _around(x: float, y: float, width: float, height: float = 0.0) -> Bbox:
    """Return the rectangle around a place, of that half width and half height."""
    return Bbox.from_extents(x - width, y - (height or width), x + width, y + (height or width))


def free_place(
    width: float, point: tuple[float, float], taken: Sequence[Bbox], lines: Sequence[Path], frame: Bbox
) -> Bbox | None:
    """Return the first place around a point that is free and inside a frame, None when there is none.

    The most natural ones come first: over the point, under it, beside it, then a little further.

    Args:
        width: Of what is written.
        point: What it is beside.
        taken: Rectangles that it must not touch.
        lines: Lines that it must not cross.
        frame: Where it must stay.
    """
    (x, y), half = point, CAPITAL / 2
    for far in (BESIDE, BESIDE + 6, BESIDE + 12):
        over = [
            (x + (shift - 0.5) * width, y + side * (far + half)) for shift in (0.0, -0.35, 0.35) for side in (-1, 1)
        ]
        for left, middle in (*over, (x + far, y), (x - far - width, y)):
            place = Bbox.from_extents(left, middle - half, left + width, middle + half + DESCENT)
            inside = frame.contains(place.x0, place.y0) and frame.contains(place.x1, place.y1)
            clear = place.padded(CLEARANCE)
            if inside and not any(map(clear.overlaps, taken)) and not any(
                line.intersects_bbox(clear, filled=False) for line in lines
            ):  # fmt: skip
                return place
    return None


def _put_years(planche: Planche, across: Echelle, y: float) -> None:
    """Write the first and the last year, and between them those that have room."""
    first, last = round(across.low + 0.1), round(across.high - 0.1)
    need, taken = planche.measure(str(last)) + BETWEEN_YEARS, []
    for year in dict.fromkeys((first, last, *range(first + 1, last))):
        x = across.place(year)
        if all(abs(x - other) >= need for other in taken):
            planche.write(x, y, str(year), ha="center", color=planche.couleurs.secondaire)
            taken.append(x)


def put_remarks(planche: Planche, remarks: Sequence[tuple[str, str]], sides: tuple[float, float], top: float) -> float:
    """Write remarks, each after its sign, and return their bottom."""
    (left, right), y = sides, top
    for signe, text in remarks:
        indent = INDENT if signe else 0.0
        _sign(planche, signe, left + SQUARE / 2, y + planche.leading / 2)
        y = planche.put_text(left + indent, y, text.replace(" : ", f"{INSECABLE}: "), width=right - left - indent,
                             lines=LINES_OF_A_REMARK, color=planche.couleurs.secondaire)  # fmt: skip
    return y


def _sign(planche: Planche, signe: str, x: float, y: float) -> None:
    """Put the sign of a target, of an absence, of a provisional value or of a break around a place."""
    half = SQUARE / 2
    if signe == "cible":
        planche.rule([(x - half, y), (x + half, y)], planche.couleurs.texte, 2.2)
    elif signe == "absence":
        planche.rectangle(x - half, y - half, SQUARE, SQUARE, None)
    elif signe == "provisoire":
        planche.marks(planche.axes, [x], [y], planche.couleurs.territoire, hollow=True)
    elif signe == "rupture":
        planche.rule([(x, y - half), (x, y + half)], planche.couleurs.secondaire, 1.0, "pointilles")
