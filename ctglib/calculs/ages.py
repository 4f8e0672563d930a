"""The ages that the offer takes, against those of the children counted and those that the fiches aim at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.offre import annees_couvertes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.synthese import TrancheAge


@dataclass(frozen=True)
class AgesDeFiche:
    """What the offer that a fiche bears on takes of the ages that it aims at.

    Args:
        numero: The fiche.
        age_min: Youngest age aimed at, in completed years; ``age_max`` the oldest, included.
        dispositifs: Names of the structures whose ages are written.
        sans_dispositif: Ages aimed at that none of them takes.
        en_dehors: Name, ages as written, and the ages taken that the fiche does not aim at.
    """

    numero: int
    age_min: int
    age_max: int
    dispositifs: tuple[str, ...]
    sans_dispositif: tuple[int, ...]
    en_dehors: tuple[tuple[str, str, tuple[int, ...]], ...]


def sans_dispositif(ages: pd.DataFrame, tranches: Iterable[TrancheAge]) -> tuple[int, ...]:
    """Return the ages of the counted children that no structure with written ages takes."""
    counted = {age for tranche in tranches for age in range(tranche.age_min, tranche.age_max + 1)}
    return tuple(sorted(counted - annees_couvertes(ages)))


def ages_des_fiches(ages: pd.DataFrame, fiches: Iterable[Fiche]) -> tuple[AgesDeFiche, ...]:
    """Return, for each fiche that aims at ages and bears on a part of the offer, what that part takes of them."""
    return tuple(
        _ages_de_fiche(ages[ages["categorie"].isin(fiche.offre)], fiche)
        for fiche in fiches
        if fiche.offre and fiche.age_min is not None and fiche.age_max is not None
    )


def _ages_de_fiche(ages: pd.DataFrame, fiche: Fiche) -> AgesDeFiche:
    aimed = set(range(fiche.age_min, fiche.age_max + 1))
    outside = [
        (row["nom"], row["texte"], tuple(sorted(annees_couvertes(ages.loc[[index]]) - aimed)))
        for index, row in ages.iterrows()
    ]
    return AgesDeFiche(
        numero=fiche.numero,
        age_min=fiche.age_min,
        age_max=fiche.age_max,
        dispositifs=tuple(ages["nom"]),
        sans_dispositif=tuple(sorted(aimed - annees_couvertes(ages))),
        en_dehors=tuple(item for item in outside if item[2]),
    )
