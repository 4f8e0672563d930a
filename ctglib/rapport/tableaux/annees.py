"""Indicators year by year: one row an indicator or a modalité, one column a year, every absence in a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.phrases.mesures import legende, marquer
from ctglib.rapport.tableau import Colonne, Tableau

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.rapport.contexte import Contexte

ENSEMBLE = "Ensemble"
CLE = ["indicateur", "modalite"]


def tableau_annees(
    table: pd.DataFrame,
    contexte: Contexte,
    *,
    nom: str,
    titre: str,
    tete: str,
    groupes: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Tableau:
    """Return the values of a table of years; the CSV has one row a value.

    Args:
        table: What ``ctglib.analyse.annees.annees`` returns.
        contexte: The words and the source.
        nom: Short name.
        titre: Caption, without its years.
        tete: Head of the first column.
        groupes: Group of each indicator; when None, an indicator that has modalités heads their group.
        notes: Sentences under the table, before those of the marks.
    """
    years = [int(year) for year in sorted(table["annee"].unique())]
    columns = (Colonne("objet", tete), *(Colonne(str(year), str(year), numerique=True) for year in years))
    rows = [rows for _, rows in table.groupby(CLE, sort=False)]
    cells = [_cellules(serie, contexte, detaille=groupes is None) for serie in rows]
    return Tableau(
        nom=nom,
        titre=f"{titre}, {contexte.territoire.nom}, {periode(years)}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=table,
        source=contexte.source,
        groupes=_groupes(rows, groupes),
        notes=(*notes, *legende(table["statut"], contexte)),
    )


def periode(years: list[int]) -> str:
    """Return « 2023 à 2025 », or the only year."""
    return str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}"


def _cellules(serie: pd.DataFrame, contexte: Contexte, *, detaille: bool) -> list[str]:
    first = serie.iloc[0]
    label = first["libelle_modalite"] or (ENSEMBLE if detaille and first["detaille"] else first["libelle"])
    values = [
        marquer(contexte.valeur(row.indicateur, row.valeur, row.statut), row.statut) for row in serie.itertuples()
    ]
    return [label, *values]


def _groupes(rows: list[pd.DataFrame], groupes: Mapping[str, str] | None) -> tuple[str, ...] | None:
    """Return the group of each row: that of its indicator, or the indicator itself when several have modalités."""
    heads = [serie.iloc[0] for serie in rows]
    if groupes is not None:
        return tuple(groupes[head["indicateur"]] for head in heads)
    named = tuple(head["libelle"] if head["detaille"] else "" for head in heads)
    return named if len({*named} - {""}) and len(set(named)) > 1 else None
