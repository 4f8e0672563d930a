"""What the convention made it possible to evaluate: how many objectives, results and indicators have what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.avenants import Changement
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.finale import LectureObjectif, Lectures

CONVENTION, PROPOSITIONS = "convention", "propositions"
ECRITES = ("convention", "avenant")
COMPTES = (
    "objectifs", "objectifs_couverts", "resultats", "resultats_couverts", "indicateurs", "definis", "departs", "cibles",
    "donnees",
)  # fmt: skip
COLONNES = ("groupe", "fiche", *COMPTES)


def evaluabilite(
    convention: Convention, lectures: Lectures, parcours: pd.DataFrame, changements: Iterable[Changement]
) -> pd.DataFrame:
    """Return the counts by fiche then in all, for what the convention writes, then with what the workbook proposes.

    An objective is covered when a modalité, or an indicator of the group, is linked to it: a reading of the workbook,
    the text links none to an objective. A result is covered when one of its indicators is of the group. The text
    defines no indicator: only an avenant does.

    Args:
        convention: Its fiches, objectives and results.
        lectures: What each objective rests on.
        parcours: As ``ctglib.calculs.finale.parcours`` returns it.
        changements: The changes in force at the end.

    Returns:
        The columns ``COLONNES``: ``groupe`` is "convention" or "propositions", ``fiche`` missing for the whole.
    """
    links = {(item.fiche, item.objectif): item for item in lectures.objectifs}
    redefined = {item.element for item in changements if item.nature == "definition"}
    rows = []
    for groupe in (CONVENTION, PROPOSITIONS):
        told = _groupe(parcours, groupe, redefined)
        counts = [_compter(fiche, links, told[told["fiche"] == fiche.numero]) for fiche in convention.fiches]
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


def _compter(fiche: Fiche, links: Mapping[tuple[int, int], LectureObjectif], rows: pd.DataFrame) -> tuple[int, ...]:
    names = set(rows["indicateur"])
    own = [links.get((fiche.numero, rank)) for rank in range(1, len(fiche.objectifs) + 1)]
    return (
        len(fiche.objectifs),
        sum(bool(link and (link.modalites or names & set(link.indicateurs))) for link in own),
        len(fiche.resultats),
        sum(bool(names & set(resultat.indicateurs)) for resultat in fiche.resultats),
        len(rows),
        *(int(rows[name].sum()) for name in ("defini", "depart", "vise", "connu")),
    )
