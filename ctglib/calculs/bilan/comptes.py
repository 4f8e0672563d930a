"""How many actions and indicators are in each state, fiche by fiche: what the bilan counts before it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

NON_EVALUABLE = "non_evaluable"


def ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the indicators as wholes: a modalité is never counted beside its whole."""
    return evaluation[evaluation["dimension"].eq("")]


def vises(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which have a target: written, proposed or set by an avenant; what the text only implies is none."""
    return evaluation["cible"].notna() & evaluation["origine_cible"].ne("implicite")


def deduits(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which have a reference that the text implies, without making it a target."""
    return evaluation["cible"].notna() & evaluation["origine_cible"].eq("implicite")


def compter_par_fiche(lignes: pd.DataFrame, colonne: str, codes: Iterable[str]) -> pd.DataFrame:
    """Return how many rows have each code, fiche by fiche, zeros included.

    Args:
        lignes: Rows with ``fiche`` and the column.
        colonne: « statut », « verdict », « evolution »…
        codes: The codes counted, in their order.

    Returns:
        One row a fiche, in the order of its number; one column a code.
    """
    counts = pd.crosstab(lignes["fiche"], lignes[colonne])
    return counts.reindex(columns=list(codes), fill_value=0).sort_index()


def evalues(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the wholes that have a verdict."""
    rows = ensembles(evaluation)
    return rows[rows["verdict"].ne(NON_EVALUABLE)]
