"""How an indicator's way reads in one word, the same everywhere: good, bad, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ATTEINTS, MANQUES = ("atteint", "en_bonne_voie"), ("insuffisant", "en_recul")
VOULUES, CONTRAIRES = ("favorable", "stable"), ("defavorable",)
A_SURVEILLER, NON_EVALUABLE = "a_surveiller", "non_evaluable"


def bons(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are attained or on track; where no target can be judged, which go the wanted way or hold."""
    return parcours["verdict"].isin(ATTEINTS) | _sans_verdict(parcours, VOULUES)


def mauvais(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are insufficient or going back; where no target can be judged, which go the wrong way."""
    return parcours["verdict"].isin(MANQUES) | _sans_verdict(parcours, CONTRAIRES)


def lisibles(parcours: pd.DataFrame) -> pd.Series:
    """Tell which have a verdict or an evolution that says something, noise left out."""
    return juges(parcours) | parcours["evolution"].isin((*VOULUES, *CONTRAIRES))


def juges(parcours: pd.DataFrame) -> pd.Series:
    """Tell which have a verdict on a target."""
    return parcours["verdict"].ne(NON_EVALUABLE)


def _sans_verdict(parcours: pd.DataFrame, evolutions: tuple[str, ...]) -> pd.Series:
    return parcours["verdict"].eq(NON_EVALUABLE) & parcours["evolution"].isin(evolutions)
