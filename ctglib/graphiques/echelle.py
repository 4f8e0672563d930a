"""Where things go: from a value to a place, round graduations, columns in blocks, labels kept apart along a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

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
