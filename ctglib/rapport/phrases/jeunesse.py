"""Fiche 3 in sentences: the conseil, its projects, the chantiers, and what else young people take part in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.loisirs import part
from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import ligne, mesures
from ctglib.document.typographie import compter, enumerer, nombre, pourcent

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import AnalyseJeunesse, IndicateursJeunesse
    from ctglib.donnees.modeles.evaluation import Evaluation

CONVENTION = "convention"  # where an initial value comes from


def dispositifs(
    evaluation: pd.DataFrame, analyse: AnalyseJeunesse, projets: pd.DataFrame, contexte: Contexte, mots: Evaluation
) -> Bloc:
    """Return what is known of the activity, and what its figures say of each other; the others are in the table.

    Args:
        evaluation: The scoring of the year.
        analyse: Which indicator is which; the first group is that of the whole fiche.
        projets: What ``ctglib.calculs.jeunesse.projets`` returns.
        contexte: The words.
        mots: The words of the scoring.
    """
    noms = analyse.indicateurs
    told = mesures(evaluation, analyse.groupes[0].indicateurs, contexte, mots)
    return liste([*told, *_conseil(evaluation, noms), *_projets(projets), *_chantiers(evaluation, noms, contexte)])


def _conseil(evaluation: pd.DataFrame, noms: IndicateursJeunesse) -> list[str]:
    """Return the members against the seats that the convention writes."""
    row = ligne(evaluation, noms.conseil_membres)
    if row is None or pd.isna(row["valeur"]) or row["origine_initiale"] != CONVENTION:
        return []
    seats = compter(row["valeur_initiale"], "siège")
    return [f"Au conseil municipal des jeunes : {compter(row['valeur'], 'membre')} pour {seats} d'après la convention."]


def _projets(projets: pd.DataFrame) -> list[str]:
    if projets.empty:
        return []
    years, last = [str(year) for year in projets["annee"]], projets.iloc[-1]
    voted = compter(last["votes_cumules"], "projet voté", "projets votés")
    done = compter(last["realises_cumules"], "réalisé", "réalisés") if last["realises_cumules"] else "aucun réalisé"
    since = f"En {years[0]}" if len(years) == 1 else f"Sur les années connues ({enumerer(years)})"
    return [f"{since} : {voted} par le conseil, {done}. Un projet peut se réaliser l'année d'après son vote."]


def _chantiers(evaluation: pd.DataFrame, noms: IndicateursJeunesse, contexte: Contexte) -> list[str]:
    """Return how many of the places were taken and the hours of each; a hidden count gives neither."""
    found = [ligne(evaluation, name) for name in (noms.chantiers_jeunes, noms.chantiers_places, noms.chantiers_heures)]
    young, places, hours = (float("nan") if row is None else row["valeur"] for row in found)
    if not young > 0:
        return []
    told = [f"Aux chantiers éducatifs : {compter(young, 'jeune')}"]
    if places > 0:
        told.append(f"pour {compter(places, 'place')}, soit {pourcent(part(young, places), 0)}")
    if hours >= 0:
        told.append(f"en moyenne {nombre(hours / young)} heures chacun")
    return [f"{told[0]} {told[1]}{', ' + told[2] if len(told) > 2 else ''}."] if len(told) > 1 else []
