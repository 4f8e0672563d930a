"""Fiche 2: how full the accueils are, and how many hours the children with AEEH come for."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.analyses import IndicateursLoisirs
    from ctglib.donnees.modeles.catalogue import Indicateur

OCCUPATION = (
    "modalite", "libelle", "capacite", "statut_capacite", "offertes", "statut_offertes", "realisees",
    "statut_realisees", "taux", "statut_taux", "taux_precedent", "statut_precedent",
)  # fmt: skip
INCLUSION = (
    "modalite", "libelle", "enfants", "statut_enfants", "enfants_precedent", "statut_precedent", "heures",
    "statut_heures", "heures_par_enfant",
)  # fmt: skip
NON_TRANSMIS, SANS_OBJET, SECRET = "L", "M", "Q"
ABSENCES = (SECRET, NON_TRANSMIS, "O", SANS_OBJET)
GRAVITE = (*ABSENCES, "P", "E", "A")
Ligne = dict[str, object]


class Lue(NamedTuple):
    """What is known of an indicator in a year, for a modalité or the whole."""

    libelle: str
    valeur: float
    statut: str


def occupation(table: pd.DataFrame, noms: IndicateursLoisirs, annee: int) -> pd.DataFrame:
    """Return, by dispositif, the hours offered and realised of a year and the rate they make, beside last year's.

    The last row is the whole (modalité ""): the entered one, failing that the sum of the dispositifs, and its rate the
    quotient of the sums, known only when all of them are.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
        annee: Year.
    """
    lues = _lire(table)
    before = {row["modalite"]: row for row in _lignes(lues, noms, annee - 1)}
    rows = [
        {**row, "taux_precedent": last.get("taux", nan), "statut_precedent": last.get("statut_taux", NON_TRANSMIS)}
        for row in _lignes(lues, noms, annee)
        for last in [before.get(row["modalite"], {})]
    ]
    return pd.DataFrame(rows, columns=list(OCCUPATION))


def inclusion(
    table: pd.DataFrame, noms: IndicateursLoisirs, annee: int, indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return, by dispositif then whole, the children with AEEH of a year and the one before, and their hours.

    ``heures_par_enfant`` needs both figures: a hidden count has none, so that the hours do not give it away. The hours
    of the whole are the sum of the dispositifs' where nobody entered them; the children are never added up.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
        annee: Year.
        indicateurs: The catalogue: a dispositif that an indicator does not concern has no such figure.
    """
    lues = _lire(table)
    read = {
        "enfants": (noms.aeeh, annee, "statut_enfants"),
        "enfants_precedent": (noms.aeeh, annee - 1, "statut_precedent"),
        "heures": (noms.heures_aeeh, annee, "statut_heures"),
    }
    given = {column: lues.get((name, year), {}) for column, (name, year, _) in read.items()}
    modes = _modalites(given.values())
    rows = []
    for mode, libelle in modes.items():
        row = {"modalite": mode, "libelle": libelle}
        for column, (name, _, status) in read.items():
            concerned = mode == "" or mode in (indicateurs[name].modalites or modes)
            found = given[column].get(mode, Lue("", nan, NON_TRANSMIS if concerned else SANS_OBJET))
            row |= {column: found.valeur, status: found.statut}
        rows.append(row)
    return pd.DataFrame(_avec_heures(rows), columns=list(INCLUSION))


def _avec_heures(rows: list[Ligne]) -> list[Ligne]:
    """Return the rows with the hours of a child, those of the whole added up where nobody entered them."""
    parts = [row for row in rows if row["modalite"]]
    found = []
    for row in rows:
        if not row["modalite"] and row["statut_heures"] == NON_TRANSMIS:
            hours, status = _somme(parts, "heures")
            row = {**row, "heures": hours, "statut_heures": status}
        children = row["enfants"] if row["enfants"] > 0 else nan
        found.append({**row, "heures_par_enfant": row["heures"] / children})
    return found


def part(numerateur: float, denominateur: float) -> float:
    """Return 100 × numerator / denominator, missing when one is missing or the denominator is zero."""
    return 100 * numerateur / denominateur if denominateur else float("nan")


def _lire(table: pd.DataFrame) -> dict[tuple[str, int], dict[str, Lue]]:
    """Return, by indicator and year, what is known of each modalité, then of the whole (modalité "")."""
    found: dict[tuple[str, int], dict[str, Lue]] = {}
    columns = (table[name] for name in ("indicateur", "annee", "modalite", "libelle_modalite", "valeur", "statut"))
    for indicateur, annee, modalite, *told in zip(*columns, strict=True):
        found.setdefault((indicateur, annee), {})[modalite] = Lue(*told)
    return found


def _modalites(lues: Iterable[Mapping[str, Lue]]) -> dict[str, str]:
    """Return the label of each modalité that some of them have, as they are met, the whole last."""
    labels: dict[str, str] = {}
    for known in lues:
        for mode, item in known.items():
            labels.setdefault(mode, item.libelle)
    return {mode: label for mode, label in labels.items() if mode} | {mode: "" for mode in labels if not mode}


def _lignes(lues: Mapping[tuple[str, int], dict[str, Lue]], noms: IndicateursLoisirs, annee: int) -> list[Ligne]:
    """Return capacity, hours and rate of a year by dispositif, then of the whole."""
    read = {"capacite": noms.capacite, "offertes": noms.heures_offertes, "realisees": noms.heures}
    read["taux"] = noms.occupation
    given = {column: lues.get((name, annee), {}) for column, name in read.items()}
    rows = []
    for mode, libelle in _modalites(given.values()).items():
        row = {"modalite": mode, "libelle": libelle}
        for column, known in given.items():
            found = known.get(mode, Lue("", nan, NON_TRANSMIS))
            row |= {column: found.valeur, f"statut_{column}": found.statut}
        rows.append(row)
    parts = [row for row in rows if row["modalite"]]
    return [*parts, _ensemble(parts, next((row for row in rows if not row["modalite"]), {}))]


def _ensemble(parts: list[Ligne], saisie: Ligne) -> Ligne:
    """Return the whole: its hours are the sums where nobody entered them, its rate their quotient."""
    whole = {"modalite": "", "libelle": "", "capacite": nan, **saisie}
    if whole.get("statut_capacite", NON_TRANSMIS) == NON_TRANSMIS:
        whole["statut_capacite"] = SANS_OBJET  # places of different moments are not added up
    for name in ("offertes", "realisees"):
        if whole.get(f"statut_{name}", NON_TRANSMIS) == NON_TRANSMIS:
            whole[name], whole[f"statut_{name}"] = _somme(parts, name)
    if whole.get("statut_taux", NON_TRANSMIS) == NON_TRANSMIS:
        whole["taux"] = part(whole["realisees"], whole["offertes"])
        statuses = (SANS_OBJET if whole["offertes"] == 0 else whole["statut_offertes"], whole["statut_realisees"])
        whole["statut_taux"] = min(statuses, key=GRAVITE.index)
    return whole


def _somme(parts: list[Ligne], nom: str) -> tuple[float, str]:
    """Return the sum of what concerns the dispositifs and its status: a missing part makes it missing."""
    concerned = [row for row in parts if row[f"statut_{nom}"] != SANS_OBJET]
    if not concerned:
        return nan, NON_TRANSMIS
    return sum(row[nom] for row in concerned), min((row[f"statut_{nom}"] for row in concerned), key=GRAVITE.index)
