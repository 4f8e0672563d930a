"""Indicators that no observation measures: a typology is its profiles, the grid of annexe 4 how many lines moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctglib.calculs.evaluation.serie import MESURE, Mesure, Serie
from ctglib.calculs.posture import posture_bougee

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.suivi.objets import Suivi

SECRET = "Q"  # suppressed: collected all the same


def est_renseigne(mesure: Mesure, indicateur: Indicateur, suivi: Suivi | None) -> bool:
    """Return whether the year's value was given, were it suppressed afterwards.

    A typology is informed by a row of profiles of one of its dispositifs, a grid by a row of the grid.
    """
    if indicateur.table == "posture":
        return suivi is not None and not suivi.posture.empty
    if indicateur.table == "profils":
        return suivi is not None and bool(_concernes(suivi.profils, indicateur).any())
    return mesure.valeur is not None or mesure.statut == SECRET


def grille(suivis: Mapping[int, Suivi], annee: int) -> Serie:
    """Return how many lines of the grid moved in each year up to ``annee``: all that may be published of it.

    A year has nothing unless it and the one before have levels of the same lines.
    """
    compared = {
        year: posture_bougee(suivis[year].posture, suivis[year - 1].posture)
        for year in suivis
        if year <= annee and year - 1 in suivis
    }
    return {year: Mesure(year, float(moved.bougees), MESURE) for year, moved in compared.items() if moved.comparables}


def _concernes(profils: pd.DataFrame, indicateur: Indicateur) -> pd.Series:
    told = profils["effectif"].notna() | profils["statut"].eq(SECRET)
    return told & profils["dispositif"].isin(indicateur.modalites) if indicateur.modalites else told
