"""A file as it was filled: sheets of cells, whatever program saved it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time, timedelta

    Brut = str | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True)
class Cellule:
    """A cell as read. ``formule``: it is the result of one, None when the file does not hold the result."""

    valeur: Brut = None
    pourcent: bool = False
    formule: bool = False

    @property
    def vide(self) -> bool:
        """Tell whether nothing is in the cell; spaces are nothing."""
        return not self.formule and (self.valeur is None or (isinstance(self.valeur, str) and not self.valeur.strip()))

    @property
    def texte(self) -> str:
        """Return the cell as a text, a whole number without its point."""
        if isinstance(self.valeur, float) and self.valeur.is_integer():
            return str(int(self.valeur))
        return "" if self.valeur is None else str(self.valeur).strip()


VIDE = Cellule()


@dataclass(frozen=True)
class Grille:
    """A sheet: its cells by row and column, from 1; ``fusions`` are the merged areas (« A5:A7 »)."""

    fichier: str
    feuille: str
    cellules: dict[tuple[int, int], Cellule]
    fusions: tuple[tuple[int, int, int, int], ...] = ()

    def cellule(self, ligne: int, colonne: int) -> Cellule:
        """Return a cell, empty when the sheet has none there."""
        return self.cellules.get((ligne, colonne), VIDE)

    @property
    def est_un_csv(self) -> bool:
        """Tell whether the sheet is a CSV file."""
        return self.fichier.lower().endswith(".csv")

    @property
    def lignes(self) -> list[int]:
        """Return the numbers of the rows that hold something."""
        return sorted({row for (row, _), cell in self.cellules.items() if not cell.vide})

    def rangee(self, ligne: int) -> dict[int, Cellule]:
        """Return the cells of a row that hold something, by column."""
        return {column: cell for (row, column), cell in sorted(self.cellules.items()) if row == ligne and not cell.vide}


@dataclass(frozen=True)
class ClasseurLu:
    """What a person sent back: a workbook or a folder of CSV, and what it says of itself."""

    fichier: str
    grilles: tuple[Grille, ...]
    proprietes: dict[str, str] = field(default_factory=dict)


def cle_de_titre(texte: str) -> str:
    """Return a title without accents, capitals, signs or double spaces: what is compared.

    Examples:
        >>> cle_de_titre("  État de la\\u00a0valeur ")
        'etat de la valeur'
    """
    plain = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def lettre(colonne: int) -> str:
    """Return the letter of a column: 1 reads A, 28 reads AB."""
    letters = ""
    while colonne:
        colonne, rest = divmod(colonne - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
