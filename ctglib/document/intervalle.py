"""A gap and the bounds that the rounding of its source leaves to it, as a French reader expects them."""

from __future__ import annotations

from ctglib.document.typographie import INSECABLE, nombre

DECIMALES = 1


def signe(valeur: float) -> str:
    """Return a change or a gap without its unit: « +1,1 », « −3,3 »; an en dash when there is none."""
    return "–" if valeur != valeur else nombre(valeur, DECIMALES, signe=True)


def de_a(minimum: float, maximum: float) -> str:
    """Return an interval without its unit.

    Examples:
        >>> de_a(-5.08, -1.51), de_a(float("nan"), float("nan"))
        ('de −5,1 à −1,5', '–')
    """
    return "–" if minimum != minimum else f"de {signe(minimum)} à {signe(maximum)}"


def de_a_points(minimum: float, maximum: float) -> str:
    """Return an interval inside a sentence, its unit agreeing with the greater of its ends.

    Examples:
        >>> de_a_points(-5.08, -1.51), de_a_points(0.3, 1.2)
        ('de −5,1 à −1,5\\xa0points', 'de +0,3 à +1,2\\xa0point')
    """
    far = max(abs(round(minimum, DECIMALES)), abs(round(maximum, DECIMALES)))
    return f"{de_a(minimum, maximum)}{INSECABLE}point{'s' if far >= 2 else ''}"
