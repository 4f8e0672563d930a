"""Indicators that no observation measures: a typology is its profiles, the grid of annexe 4 how many lines rose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctglib.analyse.evaluation.serie import MESURE, Mesure, Serie
from ctglib.analyse.posture import posture_bougee

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
    """Return how many lines of the grid rose in ``annee``: nothing unless both years have levels of the same lines."""
    if annee not in suivis or annee - 1 not in suivis:
        return {}
    moved = posture_bougee(suivis[annee].posture, suivis[annee - 1].posture)
    return {annee: Mesure(annee, float(moved.montees), MESURE)} if moved.comparables else {}


def _concernes(profils: pd.DataFrame, indicateur: Indicateur) -> pd.Series:
    told = profils["effectif"].notna() | profils["statut"].eq(SECRET)
    return told & profils["dispositif"].isin(indicateur.modalites) if indicateur.modalites else told
