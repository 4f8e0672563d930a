"""How an indicator's way reads in one word, the same everywhere: good, bad, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

ATTEINTS, MANQUES = ("atteint", "en_bonne_voie"), ("insuffisant", "en_recul")
VOULUES, CONTRAIRES = ("favorable", "stable"), ("defavorable",)
A_SURVEILLER, NON_EVALUABLE = "a_surveiller", "non_evaluable"


def bons(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are attained or on track; where no target can be judged, which go the wanted way or hold."""
    return _tous(est_bon, parcours)


def mauvais(parcours: pd.DataFrame) -> pd.Series:
    """Tell which are insufficient or going back; where no target can be judged, which go the wrong way."""
    return _tous(est_mauvais, parcours)


def lisibles(parcours: pd.DataFrame) -> pd.Series:
    """Tell which have a verdict or an evolution that says something, noise left out."""
    return juges(parcours) | parcours["evolution"].isin((*VOULUES, *CONTRAIRES))


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
