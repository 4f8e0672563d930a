"""The store of public figures, a Parquet table a family, a year and a level, and the families that
the catalogue knows.

What is committed is in ``sources/publiques``; what a user added in ``sources/locales``, whose
tables stand for those of the same family, year and level. ``origine.yaml`` names the tables: a file
that it does not name does not exist, so that replacing it is what makes an addition, whole or not
at all.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.fautes import DonneesInvalides, mots, recueillir, refus
from ctglib.donnees.lecture import empreinte, existe, lister, racine
from ctglib.donnees.modeles.sources import (
    Arrondissements,
    Famille,
    Registre,
    SerieOfficielle,
    TableGardee,
)
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    import duckdb  # loaded when the store is read

FAMILLES = "catalogue/sources"
PUBLIQUES = "sources/publiques"
LOCALES = "sources/locales"
ORIGINE = "origine.yaml"
SECRET = float("inf")  # in a column of the store: a suppressed cell; NaN is a missing one
FORMES = {
    "commune": re.compile(r"[0-9][0-9AB][0-9]{3}"),
    "departement": re.compile(r"[0-9][0-9AB]|97[0-9]"),
    "epci": re.compile(r"[1-9][0-9]{8}"),
    "iris": re.compile(r"[0-9][0-9AB][0-9]{7}"),
}
Cle = tuple[str, int, str]  # of a table: family, year, level
_LIGNES = 4096  # rows of a group of Parquet: a commune is found without reading the others'


def charger_familles() -> dict[str, Famille]:
    """Return the families of the catalogue by id, or raise all the faults of their files."""
    found = {}
    faults = []
    for name in [name.removesuffix(".yaml") for name in lister(FAMILLES) if name.endswith(".yaml")]:
        with recueillir(faults):
            found[name] = charger_famille(name)
    if faults:
        raise DonneesInvalides(faults)
    return found


def charger_famille(nom: str) -> Famille:
    """Return one family, by the name of its file."""
    return charger_yaml(f"{FAMILLES}/{nom}.yaml", Famille)


def serie_gardee(famille: Famille, code: str) -> SerieOfficielle | None:
    """Return the series of a code, be it that of a column kept under its own name; None when the
    family has none.
    """
    for item in famille.series:
        if item.code == code:
            return item
    for item in famille.autres:
        name = code.removeprefix(f"{item.code}_")
        if name != code and re.fullmatch(item.colonne, name):
            return item.model_copy(
                update={"code": code, "libelle": f"{item.libelle} « {name} »", "colonne": name}
            )
    return None


def commune_de(codes: pd.Index | pd.Series) -> pd.Index | pd.Series:
    """Return the commune of codes of communes: an arrondissement of Paris, Lyon or Marseille is a
    part of one.
    """
    for commune, pattern in charger_yaml(
        "catalogue/arrondissements.yaml", Arrondissements
    ).communes.items():
        codes = codes.where(~codes.str.fullmatch(pattern), commune)
    return codes


def departement_de(communes: pd.Index | pd.Series) -> pd.Index | pd.Series:
    """Return the département of codes of communes, by their first characters."""
    short = communes.str[:2]
    return short.where(short != "97", communes.str[:3])


def lire_registre(dossier: str) -> Registre:
    """Return the register of a store, empty when nothing was added."""
    return (
        charger_yaml(f"{dossier}/{ORIGINE}", Registre)
        if existe(f"{dossier}/{ORIGINE}")
        else Registre()
    )


def tables(
    famille: str | None = None, dossiers: Iterable[str] = (PUBLIQUES, LOCALES)
) -> dict[Cle, TableGardee]:
    """Return the tables, named by their path in the data folder, those of the last store standing
    for the others'.
    """
    found = {
        (item.famille, item.annee, item.niveau): item.model_copy(
            update={"table": f"{folder}/{item.table}"}
        )
        for folder in dossiers
        for item in lire_registre(folder).tables
        if famille in (None, item.famille)
    }
    return dict(sorted(found.items()))


def derniere(famille: str) -> list[TableGardee]:
    """Return the last table of a family, in a list that is empty when there is none."""
    return list(tables(famille).values())[-1:]


def lire_tables(
    gardees: Iterable[TableGardee],
    territoires: Iterable[str] | None = None,
    series: Iterable[str] | None = None,
    cle: str = "territoire",
) -> pd.DataFrame:
    """Return rows of tables of one family, sorted: annee, niveau, territoire, and the columns kept.

    All the ``territoires``, sought in the column ``cle``, and all the ``series`` by default; a
    column that a year does not have is missing there. A table that is not the one that was added is
    refused.
    """
    wanted = [] if territoires is None else [list(territoires)]
    where = f" where {cle} in (select unnest($1::varchar[]))" if wanted else ""
    kept = "" if series is None else ", ".join(f"'{name}'" for name in ("territoire", *series))
    columns = f"columns(lambda nom: nom in ({kept}))" if kept else "*"
    parts = []
    for item in gardees:
        # Read through the recorded reader: it counts as read, and its bytes are those that were
        # added.
        if empreinte(item.table) != item.sha256:
            raise refus(item.table, *mots("table_changee"))
        path = str(racine() / item.table).replace("'", "''")
        key = f"{item.annee} as annee, '{item.niveau}' as niveau"
        parts.append(f"select {key}, {columns} from '{path}'{where}")
    if not parts:
        return pd.DataFrame({"annee": [], "niveau": [], "territoire": []})
    query = " union all by name ".join(parts) + " order by niveau, territoire, annee"
    return moteur().cursor().execute(query, wanted).df()


@cache
def moteur() -> duckdb.DuckDBPyConnection:
    """Return this process's engine, which holds nothing and installs nothing; a query asks for a
    cursor of it.
    """
    import duckdb

    return duckdb.connect(
        config={"threads": 2, "autoinstall_known_extensions": False, "memory_limit": "700MB"}
    )


def en_parquet(table: pd.DataFrame) -> bytes:
    """Return a table (its index is the territory) as Parquet, sorted by territory."""
    connection = moteur().cursor()
    connection.register("lignes", table.sort_index().reset_index(names="territoire"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        options = f"format parquet, compression zstd, row_group_size {_LIGNES}"
        connection.execute(
            f"copy (select * from lignes) to '{path}' ({options})".replace("\\", "/")
        )
        return path.read_bytes()
