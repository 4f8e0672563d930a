"""Annexe 1 as the rules read it: a row by indicator and territory, with what its printing leaves unknown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Indicateur

# Binary fractions only: 99.9 is not exactly 99.9. It never decides between two printed values.
EPSILON = 1e-9


@dataclass(frozen=True)
class Ligne:
    """A row: an absent value or variation is None."""

    section: str
    indicateur: str
    territoire: str
    annee: int
    valeur: float | None
    variation: float | None
    statut: str
    note: str


@dataclass(frozen=True)
class Annexe:
    """The rows by (indicateur, territoire); of two years, the latest."""

    lignes: dict[tuple[str, str], Ligne]
    territoires: tuple[str, ...]

    def ligne(self, indicateur: str, territoire: str) -> Ligne | None:
        """Return the row, or None when the table has none."""
        return self.lignes.get((indicateur, territoire))

    def valeur(self, indicateur: str, territoire: str) -> float | None:
        """Return the value as printed, or None when absent."""
        ligne = self.ligne(indicateur, territoire)
        return None if ligne is None else ligne.valeur

    def valeurs(self, indicateurs: Iterable[str], territoire: str) -> list[float] | None:
        """Return the values of all the indicators, or None if one of them is absent."""
        values = [self.valeur(indicateur, territoire) for indicateur in indicateurs]
        return None if any(value is None for value in values) else values

    def variation(self, indicateur: str, territoire: str) -> float | None:
        """Return the five-year variation as printed, or None."""
        ligne = self.ligne(indicateur, territoire)
        return None if ligne is None else ligne.variation


def lire_annexe(annexe1: pd.DataFrame) -> Annexe:
    """Return the rows of annexe1.csv by indicator and territory."""
    ordered = annexe1.sort_values("annee", kind="stable")
    lignes = {
        (row.indicateur, row.territoire): Ligne(
            section=row.section,
            indicateur=row.indicateur,
            territoire=row.territoire,
            annee=int(row.annee),
            valeur=_present(row.valeur),
            variation=_present(row.variation_5_ans),
            statut=row.statut,
            note=row.note,
        )
        for row in ordered.itertuples(index=False)
    }
    return Annexe(lignes, tuple(dict.fromkeys(annexe1["territoire"])))


def demi_pas(indicateur: Indicateur) -> float:
    """Return how far the truth can be from the printed value: half its rounding, zero for an exact count."""
    return (indicateur.arrondi_source or 0.0) / 2


def _present(valeur: float) -> float | None:
    return None if math.isnan(valeur) else float(valeur)
