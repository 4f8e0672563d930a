"""The store of public figures, a Parquet table a family, a year and a level, and the families that
the catalogue knows.

What is committed is in ``sources/publiques``; what a user added in ``sources/locales``, whose
tables stand for those of the same family, year and level. ``origine.yaml`` names the tables: a file
that it does not name does not exist, so that replacing it is what makes an addition, whole or not
at all.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pandas as pd

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import empreinte, existe, lister, racine
from ctglib.donnees.modeles.sources import (
    Arrondissements,
    Famille,
    Niveau,
    NiveauOfficiel,
    Registre,
    SerieOfficielle,
    TableGardee,
    Ville,
)
from ctglib.donnees.provisoires import dossier_provisoire
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    import duckdb  # loaded when the store is read

FAMILLES = "catalogue/sources"
PUBLIQUES = "sources/publiques"
LOCALES = "sources/locales"
ORIGINE = "origine.yaml"
COG_DES_COMMUNES = "cog_communes"  # the family of the official code of communes
# Those of the official code, by level.
COG: dict[NiveauOfficiel, str] = {
    "commune": COG_DES_COMMUNES,
    "departement": "cog_departements",
    "epci": "cog_epci",
    "region": "cog_regions",
}
SECRET = float("inf")  # in a column of the store: a suppressed cell; NaN is a missing one
# The codes as the store has them: « R32 » is a région, « FR » France, so that none is of two levels
# but an IRIS, that may be an EPCI by its shape, and an arrondissement (``commune_de``).
FORMES: dict[Niveau, re.Pattern[str]] = {
    "commune": re.compile(r"[0-9][0-9AB][0-9]{3}"),
    "departement": re.compile(r"[0-9][0-9AB]|97[0-9]"),
    "epci": re.compile(r"[1-9][0-9]{8}"),
    "iris": re.compile(r"[0-9][0-9AB][0-9]{7}"),
    "region": re.compile(r"R[0-9]{2}"),
    "france": re.compile(r"F[RMH]"),
    "qpv": re.compile(r"Q[NP][0-9AB]{6}[A-Z0-9]?"),
}
Codes = TypeVar("Codes", pd.Index, pd.Series)
# rows of a group of Parquet: a commune is found without reading the others'
TABLES_D_UNE_REQUETE = 12  # each is held in memory while it is filtered
_LIGNES_D_UN_GROUPE = 4096


class Cle(NamedTuple):
    """What names a table of the store."""

    famille: str
    annee: int
    niveau: Niveau


def niveau_de(code: str) -> Niveau | None:
    """Return the first level whose codes have the shape of one, None when it is of no level."""
    for niveau, forme in FORMES.items():
        if forme.fullmatch(code):
            return niveau
    return None


def charger_familles() -> dict[str, Famille]:
    """Return the families of the catalogue by id, or raise all the faults of their files."""
    familles = {}
    fautes: list[Faute] = []
    for fichier in lister(FAMILLES):
        if fichier.endswith(".yaml"):
            nom = fichier.removesuffix(".yaml")
            with recueillir(fautes):
                familles[nom] = charger_famille(nom)
    if fautes:
        raise DonneesInvalides(fautes)
    return familles


def charger_famille(nom: str) -> Famille:
    """Return one family, by the name of its file."""
    return charger_yaml(f"{FAMILLES}/{nom}.yaml", Famille)


def familles_absentes(gardees: Iterable[TableGardee], familles: Container[str]) -> list[Faute]:
    """Return a fault for each family of the tables that is not, or no longer, in the catalogue."""
    fautes = {}
    for table in gardees:
        if table.famille not in familles:
            dossier = LOCALES if table.table.startswith(LOCALES) else PUBLIQUES
            phrase = mots("famille_absente", famille=table.famille)
            fautes[dossier, table.famille] = Faute(f"{dossier}/{ORIGINE}", *phrase)
    return list(fautes.values())


def serie_gardee(famille: Famille, code: str) -> SerieOfficielle | None:
    """Return the series of a code, be it that of a column kept under its own name; None when the
    family has none.
    """
    for serie in famille.series:
        if serie.code == code:
            return serie
    for autre in famille.autres:
        colonne = code.removeprefix(f"{autre.code}_")
        if colonne != code and re.fullmatch(autre.colonne, colonne):
            libelle = f"{autre.libelle} « {colonne} »"
            return autre.model_copy(update={"code": code, "libelle": libelle, "colonne": colonne})
    return None


def serie_de(famille: Famille, code: str) -> SerieOfficielle:
    """Return the series of a code, or refuse that the catalogue no longer has it."""
    serie = serie_gardee(famille, code)
    if serie is None:
        raise refus(f"{FAMILLES}/{famille.id}.yaml", *mots("serie_absente", code=code))
    return serie


def commune_de(codes: Codes) -> Codes:
    """Return the commune of codes of communes: an arrondissement of Paris, Lyon or Marseille is a
    part of one.
    """
    for commune, ville in villes().items():
        codes = codes.where(~codes.str.fullmatch(ville.motif), commune)
    return codes


def villes() -> dict[str, Ville]:
    """Return the communes that have arrondissements: the codes of theirs, and how many they are."""
    return charger_yaml("catalogue/arrondissements.yaml", Arrondissements).communes


def departement_de(communes: Codes) -> Codes:
    """Return the département of codes of communes, by their first characters."""
    return communes.str.extract("^(97.|..)", expand=False)


def lire_registre(dossier: str) -> Registre:
    """Return the register of a store, empty when nothing was added."""
    chemin = f"{dossier}/{ORIGINE}"
    if not existe(chemin):
        return Registre()
    return charger_yaml(chemin, Registre)


def tables(
    famille: str | None = None, dossiers: Iterable[str] = (PUBLIQUES, LOCALES)
) -> dict[Cle, TableGardee]:
    """Return the tables, of one family or of all, sorted; those of the last store stand for the
    others'.

    Each is named by its path in the data folder.
    """
    gardees = {}
    for dossier in dossiers:
        for table in lire_registre(dossier).tables:
            if famille in (None, table.famille):
                chemin = f"{dossier}/{table.table}"
                cle = Cle(table.famille, table.annee, table.niveau)
                gardees[cle] = table.model_copy(update={"table": chemin})
    return dict(sorted(gardees.items()))


def derniere_table_si_presente(famille: str) -> list[TableGardee]:
    """Return the table of a family of the last year, in a list of one; [] when there is none.

    It is a list, as ``lire_tables`` takes one, and gives no row for an empty one. Of a family that
    has several levels, the table is the one whose level comes last in the alphabet. The official
    code of communes is the last that says their EPCI: the Insee's own says it of none.
    """
    gardees = list(tables(famille).values())
    if famille == COG_DES_COMMUNES:
        completes = [table for table in gardees if "epci" in colonnes(table)]
        gardees = completes or gardees
    return gardees[-1:]


def colonnes(table: TableGardee) -> tuple[str, ...]:
    """Return the names of the columns of a table, the territory left out."""
    return _colonnes(str(racine() / table.table), table.sha256)


@cache
def _colonnes(chemin: str, _: str) -> tuple[str, ...]:
    """Return the names of the columns of a table that has a path and a fingerprint."""
    import duckdb

    echappe = chemin.replace("'", "''")
    try:
        resultat = moteur().cursor().execute(f"select * from '{echappe}' limit 0")
    except duckdb.Error:
        return ()  # who reads it says what is wrong with it
    return tuple(nom for nom, *_ in resultat.description if nom != "territoire")


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
    condition = ""
    parametres: list[list[str]] = []
    if territoires is not None:
        condition = f" where {cle} in (select unnest($1::varchar[]))"
        parametres.append(list(territoires))
    colonnes = "*"
    if series is not None:
        noms = ", ".join(f"'{nom}'" for nom in ("territoire", *series))
        colonnes = f"columns(lambda nom: nom in ({noms}))"
    requetes = []
    for table in gardees:
        # Read through the recorded reader: it counts as read, and its bytes are those that were
        # added.
        if empreinte(table.table) != table.sha256:
            raise refus(table.table, *mots("table_changee"))
        chemin = str(racine() / table.table).replace("'", "''")
        annee_et_niveau = f"{table.annee} as annee, '{table.niveau}' as niveau"
        requetes.append(f"select {annee_et_niveau}, {colonnes} from '{chemin}'{condition}")
    if not requetes:
        types = {"annee": "int64", "niveau": "str", "territoire": "str"}
        return pd.DataFrame(columns=list(types)).astype(types)
    lus = []
    for debut in range(0, len(requetes), TABLES_D_UNE_REQUETE):
        requete = " union all by name ".join(requetes[debut : debut + TABLES_D_UNE_REQUETE])
        lus.append(moteur().cursor().execute(requete, parametres).df())
    rangees = pd.concat(lus, ignore_index=True)
    return rangees.sort_values(["niveau", "territoire", "annee"], ignore_index=True)


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
    with dossier_provisoire() as dossier:
        path = dossier / "table.parquet"
        options = (
            "format parquet, parquet_version v2, compression zstd, compression_level 19,"
            f" row_group_size {_LIGNES_D_UN_GROUPE}"
        )
        query = f"copy (select * from lignes) to '{path}' ({options})"
        connection.execute(query.replace("\\", "/"))
        return path.read_bytes()
