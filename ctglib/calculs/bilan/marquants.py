"""The evolutions and verdicts that a page names first, when it cannot name them all."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

RANGS = {"resultat": 0, "realisation": 1}


def evolutions_marquantes(evaluation: pd.DataFrame, evolution: str) -> pd.DataFrame:
    """Return the indicators with an evolution, those to be named first at the top.

    A result comes before what was done, and both before the means; what the convention writes before what is proposed;
    then the greatest change. A change is measured by the mean of its two values, so that a start from zero has a size
    and the order is the same whichever way it goes.

    Args:
        evaluation: What ``evaluer`` returns.
        evolution: « favorable » or « defavorable ».
    """
    rows = evaluation[evaluation["dimension"].eq("") & evaluation["evolution"].eq(evolution)]
    facts = zip(rows["nature"], rows["origine"], rows["valeur"], rows["valeur_precedente"], strict=True)
    return _ranger(
        rows,
        [(RANGS.get(nature, len(RANGS)), origine != "convention", _ampleur(*two)) for nature, origine, *two in facts],
    )


def verdicts(evaluation: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the indicators with one of these verdicts, in the order of the codes, then of the fiches.

    A verdict kept from an earlier year is no news: it has no value of the year.
    """
    order = list(codes)
    whole = evaluation["dimension"].eq("")
    rows = evaluation[whole & evaluation["verdict"].isin(order) & evaluation["valeur"].notna()]
    return _ranger(rows, [order.index(verdict) for verdict in rows["verdict"]])


def _ranger(rows: pd.DataFrame, rangs: Sequence[object]) -> pd.DataFrame:
    """Return the rows in the order of their ranks, equals as they come."""
    return rows.iloc[sorted(range(len(rows)), key=lambda place: rangs[place])]


def _ampleur(valeur: float, avant: float) -> float:
    """Return the opposite of the size of a change, so that the greatest comes first and one without a size last."""
    mean = (abs(valeur) + abs(avant)) / 2
    return -abs(valeur - avant) / mean if mean > 0 else inf
