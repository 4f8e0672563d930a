"""The numbers of panels as a table: one row a series and one column a year, every absence in a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne
from ctglib.graphiques.assemblage import Chiffres

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ctglib.document.contexte import Contexte

TIRET = "–"
ANNEES_AU_PLUS = 8  # beyond, the years would not fit beside each other on a page
MARQUE_DE_RUPTURE = "(r)"
RUPTURE = f"{MARQUE_DE_RUPTURE} Rupture de série : les valeurs d'avant ne s'y comparent pas."
GARDEES = ["indicateur", "libelle", "unite", "serie", "annee", "valeur", "statut", "cible", "annee_cible", "rupture"]


def chiffres_annuels(
    rows: Sequence[object], contexte: Contexte, *, nom: Callable[[object], str], cible: Callable[[object], str]
) -> Chiffres:
    """Return the numbers of a chart of series; with many years, one row a year in the group of its series.

    Args:
        rows: A row a series and year, series after series: the columns ``GARDEES``, and ``texte``, what a value reads.
        contexte: The words of the statuses.
        nom: The name of the series of a row.
        cible: What the target of a row reads.
    """
    years = sorted({int(row.annee) for row in rows})
    data = pd.DataFrame(rows)[GARDEES]
    targeted = any(pd.notna(row.cible) for row in rows)
    known = {row.statut for row in rows if pd.notna(row.valeur)}
    notes = (*legende(known, contexte), *((RUPTURE,) if any(row.rupture for row in rows) else ()))
    if len(years) > ANNEES_AU_PLUS:
        columns = (Colonne("annee", "Année"), Colonne("texte", "Valeur", numerique=True), *_colonne_cible(targeted))
        cells = [(str(int(row.annee)), _valeur(row), *_cible(row, targeted, cible)) for row in rows]
        groups = tuple(nom(row) for row in rows)
        return Chiffres(columns, _table(cells, columns), data, groups, notes)
    columns = (
        Colonne("serie", "Série"),
        *(Colonne(str(year), str(year), numerique=True) for year in years),
        *_colonne_cible(targeted),
    )
    series: dict[tuple[str, str], list[object]] = {}
    for row in rows:
        series.setdefault((row.indicateur, row.serie), []).append(row)
    cells = [
        (nom(members[0]), *_par_annee(members, years), *_cible(members[0], targeted, cible))
        for members in series.values()
    ]
    return Chiffres(columns, _table(cells, columns), data, None, notes)


def _colonne_cible(voulue: bool) -> list[Colonne]:
    return [Colonne("cible", "Cible", numerique=True)] if voulue else []


def _cible(row: object, voulue: bool, cible: Callable[[object], str]) -> list[str]:
    return [(TIRET if pd.isna(row.cible) else cible(row))] if voulue else []


def _par_annee(members: Sequence[object], years: Sequence[int]) -> list[str]:
    told = {int(row.annee): _valeur(row) for row in members}
    return [told.get(year, TIRET) for year in years]


def _valeur(row: object) -> str:
    """Return a value with its marks, or the word of its absence."""
    marked = row.texte if pd.isna(row.valeur) else marquer(row.texte, row.statut)
    return f"{marked} {MARQUE_DE_RUPTURE}" if row.rupture else marked


def _table(cells: list[tuple[str, ...]], columns: tuple[Colonne, ...]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=[column.cle for column in columns])
