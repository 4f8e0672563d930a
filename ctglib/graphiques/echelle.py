"""From a value to a place on the sheet, with round graduations."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE_D_UNE_GRADUATION = 36.0


@dataclass(frozen=True)
class Echelle:
    """A linear scale from ``minimum`` at ``gauche`` to ``maximum`` at ``droite``, marked every ``pas``."""

    minimum: float
    maximum: float
    gauche: float
    droite: float
    pas: float

    def x(self, valeur: float) -> float:
        """Return the place of a value, in points."""
        part = (valeur - self.minimum) / (self.maximum - self.minimum)
        return self.gauche + part * (self.droite - self.gauche)

    def graduations(self) -> list[float]:
        """Return the round values of the scale."""
        first = ceil(self.minimum / self.pas - 1e-9)
        last = floor(self.maximum / self.pas + 1e-9)
        return [round(rank * self.pas, 9) for rank in range(first, last + 1)]

    @property
    def part_de_zero(self) -> bool:
        """Return whether zero is on the scale."""
        return self.minimum <= 0 <= self.maximum

    @property
    def decimales(self) -> int:
        """Return the decimals that the graduations need."""
        return 0 if self.pas == int(self.pas) else 1 if round(self.pas * 10, 9) == int(round(self.pas * 10, 9)) else 2


def echelle(valeurs: Iterable[float], gauche: float, droite: float, *, zero: bool = False) -> Echelle:
    """Return a scale that starts on a round value and ends on the greatest one, so that the marks use the whole width.

    Args:
        valeurs: What the scale must hold.
        gauche: Place of its start, in points.
        droite: Place of its end, in points.
        zero: Whether zero must be on it: yes where a length stands for a value or a gap.
    """
    finite = [valeur for valeur in valeurs if isfinite(valeur)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-9:
        low, high = (low, high + 1) if zero else (low - 1, high + 1)
    pas = pas_rond((high - low) / max(2, (droite - gauche) / PLACE_D_UNE_GRADUATION))
    return Echelle(floor(low / pas + 1e-9) * pas, high, gauche, droite, pas)


def pas_rond(pas: float) -> float:
    """Return the first of 1, 2, 5 × 10ⁿ that is not under a step.

    Examples:
        >>> pas_rond(13.2), pas_rond(0.7)
        (20.0, 1.0)
    """
    unit = 10.0 ** floor(log10(pas))
    return next(factor * unit for factor in (1.0, 2.0, 5.0, 10.0) if factor * unit >= pas - 1e-9)
