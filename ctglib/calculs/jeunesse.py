"""Fiche 3: the projects that the conseil voted and those that were done, added up from year to year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.annees import ensemble

if TYPE_CHECKING:
    from ctglib.donnees.modeles.analyses import IndicateursJeunesse

PROJETS = ("annee", "votes", "realises", "votes_cumules", "realises_cumules")


def projets(table: pd.DataFrame, noms: IndicateursJeunesse) -> pd.DataFrame:
    """Return the projects voted and done in the years for which both are known, and their running totals.

    A project done may have been voted a year before: one year's two counts are not set against each other.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
    """
    both = pd.DataFrame(
        {
            "votes": ensemble(table, noms.conseil_votes)["valeur"],
            "realises": ensemble(table, noms.conseil_realises)["valeur"],
        }
    ).dropna()
    totals = both.cumsum().rename(columns={"votes": "votes_cumules", "realises": "realises_cumules"})
    return both.join(totals).reset_index(names="annee")[list(PROJETS)]
