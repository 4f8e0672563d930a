"""Annexe 1 for the next convention: what a public series of the same field renews, what is to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import DUREE_VARIATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.finale import Renouvellement

COLONNES = (
    "section", "indicateur", "territoire", "annee", "valeur", "variation_5_ans", "unite", "statut", "note",
)  # fmt: skip
NON_TRANSMIS = "L"
DECIMALES = 1


def renouveler(
    annexe1: pd.DataFrame,
    contexte: pd.DataFrame,
    liens: Iterable[Renouvellement],
    *,
    territoire: str,
    notes: tuple[str, str],
) -> pd.DataFrame:
    """Return every row of Annexe 1 for the next diagnostic: renewed, or « non transmis » with the reason.

    The year of a renewed row is the latest that the territory has in the series; its reference takes the same year, or
    is « non transmis » there. A row that nothing renews takes the latest of these years: the one to ask for.

    Args:
        annexe1: The old one.
        contexte: Public figures known: territoire, annee, indicateur, dimension, valeur, statut, source.
        liens: Which indicator has the field of which series.
        territoire: Code of the territory.
        notes: What a renewed row says (``{source}`` is filled), and what another says.

    Returns:
        The columns ``COLONNES``, in the order of the old rows, one an indicator and territory.
    """
    series = {item.indicateur: item.serie for item in liens}
    whole = contexte[contexte["dimension"].eq("") & contexte["valeur"].notna()]
    known = whole.set_index(["indicateur", "territoire", "annee"]).sort_index()
    latest = whole[whole["territoire"] == territoire].groupby("indicateur")["annee"].max()
    years = {name: int(latest[serie]) for name, serie in series.items() if serie in latest.index}
    asked = max(years.values(), default=None)
    rows = []
    for row in annexe1.drop_duplicates(["indicateur", "territoire"], keep="last").itertuples():
        year = years.get(row.indicateur, asked or row.annee)
        key = (series.get(row.indicateur, ""), row.territoire, year)
        fresh = _valeur(known, key, notes) if key in known.index else (None, None, NON_TRANSMIS, notes[1])
        value, change, status, note = fresh
        rows.append((row.section, row.indicateur, row.territoire, year, value, change, row.unite, status, note))
    return pd.DataFrame(rows, columns=list(COLONNES)).astype({"annee": "Int64"})


def annees_renouvelees(annexe1: pd.DataFrame) -> list[int]:
    """Return the years of the values that are there, in order."""
    return sorted({int(year) for year in annexe1.loc[annexe1["valeur"].notna(), "annee"]})


def _valeur(
    known: pd.DataFrame, key: tuple[str, str, int], notes: tuple[str, str]
) -> tuple[float, float | None, str, str]:
    serie, place, year = key
    row = known.loc[key]
    return (
        float(row["valeur"]),
        _variation(known["valeur"], serie, place, year),
        row["statut"],
        notes[0].format(source=row["source"]),
    )


def _variation(valeurs: Mapping[tuple[str, str, int], float], serie: str, place: str, year: int) -> float | None:
    """Return the change in % over five years, None when the series does not go back that far."""
    earlier = valeurs.get((serie, place, year - DUREE_VARIATION))
    if earlier is None or not earlier:
        return None
    return round(100 * (valeurs[serie, place, year] - earlier) / earlier, DECIMALES)
