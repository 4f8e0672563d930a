"""Indicators that are computed from others (``calcul`` in the catalogue), as rows beside those that were entered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.analyse.calculs import appliquer

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur

CELLULE = ("territoire", "annee", "dimension", "modalite")
LIGNE = ("territoire", "annee", "indicateur", "dimension", "modalite")
GRAVITE = ("Q", "L", "O", "M", "P", "E", "A")  # a result is worth its worst input; a secret comes first
NON_TRANSMIS, SANS_OBJET = "L", "M"
ABSENCES = ("Q", "L", "O", "M")


def completer(observations: pd.DataFrame, indicateurs: Iterable[Indicateur]) -> pd.DataFrame:
    """Return the rows and, for each computed indicator, those that its inputs allow; what somebody entered stays.

    A missing or suppressed input makes the result missing, for the same reason. An empty denominator makes it « sans
    objet ». The millésime of a result is the latest of its inputs: a revision of one is a revision of the other.

    Args:
        observations: One row for each ``LIGNE``: one millésime each.
        indicateurs: The catalogue; those without ``calcul`` change nothing.
    """
    found = observations
    for indicateur in indicateurs:
        if indicateur.calcul:
            found = _avec(found, indicateur)
    return found


def _avec(observations: pd.DataFrame, indicateur: Indicateur) -> pd.DataFrame:
    names = _entrees(indicateur)
    rows = observations[observations["indicateur"].isin(names)]
    entered = observations[observations["indicateur"] == indicateur.id]
    if rows.empty:
        return observations
    valeurs = _pivot(rows, "valeur", names)
    statuts = _pivot(rows, "statut", names).astype(object).fillna(NON_TRANSMIS)
    computed = pd.DataFrame(
        {
            "valeur": appliquer(indicateur.calcul, indicateur.entrees, valeurs),
            "millesime": _pivot(rows, "millesime", names).max(axis=1),
            "statut": [min(row, key=GRAVITE.index) for row in statuts.itertuples(index=False, name=None)],
        }
    ).reset_index()
    undefined = computed["valeur"].isna() & ~computed["statut"].isin(ABSENCES)
    computed = computed.assign(
        indicateur=indicateur.id,
        unite=indicateur.unite,
        statut=computed["statut"].mask(undefined, SANS_OBJET),
        source=indicateur.collecte.document if indicateur.collecte else "",
        note="",
    )
    known = pd.MultiIndex.from_frame(entered[list(LIGNE)])
    new = computed[~pd.MultiIndex.from_frame(computed[list(LIGNE)]).isin(known)]
    return pd.concat([observations, new[list(observations.columns)].astype(observations.dtypes)], ignore_index=True)


def _entrees(indicateur: Indicateur) -> list[str]:
    return [
        name for entree in indicateur.entrees.values() for name in ([entree] if isinstance(entree, str) else entree)
    ]


def _pivot(rows: pd.DataFrame, colonne: str, names: list[str]) -> pd.DataFrame:
    return rows.pivot(index=list(CELLULE), columns="indicateur", values=colonne).reindex(columns=names)
