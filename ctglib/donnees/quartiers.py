"""The priority districts of communes (quartiers prioritaires de la politique de la ville)."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import pandas as pd

from ctglib.donnees.magasin import tables
from ctglib.donnees.passage import lire_chiffres

FAMILLE = "anct_qpv"
SEPARATEUR = ", "  # a commune has several districts in a cell


def lire_quartiers(communes: Iterable[str]) -> pd.DataFrame:
    """Return the priority districts that lie in some communes, wholly or in part, in the last year
    listed.

    Returns:
        code, nom, commune (a code), annee: a row for each district of each commune; none without
        the file.
    """
    colonnes = ["code", "nom", "commune", "annee"]
    listes = [table for table in tables().values() if table.famille == FAMILLE]
    if not listes:
        return pd.DataFrame(columns=colonnes)
    derniere = max(listes, key=attrgetter("annee"))
    lignes = lire_chiffres([derniere], communes, ["qpv", "qpv_noms"])
    par_quartier = lignes.assign(
        code=lignes["qpv"].str.split(SEPARATEUR),
        nom=lignes["qpv_noms"].str.split(SEPARATEUR),
        commune=lignes["territoire"],
    )
    return par_quartier.explode(["code", "nom"], ignore_index=True)[colonnes]
