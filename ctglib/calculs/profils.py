"""Who takes part in each dispositif: counts by variable and their shares, without undoing what secrecy hid.

All is worked out from the published counts, so that it says nothing that they don't. A share is of a total that the
published counts give, and none is made where a single count is hidden: the rest would be that count.
"""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.fiches import Profils, VariableProfil

COLONNES = (
    "dispositif", "libelle_dispositif", "variable", "libelle_variable", "modalite", "libelle", "effectif", "statut",
    "total", "part", "raison",
)  # fmt: skip
CROISEMENTS = (
    "dispositif", "libelle_dispositif", "variable", "libelle_variable", "modalite", "libelle", "variable_2",
    "libelle_variable_2", "modalite_2", "libelle_2", "effectif", "statut",
)  # fmt: skip
SECRET = "Q"
CACHES_AU_MOINS = 2  # a rest that stands for one hidden count would be that count
SANS_TOTAL, UN_SEUL_CACHE, VIDE = "sans_total", "un_seul_cache", "vide"


def parts(profils: pd.DataFrame, meanings: Profils, dispositifs: Mapping[str, str]) -> pd.DataFrame:
    """Return the counts of each dispositif by variable, in the catalogue's order, each with its share in %.

    The total of a variable is the sum of its modalités when none is hidden or missing; failing that, that of the
    dispositif, if its other variables, all shown, agree on it. ``raison`` tells why there is no share: "sans_total",
    "un_seul_cache", "vide" (nobody); "" when there are shares, were some hidden.

    Args:
        profils: dispositif, variable, modalite, variable_2, effectif, statut; small counts suppressed.
        meanings: The variables and their modalités.
        dispositifs: Labels of the dispositifs wanted, by id, in order.

    Returns:
        The columns ``COLONNES``: the modalités that have a row, ``part`` missing where hidden or without total.
    """
    entered: dict[tuple[str, str], dict[str, tuple[float, str]]] = {}
    columns = (profils[name] for name in ("dispositif", "variable", "variable_2", "modalite", "effectif", "statut"))
    for dispositif, variable, crossed, modalite, *count in zip(*columns, strict=True):
        if not crossed:
            entered.setdefault((dispositif, variable), {})[modalite] = tuple(count)
    rows = []
    for name, label in dispositifs.items():
        groups = [(item, _effectifs(entered.get((name, item.id), {}), item)) for item in meanings.variables]
        total = _total(entered.get((name, ""), {}), [group for _, group in groups if group])
        for item, group in groups:
            base, reason = _base(list(group.values()), total)
            labels = {mode.id: mode.libelle for mode in item.modalites}
            rows += [
                (name, label, item.id, item.libelle, mode, labels[mode], *count, base, 100 * count[0] / base, reason)
                for mode, count in group.items()
            ]
    return pd.DataFrame(rows, columns=list(COLONNES))


def croisements(profils: pd.DataFrame, meanings: Profils, dispositifs: Mapping[str, str]) -> pd.DataFrame:
    """Return the crossed counts of the dispositifs wanted, in the catalogue's order.

    Returns:
        The columns ``CROISEMENTS``.
    """
    variables = {item.id: item for item in meanings.variables}
    labels = {(item.id, mode.id): mode.libelle for item in meanings.variables for mode in item.modalites}
    rank = {key: place for place, key in enumerate(labels)}
    rows = profils[profils["variable_2"].ne("") & profils["dispositif"].isin(list(dispositifs))]
    first = list(zip(rows["variable"], rows["modalite"], strict=True))
    second = list(zip(rows["variable_2"], rows["modalite_2"], strict=True))
    table = rows.assign(
        libelle_dispositif=rows["dispositif"].map(dict(dispositifs)),
        libelle_variable=[variables[name].libelle for name in rows["variable"]],
        libelle=[labels[key] for key in first],
        libelle_variable_2=[variables[name].libelle for name in rows["variable_2"]],
        libelle_2=[labels[key] for key in second],
        rang=[list(dispositifs).index(name) for name in rows["dispositif"]],
        rang_1=[rank[key] for key in first],
        rang_2=[rank[key] for key in second],
    )
    return table.sort_values(["rang", "rang_1", "rang_2"], ignore_index=True)[list(CROISEMENTS)]


def _effectifs(entered: Mapping[str, tuple[float, str]], item: VariableProfil) -> dict[str, tuple[float, str]]:
    """Return the count and the status of each modalité of a variable that has a row, in the catalogue's order."""
    return {mode.id: entered[mode.id] for mode in item.modalites if mode.id in entered}


def _total(entered: Mapping[str, tuple[float, str]], groups: list[Mapping[str, tuple[float, str]]]) -> float:
    """Return how many persons a dispositif has, missing when the published counts do not say or do not agree."""
    told = [[count for count, _ in group.values()] for group in groups]
    sums = {count for count, _ in entered.values() if not isnan(count)}
    sums |= {sum(counts) for counts in told if not any(map(isnan, counts))}
    return sums.pop() if len(sums) == 1 else nan


def _base(group: list[tuple[float, str]], total: float) -> tuple[float, str]:
    """Return the total that the shares of a variable are of, missing with the reason when there are none."""
    shown = [count for count, _ in group if not isnan(count)]
    hidden = sum(status == SECRET for _, status in group)
    missing = any(isnan(count) and status != SECRET for count, status in group)
    base = total
    if len(shown) == len(group):
        base = sum(shown)
    elif 0 < hidden < CACHES_AU_MOINS:
        return nan, UN_SEUL_CACHE
    elif isnan(total) or missing or sum(shown) > total:
        return nan, SANS_TOTAL
    return (base, "") if base else (nan, VIDE)
