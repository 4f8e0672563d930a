"""Counts by commune and year as whole numbers, so that ratios, changes and their bounds are exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

PREMIERES = ("commune", "nom", "departement", "annee", "statut")


@dataclass(frozen=True)
class Panel:
    """Communes and their counts.

    Args:
        noms: Names by code, in the order of the codes.
        effectifs: By code and year, the count of each indicator, None when it is not available.
    """

    noms: dict[str, str]
    effectifs: dict[tuple[str, int], dict[str, int | None]]

    @cached_property
    def annees(self) -> tuple[int, ...]:
        """Return the years, in order."""
        return tuple(sorted({annee for _, annee in self.effectifs}))

    def valeur(self, commune: str, annee: int, indicateur: str) -> int | None:
        """Return a count, None when it is not available."""
        return self.effectifs.get((commune, annee), {}).get(indicateur)


@dataclass(frozen=True)
class Regle:
    """What the comparison is made with: the catalogue's rule, once the years are known.

    Args:
        taille: Indicator of the window, and denominator of the ratios.
        ratios: Numerators of the ratios of the distance.
        indicateurs: What is compared.
        voisins: How many communes are kept.
        fenetre: The window goes from the size divided by it to the size multiplied by it.
        annee_reference: Year that changes start from, and that the ratios are of.
        annee: Year that changes end at.
    """

    taille: str
    ratios: tuple[str, ...]
    indicateurs: tuple[str, ...]
    voisins: int
    fenetre: int
    annee_reference: int
    annee: int

    @property
    def necessaires(self) -> tuple[str, ...]:
        """Return the indicators without which a commune cannot be compared."""
        return tuple(dict.fromkeys([self.taille, *self.ratios, *self.indicateurs]))


def panel(effectifs: pd.DataFrame) -> Panel:
    """Return the panel of a table of ``ctglib.donnees.communes``."""
    measures = [name for name in effectifs.columns if name not in PREMIERES]
    rows = effectifs.sort_values(["commune", "annee"], kind="stable")
    counts = [[None if pd.isna(cell) else int(cell) for cell in rows[name]] for name in measures]
    keys = zip(rows["commune"], (int(annee) for annee in rows["annee"]), strict=True)
    found = {key: dict(zip(measures, cells, strict=True)) for key, *cells in zip(keys, *counts, strict=True)}
    return Panel(dict(zip(rows["commune"], rows["nom"], strict=True)), found)


def manques(panel: Panel, commune: str, regle: Regle) -> Iterable[tuple[str, int, bool]]:
    """Yield what a commune lacks to be compared: indicator, year, and whether the count is there but zero.

    A relative change has no meaning from zero; to zero, it has.
    """
    for indicateur in regle.necessaires:
        start = panel.valeur(commune, regle.annee_reference, indicateur)
        if not start:
            yield indicateur, regle.annee_reference, start == 0
        if panel.valeur(commune, regle.annee, indicateur) is None:
            yield indicateur, regle.annee, False
