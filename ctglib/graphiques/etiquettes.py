"""How labels are kept apart: along a line, around a point, around a circle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ctglib.graphiques.planche import Planche

BESIDE = 6.0  # from a point to its label
CLEARANCE = 1.2
CAPITAL, DESCENT = 7.6, 1.0  # height of a text of the charter, and how far more it goes down
LINES = 3
UPRIGHT = 0.02  # under this share of the radius, an axis is vertical: its label is centred on it
BETWEEN = 5.0
PART_OF_THE_CENTRE = 0.24
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


@dataclass(frozen=True)
class Etiquette:
    """Lines of a name above a value in bold; ``y`` is the middle of the whole, ``ha`` the side that ``x`` is on."""

    x: float
    y: float
    ha: str
    lines: tuple[str, ...]
    value: str
    color: str
    leading: float

    @property
    def height(self) -> float:
        """Return the height of the whole."""
        return (len(self.lines) + 1) * self.leading

    @property
    def top(self) -> float:
        """Return the top of the whole."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Return the bottom of the whole."""
        return self.y + self.height / 2

    def write(self, planche: Planche, lower: float) -> None:
        """Write the label, that much lower."""
        y = self.y + lower
        if self.lines:
            planche.write_lines(self.x, y - self.leading / 2, self.lines, ha=self.ha)
        planche.write(self.x, y + len(self.lines) * self.leading / 2, self.value, ha=self.ha, bold=True,
                      color=self.color)  # fmt: skip


def radial_label(planche: Planche, direction: Point, reach: float, name: str, value: str, color: str) -> Etiquette:
    """Return the label at the end of an axis, on the side where it points.

    Args:
        planche: The sheet, whose edges it keeps to; the centre is in its middle, at the ordinate zero.
        direction: Of the axis.
        reach: Distance from the centre.
        name: What is written, cut into lines; it may be "".
        value: What is written under it in bold.
        color: Colour of the value.
    """
    dx, dy = direction
    x = planche.width / 2 + reach * dx
    if abs(dx) < UPRIGHT:
        side, room = "center", PART_OF_THE_CENTRE * planche.width
    else:
        side, room = ("left", planche.width - x) if dx > 0 else ("right", x)
    lines = tuple(planche.wrap(name, room, LINES))
    (written,) = planche.wrap(value, room, 1, bold=True)
    found = Etiquette(x, 0.0, side, lines, written, color, planche.leading)
    return replace(found, y=reach * dy + dy * found.height / 2)


def spread_around(labels: list[Etiquette], planche: Planche) -> list[Etiquette]:
    """Return labels in their order, those of a side moved up or down so that none covers another."""
    tops = {}
    for side in ("left", "right"):
        ranks = sorted((rank for rank, label in enumerate(labels) if label.ha == side), key=lambda r: labels[r].top)
        starts = spread([labels[r].top for r in ranks], [labels[r].height for r in ranks], BETWEEN)
        tops |= dict(zip(ranks, starts, strict=True))
    moved = [
        replace(label, y=tops[rank] + label.height / 2) if rank in tops else label for rank, label in enumerate(labels)
    ]
    return [_beyond(label, moved, planche) if label.ha == "center" else label for label in moved]


def _beyond(label: Etiquette, others: list[Etiquette], planche: Planche) -> Etiquette:
    """Return a centred label moved away from the circle, beyond the labels of the sides that it would cover."""
    half = PART_OF_THE_CENTRE * planche.width / 2
    met = [
        other
        for other in others
        if other.ha != "center" and other.top < label.bottom and other.bottom > label.top
        and (other.x < label.x + half if other.ha == "left" else other.x > label.x - half)
    ]  # fmt: skip
    if not met:
        return label
    if label.y < 0:
        return replace(label, y=min(other.top for other in met) - BETWEEN - label.height / 2)
    return replace(label, y=max(other.bottom for other in met) + BETWEEN + label.height / 2)
