"""Figures of other years' communes, carried over to the communes of the official code.

A commune may keep its code and be another one: it absorbed its neighbours, or gave some back. The
counts of the communes that make it up are added; what cannot be added, or was divided, is missing,
and the reason is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

import pandas as pd

from ctglib.donnees.etendue import debuts_des_iris
from ctglib.donnees.lecture import empreinte
from ctglib.donnees.magasin import (
    COG_DES_COMMUNES,
    charger_famille,
    commune_de,
    derniere_table_si_presente,
    lire_tables,
    serie_gardee,
    tables,
)
from ctglib.donnees.modeles.sources import Famille, TableGardee

MOUVEMENTS = "cog_mouvements"  # the family of what happened to communes
_CHANGEMENT_DE_NOM = "10"
_PREMIER_JANVIER = "{annee}-01-01"
# A date, and what each commune that changed on it became.
Etape = tuple[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Composition:
    """What a commune of the official code was made of, in another year."""

    communes: tuple[str, ...]
    partagee: bool  # one of them went to several communes: nothing tells how much to each
    date: str  # of the last change, as « 2019-01-01 »


def geographie_de(famille: Famille, annee: int, annees_du_fichier: Iterable[int]) -> int | None:
    """Return the year of whose communes figures are, None when the family does not say.

    Args:
        famille: Of the figures.
        annee: That they tell of.
        annees_du_fichier: All those that their file tells of.
    """
    regle = famille.geographie
    if regle is None:
        return None
    if annee in regle.annees:
        return regle.annees[annee]
    derniere = max(annees_du_fichier) if regle.du_fichier else annee
    return derniere + regle.decalage


def communes_changees(geographie: int | None) -> Mapping[str, Composition]:
    """Return the communes of the official code that were not the same in another year, and what
    they were made of.

    None of them when the year is not known, or when the store has no movement of communes.
    """
    codes = derniere_table_si_presente(COG_DES_COMMUNES)
    des_mouvements = derniere_table_si_presente(MOUVEMENTS)
    if geographie is None or not codes or not des_mouvements or geographie == codes[0].annee:
        return {}
    # Read through the recorded reader each time, and worked out once.
    empreintes = tuple(empreinte(table.table) for table in (*codes, *des_mouvements))
    return _origines(empreintes, geographie)


def dernier_changement(commune: str) -> str:
    """Return when a commune last became another one than in some table of the store (« 2024-01-01
    »), "" when it never did.
    """
    dates = [""]
    for geographie in {table.geographie for table in tables().values()}:
        changees = communes_changees(geographie)
        if commune in changees:
            dates.append(changees[commune].date)
    return max(dates)


@cache
def _origines(_: tuple[str, ...], geographie: int) -> Mapping[str, Composition]:
    """Return the same, of the tables that have some fingerprints."""
    codes = derniere_table_si_presente(COG_DES_COMMUNES)
    etapes = _etapes(geographie, codes[0].annee)
    actuelles = set(lire_tables(codes, None, [])["territoire"])
    touchees = {code for _date, devenirs in etapes for code in _codes(devenirs)}
    d_alors = touchees & actuelles
    for _date, devenirs in reversed(etapes):
        d_alors -= {apres for suites in devenirs.values() for apres in suites}
        d_alors |= set(devenirs)

    sources: dict[str, list[str]] = {}
    partagees = set()
    for commune in sorted(d_alors):
        devenues = _ce_que_devient(commune, etapes)
        if len(devenues) > 1:
            partagees.add(commune)
        for devenue in devenues & actuelles:
            sources.setdefault(devenue, []).append(commune)

    derniers_changements: dict[str, str] = {}
    for date, devenirs in sorted(etapes, key=itemgetter(0)):
        derniers_changements |= dict.fromkeys(_codes(devenirs), date)
    changees = {}
    for commune, communes in sources.items():
        partagee = not partagees.isdisjoint(communes)
        if communes != [commune] or partagee:
            date = derniers_changements[commune]
            changees[commune] = Composition(tuple(communes), partagee, date)
    return changees


def _ce_que_devient(commune: str, etapes: Sequence[Etape]) -> set[str]:
    """Return the communes that a commune has become after some steps."""
    devenues = {commune}
    for _date, devenirs in etapes:
        devenues = {suite for code in devenues for suite in devenirs.get(code, (code,))}
    return devenues


def _codes(devenirs: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the communes that changed on a date, and what they became."""
    return {*devenirs, *(apres for suites in devenirs.values() for apres in suites)}


def _etapes(depuis: int, jusqu_a: int) -> list[Etape]:
    """Return which communes became which between the first days of two years, date by date.

    Towards the past, they are read the other way round.
    """
    debut = _PREMIER_JANVIER.format(annee=min(depuis, jusqu_a))
    fin = _PREMIER_JANVIER.format(annee=max(depuis, jusqu_a))
    vers_le_passe = depuis > jusqu_a
    par_date: dict[str, dict[str, list[str]]] = {}
    for date, genre, avant, apres in mouvements():
        if debut < date <= fin and genre != _CHANGEMENT_DE_NOM:
            depart = apres if vers_le_passe else avant
            arrivee = avant if vers_le_passe else apres
            par_date.setdefault(date, {}).setdefault(depart, []).append(arrivee)
    return sorted(par_date.items(), key=itemgetter(0), reverse=vers_le_passe)


def mouvements() -> Iterator[tuple[str, str, str, str]]:
    """Yield each movement of communes: its date, its kind, a commune before, and after."""
    lignes = lire_tables(derniere_table_si_presente(MOUVEMENTS))
    for avant, dates, genres, devenues in zip(
        lignes["territoire"], lignes["date"], lignes["genre"], lignes["devient"], strict=True
    ):
        for date, genre, apres in zip(dates.split(), genres.split(), devenues.split(), strict=True):
            yield date, genre, avant, apres


def lire_chiffres(
    gardees: Iterable[TableGardee],
    territoires: Iterable[str] | None = None,
    series: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return the rows of tables as ``lire_tables`` does, in the communes of the official code.

    The counts of a commune that was several are their sum, missing where one of them has none; its
    rates are missing. It has no row when one of those was divided, or is not in the table.
    """
    demandes = None if territoires is None else list(dict.fromkeys(territoires))
    series_demandees = None if series is None else list(series)
    telles_quelles = []
    ramenees = []
    for gardee in gardees:
        changees = communes_changees(gardee.geographie) if gardee.niveau == "commune" else {}
        if demandes is not None:
            changees = {code: changees[code] for code in demandes if code in changees}
        if changees:
            ramenees.append(_ramener(gardee, changees, demandes, series_demandees))
        else:
            telles_quelles.append(gardee)
    lignes = lire_tables(telles_quelles, demandes, series_demandees)
    if not ramenees:
        return lignes
    lignes = pd.concat([lignes, *ramenees] if telles_quelles else ramenees)
    return lignes.sort_values(["niveau", "territoire", "annee"], ignore_index=True)


def _ramener(
    gardee: TableGardee,
    changees: Mapping[str, Composition],
    demandes: Sequence[str] | None,
    series: Sequence[str] | None,
) -> pd.DataFrame:
    """Return the rows of a table of communes, those that changed made of what they were."""
    sources = {source for origine in changees.values() for source in origine.communes}
    codes = None if demandes is None else [*demandes, *sources]
    lignes = lire_tables([gardee], codes, series)
    presentes = set(lignes["territoire"])
    commune_de_la_source = {}
    for commune, origine in changees.items():
        if not origine.partagee and presentes.issuperset(origine.communes):
            commune_de_la_source |= dict.fromkeys(origine.communes, commune)
    inchangees = lignes[~lignes["territoire"].isin({*changees, *sources})]
    parties = lignes[lignes["territoire"].isin(list(commune_de_la_source))]
    if parties.empty:
        return inchangees

    devenues = parties["territoire"].map(commune_de_la_source)
    groupes = parties.groupby(devenues, sort=False)
    reunies = groupes.first().drop(columns="territoire")
    a_additionner = _effectifs(gardee, reunies.columns)
    plusieurs = groupes.size().gt(1)
    for colonne in reunies.columns.intersection([*gardee.series]):
        sommes = parties[colonne].groupby(devenues, sort=False).sum(min_count=1)
        vides = parties[colonne].isna().groupby(devenues, sort=False).any()
        if colonne not in a_additionner:
            vides |= plusieurs
        reunies[colonne] = sommes.mask(vides)
    return pd.concat([inchangees, reunies.reset_index()])


def _effectifs(gardee: TableGardee, colonnes: Iterable[str]) -> set[str]:
    """Return the columns of a table that count, and may be added."""
    famille = charger_famille(gardee.famille)
    effectifs = set()
    for colonne in colonnes:
        serie = serie_gardee(famille, colonne)
        if serie is None or serie.unite not in ("nombre", "euros"):
            continue
        if famille.somme or colonne in famille.totaux:
            effectifs.add(colonne)
    return effectifs


def lire_iris(
    gardees: Iterable[TableGardee], communes: Iterable[str], series: Iterable[str]
) -> pd.DataFrame:
    """Return the IRIS of communes in some tables, with the commune of the official code that each
    is in, in a column ``commune``.

    A commune of which a part had no IRIS, or was divided, has none here: theirs would not be all of
    it.
    """
    codes = list(dict.fromkeys(communes))
    series_demandees = list(series)
    parties = [lire_tables([], None, series_demandees).assign(commune="")]
    for gardee in gardees:
        changees = communes_changees(gardee.geographie)
        changees = {code: changees[code] for code in codes if code in changees}
        sources = {source for origine in changees.values() for source in origine.communes}
        debuts = debuts_des_iris([*codes, *sources])
        iris = lire_tables([gardee], debuts, series_demandees, "left(territoire, 5)")
        d_alors = commune_de(iris["territoire"].str[:5])
        devenues = d_alors.mask(d_alors.isin({*changees, *sources}), "")
        for commune, origine in changees.items():
            if not origine.partagee and set(d_alors).issuperset(origine.communes):
                devenues = devenues.mask(d_alors.isin(origine.communes), commune)
        iris = iris.assign(commune=devenues)
        parties.append(iris[iris["commune"].isin(codes)])
    return pd.concat(parties, ignore_index=True)
