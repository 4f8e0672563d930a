"""The diagnostic of a convention that begins: what public figures say, and what is to be asked of whom."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import enumerer
from ctglib.calculs.territoire import annees_renouvelees, remplir
from ctglib.donnees import publiques

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.sources import DonneesPubliques


def diagnostic_public(
    themes: Sequence[Theme], regles: DonneesPubliques, lieux: tuple[str, Sequence[str], str], *,
    annee: int, ancien: pd.DataFrame | None = None, series: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return every row of ``annexe1.csv``: filled from public figures, or « non transmis » with whom to ask.

    Args:
        themes: The themes of the catalogue.
        regles: Which series say which indicator.
        lieux: Code of the territory, of its members, of its reference.
        annee: The year to ask for, when no public figure tells one.
        ancien: The diagnostic that it follows, whose rows are kept; every indicator of the catalogue by default.
        series: Public figures already read, those of the store by default.
    """
    territoire, membres, reference = lieux
    items = {item.id: item for theme in themes for item in theme.indicateurs}
    if ancien is None:
        rows = [
            (theme.titre, item.id, code, item.unite)
            for theme in themes for item in theme.indicateurs for code in (territoire, reference)
        ]  # fmt: skip
        ancien = pd.DataFrame(rows, columns=["section", "indicateur", "territoire", "unite"]).assign(annee=annee)
    asked = {
        name: regles.a_demander.format(qui=item.collecte.qui, document=item.collecte.document)
        for name, item in items.items()
    }
    lines = ancien.drop_duplicates(["indicateur", "territoire"], keep="last")
    if series is None:
        codes = [code for item in regles.lignes for code in (*item.series, *item.sur)]
        series = publiques.series_du_diagnostic(territoire, membres, reference, codes)
    else:
        series = series[series["dimension"].eq("") & series["valeur"].notna()]
    return remplir(lines.assign(note=lines["indicateur"].map(asked)), series, regles, territoire)


def sources_du_diagnostic(regles: DonneesPubliques, annexe1: pd.DataFrame) -> Mapping[str, str]:
    """Return what ``convention.yaml`` says of these figures: their source and their years."""
    years = enumerer([str(year) for year in annees_renouvelees(annexe1)])
    date = regles.date.format(annees=years) if years else regles.aucune_date
    return {"source_diagnostic": regles.source, "date_des_donnees": date}


def a_demander(themes: Sequence[Theme], annexe1: pd.DataFrame, territoire: str) -> list[str]:
    """Return how many values of the territory are to be asked for, by who holds them: « Caf, 94 »."""
    holders = {item.id: item.collecte.qui for theme in themes for item in theme.indicateurs}
    rows = annexe1[annexe1["valeur"].isna() & annexe1["territoire"].eq(territoire)]
    return [f"{holder}, {count}" for holder, count in rows["indicateur"].map(holders).value_counts().items()]


def en_csv(table: pd.DataFrame) -> bytes:
    """Return a table as our CSV: comma, point, UTF-8, whole numbers without a decimal, nothing for an absent one."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cellule(value) for value in row] for row in table.itertuples(index=False))
    return buffer.getvalue().encode("utf-8")


def _cellule(valeur: object) -> str:
    if isinstance(valeur, str):
        return valeur
    if pd.isna(valeur):
        return ""
    number = float(valeur)
    return str(int(number)) if number.is_integer() else repr(round(number, 6))
