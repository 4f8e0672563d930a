"""Who takes part in each dispositif: counts by variable and their shares, without undoing what secrecy hid.

All is worked out from the published counts, so that it says nothing that they don't. A share is of a total that the
published counts give, and none is made where a single count is hidden: the rest would be that count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.fiches import Profils

COLONNES = (
    "dispositif", "libelle_dispositif", "variable", "libelle_variable", "modalite", "libelle", "effectif", "statut",
    "total", "part", "raison",
)  # fmt: skip
CROISEMENTS = (
    "dispositif", "libelle_dispositif", "variable", "libelle_variable", "modalite", "libelle", "variable_2",
    "libelle_variable_2", "modalite_2", "libelle_2", "effectif", "statut",
)  # fmt: skip
SECRET, MESURE, PROVISOIRES = "Q", "A", ("P", "E")
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
    simple = profils[profils["variable_2"].eq("") & profils["variable"].ne("")]
    found = []
    for name, label in dispositifs.items():
        rows = simple[simple["dispositif"].eq(name)]
        groups = [_variable(rows[rows["variable"].eq(item.id)], item) for item in meanings.variables]
        total = _total(profils[profils["dispositif"].eq(name)], [group for group in groups if len(group)])
        for group in groups:
            found.append(_partager(group, total).assign(dispositif=name, libelle_dispositif=label))
    known = [group for group in found if len(group)]
    if not known:
        return pd.DataFrame(columns=list(COLONNES))
    return pd.concat(known, ignore_index=True)[list(COLONNES)]


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


def _variable(rows: pd.DataFrame, item: object) -> pd.DataFrame:
    """Return the rows of a variable, in the order of its modalités."""
    labels = {mode.id: mode.libelle for mode in item.modalites}
    kept = rows[rows["modalite"].isin(list(labels))]
    order = kept["modalite"].map(list(labels).index).sort_values(kind="stable").index
    ordered = kept.loc[order, ["modalite", "effectif", "statut"]].reset_index(drop=True)
    return ordered.assign(
        variable=item.id, libelle_variable=item.libelle, libelle=[labels[name] for name in ordered["modalite"]]
    )


def _total(rows: pd.DataFrame, groups: list[pd.DataFrame]) -> float:
    """Return how many persons a dispositif has, missing when the published counts do not say or do not agree."""
    entered = rows[rows["variable"].eq("")]["effectif"].dropna().tolist()
    sums = {*entered, *(group["effectif"].sum() for group in groups if group["effectif"].notna().all())}
    return sums.pop() if len(sums) == 1 else float("nan")


def _partager(group: pd.DataFrame, total: float) -> pd.DataFrame:
    """Return the rows of a variable with the total that their shares are of."""
    shown, hidden = group["effectif"].notna(), group["statut"].eq(SECRET)
    base, reason = total, ""
    if shown.all():
        base = group["effectif"].sum()
    elif hidden.sum() < CACHES_AU_MOINS and hidden.any():
        base, reason = float("nan"), UN_SEUL_CACHE
    elif pd.isna(total) or (~shown & ~hidden).any() or group["effectif"].sum() > total:
        base, reason = float("nan"), SANS_TOTAL
    if base == 0:
        base, reason = float("nan"), VIDE
    return group.assign(total=base, part=100 * group["effectif"] / base, raison=reason)
