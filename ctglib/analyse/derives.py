"""Indicators that are computed from others (``calcul`` in the catalogue), as rows beside those that were entered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctglib.analyse.calculs import appliquer

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur

CELLULE = ("territoire", "annee", "dimension", "modalite")
GRAVITE = ("Q", "L", "O", "M", "P", "E", "A")  # a result is worth its worst input; a secret comes first
NON_TRANSMIS, SANS_OBJET = "L", "M"
ABSENCES = ("Q", "L", "O", "M")


class Entree(NamedTuple):
    """An input of a result in one cell."""

    valeur: float
    statut: str
    millesime: int


ABSENTE = Entree(float("nan"), NON_TRANSMIS, 0)


def completer(observations: pd.DataFrame, indicateurs: Iterable[Indicateur]) -> pd.DataFrame:
    """Return the rows and, for each computed indicator, those that its inputs allow; what somebody entered stays.

    A missing or suppressed input makes the result missing, for the same reason. An empty denominator makes it « sans
    objet ». The millésime of a result is the latest of its inputs: a revision of one is a revision of the other.

    Args:
        observations: One row for each indicator and ``CELLULE``: one millésime each.
        indicateurs: The catalogue; those without ``calcul`` change nothing.
    """
    found = observations
    for indicateur in indicateurs:
        if indicateur.calcul:
            found = _avec(found, indicateur)
    return found


def _avec(observations: pd.DataFrame, indicateur: Indicateur) -> pd.DataFrame:
    names = _entrees(indicateur)
    cells = _cellules(observations, names)
    entered = observations[observations["indicateur"] == indicateur.id]
    keys = sorted(cells.keys() - set(_cles(entered)))
    if not keys:
        return observations
    found = [[cells[key].get(name, ABSENTE) for name in names] for key in keys]
    valeurs = pd.DataFrame([[entry.valeur for entry in row] for row in found], columns=names, dtype="float64")
    results = appliquer(indicateur.calcul, indicateur.entrees, valeurs).tolist()
    new = pd.DataFrame(keys, columns=list(CELLULE)).assign(
        indicateur=indicateur.id,
        millesime=[max(entry.millesime for entry in row) for row in found],
        valeur=results,
        unite=indicateur.unite,
        statut=[_statut(row, result) for row, result in zip(found, results, strict=True)],
        source=indicateur.collecte.document if indicateur.collecte else "",
        note="",
    )
    return pd.concat([observations, new[list(observations.columns)].astype(observations.dtypes)], ignore_index=True)


def _entrees(indicateur: Indicateur) -> list[str]:
    return [
        name for entree in indicateur.entrees.values() for name in ([entree] if isinstance(entree, str) else entree)
    ]


def _cellules(observations: pd.DataFrame, names: list[str]) -> dict[tuple, dict[str, Entree]]:
    """Return what was entered of some indicators, by cell."""
    rows = observations[observations["indicateur"].isin(names)]
    entries = zip(*(rows[name] for name in Entree._fields), strict=True)
    cells: dict[tuple, dict[str, Entree]] = {}
    for key, name, entry in zip(_cles(rows), rows["indicateur"], entries, strict=True):
        cells.setdefault(key, {})[name] = Entree(*entry)
    return cells


def _cles(rows: pd.DataFrame) -> list[tuple]:
    return list(zip(*(rows[name] for name in CELLULE), strict=True))


def _statut(entries: list[Entree], result: float) -> str:
    """Return what a result is worth: its worst input, « sans objet » when they are there and give nothing."""
    worst = min((entry.statut for entry in entries), key=GRAVITE.index)
    return SANS_OBJET if result != result and worst not in ABSENCES else worst
