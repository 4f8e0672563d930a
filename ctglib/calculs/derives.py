"""Indicators that are computed from others (``calcul`` in the catalogue), as rows beside those that were entered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctglib.calculs.formules import appliquer

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
    computed = [indicateur for indicateur in indicateurs if indicateur.calcul]
    known = _connues(observations, {name for item in computed for name in (item.id, *_entrees(item))})
    rows = [row for indicateur in computed for row in _lignes(indicateur, known)]
    if not rows:
        return observations
    new = pd.DataFrame(rows)[list(observations.columns)].astype(observations.dtypes)
    return pd.concat([observations, new], ignore_index=True)


def _connues(observations: pd.DataFrame, names: set[str]) -> dict[str, dict[tuple, Entree]]:
    """Return what was entered of some indicators, by indicator and cell."""
    known: dict[str, dict[tuple, Entree]] = {name: {} for name in names}
    columns = (observations[name] for name in ("indicateur", *CELLULE, *Entree._fields))
    for name, *rest in zip(*columns, strict=True):
        if name in names:
            known[name][tuple(rest[: len(CELLULE)])] = Entree(*rest[len(CELLULE) :])
    return known


def _lignes(indicateur: Indicateur, known: dict[str, dict[tuple, Entree]]) -> Iterator[dict[str, object]]:
    """Yield the rows of a computed indicator in the cells where nobody entered it, and add them to what is known."""
    names, own = _entrees(indicateur), known[indicateur.id]
    keys = sorted({key for name in names for key in known[name]} - own.keys())
    if not keys:
        return
    found = [[known[name].get(key, ABSENTE) for name in names] for key in keys]
    valeurs = pd.DataFrame([[entry.valeur for entry in row] for row in found], columns=names, dtype="float64")
    for key, row, result in zip(keys, found, appliquer(indicateur.calcul, indicateur.entrees, valeurs), strict=True):
        own[key] = Entree(result, _statut(row, result), max(entry.millesime for entry in row))
        yield {
            "indicateur": indicateur.id,
            **dict(zip(CELLULE, key, strict=True)),
            **own[key]._asdict(),
            "unite": indicateur.unite,
            "source": indicateur.collecte.document if indicateur.collecte else "",
            "note": "",
        }


def _entrees(indicateur: Indicateur) -> list[str]:
    return [
        name for entree in indicateur.entrees.values() for name in ([entree] if isinstance(entree, str) else entree)
    ]


def _statut(entries: list[Entree], result: float) -> str:
    """Return what a result is worth: its worst input, « sans objet » when they are there and give nothing."""
    worst = min((entry.statut for entry in entries), key=GRAVITE.index)
    return SANS_OBJET if result != result and worst not in ABSENCES else worst
