"""Numbers inside the texts of a finding, as a French reader expects them.

The same signs as ``ctglib.rapport.typographie`` (a test holds them equal): the analysis cannot import the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Unite

FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"


def nombre(valeur: float, decimales: int = 0, signe: bool = False) -> str:
    """Return a number in French: thousands by U+202F, a comma, U+2212.

    Examples:
        >>> nombre(12324), nombre(-36.34, 1), nombre(0.7, 1, signe=True)
        ('12\\u202f324', '−36,3', '+0,7')
    """
    text = f"{abs(valeur):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    if not text.strip(f"0,{FINE}"):
        return text
    return (MOINS if valeur < 0 else "+" if signe else "") + text


def avec_unite(valeur: float, indicateur: Indicateur, unites: dict[str, Unite]) -> str:
    """Return a value of an indicator with its unit's symbol; an evolution shows its sign."""
    return symbole(nombre(valeur, indicateur.decimales, signe=indicateur.est_evolution), indicateur, unites)


def symbole(texte: str, indicateur: Indicateur, unites: dict[str, Unite]) -> str:
    """Return a number already written, followed by the symbol of an indicator's unit."""
    found = unites[indicateur.unite].symbole
    return f"{texte}{FINE if found == '%' else INSECABLE}{found}" if found else texte


def variation(valeur: float) -> str:
    """Return a variation over five years: ``-36.3`` reads « −36,3 % »."""
    return f"{nombre(valeur, 1, signe=True)}{FINE}%"


def enumerer(elements: list[str]) -> str:
    """Return « a, b et c »."""
    return f"{', '.join(elements[:-1])} et {elements[-1]}" if len(elements) > 1 else "".join(elements)
