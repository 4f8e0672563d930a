"""The ages that the structures take, beside those that the fiches aim at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.offre import AgesDeFiche, ages_des_fiches
from ctglib.document.typographie import INSECABLE, enumerer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.convention import Fiche


def phrases_des_ages(ages: pd.DataFrame, fiches: Iterable[Fiche]) -> list[str]:
    """Return how the offer meets the ages that the fiches aim at.

    Args:
        ages: As ``ctglib.calculs.offre.ages`` returns it.
        fiches: The fiches looked at.
    """
    told, aimed = [], ages_des_fiches(ages, fiches)
    if complete := [f"{item.numero} ({_plage(item.age_min, item.age_max)})" for item in aimed if _couverte(item)]:
        which = "visent les fiches action" if len(complete) > 1 else "vise la fiche action"
        told.append(f"Chaque âge que {which} {enumerer(complete)} a au moins un dispositif.")
    told += [
        f"La fiche action {item.numero} vise les {_plage(item.age_min, item.age_max)} ; parmi les dispositifs qu'elle "
        f"concerne, aucun ne s'adresse aux {plages(item.sans_dispositif)}."
        for item in aimed
        if not _couverte(item)
    ]
    outside = {nom: (texte, annees) for item in aimed for nom, texte, annees in item.en_dehors}
    told += [
        f"{nom} ({texte}) reçoit aussi des enfants de {plages(annees)}, que la fiche ne vise pas."
        for nom, (texte, annees) in outside.items()
    ]
    return told


def _couverte(item: AgesDeFiche) -> bool:
    return not item.sans_dispositif


def plages(annees: Iterable[int]) -> str:
    """Return ages as spans.

    Examples:
        >>> plages([6, 7, 8, 13]).replace("\\xa0", " ")
        '6 à 8 ans et 13 ans'
    """
    spans: list[list[int]] = []
    for annee in sorted(annees):
        if spans and annee == spans[-1][1] + 1:
            spans[-1][1] = annee
        else:
            spans.append([annee, annee])
    return enumerer([_plage(low, high) for low, high in spans])


def _plage(low: int, high: int) -> str:
    unit = "an" if high <= 1 else "ans"
    return f"{low}{INSECABLE}{unit}" if low == high else f"{low} à {high}{INSECABLE}{unit}"
