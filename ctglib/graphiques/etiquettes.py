"""How labels are kept apart: along a line, around a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


BESIDE = 6.0  # from a point to its label
CLEARANCE = 1.2
CAPITAL, DESCENT = 7.6, 1.0  # height of a text of the charter, and how far more it goes down
Point = tuple[float, float]
Segment = tuple[Point, Point]


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
class Boite:
    """A rectangle of the sheet."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Boite:
        """Return the rectangle around a place, of that half width and half height."""
        return cls(x - width, y - height, x + width, y + height)

    @property
    def middle(self) -> float:
        """Return the middle of the capitals of a text that it holds."""
        return (self.top + self.bottom - DESCENT) / 2

    def touches(self, other: Boite) -> bool:
        """Return whether the two share a place."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def cuts(self, segment: Segment) -> bool:
        """Return whether a segment goes through it."""
        (x1, y1), (x2, y2) = segment
        low, high = 0.0, 1.0
        for start, step, near, far in ((x1, x2 - x1, self.left, self.right), (y1, y2 - y1, self.top, self.bottom)):
            if abs(step) < 1e-9:
                if not near < start < far:
                    return False
                continue
            ends = sorted(((near - start) / step, (far - start) / step))
            low, high = max(low, ends[0]), min(high, ends[1])
        return low < high


def free_place(
    width: float, point: Point, taken: Sequence[Boite], lines: Sequence[Segment], frame: Boite
) -> Boite | None:
    """Return the first place around a point that is free and inside a frame, None when there is none.

    Args:
        width: Of what is written.
        point: What it is beside.
        taken: Rectangles that it must not touch.
        lines: Lines that it must not cross.
        frame: Where it must stay.
    """
    for place in _places(width, point):
        inside = place.left >= frame.left and place.right <= frame.right
        inside = inside and place.top >= frame.top and place.bottom <= frame.bottom
        wide = Boite(place.left - CLEARANCE, place.top - CLEARANCE, place.right + CLEARANCE, place.bottom + CLEARANCE)
        if inside and not any(map(wide.touches, taken)) and not any(map(wide.cuts, lines)):
            return place
    return None


def _places(width: float, point: Point) -> Iterator[Boite]:
    """Yield places from the most natural: over the point, under it, beside it, then a little further."""
    (x, y), half = point, CAPITAL / 2
    for far in (BESIDE, BESIDE + 6, BESIDE + 12):
        for shift in (0.0, -0.35, 0.35):
            left = x + (shift - 0.5) * width
            for middle in (y - far - half, y + far + half):
                yield Boite(left, middle - half, left + width, middle + half + DESCENT)
        for left in (x + far, x - far - width):
            yield Boite(left, y - half, left + width, y + half + DESCENT)
