"""How the grid of annexe 4 moved from one year to the next, without saying which function, nor which item."""

from __future__ import annotations

from dataclasses import dataclass

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
    now, before = _niveaux(posture), _niveaux(precedente)
    gaps = [now[line] - before[line] for line in now.keys() & before.keys()]
    known = [gap for gap in gaps if pd.notna(gap)]
    return PostureBougee(
        montees=sum(gap > 0 for gap in known),
        descendues=sum(gap < 0 for gap in known),
        inchangees=sum(gap == 0 for gap in known),
        inconnues=len(now.keys() | before.keys()) - len(known),
    )


def _niveaux(posture: pd.DataFrame) -> dict[tuple[str, ...], object]:
    """Return the level of each line of a grid."""
    return dict(zip(zip(*(posture[name] for name in CLE), strict=True), posture["niveau"], strict=True))
