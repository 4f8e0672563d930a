"""Small multiples: panels of lines by year, each on its own scale or all on one, and under them what words must say.

A panel is ordinary axes of matplotlib: years across, values upward, ``axes.plot`` for each line. An absent year and a
break cut a line; a provisional value is hollow; the value of a point is written where it covers nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from math import isfinite, isnan
from typing import TYPE_CHECKING

from ctglib.document.typographie import INSECABLE, nombre
from ctglib.graphiques.echelle import Echelle, round_step
from ctglib.graphiques.etiquettes import Boite, free_place, spread
from ctglib.graphiques.planche import DASHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from ctglib.graphiques.etiquettes import Segment
    from ctglib.graphiques.planche import Planche

HEIGHTS = (58.0, 96.0)  # of the points: three tenths of the width, between these
PART_OF_WIDTH = 0.3
OVER_POINTS, OVER_LINES = 17.0, 9.5  # room for a value over the highest point, for half of one at the end of a line
UNDER_AXIS = 10.0
LINES_OF_A_TITLE, LINES_OF_A_REMARK = 5, 6
RADIUS = 3.3
SQUARE = 8.0  # of an absent year
TARGET = 14.0  # width of the mark of a target
INDENT = 13.0  # of a remark, after its sign
ALL_VALUES = 5  # up to that many points, each has its value where there is room
BETWEEN_YEARS, BETWEEN_VALUES, BETWEEN_ROWS = 4.0, 9.5, 14.0
END = 7.0  # from the end of a line to its value
GRADUATIONS = 4
STEEPEST = 0.2  # share of the highest value under which a spread does not fill a panel: noise would look like a slope
LINES = {"territoire": (1.6, "plein"), "reference": (1.1, "plein"), "secondaire": (1.1, "tirets")}
MARKS = {"territoire": ("o", 6.8), "reference": ("D", 5.0)}


class Signe(Enum):
    """What of the drawing a remark is about: the same sign stands before it."""

    CIBLE = "cible"
    ABSENCE = "absence"
    PROVISOIRE = "provisoire"
    RUPTURE = "rupture"
    AUCUN = ""


@dataclass(frozen=True)
class Point:
    """A year: its value (NaN when absent), what is written beside it; ``nouvelle`` when a break is just before it."""

    annee: int
    valeur: float
    texte: str
    provisoire: bool = False
    nouvelle: bool = False

    @property
    def known(self) -> bool:
        """Return whether there is a value."""
        return not isnan(self.valeur)


@dataclass(frozen=True)
class Courbe:
    """A line; ``role`` is the use of its colour in the charter: « territoire », « reference » or « secondaire »."""

    role: str
    points: tuple[Point, ...]

    @cached_property
    def known(self) -> tuple[Point, ...]:
        """Return the points that have a value."""
        return tuple(point for point in self.points if point.known)

    def cut(self) -> tuple[list[float], list[float]]:
        """Return years and values as matplotlib cuts a line: NaN where a value is absent or a series breaks."""
        years, values = [], []
        for point in self.points:
            if point.nouvelle and years:
                years, values = [*years, point.annee], [*values, float("nan")]
            years, values = [*years, point.annee], [*values, point.valeur]
        return years, values


@dataclass(frozen=True)
class Panneau:
    """What a panel shows: title and detail under it, lines, a band as (year, least, greatest), a target, remarks."""

    titre: str
    detail: str
    courbes: tuple[Courbe, ...]
    bande: tuple[tuple[int, float, float], ...] = ()
    cible: tuple[int, float] | None = None
    remarques: tuple[tuple[Signe, str], ...] = ()

    @property
    def breaks(self) -> list[float]:
        """Return the middle of the years on both sides of each break."""
        return [(one.annee + new.annee) / 2 for one, new in pairwise(self.courbes[0].points) if new.nouvelle]

    @cached_property
    def values(self) -> list[float]:
        """Return everything that the scale of the panel must hold."""
        found = [point.valeur for courbe in self.courbes for point in courbe.known]
        return found + ([self.cible[1]] if self.cible else [])

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Return the ends of the panel's own scale: from zero unless the slope would be drawn flat.

        Half of the highest value, or more, under the lowest one is room that says nothing; the scale then starts near
        the lowest, yet a spread under a fifth of the highest value never fills the panel.
        """
        low, high = min(self.values), max(self.values)
        if low < high / 2 or high <= 0:
            return min(low, 0.0), max(high, 0.0, low + 1 if high <= low else high)
        spread = max(high - low, STEEPEST * high)
        middle = (low + high) / 2
        return max(min(low - 0.25 * spread, middle - spread / 2), 0.0), max(high, middle + spread / 2)

    @property
    def from_zero(self) -> bool:
        """Return whether zero is on the panel's own scale."""
        return self.limits[0] <= 0


def put_panels(
    planche: Planche, panels: Sequence[Panneau], top: float, *, columns: int, gap: float, years: tuple[int, int],
    limits: tuple[float, float] | None = None,
) -> float:  # fmt: skip
    """Put panels and return their bottom.

    Args:
        planche: The sheet.
        panels: What they show.
        top: Top of the first row of panels.
        columns: Panels in a row.
        gap: Between two panels of a row.
        years: First and last years of all the panels.
        limits: Ends of the scale that all share; each has its own otherwise.
    """
    width = (planche.width - (columns - 1) * gap) / columns
    y = top - BETWEEN_ROWS
    for start in range(0, len(panels), columns):
        row, y = panels[start : start + columns], y + BETWEEN_ROWS
        title = max(sum(map(len, _title(planche, panel, width))) for panel in row) * planche.leading
        lefts = [rank * (width + gap) for rank in range(len(row))]
        y = max(
            _put_panel(planche, panel, (left, left + width), (y, y + title), years, limits)
            for left, panel in zip(lefts, row, strict=True)
        )
    return y


def _title(planche: Planche, panel: Panneau, width: float) -> tuple[list[str], list[str]]:
    detail = planche.wrap(panel.detail, width, LINES_OF_A_TITLE) if panel.detail else []
    return planche.wrap(panel.titre, width, LINES_OF_A_TITLE, bold=True), detail


def _put_panel(
    planche: Planche, panel: Panneau, sides: tuple[float, float], heights: tuple[float, float],
    years: tuple[int, int], limits: tuple[float, float] | None,
) -> float:  # fmt: skip
    """Put a panel between two sides, its title between two heights, and return its bottom."""
    (left, right), (top, under_title), lead = sides, heights, planche.leading
    names, detail = _title(planche, panel, right - left)
    planche.write_lines(left, top + len(names) * lead / 2, names, bold=True)
    planche.write_lines(left, top + (len(names) + len(detail) / 2) * lead, detail, color=planche.couleurs.secondaire)
    height = min(max(HEIGHTS[0], PART_OF_WIDTH * (right - left)), HEIGHTS[1])
    bottom = under_title + (OVER_LINES if limits else OVER_POINTS) + height
    low, high = limits or panel.limits
    upward = Echelle(low, high, bottom, bottom - height, round_step((high - low) / GRADUATIONS))
    across = _years_across(planche, panel, sides, years, upward if limits else None)
    axes = planche.plot(across, upward)
    if limits:
        _put_graduations(planche, axes, across, upward, left)
    elif panel.from_zero:
        axes.axhline(0, color=planche.couleurs.filet, linewidth=0.8, clip_on=False)
    _put_lines(planche, axes, panel, across, upward)
    frame = Boite(left, under_title, right, bottom + 1)
    unplaced = _put_ends(planche, axes, panel, upward) if limits else _put_values(
        planche, axes, panel, (across, upward), frame)  # fmt: skip
    _put_years(planche, across, bottom + UNDER_AXIS)
    remarks = [*panel.remarques, *((Signe.AUCUN, f"{point.annee} : {point.texte}") for point in unplaced)]
    return put_remarks(planche, remarks, sides, bottom + UNDER_AXIS + lead / 2 + 2)


def _years_across(
    planche: Planche, panel: Panneau, sides: tuple[float, float], years: tuple[int, int], upward: Echelle | None
) -> Echelle:
    """Return the scale of the years, with room for the values: beyond its ends, or graduations and ends of lines."""
    (left, right), (first, last) = sides, years
    if upward:
        ends = [courbe.points[-1] for courbe in panel.courbes if courbe.points and courbe.points[-1].known]
        right -= max((planche.measure(point.texte, bold=True) for point in ends), default=0.0) + END
        left += max(planche.measure(nombre(value, upward.decimals)) for value in upward.graduations() or [100]) + END
    else:
        texts = [*(point.texte for courbe in panel.courbes for point in courbe.known), str(last)]
        edge = min(max(planche.measure(text, bold=True) for text in texts) / 2 + 1, (right - left) / 3)
        left, right = left + edge, right - edge
    if last == first:
        return Echelle(first - 0.5, first + 0.5, left, right, 1)
    return Echelle(first, last, left, right, 1)


def _put_graduations(planche: Planche, axes: Axes, across: Echelle, upward: Echelle, left: float) -> None:
    values = upward.graduations()
    axes.hlines(values, across.low, across.high, colors=planche.couleurs.filet, clip_on=False,
                linewidths=[1.0 if value == 100 else 0.4 for value in values])  # fmt: skip
    for value in values:
        planche.write(left, upward.place(value), nombre(value, upward.decimals), color=planche.couleurs.secondaire)


def _put_lines(planche: Planche, axes: Axes, panel: Panneau, across: Echelle, upward: Echelle) -> None:
    """Put the band, the target, the breaks, the lines, then the points over them."""
    grey, dark = planche.couleurs.secondaire, planche.couleurs.texte
    if panel.bande:
        _put_band(planche, axes, panel)
    if panel.cible:
        year, value = panel.cible
        axes.plot([across.low, year], [value] * 2, color=grey, linewidth=0.6, linestyle=DASHES["tirets"], clip_on=False)
        axes.plot([year], [value], "_", color=dark, markersize=TARGET, markeredgewidth=2.2, clip_on=False)
    if panel.breaks:
        axes.vlines(panel.breaks, *sorted((upward.low, upward.high)), colors=grey, linewidth=1.0,
                    linestyle=DASHES["pointilles"], clip_on=False)  # fmt: skip
    for courbe in reversed(panel.courbes):
        put_line(planche, axes, courbe.role, *courbe.cut())
        hollow = [point for point in courbe.known if point.provisoire]
        if hollow:
            xs, ys = [point.annee for point in hollow], [point.valeur for point in hollow]
            planche.marks(axes, xs, ys, getattr(planche.couleurs, courbe.role), hollow=True)
    if len(panel.courbes) == 1:
        for point in panel.courbes[0].points:
            if not point.known:
                x, y = across.place(point.annee), _floor(upward) - SQUARE / 2
                _sign(planche, Signe.ABSENCE, x, y)


def _floor(upward: Echelle) -> float:
    """Return where an absent year stands: on zero, or at the bottom of a scale without it."""
    return upward.place(0) if upward.low <= 0 <= upward.high else upward.left


def put_line(
    planche: Planche, axes: Axes, role: str, years: Sequence[float], values: Sequence[float], **style: object
) -> None:
    """Put a line and its points in the colour, the style and with the mark of its role, which may have none."""
    (width, dashes), (form, size) = LINES[role], MARKS.get(role, ("", 0.0))
    axes.plot(years, values, color=getattr(planche.couleurs, role), linewidth=width, linestyle=DASHES[dashes],
              marker=form, markersize=size, markeredgecolor=planche.couleurs.fond, clip_on=False, **style)  # fmt: skip


def _put_band(planche: Planche, axes: Axes, panel: Panneau) -> None:
    """Put the band between the least and the greatest values, cut where the lines are."""
    new = {point.annee for point in panel.courbes[0].points if point.nouvelle}
    run: list[tuple[int, float, float]] = []
    for year, low, high in (*panel.bande, (0, float("nan"), float("nan"))):
        if (year in new or not isfinite(low)) and run:
            years, lows, highs = zip(*run, strict=True)
            if len(run) > 1:
                edge = [*highs, *reversed(lows)]
                axes.fill([*years, *reversed(years)], edge, color=planche.couleurs.filet, alpha=0.6, linewidth=0,
                          clip_on=False)  # fmt: skip
            else:
                axes.vlines(years, lows, highs, colors=planche.couleurs.filet, linewidth=3.0, clip_on=False)
            run = []
        if isfinite(low):
            run.append((year, low, high))


def _put_ends(planche: Planche, axes: Axes, panel: Panneau, upward: Echelle) -> list[Point]:
    """Write the last value of each line beside its end, moved apart so that none covers another."""
    ends = [(upward.place(courbe.points[-1].valeur), courbe) for courbe in panel.courbes if courbe.points[-1].known]
    ends.sort(key=lambda end: end[0])
    room = 0.5 * BETWEEN_VALUES
    starts = spread([y - room for y, _ in ends], [BETWEEN_VALUES] * len(ends), 0.0, upward.right - room,
                    upward.left + room)  # fmt: skip
    for start, (y, courbe) in zip(starts, ends, strict=True):
        last = courbe.points[-1]
        planche.annotate(axes, (last.annee, last.valeur), last.texte, dx=END, dy=start + room - y,
                         bold=courbe.role == "territoire", color=getattr(planche.couleurs, courbe.role))  # fmt: skip
    return []


def _put_values(
    planche: Planche, axes: Axes, panel: Panneau, scales: tuple[Echelle, Echelle], frame: Boite
) -> list[Point]:
    """Write the first and the last value, and the others when they are few, where they cover nothing.

    Returns:
        The first and the last point when they have no room.
    """
    (across, upward), (courbe,) = scales, panel.courbes
    known, taken, unplaced = courbe.known, _obstacles(panel, across, upward), []
    lines = _segments(panel, across, upward)
    between = known[1:-1] if len(known) <= ALL_VALUES else ()
    for point in dict.fromkeys((known[0], known[-1], *between)):
        x, y = across.place(point.annee), upward.place(point.valeur)
        found = free_place(planche.measure(point.texte, bold=True), (x, y), taken, lines, frame)
        if found:
            taken.append(found)
            planche.annotate(axes, (point.annee, point.valeur), point.texte, dx=found.left - x, dy=found.middle - y,
                             bold=True, color=planche.couleurs.territoire)  # fmt: skip
        elif point not in between:
            unplaced.append(point)
    return unplaced


def _obstacles(panel: Panneau, across: Echelle, upward: Echelle) -> list[Boite]:
    """Return the places of the points, of the squares of the absent years and of the target."""
    found = []
    for point in panel.courbes[0].points:
        x = across.place(point.annee)
        if point.known:
            found.append(Boite.around(x, upward.place(point.valeur), RADIUS, RADIUS))
        else:
            found.append(Boite.around(x, _floor(upward) - SQUARE / 2, SQUARE / 2, SQUARE / 2))
    if panel.cible:
        found.append(Boite.around(across.place(panel.cible[0]), upward.place(panel.cible[1]), TARGET / 2, 1.5))
    return found


def _segments(panel: Panneau, across: Echelle, upward: Echelle) -> list[Segment]:
    """Return the lines of the series, of its breaks and of its target."""
    ends = zip(*panel.courbes[0].cut(), strict=True)
    found = [
        ((across.place(x1), upward.place(y1)), (across.place(x2), upward.place(y2)))
        for (x1, y1), (x2, y2) in pairwise(ends)
        if not isnan(y1 + y2)
    ]
    found += [((across.place(year), upward.right), (across.place(year), upward.left)) for year in panel.breaks]
    if panel.cible:
        y = upward.place(panel.cible[1])
        found.append(((across.left, y), (across.place(panel.cible[0]), y)))
    return found


def _put_years(planche: Planche, across: Echelle, y: float) -> None:
    """Write the first and the last year, and between them those that have room."""
    first, last = (round(across.low + 0.5), round(across.low + 0.5)) if across.low % 1 else (across.low, across.high)
    need, taken = planche.measure(str(int(last))) + BETWEEN_YEARS, []
    for year in dict.fromkeys((int(first), int(last), *range(int(first) + 1, int(last)))):
        x = across.place(year)
        if all(abs(x - other) >= need for other in taken):
            planche.write(x, y, str(year), ha="center", color=planche.couleurs.secondaire)
            taken.append(x)


def put_remarks(
    planche: Planche, remarks: Sequence[tuple[Signe, str]], sides: tuple[float, float], top: float
) -> float:
    """Write remarks, each after its sign, and return their bottom."""
    (left, right), y, lead = sides, top, planche.leading
    for signe, text in remarks:
        indent = 0.0 if signe is Signe.AUCUN else INDENT
        lines = planche.wrap(text.replace(" : ", f"{INSECABLE}: "), right - left - indent, LINES_OF_A_REMARK)
        _sign(planche, signe, left + SQUARE / 2, y + lead / 2)
        planche.write_lines(left + indent, y + len(lines) * lead / 2, lines, color=planche.couleurs.secondaire)
        y += len(lines) * lead
    return y


def _sign(planche: Planche, signe: Signe, x: float, y: float) -> None:
    """Put the sign of a target, of an absence, of a provisional value or of a break around a place."""
    half = SQUARE / 2
    if signe is Signe.CIBLE:
        planche.rule([(x - half, y), (x + half, y)], planche.couleurs.texte, 2.2)
    elif signe is Signe.ABSENCE:
        planche.rectangle(x - half, y - half, SQUARE, SQUARE, None)
    elif signe is Signe.PROVISOIRE:
        planche.marks(planche.axes, [x], [y], planche.couleurs.territoire, hollow=True)
    elif signe is Signe.RUPTURE:
        planche.rule([(x, y - half), (x, y + half)], planche.couleurs.secondaire, 1.0, "pointilles")
