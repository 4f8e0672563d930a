"""What is to be known first of a fiche in a year: where its modalités and its indicators stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan import evolutions_marquantes, verdicts
from ctglib.calculs.etats import NON_RENSEIGNEE, PAS_COMMENCEES

if TYPE_CHECKING:
    from collections.abc import Mapping

ARRETEES = ("reportee", "abandonnee")
EN_DIFFICULTE = ("en_recul", "insuffisant", "a_surveiller")  # the gravest first
BANDE, SANS_DIRECTION = "dans_la_bande", ("dans_le_bruit", "trop_peu")
DEFAVORABLE, FAVORABLE, NON_EVALUABLE = "defavorable", "favorable", "non_evaluable"


@dataclass(frozen=True)
class Essentiel:
    """The counts of a fiche, and the rows that its first page names.

    Attributes:
        modalites: How many.
        etats: How many of each state, those that have not begun left out.
        non_commencees: Modalités whose start is later than the bilan.
        en_retard: Rows of the states that are late.
        arretees: Rows of those put off or given up.
        realisees: Rows of those done.
        attendus: Indicators expected in the year.
        renseignes: Those informed.
        provisoires: Those informed by a provisional value.
        verdicts: How many indicators of each verdict.
        evolutions: How many of each evolution.
        avancees: Rows of the evaluation that improve, without a verdict that says otherwise.
        attentions: Rows of the evaluation that go wrong, the gravest first, then what fell within its band.
        contraires: Rows that moved away from what is wanted, too little to conclude.
    """

    modalites: int
    etats: Mapping[str, int]
    non_commencees: int
    en_retard: pd.DataFrame
    arretees: pd.DataFrame
    realisees: pd.DataFrame
    attendus: int
    renseignes: int
    provisoires: int
    verdicts: Mapping[str, int]
    evolutions: Mapping[str, int]
    avancees: pd.DataFrame
    attentions: pd.DataFrame
    contraires: pd.DataFrame


def essentiel(
    etats: pd.DataFrame, evaluation: pd.DataFrame, collecte: pd.DataFrame, *, fiche: int, arrete: pd.Timestamp
) -> Essentiel:
    """Return what is to be known first of a fiche.

    Args:
        etats: What ``ctglib.calculs.etats`` returns.
        evaluation: What ``ctglib.calculs.evaluation`` returns.
        collecte: What ``ctglib.calculs.collecte.taux_de_collecte`` returns.
        fiche: Its number.
        arrete: Date of the bilan.
    """
    states = etats[etats["fiche"] == fiche]
    waiting = pas_commencees(states, arrete)
    whole = evaluation[(evaluation["fiche"] == fiche) & evaluation["dimension"].eq("")]
    counts = collecte[collecte["groupe"].eq("fiche") & collecte["valeur_groupe"].eq(str(fiche))]
    worse, better = _attentions(whole), evolutions_marquantes(whole, FAVORABLE)
    return Essentiel(
        modalites=len(states),
        etats=states.loc[~waiting, "statut"].value_counts().to_dict(),
        non_commencees=int(waiting.sum()),
        en_retard=states[states["en_retard"]],
        arretees=states[states["statut"].isin(ARRETEES) & ~states["en_retard"]],
        realisees=states[states["statut"].eq("realisee")],
        attendus=int(counts["attendus"].sum()),
        renseignes=int(counts["renseignes"].sum()),
        provisoires=int(counts["provisoires"].sum()),
        verdicts=whole["verdict"].value_counts().to_dict(),
        evolutions=whole["evolution"].value_counts().to_dict(),
        avancees=better[~better["indicateur"].isin(worse["indicateur"])],
        attentions=worse,
        contraires=whole[whole["evolution"].isin(SANS_DIRECTION) & a_contresens(whole)],
    )


def pas_commencees(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité is not due to have begun, and is not known to have."""
    return etats["statut"].isin(PAS_COMMENCEES) & (etats["debut"] > arrete)


def inconnues(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether nobody said where it stands while it should have begun."""
    return etats["statut"].eq(NON_RENSEIGNEE) & ~pas_commencees(etats, arrete)


def _attentions(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators whose verdict is poor, the worst first, those that go wrong, the losses within a band."""
    banded = evaluation["raison"].eq(BANDE) | evaluation["raison_evolution"].eq(BANDE)
    kept = evaluation["a_maintenir"].fillna(evaluation["cible"])
    lost = evaluation[banded & evaluation["valeur"].lt(kept)]
    poor = [verdicts(evaluation, EN_DIFFICULTE), evolutions_marquantes(evaluation, DEFAVORABLE), lost]
    return pd.concat(poor).drop_duplicates("indicateur")


def a_contresens(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which moved away from what is wanted since the last known value, however little."""
    gap = evaluation["valeur"] - evaluation["valeur_precedente"]
    return (evaluation["sens"].isin(["hausse", "maintien"]) & gap.lt(0)) | (evaluation["sens"].eq("baisse") & gap.gt(0))
