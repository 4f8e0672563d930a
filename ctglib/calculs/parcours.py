"""The whole convention by indicator and by objective: where each started, its last measure, what to propose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE
from ctglib.calculs.evaluation import OBSERVATIONS, QUALITATIF, avec_grille, evolution
from ctglib.calculs.suivi import coupure_entre, dernieres_mesures, par_annee
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.evaluation import Lectures, RegleRecommandation
    from ctglib.donnees.modeles.suivi import Changement
    from ctglib.donnees.suivi import Suivi

COLONNES = (
    "fiche", "indicateur", "libelle", "definition", "unite", "sens", "nature", "origine", "table", "valeur_initiale",
    "annee_initiale", "origine_initiale", "derniere", "annee_derniere", "statut_derniere", "cible", "annee_cible",
    "origine_cible", "verdict", "raison", "evolution", "raison_evolution", "annees_connues", "responsable", "calcule",
    "facultatif", "connue", "annee_connue", "statut_connue", "a_maintenir",
)  # fmt: skip


def parcours(
    convention: Convention, catalogue: Catalogue, mesures: pd.DataFrame, evaluations: Mapping[int, pd.DataFrame], *,
    changements: tuple[Changement, ...], suivis: Mapping[int, Suivi],
) -> pd.DataFrame:  # fmt: skip
    """Return one row an indicator: its initial value, its last measure, the verdict then, the evolution since.

    The verdict is that of the bilan of the last measured year: a year that nobody informed does not wipe it out. The
    evolution is from the initial value to that measure, breaks and rounding counted as in a year's bilan.

    Returns:
        The columns ``COLONNES``; ``annees_connues`` counts the years informed, a suppressed value included; ``connue``
        is the last value known: that of ``derniere``, or else the initial one.
    """
    meanings, year = catalogue.indicateurs_fiches, max(evaluations)
    every = pd.concat(evaluations.values(), ignore_index=True)
    informed = every[every["renseigne"] | every["statut"].eq(Statut.SECRET)].groupby("indicateur")["annee"].nunique()
    wholes = every[every["dimension"].eq("")]
    final = wholes[wholes["annee"].eq(year)].reset_index(drop=True)
    items = [meanings[name] for name in final["indicateur"]]
    values = avec_grille(mesures, meanings.values(), suivis, year)
    start = convention.debut.year
    last = dernieres_mesures(*par_annee(values[values["annee"].ge(start)], final, start, year))
    measured, started = last["valeur"].notna(), final["valeur_initiale"].notna()
    when = last["annee"].where(measured).astype("Int64")
    keys = final[["indicateur"]].assign(annee=when.fillna(year))
    table = keys.merge(wholes, "left", ["indicateur", "annee"]).assign(
        **final[["valeur_initiale", "annee_initiale", "origine_initiale"]],
        definition=[item.definition for item in items],
        table=[item.table for item in items],
        hasard=[item.hasard for item in items],
        arrondi=[item.arrondi_source or 0.0 for item in items],
        valeur_precedente=final["valeur_initiale"],
        maintenir=final["valeur_initiale"],
        absence="",
        valeur=last["valeur"],
    )
    table = table.assign(coupure=coupure_entre(table, meanings, changements, table["annee_initiale"].fillna(year)))
    word, reason = evolution(table, catalogue.evaluation.seuils)
    at_once = (when <= table["annee_initiale"]).fillna(False).astype(bool)
    obstacles = [table["table"].ne(OBSERVATIONS), ~measured, ~started, at_once]
    why = np.select(obstacles, [QUALITATIF, "annee_manquante", "sans_valeur_initiale", "premiere_annee"], default="")
    table = table.assign(
        derniere=last["valeur"],
        annee_derniere=when,
        statut_derniere=last["statut"].where(measured, final["statut"]),
        evolution=word.where(why == "", ""),
        raison_evolution=reason.where(why == "", why),
        a_maintenir=final["valeur_initiale"].where(table["sens"].eq("maintien")),
        annees_connues=table["indicateur"].map(informed).fillna(0).astype("Int64"),
        connue=last["valeur"].where(measured, final["valeur_initiale"]),
        annee_connue=when.fillna(final["annee_initiale"]),
        statut_connue=last["statut"].where(measured, np.where(started, Statut.NORMAL, "")),
    )
    return table[list(COLONNES)]


ATTEINTS, MANQUES = ("atteint", "en_bonne_voie"), ("insuffisant", "en_recul")
VOULUES, CONTRAIRES = ("favorable", "stable"), ("defavorable",)


def juges(parcours: pd.DataFrame) -> pd.Series:
    """Tell which have a verdict on a target."""
    return parcours["verdict"].ne("non_evaluable")


def bons(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are attained or on track; where no target can be judged, which go the wanted way or hold."""
    return parcours["verdict"].isin(ATTEINTS) | (~juges(parcours) & parcours["evolution"].isin(VOULUES))


def mauvais(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are insufficient or going back; where no target can be judged, which go the wrong way."""
    return parcours["verdict"].isin(MANQUES) | (~juges(parcours) & parcours["evolution"].isin(CONTRAIRES))


COMPTES = (
    "modalites", "realisees", "arretees", "abandonnees", "inconnues", "indicateurs", "mesures", "bons", "mauvais",
    "en_retard",
)  # fmt: skip
Faits = dict[str, int]

CONDITIONS: Mapping[str, Callable[[Faits], bool]] = {
    "tout_abandonne": lambda faits: 0 < faits["modalites"] == faits["abandonnees"],
    "sans_mesure": lambda faits: faits["mesures"] == 0,
    "insuffisant_ou_recul": lambda faits: faits["mauvais"] > 0,
    "reporte_ou_abandonne": lambda faits: faits["arretees"] > 0,
    "favorable": lambda faits: faits["bons"] > 0,
    "a_surveiller": lambda faits: faits["en_retard"] > 0,
    "sans_lecture": lambda faits: True,
}


def relever(etats: Iterable[str], parcours: pd.DataFrame) -> Faits:
    """Return the counts ``COMPTES`` of some modalités, by their state, and of some indicators, by what they say."""
    states = pd.Series(list(etats), dtype=object)
    counted = (
        states.notna(), states.isin(FAITES), states.isin(("reportee", "abandonnee")), states.eq("abandonnee"),
        states.eq(NON_RENSEIGNEE), parcours["verdict"].notna(), parcours["annees_connues"].gt(0), bons(parcours),
        mauvais(parcours), parcours["verdict"].eq("a_surveiller"),
    )  # fmt: skip
    return {name: int(rows.sum()) for name, rows in zip(COMPTES, counted, strict=True)}


def recommander(faits: Faits, regles: Iterable[RegleRecommandation]) -> RegleRecommandation:
    """Return the first rule that fits; the catalogue's last one fits whatever is known."""
    return next(regle for regle in regles if CONDITIONS[regle.id](faits))


def recommandations(
    convention: Convention, lectures: Lectures, etats: pd.DataFrame, parcours: pd.DataFrame,
    regles: Iterable[RegleRecommandation],
) -> pd.DataFrame:  # fmt: skip
    """Return one row an objective: what is known through its links, the rule that fits, what it proposes."""
    links = {(item.fiche, item.objectif): (item.modalites, item.indicateurs) for item in lectures.objectifs}
    ordered, rows = list(regles), []
    for fiche in convention.fiches:
        states, ways = (table[table["fiche"].eq(fiche.numero)] for table in (etats, parcours))
        for rank, libelle in enumerate(fiche.objectifs, start=1):
            modalites, names = links.get((fiche.numero, rank), ((), ()))
            known = states.loc[states["modalite"].isin(modalites), "statut"]
            found = relever(known, ways[ways["indicateur"].isin(names)])
            rule = recommander(found, ordered)
            told = (fiche.numero, rank, libelle, bool(modalites or names))
            rows.append((*told, *found.values(), rule.id, rule.decision))
    columns = ["fiche", "objectif", "libelle", "lu", *COMPTES, "regle", "decision"]
    return pd.DataFrame(rows, columns=columns).astype({"fiche": "Int64", "lu": "bool"})
