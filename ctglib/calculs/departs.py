"""Values by year of some indicators, from their initial value on: what a chart of a fiche's indicators draws."""

from __future__ import annotations

import pandas as pd

from ctglib.donnees.statuts import Statut

DEUX_POINTS = 2  # a single point draws no way


def depuis_le_depart(table: pd.DataFrame, evaluation: pd.DataFrame, debut: int) -> pd.DataFrame:
    """Return the wholes that have two values at least, with the initial value that the convention writes in its year.

    A year before the convention is there only when it has a value: nobody was asked for the others.

    Args:
        table: What ``ctglib.calculs.annees.annees`` returns.
        evaluation: The scoring of the same indicators.
        debut: First year of the convention.
    """
    rows = table[table["dimension"].eq("")]
    wholes = evaluation[evaluation["dimension"].eq("") & evaluation["valeur_initiale"].notna()].set_index("indicateur")
    first = rows.drop_duplicates("indicateur")
    first = first[first["indicateur"].isin(wholes.index)]
    initial = first.assign(
        annee=wholes.loc[first["indicateur"], "annee_initiale"].array,
        valeur=wholes.loc[first["indicateur"], "valeur_initiale"].array,
        statut=Statut.NORMAL,
    )
    measured = rows[rows["annee"].ge(debut) | rows["valeur"].notna()]
    known = pd.concat([measured[measured["valeur"].notna()], initial, measured]).drop_duplicates(
        ["indicateur", "annee"]
    )
    order = {name: rank for rank, name in enumerate(rows["indicateur"].unique())}
    ordered = known.assign(rang=known["indicateur"].map(order)).sort_values(["rang", "annee"]).drop(columns="rang")
    counts = ordered.groupby("indicateur")["valeur"].transform("count")
    return ordered[counts >= DEUX_POINTS].reset_index(drop=True)
