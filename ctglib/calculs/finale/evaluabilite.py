"""What the convention made it possible to evaluate: how many objectives, results and indicators have what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.avenants import Changement
    from ctglib.donnees.modeles.convention import Convention, Fiche

CONVENTION, PROPOSITIONS = "convention", "propositions"
ECRITES = ("convention", "avenant")
COMPTES = (
    "objectifs", "objectifs_couverts", "resultats", "resultats_couverts", "indicateurs", "definis", "departs", "cibles",
    "donnees",
)  # fmt: skip
COLONNES = ("groupe", "fiche", *COMPTES)


def evaluabilite(convention: Convention, parcours: pd.DataFrame, changements: Iterable[Changement]) -> pd.DataFrame:
    """Return the counts by fiche then in all, for what the convention writes, then with what the workbook proposes.

    An objective is covered when its fiche has an indicator: the text links none to an objective. A result is covered
    when one of its indicators is of the group. The text defines no indicator: only an avenant does.

    Args:
        convention: Its fiches, objectives and results.
        parcours: As ``ctglib.calculs.finale.parcours`` returns it.
        changements: The changes in force at the end.

    Returns:
        The columns ``COLONNES``: ``groupe`` is "convention" or "propositions", ``fiche`` missing for the whole.
    """
    redefined = {item.element for item in changements if item.nature == "definition"}
    rows = []
    for groupe in (CONVENTION, PROPOSITIONS):
        told = _groupe(parcours, groupe, redefined)
        counts = [_compter(fiche, told[told["fiche"] == fiche.numero]) for fiche in convention.fiches]
        rows += [(groupe, fiche.numero, *count) for fiche, count in zip(convention.fiches, counts, strict=True)]
        rows.append((groupe, None, *(sum(values) for values in zip(*counts, strict=True))))
    return pd.DataFrame(rows, columns=list(COLONNES)).astype({"fiche": "Int64"})


def _groupe(parcours: pd.DataFrame, groupe: str, redefined: set[str]) -> pd.DataFrame:
    """Return the indicators of a group with what each has: a definition, an initial value, a target, data."""
    written = groupe == CONVENTION
    rows = parcours[parcours["origine"] == CONVENTION] if written else parcours
    named = rows["indicateur"].isin(redefined)
    return rows.assign(
        defini=named if written else rows["definition"].ne(""),
        depart=rows["origine_initiale"].eq(CONVENTION) if written else rows["valeur_initiale"].notna(),
        vise=rows["origine_cible"].isin(ECRITES if written else (*ECRITES, "propose")),
        connu=rows["annees_connues"] > 0,
    )


def _compter(fiche: Fiche, rows: pd.DataFrame) -> tuple[int, ...]:
    names = set(rows["indicateur"])
    return (
        len(fiche.objectifs),
        len(fiche.objectifs) if names else 0,
        len(fiche.resultats),
        sum(bool(names & set(resultat.indicateurs)) for resultat in fiche.resultats),
        len(rows),
        *(int(rows[name].sum()) for name in ("defini", "depart", "vise", "connu")),
    )
