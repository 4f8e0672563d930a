"""Counts that sums tie together, as the search for a mask sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np


class Cle(NamedTuple):
    """Name of a count: its table, its place there, and which entry of it (0 when it is never revised)."""

    table: str
    ligne: str
    colonne: str = ""
    millesime: int = 0

    @property
    def lieu(self) -> tuple[str, str, str]:
        """Return the place alone: what masque.csv keeps, whatever the entry."""
        return self.table, self.ligne, self.colonne


@dataclass(frozen=True, order=True)
class Lien:
    """A sum that a reader knows of: ``total`` is the sum of ``parties``. A key without a row is a count never shown.

    ``exacte``: unless the values agree to the unit, it is no sum at all. Otherwise parts that fall short of their total
    leave a rest (a modalité that nobody gave), which a reader can work out like any count.
    """

    total: Cle
    parties: tuple[Cle, ...]
    exacte: bool = False


@dataclass(frozen=True)
class Cellule:
    """A count: its value (None when nobody gave it), and what may become of it.

    Attributes:
        cle: Its name.
        valeur: A whole number.
        affichee: It has a value that a report would show.
        publiee: An earlier bilan showed it: hiding it now would hide nothing.
        sensible: It counts persons: small, it is secret.
    """

    cle: Cle
    valeur: int | None
    affichee: bool = True
    publiee: bool = False
    sensible: bool = True


@dataclass(frozen=True, eq=False)
class Famille:
    """Counts that sums tie together, and no other: masked apart from the rest. Two with the same content are equal.

    Every array has one entry a count, in the order of the keys; a set holds ranks.

    Attributes:
        cles: Names, sorted; those of the counts never shown among them.
        valeurs: True values (of counts that nobody gave: some that fit).
        equations: One row a sum: −1 under the total, 1 under each part.
        affichees: Counts that a report would show.
        masquables: Those of them that may still be hidden.
        sensibles: Those that the rule may have hidden for their own sake.
        primaires: Those that it does hide.
        imposes: Those that are hidden in any case: the primary ones and the earlier bilans'.
        protegees: Counts without a row, small, that the published ones would give away.
        borne: Greatest value looked at: far above the values, so that it narrows nothing.
        seuil: Below it, a count is small.
    """

    cles: tuple[Cle, ...]
    valeurs: np.ndarray
    equations: np.ndarray
    affichees: np.ndarray
    masquables: np.ndarray
    sensibles: np.ndarray
    primaires: frozenset[int]
    imposes: frozenset[int]
    protegees: frozenset[int]
    borne: int
    seuil: int

    @cached_property
    def _empreinte(self) -> tuple:
        arrays = (self.valeurs, self.equations, self.affichees, self.masquables, self.sensibles)
        sets = (self.primaires, self.imposes, self.protegees)
        return (self.cles, *(array.tobytes() for array in arrays), *sets, self.borne, self.seuil)

    def __eq__(self, other: object) -> bool:
        """Tell whether the other has the same content."""
        return isinstance(other, Famille) and self._empreinte == other._empreinte

    def __hash__(self) -> int:
        """Return a number that families of the same content share."""
        return hash(self._empreinte)

    @cached_property
    def sommes(self) -> tuple[dict[int, int], ...]:
        """The sums, each as its coefficients by rank, without zeros."""
        return tuple({rang: int(row[rang]) for rang in np.flatnonzero(row).tolist()} for row in self.equations)

    @cached_property
    def solitaire(self) -> bool:
        """Whether it shows one count only: nothing can be hidden beside it."""
        return int(self.affichees.sum()) == 1

    def inconnues(self, caches: frozenset[int]) -> np.ndarray:
        """Return which counts a reader does not see when ``caches`` are hidden."""
        unseen = ~self.affichees
        unseen[list(caches)] = True
        return unseen
