"""Relative changes, their gap to a mean or to a sum, and the exact bounds that rounding leaves to each.

A change is (count / count of reference) − 1, a fraction. A printed count stands for any whole number within ``marge``
of it; the bounds are the least and the greatest values over all of these, each count being free of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Paire = tuple[int, int]  # count of the year of reference, count of the last year


@dataclass(frozen=True)
class Ecart:
    """A gap and its bounds, as fractions."""

    valeur: Fraction
    minimum: Fraction
    maximum: Fraction

    @property
    def bruit(self) -> bool:
        """Return whether rounding alone may have made the gap: zero is between its bounds."""
        return self.minimum <= 0 <= self.maximum


def marge(arrondi: float | None) -> int:
    """Return how far a whole number may be from its printed multiple.

    Examples:
        >>> marge(5), marge(10), marge(None)
        (2, 5, 0)
    """
    return int(arrondi or 1) // 2


def variation(paire: Paire) -> Fraction:
    """Return a relative change.

    Examples:
        >>> variation((600, 560))
        Fraction(-1, 15)
    """
    start, end = paire
    return Fraction(end, start) - 1


def bornes(paire: Paire, marge: int) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest change that the printed counts allow; a count is never under zero."""
    start, end = paire
    return Fraction(max(end - marge, 0), start + marge) - 1, Fraction(end + marge, start - marge) - 1


def moyenne(valeurs: Sequence[Fraction]) -> Fraction:
    """Return the mean, exact."""
    return sum(valeurs, Fraction(0)) / len(valeurs)


def ecart_a_la_moyenne(paire: Paire, autres: Sequence[Paire], marge: int) -> Ecart:
    """Return the gap between a change and the mean of others, every commune counting for one.

    It grows with the last count and with the others' counts of reference, and falls with the rest: each of its bounds
    takes every count at one end.
    """
    low, high = bornes(paire, marge)
    ends = [bornes(other, marge) for other in autres]
    return Ecart(
        variation(paire) - moyenne([variation(other) for other in autres]),
        low - moyenne([greatest for _, greatest in ends]),
        high - moyenne([least for least, _ in ends]),
    )


def variation_de_la_somme(autres: Sequence[Paire]) -> Fraction | None:
    """Return the relative change of the sum of communes, None when nobody is counted in the year of reference."""
    start, end = (sum(counts) for counts in zip(*autres, strict=True)) if autres else (0, 0)
    return variation((start, end)) if start else None


def ecart_a_la_somme(paire: Paire, autres: Sequence[Paire], marge: int) -> Ecart | None:
    """Return the gap between a change and that of the sum of others, None when the sum or a bound of it has no change.

    Every count of the sum has its own rounding: the bounds are those of the worst case, all on the same side.
    """
    total = variation_de_la_somme(autres)
    least = [tuple(max(count - marge, 0) for count in other) for other in autres]
    greatest = [tuple(count + marge for count in other) for other in autres]
    start_low, start_high = (sum(other[0] for other in ends) for ends in (least, greatest))
    if total is None or not start_low:
        return None
    low, high = bornes(paire, marge)
    return Ecart(
        variation(paire) - total,
        low - variation((start_low, sum(other[1] for other in greatest))),
        high - variation((start_high, sum(other[1] for other in least))),
    )


def rang(valeur: Fraction, autres: Sequence[Fraction]) -> int:
    """Return the place of a change among others and itself, the greatest first; equals share the best place."""
    return 1 + sum(other > valeur for other in autres)


def aussi_eloignees(valeur: Fraction, autres: Sequence[Fraction]) -> int:
    """Return how many of the others are at least as far from the mean of all but themselves.

    Each in turn takes the place of the commune looked at, as in a test of placebo. Leaving one out stretches all the
    gaps by the same factor: the distance to the mean of all ranks them alike.
    """
    centre = moyenne([valeur, *autres])
    return sum(abs(other - centre) >= abs(valeur - centre) for other in autres)
