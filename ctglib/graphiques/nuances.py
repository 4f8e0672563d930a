"""Shades from strong to light on which a text can be written, and the colour of that text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.graphiques.planche import Planche

CANAUX = (slice(1, 3), slice(3, 5), slice(5, 7))
POIDS = (0.2126, 0.7152, 0.0722)  # WCAG 2: relative luminance of sRGB


def nuances(planche: Planche, nombre: int, role: str = "territoire") -> list[str]:
    """Return that many shades of the charter, from strong to light; between its own, they are mixed.

    The strongest stands apart; the others run over the lighter shades, so that a text is readable on each.

    Args:
        planche: The sheet.
        nombre: How many.
        role: « territoire » or « reference ».
    """
    strong, *light = planche.degrade(role)
    if nombre <= len(light) + 1:
        return [strong, *light][:nombre]
    steps = nombre - 2
    return [strong, *(_melanger(light, rank * (len(light) - 1) / steps) for rank in range(nombre - 1))]


def encre(planche: Planche, fond: str) -> str:
    """Return the colour of a text on a background: that of the charter's text or of its paper, whichever reads best."""
    return max((planche.couleurs.texte, planche.couleurs.fond), key=lambda couleur: contraste(couleur, fond))


def contraste(premiere: str, seconde: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    Examples:
        >>> contraste("#ffffff", "#000000")
        21.0
    """
    low, high = sorted((_luminance(premiere), _luminance(seconde)))
    return (high + 0.05) / (low + 0.05)


def _luminance(couleur: str) -> float:
    linear = []
    for canal in CANAUX:
        part = int(couleur[canal], 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return sum(weight * part for weight, part in zip(POIDS, linear, strict=True))


def _melanger(teintes: list[str], place: float) -> str:
    """Return the colour at a place between the shades of a list: 1.5 is half-way from the second to the third."""
    rank = min(int(place), len(teintes) - 2)
    one, other, part = teintes[rank], teintes[rank + 1], place - rank
    mixed = [round(int(one[canal], 16) * (1 - part) + int(other[canal], 16) * part) for canal in CANAUX]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
