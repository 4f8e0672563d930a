"""How the grid of annexe 4 moved from one year to the next, without saying which function, nor which item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CLE = ["fonction", "domaine", "item"]


@dataclass(frozen=True)
class PostureBougee:
    """How many lines of the grid rose, fell, stayed, or can't be told: scored in one of the two years only."""

    montees: int
    descendues: int
    inchangees: int
    inconnues: int

    @property
    def bougees(self) -> int:
        """Return how many lines moved, up or down."""
        return self.montees + self.descendues

    @property
    def comparables(self) -> int:
        """Return how many lines have a level in both years."""
        return self.montees + self.descendues + self.inchangees


def posture_bougee(posture: pd.DataFrame, precedente: pd.DataFrame) -> PostureBougee:
    """Return how many lines moved between two grids: the only thing that a public report may say of them.

    Args:
        posture: Grid of the year: fonction, domaine, item, niveau.
        precedente: Grid of the year before; empty when there is none.
    """
    both = posture[[*CLE, "niveau"]].merge(
        precedente[[*CLE, "niveau"]], on=CLE, how="outer", suffixes=("", "_precedent")
    )
    gap = (both["niveau"] - both["niveau_precedent"]).astype("Int64")
    return PostureBougee(
        montees=int((gap > 0).sum()),
        descendues=int((gap < 0).sum()),
        inchangees=int((gap == 0).sum()),
        inconnues=int(gap.isna().sum()),
    )
