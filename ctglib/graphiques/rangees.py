"""Where things go: scales, labels kept apart, rows and labels (above the marks when narrow), an axis, names, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, Any

from ctglib.document.typographie import nombre

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.graphiques.planche import Planche

PART_OF_LABELS = 0.36
GUTTER = 10.0
BETWEEN_ROWS = 8.0
LINES_OF_A_LABEL = 3
BETWEEN_NAMES, LINE_OF_NAMES = 10.0, 7.0
BETWEEN_VALUES = 4.0
NAME_AND_DETAIL = 5.0
MARK = 12.0
SANS_ZERO = "L'échelle ne part pas de zéro."
ROOM_OF_A_GRADUATION = 36.0


@dataclass(frozen=True)
class Echelle:
    """A linear scale from ``low`` at ``left`` to ``high`` at ``right`` (in points), marked every ``step``."""

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
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        return [round(rank * self.step, 9) for rank in range(first, last + 1)]

    @property
    def decimals(self) -> int:
        """Return the decimals that the graduations need."""
        return next((number for number in (0, 1) if round(self.step, number) == round(self.step, 9)), 2)


def echelle(values: Iterable[float], left: float, right: float, *, zero: bool = False) -> Echelle:
    """Return a scale that starts on a round value and ends on the greatest one, so that the marks use the whole width.

    ``zero`` must be on it where a length stands for a value or a gap.
    """
    finite = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
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


def blocks(columns: Sequence[Any], width: float, need: float) -> list[Sequence[Any]]:
    """Return columns in as few blocks as their need allows, of nearly the same size: none is squeezed.

    Examples:
        >>> blocks([2023, 2024, 2025, 2026, 2027], 100, 30)
        [[2023, 2024, 2025], [2026, 2027]]
    """
    count = len(columns)
    size = ceil(count / ceil(count / max(int(width / need), 1)))
    return [columns[start : start + size] for start in range(0, count, size)]


def spread(
    places: Sequence[float], sizes: Sequence[float], gap: float, low: float = float("-inf"), high: float = float("inf")
) -> list[float]:
    """Return where things start along a line so that none covers the next, each as near its own start as can be.

    Args:
        places: Where each would start, in increasing order.
        sizes: How long each is.
        gap: What is kept between two.
        low: No start is before it, unless all do not fit.
        high: No end is beyond it.
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


@dataclass(frozen=True)
class Rangees:
    """Where rows are: ``middles`` of their marks, ``top`` and ``bottom`` of the whole, ``left`` of the marks' zone."""

    middles: list[float]
    top: float
    bottom: float
    left: float


def left_of_marks(planche: Planche) -> float:
    """Return where the zone of the marks starts."""
    return 0.0 if planche.narrow else PART_OF_LABELS * planche.width + GUTTER


def put_rows(
    planche: Planche, labels: Sequence[str], top: float, *, details: Sequence[str] = (), mark: float = MARK,
    first: float = 0.0,
) -> Rangees:  # fmt: skip
    """Write the labels of rows and return the rows.

    Args:
        planche: The sheet.
        labels: One a row.
        top: Top of the first row.
        details: What qualifies each label (kind, management): under it, or after it on a narrow sheet.
        mark: Height that the marks of a row need.
        first: On a narrow sheet, height kept between the first label and its marks.
    """
    lead, grey = planche.leading, planche.couleurs.secondaire
    width = planche.width if planche.narrow else left_of_marks(planche) - GUTTER
    middles, y = [], top
    for label, detail in zip(labels, details or [""] * len(labels), strict=True):
        names = planche.wrap(label, width, LINES_OF_A_LABEL)
        beside = planche.measure(label) + NAME_AND_DETAIL
        follows = planche.narrow and len(names) == 1 and beside + planche.measure(detail) <= width
        under = planche.wrap(detail, width, LINES_OF_A_LABEL) if detail and not follows else []
        text = (len(names) + len(under)) * lead
        start = y if planche.narrow else y + max(mark - text, 0.0) / 2
        planche.write_lines(0, start + len(names) * lead / 2, names, hide=planche.narrow)
        planche.write_lines(0, start + text - len(under) * lead / 2, under, color=grey, hide=planche.narrow)
        if detail and follows:
            planche.write(beside, start + lead / 2, detail, color=grey, hide=True)
        if planche.narrow:
            y += text + 1 + (0.0 if middles else first)
        height = mark if planche.narrow else max(text, mark)
        middles.append(y + height / 2)
        y += height + BETWEEN_ROWS
    return Rangees(middles, top, y - BETWEEN_ROWS, left_of_marks(planche))


def put_axis(
    planche: Planche, axes: Axes, scale: Echelle, top: float, bottom: float, *,
    values: Sequence[tuple[float, str]] = (), symbole: str = "", signe: bool = False,
) -> float:  # fmt: skip
    """Put light vertical rules and their values under the rows, and return the bottom of the axis.

    The values are the graduations of the scale, unless given. One that would touch the one on its left is left out.
    """
    after = f" {symbole}" if symbole else ""
    values = values or [(value, nombre(value, scale.decimals, signe=signe) + after) for value in scale.graduations()]
    axes.vlines([value for value, _ in values], top, bottom + 3, colors=planche.couleurs.filet, linewidth=0.5,
                clip_on=False)  # fmt: skip
    free = float("-inf")
    for value, text in values:
        width = planche.measure(text)
        left = min(max(scale.place(value) - width / 2, 0.0), planche.width - width)
        if left >= free:
            planche.write(left + width / 2, bottom + 10, text, ha="center", color=planche.couleurs.secondaire)
            free = left + width + BETWEEN_VALUES
    return bottom + 16


def put_note(planche: Planche, left: float, top: float, text: str) -> float:
    """Write a remark under the chart, on as many lines as it takes, and return its bottom."""
    return planche.put_text(left, top, text, color=planche.couleurs.secondaire) + 2


def put_names(planche: Planche, y: float, names: Sequence[tuple[float, str, str]], right: float = 0.0) -> None:
    """Write one or two names above their marks, away from each other and inside the sheet.

    Args:
        planche: The sheet.
        y: Middle of the names.
        names: Place of the mark, name and colour, from left to right.
        right: Where the names must end, when not at the end of the sheet.
    """
    limit = right or planche.width
    texts = [planche.wrap(nom, limit / len(names) - BETWEEN_NAMES, 1, bold=True)[0] for _, nom, _ in names]
    widths = [planche.measure(text, bold=True) for text in texts]
    wanted = [x - width + 4 for (x, _, _), width in zip(names[:-1], widths[:-1], strict=True)] + [names[-1][0] - 4]
    starts = spread(wanted, widths, BETWEEN_NAMES, 0.0, limit)
    for start, text, (_, _, colour) in zip(starts, texts, names, strict=True):
        planche.write(start, y, text, bold=True, color=colour)
