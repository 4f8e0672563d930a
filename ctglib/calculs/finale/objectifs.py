"""What is known of each objective, and what the printed rules propose for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.finale.lecture import A_SURVEILLER, est_bon, est_mauvais

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.finale import Lectures, RegleRecommandation

COLONNES = (
    "fiche", "objectif", "libelle", "lu", "modalites", "realisees", "arretees", "abandonnees", "inconnues",
    "indicateurs", "mesures", "bons", "mauvais", "en_retard", "regle", "decision",
)  # fmt: skip
FAITES, ARRETEES = ("realisee", "partielle"), ("reportee", "abandonnee")
ABANDONNEE, INCONNUE = "abandonnee", "non_renseignee"


@dataclass(frozen=True)
class Faits:
    """What is known of an objective: its modalités by state, its indicators by what they say."""

    modalites: int = 0
    realisees: int = 0
    arretees: int = 0
    abandonnees: int = 0
    inconnues: int = 0
    indicateurs: int = 0
    mesures: int = 0
    bons: int = 0
    mauvais: int = 0
    en_retard: int = 0


CONDITIONS: Mapping[str, Callable[[Faits], bool]] = {
    "tout_abandonne": lambda faits: 0 < faits.modalites == faits.abandonnees,
    "sans_mesure": lambda faits: faits.mesures == 0,
    "insuffisant_ou_recul": lambda faits: faits.mauvais > 0,
    "reporte_ou_abandonne": lambda faits: faits.arretees > 0,
    "favorable": lambda faits: faits.bons > 0,
    "a_surveiller": lambda faits: faits.en_retard > 0,
    "sans_lecture": lambda faits: True,
}


def recommander(faits: Faits, regles: Iterable[RegleRecommandation]) -> RegleRecommandation:
    """Return the first rule that fits; the catalogue's last one fits whatever is known."""
    return next(regle for regle in regles if CONDITIONS[regle.id](faits))


def relever(etats: Iterable[str], parcours: pd.DataFrame) -> Faits:
    """Return the counts of some modalités and of some indicators.

    Args:
        etats: The state of each modalité.
        parcours: Rows of ``ctglib.calculs.finale.parcours``.
    """
    states, verdicts = list(etats), parcours["verdict"].tolist()
    ways = list(zip(verdicts, parcours["evolution"], strict=True))
    return Faits(
        modalites=len(states),
        realisees=sum(state in FAITES for state in states),
        arretees=sum(state in ARRETEES for state in states),
        abandonnees=states.count(ABANDONNEE),
        inconnues=states.count(INCONNUE),
        indicateurs=len(parcours),
        mesures=sum(years > 0 for years in parcours["annees_connues"]),
        bons=sum(est_bon(*way) for way in ways),
        mauvais=sum(est_mauvais(*way) for way in ways),
        en_retard=verdicts.count(A_SURVEILLER),
    )


def recommandations(
    convention: Convention,
    lectures: Lectures,
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    regles: Iterable[RegleRecommandation],
) -> pd.DataFrame:
    """Return one row an objective: what is known through its links, the rule that fits, what it proposes.

    Args:
        convention: Its fiches and their objectives.
        lectures: The links; an objective without any has nothing measured.
        etats: The states at the end.
        parcours: The indicators.
        regles: In the order in which they are tried.
    """
    links = {(item.fiche, item.objectif): item for item in lectures.objectifs}
    ordered, rows = list(regles), []
    for fiche in convention.fiches:
        own = etats[etats["fiche"] == fiche.numero]
        states = list(zip(own["modalite"], own["statut"], strict=True))
        ways = parcours[parcours["fiche"] == fiche.numero]
        for rank, libelle in enumerate(fiche.objectifs, start=1):
            link = links.get((fiche.numero, rank))
            modalites, names = (link.modalites, link.indicateurs) if link else ((), ())
            known = [statut for modalite, statut in states if modalite in modalites]
            found = relever(known, ways[ways["indicateur"].isin(names)])
            rule = recommander(found, ordered)
            linked = bool(modalites or names)
            rows.append((fiche.numero, rank, libelle, linked, *vars(found).values(), rule.id, rule.decision))
    return pd.DataFrame(rows, columns=list(COLONNES)).astype({"fiche": "Int64", "lu": "bool"})
