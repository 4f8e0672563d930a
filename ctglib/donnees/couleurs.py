"""How well a colour reads on another, as the WCAG measure it."""

from collections.abc import Iterable

LISIBLE = 4.5  # the least contrast of a text, WCAG 1.4.3


def contraste(une: str, autre: str) -> float:
    """Return the contrast of two colours « #rrggbb », from 1 to 21, whichever stands on the other.

    Examples:
        >>> round(contraste("#000000", "#ffffff"), 1)
        21.0
        >>> round(contraste("#00558c", "#ffffff"), 1)
        7.8
    """
    sombre, claire = sorted((luminance(une), luminance(autre)))
    return (claire + 0.05) / (sombre + 0.05)


def eclaircir(couleur: str, fonds: Iterable[str]) -> str:
    """Return a colour with as little white as lets a text be read on each of these dark grounds.

    Examples:
        >>> eclaircir("#00558c", ["#12181d"])
        '#4c88ae'
    """
    fonds = list(fonds)
    for blanc in range(0, 101, 5):
        niveaux = [int(couleur[rang : rang + 2], 16) for rang in (1, 3, 5)]
        melanges = [round(niveau + (255 - niveau) * blanc / 100) for niveau in niveaux]
        claire = "#" + "".join(f"{niveau:02x}" for niveau in melanges)
        if all(contraste(claire, fond) >= LISIBLE for fond in fonds):
            return claire
    return "#ffffff"


def luminance(couleur: str) -> float:
    """Return the relative luminance of a colour « #rrggbb », from 0, black, to 1, white."""
    total = 0.0
    parts = (0.2126, 0.7152, 0.0722)  # of red, green and blue, by the WCAG
    for rang, part in enumerate(parts):
        niveau = int(couleur[1 + 2 * rang : 3 + 2 * rang], 16) / 255
        lineaire = niveau / 12.92 if niveau <= 0.04045 else ((niveau + 0.055) / 1.055) ** 2.4
        total += part * lineaire
    return total
