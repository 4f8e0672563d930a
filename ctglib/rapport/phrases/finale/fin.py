"""What the first page of the evaluation at the end reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.calculs.finale.preuves import Preuve
    from ctglib.donnees.modeles.fiches import Responsable
    from ctglib.donnees.modeles.finale import SaisieFinale


@dataclass(frozen=True)
class Fin:
    """What the page reads.

    Attributes:
        etats: The states at the end.
        parcours: The indicators.
        evaluabilite: What could be evaluated.
        recommandations: What is proposed for each objective.
        preuves: The evidence by code.
        depassent: The gaps to comparable communes that are more than rounding, with ``inhabituel``.
        manques: What is missing.
        saisie: What was entered.
        annees: The years of the convention.
        services: Who gives what, by id.
    """

    etats: pd.DataFrame
    parcours: pd.DataFrame
    evaluabilite: pd.DataFrame
    recommandations: pd.DataFrame
    preuves: Mapping[str, Preuve]
    depassent: pd.DataFrame
    manques: pd.DataFrame
    saisie: SaisieFinale
    annees: tuple[int, ...]
    services: Mapping[str, Responsable]

    @property
    def ecrits(self) -> pd.Series:
        """What the text alone made it possible to evaluate, all fiches together."""
        table = self.evaluabilite
        return table[table["groupe"].eq("convention") & table["fiche"].isna()].iloc[0]
