"""Columns that do not all fit on a sheet are drawn in several blocks, one under another, rather than squeezed."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from ctglib.graphiques.planche import BLANCS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ctglib.graphiques.planche import Planche


def paquets(colonnes: Sequence[Any], largeur: float, besoin: float) -> list[Sequence[Any]]:
    """Return the columns in as few blocks as their need allows, of nearly the same size.

    Examples:
        >>> paquets([2023, 2024, 2025, 2026, 2027], 100, 30)
        [[2023, 2024, 2025], [2026, 2027]]
    """
    count = len(colonnes)
    blocks = ceil(count / max(int(largeur / besoin), 1))
    size = ceil(count / blocks)
    return [colonnes[start : start + size] for start in range(0, count, size)]


def plus_long_mot(planche: Planche, textes: Iterable[str], gras: bool = False) -> float:
    """Return the width of the widest word, under which a text would be cut inside it."""
    words = {word for text in textes for word in BLANCS.split(text)}
    return max((planche.mesurer(word, gras) for word in words), default=0.0)


def entier(texte: str, lignes: Sequence[str]) -> bool:
    """Return whether the lines say the whole text, none being cut inside a word.

    Examples:
        >>> entier("moins de 3 ans", ["moins de", "3 ans"]), entier("assistantes", ["assis", "tantes"])
        (True, False)
    """
    return " ".join(lignes) == BLANCS.sub(" ", texte).strip(" ")
