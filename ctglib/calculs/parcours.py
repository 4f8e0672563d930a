"""The whole convention by indicator and by fiche: where each started, its last measure, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.calculs.evaluation import Annee, Ligne, lignes
from ctglib.calculs.jugement import Depart, Passage, depart, evolution, sens_voulu
from ctglib.calculs.suivi import Mesure, coupures
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.calculs.suivi import Series
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.evaluation import Lectures, RegleRecommandation

COLONNES = (
    "fiche", "indicateur", "libelle", "definition", "unite", "sens", "nature", "origine", "table", "valeur_initiale",
    "annee_initiale", "origine_initiale", "derniere", "annee_derniere", "statut_derniere", "cible", "annee_cible",
    "origine_cible", "verdict", "raison", "evolution", "raison_evolution", "annees_connues", "responsable", "calcule",
    "facultatif", "connue", "annee_connue", "statut_connue", "a_maintenir",
)  # fmt: skip
REELS = ("valeur_initiale", "derniere", "cible", "connue", "a_maintenir")
ENTIERS = ("fiche", "annee_initiale", "annee_derniere", "annee_cible", "annees_connues", "annee_connue")
OBSERVATIONS = "observations"
QUALITATIF, SANS_MESURE, SANS_DEPART, SANS_SUITE = (
    "qualitatif", "annee_manquante", "sans_valeur_initiale", "premiere_annee",
)  # fmt: skip


def parcours(year: Annee, mesures: Series, evaluations: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return one row an indicator: its initial value, its last measure, the verdict then, the evolution since.

    The verdict is that of the bilan of the last measured year: a year that nobody informed does not wipe it out. The
    evolution is from the initial value to that measure, breaks and rounding counted as in a year's bilan.

    Args:
        year: The last year of the convention.
        mesures: What ``series`` returns for that year, small counts suppressed.
        evaluations: What ``evaluer`` returns for each year of the convention.

    Returns:
        The columns ``COLONNES``; ``annees_connues`` counts the years informed, a suppressed value included; ``connue``
        is the last value known: that of ``derniere``, or else the initial one.
    """
    by_year = {annee: table[table["dimension"].eq("")].set_index("indicateur") for annee, table in evaluations.items()}
    known = _annees_connues(evaluations)
    rows = [
        _ligne(ligne, year, by_year, known.get(ligne.indicateur.id, 0))
        for ligne in lignes(year, mesures)
        if ligne.est_ensemble
    ]
    table = pd.DataFrame(rows, columns=list(COLONNES))
    return table.astype(
        dict.fromkeys(REELS, "float64") | dict.fromkeys(ENTIERS, "Int64") | {"calcule": "bool", "facultatif": "bool"}
    )


def _annees_connues(evaluations: Mapping[int, pd.DataFrame]) -> dict[str, int]:
    """Return in how many years each indicator is informed, by its whole or by one of its modalités."""
    counts: dict[str, int] = {}
    for table in evaluations.values():
        told = table[table["renseigne"] | table["statut"].eq(Statut.SECRET)]
        for name in told["indicateur"].unique():
            counts[name] = counts.get(name, 0) + 1
    return counts


def _ligne(ligne: Ligne, year: Annee, by_year: Mapping[int, pd.DataFrame], known: int) -> dict[str, object]:
    debut = year.convention.debut.year
    initial = depart(ligne.prevu, ligne.serie, debut)
    measured = [year for year, one in ligne.serie.items() if year >= debut and one.valeur is not None]
    last = ligne.serie[max(measured)] if measured else None
    told = by_year[last.annee if last else year.annee].loc[ligne.indicateur.id]
    evolved, reason = _evolution(ligne, year, initial, last)
    latest = last or (Mesure(initial.annee, initial.valeur, Statut.NORMAL) if initial else None)
    names = [
        "libelle",
        "unite",
        "sens",
        "nature",
        "origine",
        "responsable",
        "calcule",
        "facultatif",
        "cible",
        "annee_cible",
    ]
    return {
        **{name: told[name] for name in (*names, "origine_cible", "verdict", "raison")},
        "fiche": ligne.fiche.numero,
        "indicateur": ligne.indicateur.id,
        "definition": ligne.indicateur.definition,
        "table": ligne.indicateur.table,
        "valeur_initiale": initial.valeur if initial else None,
        "annee_initiale": initial.annee if initial else None,
        "origine_initiale": initial.origine if initial else "",
        "derniere": last.valeur if last else None,
        "annee_derniere": last.annee if last else None,
        "statut_derniere": last.statut if last else told["statut"],
        "evolution": evolved,
        "raison_evolution": reason,
        "a_maintenir": initial.valeur if initial and told["sens"] == "maintien" else None,
        "annees_connues": known,
        "connue": latest.valeur if latest else None,
        "annee_connue": latest.annee if latest else None,
        "statut_connue": latest.statut if latest else "",
    }


def _evolution(ligne: Ligne, year: Annee, initial: Depart | None, last: Mesure | None) -> tuple[str, str]:
    """Return the evolution since the initial value, or why there is none."""
    if ligne.indicateur.table != OBSERVATIONS:
        return "", QUALITATIF
    if last is None:
        return "", SANS_MESURE
    if initial is None:
        return "", SANS_DEPART
    if last.annee <= initial.annee:
        return "", SANS_SUITE
    return evolution(
        Passage(
            precedente=Mesure(initial.annee, initial.valeur, Statut.NORMAL),
            mesure=last,
            sens=sens_voulu(ligne.prevu, ligne.indicateur),
            maintenir=initial.valeur,
            arrondi=ligne.indicateur.arrondi_source or 0,
            coupures=coupures(ligne.indicateur, year.changements),
            hasard=ligne.indicateur.hasard,
        ),
        year.catalogue.evaluation.seuils,
    )


ATTEINTS, MANQUES = ("atteint", "en_bonne_voie"), ("insuffisant", "en_recul")
VOULUES, CONTRAIRES = ("favorable", "stable"), ("defavorable",)
A_SURVEILLER, NON_EVALUABLE = "a_surveiller", "non_evaluable"


def bons(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are attained or on track; where no target can be judged, which go the wanted way or hold."""
    return _tous(est_bon, parcours)


def mauvais(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are insufficient or going back; where no target can be judged, which go the wrong way."""
    return _tous(est_mauvais, parcours)


def juges(parcours: pd.DataFrame) -> pd.Series:
    """Tell which have a verdict on a target."""
    return parcours["verdict"].ne(NON_EVALUABLE)


def est_bon(verdict: str, evolution: str) -> bool:
    """Tell whether one is (see ``bons``)."""
    return verdict in ATTEINTS or (verdict == NON_EVALUABLE and evolution in VOULUES)


def est_mauvais(verdict: str, evolution: str) -> bool:
    """Tell whether one is (see ``mauvais``)."""
    return verdict in MANQUES or (verdict == NON_EVALUABLE and evolution in CONTRAIRES)


def _tous(lecture: Callable[[str, str], bool], parcours: pd.DataFrame) -> pd.Series:
    read = [lecture(*item) for item in zip(parcours["verdict"], parcours["evolution"], strict=True)]
    return pd.Series(read, index=parcours.index, dtype="bool")


COLONNES_OBJECTIFS = (
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
        parcours: Rows of ``ctglib.calculs.parcours``.
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
    return pd.DataFrame(rows, columns=list(COLONNES_OBJECTIFS)).astype({"fiche": "Int64", "lu": "bool"})


COLONNES_ANNEES = ("fiche", "annee", "commencee", "compte", "parmi", "connus")


def etats_par_annee(etats: Mapping[int, pd.DataFrame], fiches: Iterable[Fiche]) -> pd.DataFrame:
    """Return, by fiche and year, the modalités done (in whole or in part), out of all; ``connus``: of known state.

    The columns ``COLONNES``, then one a state that is met, with how many are in it.

    Args:
        etats: What ``ctglib.calculs.etats`` returns, by year.
        fiches: In the order of the rows.
    """
    states = list(dict.fromkeys(state for table in etats.values() for state in table["statut"]))
    by_fiche = {annee: _par_fiche(table["fiche"], table["statut"]) for annee, table in etats.items()}
    rows = []
    for fiche in fiches:
        for annee, found in by_fiche.items():
            own = found.get(fiche.numero, [])
            counts = [own.count(state) for state in states]
            done, known = sum(state in FAITES for state in own), len(own) - own.count(NON_RENSEIGNEE)
            rows.append((fiche.numero, annee, fiche.debut.year <= annee, done, len(own), known, *counts))
    return pd.DataFrame(rows, columns=[*COLONNES_ANNEES, *states])


def _par_fiche(fiches: Iterable[int], valeurs: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for fiche, valeur in zip(fiches, valeurs, strict=True):
        found.setdefault(fiche, []).append(valeur)
    return found
