"""Fiche by year: how many modalités were done, how many indicators were on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.calculs.finale.lecture import ATTEINTS, NON_EVALUABLE
from ctglib.calculs.finale.objectifs import FAITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.convention import Fiche

COLONNES = ("fiche", "annee", "commencee", "compte", "parmi", "connus")


def etats_par_annee(etats: Mapping[int, pd.DataFrame], fiches: Iterable[Fiche]) -> pd.DataFrame:
    """Return, by fiche and year, the modalités done (in whole or in part), out of all; ``connus``: of known state.

    The columns ``COLONNES``, then one a state that is met, with how many are in it.

    Args:
        etats: What ``ctglib.calculs.evaluation.etats`` returns, by year.
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
    return pd.DataFrame(rows, columns=[*COLONNES, *states])


def verdicts_par_annee(evaluations: Mapping[int, pd.DataFrame], fiches: Iterable[Fiche]) -> pd.DataFrame:
    """Return, by fiche and year, the indicators attained or on track, out of those that can be judged (``connus``).

    Args:
        evaluations: What ``evaluer`` returns, by year.
        fiches: In the order of the rows.
    """
    wholes = {annee: table[table["dimension"].eq("")] for annee, table in evaluations.items()}
    by_fiche = {annee: _par_fiche(table["fiche"], table["verdict"]) for annee, table in wholes.items()}
    rows = []
    for fiche in fiches:
        for annee, found in by_fiche.items():
            own = found.get(fiche.numero, [])
            good, judged = sum(verdict in ATTEINTS for verdict in own), len(own) - own.count(NON_EVALUABLE)
            rows.append((fiche.numero, annee, fiche.debut.year <= annee, good, judged, judged))
    return pd.DataFrame(rows, columns=list(COLONNES))


def _par_fiche(fiches: Iterable[int], valeurs: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for fiche, valeur in zip(fiches, valeurs, strict=True):
        found.setdefault(fiche, []).append(valeur)
    return found
