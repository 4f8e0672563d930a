"""Communes that parted from another one: what a file tells of the years before is that of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import pandas as pd

from ctglib.donnees.lecture import empreinte
from ctglib.donnees.magasin import derniere_table_si_presente
from ctglib.donnees.modeles.sources import Famille
from ctglib.donnees.passage import MOUVEMENTS, mouvements

_RETABLISSEMENT = "21"  # the kind of movement of a commune that is one again


def dates_de_separation() -> Mapping[str, str]:
    """Return the last day on which each commune parted from others (« 2024-01-01 »), by code.

    Those that left have one, and so has what was left; the others are not there.
    """
    des_mouvements = derniere_table_si_presente(MOUVEMENTS)
    if not des_mouvements:
        return {}
    # Read through the recorded reader each time, and worked out once.
    return _dates(tuple(empreinte(table.table) for table in des_mouvements))


@cache
def _dates(_: tuple[str, ...]) -> Mapping[str, str]:
    """Return the same, of the tables that have some fingerprints."""
    par_commune: dict[str, str] = {}
    for date, genre, avant, apres in mouvements():
        if genre == _RETABLISSEMENT:
            for code in (avant, apres):
                par_commune[code] = max(date, par_commune.get(code, ""))
    return par_commune


def sans_les_annees_communes(
    lignes: pd.DataFrame, famille: Famille, series: Iterable[str]
) -> pd.DataFrame:
    """Return rows whose counts are missing in the years before the communes parted.

    A file that gives all its years in the communes of the last one gives those of the whole to the
    one that kept its code, and none to the others.

    Args:
        lignes: territoire, annee and the series.
        famille: Of the file.
        series: The columns of the counts.
    """
    if famille.geographie is None or not famille.geographie.du_fichier:
        return lignes
    annees = {commune: int(date[:4]) for commune, date in dates_de_separation().items()}
    communes = lignes["annee"].lt(lignes["territoire"].map(annees))
    if not communes.any():
        return lignes
    colonnes = lignes.columns.intersection([*series])
    return lignes.assign(**{nom: lignes[nom].mask(communes) for nom in colonnes})
