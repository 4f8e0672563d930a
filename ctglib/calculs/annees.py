"""Indicators of a follow-up year by year, every year said, measured or not: what the own analysis of a fiche reads."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation import modalites
from ctglib.calculs.suivi import ENSEMBLE, coupures, mesure
from ctglib.donnees.statuts import GRAVITE, Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ctglib.calculs.suivi import Serie, Series
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.suivi import Changement

COLONNES = (
    "indicateur", "libelle", "unite", "dimension", "modalite", "libelle_modalite", "detaille", "annee", "valeur",
    "statut",
)  # fmt: skip


def annees(
    mesures: Series, catalogue: Catalogue, identifiants: Iterable[str], *, annees: tuple[int, int]
) -> pd.DataFrame:
    """Return the values of indicators by year: the whole of each, then its modalités that have a row.

    A year without a row is « non transmis ». The year before the first one is there when something is known of it.

    Args:
        mesures: What ``series`` returns for the year of the bilan, small counts already suppressed.
        catalogue: Meanings and dimensions.
        identifiants: Indicators of the fiches, in the order wanted.
        annees: First year of the convention, and year of the bilan.

    Returns:
        The columns ``COLONNES``; whole: empty dimension and modalité. ``detaille``: the indicator has modalités there.
    """
    first, last = annees
    wanted = tuple(identifiants)
    before = any(first - 1 in serie for name in wanted for serie in mesures.get(name, {}).values())
    years = range(first - before, last + 1)
    rows = [
        {**key, "annee": year, "valeur": found.valeur, "statut": found.statut}
        for name in wanted
        for key, serie in _lignes(name, mesures.get(name, {}), catalogue)
        for year in years
        for found in [mesure(serie, year)]
    ]
    return pd.DataFrame(rows, columns=list(COLONNES)).astype(
        {"annee": "Int64", "valeur": "float64", "detaille": "bool"}
    )


def _lignes(
    identifiant: str, found: dict[tuple[str, str], Serie], catalogue: Catalogue
) -> Iterator[tuple[dict[str, str], Serie]]:
    """Yield the whole, unless only its modalités are known, then these."""
    item = catalogue.indicateurs_fiches[identifiant]
    labels = modalites(item, catalogue)
    keys = [(item.dimension, name) for name in labels if (item.dimension, name) in found]
    for dimension, name in [*([ENSEMBLE] if ENSEMBLE in found or not keys else []), *keys]:
        words = {"indicateur": item.id, "libelle": item.libelle, "unite": item.unite, "detaille": bool(keys)}
        yield (
            {**words, "dimension": dimension, "modalite": name, "libelle_modalite": labels.get(name, "")},
            found.get((dimension, name), {}),
        )


def est_muet(table: pd.DataFrame) -> bool:
    """Tell whether nothing at all is known: no value, and none hidden."""
    return not (table["valeur"].notna() | table["statut"].eq(Statut.SECRET)).any()


def ensemble(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the values of the whole of an indicator, by year: valeur, statut."""
    rows = table[table["indicateur"].eq(identifiant) & table["dimension"].eq("")]
    return rows.set_index("annee")[["valeur", "statut"]]


def croiser(table: pd.DataFrame, colonnes: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    """Return indicators and years side by side, one row a modalité, the whole last if one of them has it.

    Args:
        table: What ``annees`` returns.
        colonnes: Indicator and year of each column wanted.

    Returns:
        Indexed by modalité: ``libelle``, then ``<column>`` and ``statut_<column>``; « non transmis » without a row.
    """
    read = {
        name: table[table["indicateur"].eq(indicateur) & table["annee"].eq(year)].set_index("modalite")
        for name, (indicateur, year) in colonnes.items()
    }
    labels = {mode: label for rows in reversed(read.values()) for mode, label in rows["libelle_modalite"].items()}
    met = dict.fromkeys(mode for rows in read.values() for mode in rows.index)
    order = [mode for mode in met if mode] + [mode for mode in met if not mode]
    frame = pd.DataFrame({"libelle": [labels[mode] for mode in order]}, pd.Index(order, dtype=object), dtype=object)
    for name, rows in read.items():
        frame[name] = rows["valeur"].reindex(order).astype("float64")
        frame[f"statut_{name}"] = rows["statut"].astype(object).reindex(order).fillna(Statut.NON_TRANSMIS)
    return frame


def pire(*statuts: pd.Series) -> pd.Series:
    """Return, row by row, the most serious of some statuses: that of a total of what they are the statuses of."""
    return pd.concat([statut.map(GRAVITE.index) for statut in statuts], axis=1).min(axis=1).map(GRAVITE.__getitem__)


def somme(lignes: pd.DataFrame, nom: str) -> tuple[float, str]:
    """Return the sum of a column of ``croiser``, and its status: a missing part makes it missing."""
    concerned = lignes[lignes[f"statut_{nom}"].ne(Statut.SANS_OBJET)]
    if concerned.empty:
        return nan, Statut.NON_TRANSMIS
    return concerned[nom].sum(skipna=False), min(concerned[f"statut_{nom}"], key=GRAVITE.index)


def details(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the rows of the modalités of an indicator."""
    return table[table["indicateur"].eq(identifiant) & table["dimension"].ne("")]


def avec_reperes(
    table: pd.DataFrame, evaluation: pd.DataFrame, catalogue: Catalogue, changements: Iterable[Changement]
) -> pd.DataFrame:
    """Return the table with what a chart of its series draws: target, break and name of each series.

    Args:
        table: What ``annees`` returns.
        evaluation: The scoring of the year, whose targets are those in force.
        catalogue: The breaks of the sources.
        changements: The changes in force; one of definition is a break too.

    Returns:
        The columns of the table, and ``serie`` (the modalité, "" for the whole), ``cible``, ``annee_cible``,
        ``rupture``: True in the first year of a new series.
    """
    changes = tuple(changements)
    aimed = evaluation[evaluation["origine_cible"].ne("implicite")]  # what the text implies is no target to draw
    columns = zip(*(aimed[name] for name in ("indicateur", "modalite", "cible", "annee_cible")), strict=True)
    known = {(name, mode): target for name, mode, *target in columns}
    targets = [known.get(key, (nan, pd.NA)) for key in zip(table["indicateur"], table["modalite"], strict=True)]
    breaks = {
        name: {cut.annee for cut in coupures(catalogue.indicateurs_fiches[name], changes)}
        for name in table["indicateur"].unique()
    }
    return table.assign(
        serie=table["libelle_modalite"],
        cible=pd.Series([value for value, _ in targets], table.index, "float64"),
        annee_cible=pd.Series([year for _, year in targets], table.index, "Int64"),
        rupture=[year in breaks[name] for name, year in zip(table["indicateur"], table["annee"], strict=True)],
    )
