"""The follow-up's long table as a bilan of one year reads it: each value under its latest millésime."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.derives import completer

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur

CLE = ("territoire", "annee", "indicateur", "dimension", "modalite")
SERIE = ("territoire", "indicateur", "dimension", "modalite")
REVISIONS = (
    *CLE, "millesime_ancien", "valeur_ancienne", "statut_ancien", "millesime", "valeur", "statut", "source", "note",
)  # fmt: skip
NON_TRANSMIS = "L"
DELAI_DE_PUBLICATION = 1  # a bilan of N is written in N+1: what came out by then is known to it


def a_la_date(observations: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the values that the bilan of ``annee`` reads: years and millésimes up to it, the latest millésime of each.

    A revision is a new row; an earlier bilan made again reads what it read then. The result does not depend on the
    order of the rows.

    Args:
        observations: Long table; its key is ``CLE`` and ``millesime``.
        annee: Year of the bilan.

    Returns:
        The same columns, one row for each ``CLE``, sorted by it.
    """
    return _dernier_millesime(observations[(observations["millesime"] <= annee) & (observations["annee"] <= annee)])


def revisions(
    observations: pd.DataFrame, annee: int, *, indicateurs: Iterable[Indicateur] = (), debut: int | None = None
) -> pd.DataFrame:
    """Return what the bilan of ``annee`` says of earlier years otherwise than the bilan of the year before.

    A value changed, came where there was none, or was withdrawn. A row for a year already told, that no earlier
    millésime had, was « non transmis » until then. A change of status alone (provisional made normal) is no revision.

    Args:
        observations: Long table, every millésime.
        annee: Year of the bilan.
        indicateurs: Those that are computed from others are revised with them.
        debut: Year of the first bilan, that of the first entry unless told: it has nothing to revise.

    Returns:
        The columns ``REVISIONS``, by indicator then year; ``note`` is that of the new row: why it changed.
    """
    computed = tuple(indicateurs)
    earlier = observations[observations["annee"] < annee]
    before = completer(_dernier_millesime(earlier[earlier["millesime"] < annee]), computed).set_index(list(CLE))
    now = completer(_dernier_millesime(earlier[earlier["millesime"] <= annee]), computed)
    first = observations["millesime"].min() if debut is None else debut
    now = now[now["millesime"] > first].reset_index(drop=True)
    old = before.reindex(pd.MultiIndex.from_frame(now[list(CLE)]))[["millesime", "valeur", "statut"]]
    table = now.assign(
        millesime_ancien=old["millesime"].array,
        valeur_ancienne=old["valeur"].array,
        statut_ancien=old["statut"].fillna(NON_TRANSMIS).array,
    )
    same = table["valeur"].eq(table["valeur_ancienne"])
    both_absent = table["valeur"].isna() & table["valeur_ancienne"].isna() & table["statut"].eq(table["statut_ancien"])
    order = ["indicateur", "dimension", "modalite", "territoire", "annee"]
    return table[~same & ~both_absent].sort_values(order, ignore_index=True)[list(REVISIONS)]


def contexte_connu(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that the bilan of ``annee`` N knows: years up to N, published by the end of N+1.

    The bilan of N is written in the winter of N+1, and the picture of December N comes out in N+1: those figures are
    its own. What is published later belongs to the next bilan, so that an old one can be made again.
    """
    known = contexte["millesime"] <= annee + DELAI_DE_PUBLICATION
    return _dernier_millesime(contexte[known & (contexte["annee"] <= annee)])


def contexte_a_la_date(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the latest public figure of each series that the bilan of ``annee`` knows, with how late it is.

    The latest year that has a value; when a series has none, its latest year says why.

    Returns:
        The columns of the table, and ``retard``: years between the figure and the bilan (0 for its own year).
    """
    known = contexte_connu(contexte, annee)
    ordered = known.assign(mesuree=known["valeur"].notna()).sort_values([*SERIE, "mesuree", "annee"])
    latest = ordered.drop_duplicates(list(SERIE), keep="last").drop(columns="mesuree")
    return latest.assign(retard=annee - latest["annee"]).reset_index(drop=True)


def _dernier_millesime(observations: pd.DataFrame) -> pd.DataFrame:
    ordered = observations.sort_values([*CLE, "millesime"], kind="stable")
    return ordered.drop_duplicates(list(CLE), keep="last").reset_index(drop=True)
