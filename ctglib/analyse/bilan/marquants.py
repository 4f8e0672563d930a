"""The evolutions and verdicts that a page names first, when it cannot name them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.analyse.bilan.comptes import ensembles

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


def evolutions_marquantes(evaluation: pd.DataFrame, evolution: str) -> pd.DataFrame:
    """Return the indicators with an evolution, those to be named first at the top.

    A result comes before what was done, and both before the means; what the convention writes before what is proposed;
    then the greatest change. A change is measured by the mean of its two values, so that a start from zero has a size
    and the order is the same whichever way it goes.

    Args:
        evaluation: What ``evaluer`` returns.
        evolution: « favorable » or « defavorable ».
    """
    rows = ensembles(evaluation)
    rows = rows[rows["evolution"].eq(evolution)]
    gap = (rows["valeur"] - rows["valeur_precedente"]).abs()
    mean = (rows["valeur"].abs() + rows["valeur_precedente"].abs()) / 2
    ranked = rows.assign(
        rang_nature=rows["nature"].map({"resultat": 0, "realisation": 1}).fillna(2),
        rang_origine=rows["origine"].ne("convention"),
        rang_ampleur=-(gap / mean),
    )
    order = ["rang_nature", "rang_origine", "rang_ampleur"]
    return ranked.sort_values(order, kind="stable").drop(columns=order)


def verdicts(evaluation: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the indicators with one of these verdicts, in the order of the codes, then of the fiches.

    A verdict kept from an earlier year is no news: it has no value of the year.
    """
    order = list(codes)
    rows = ensembles(evaluation)
    rows = rows[rows["verdict"].isin(order) & rows["valeur"].notna()]
    return rows.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
