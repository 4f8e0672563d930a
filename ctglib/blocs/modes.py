"""The places for children under three by mode of care, beside the reference: where the gap is, which fiche is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.typographie import enumerer, majuscule, nombre
from ctglib.graphiques.haltere import haltere

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.bilan import Modes
    from ctglib.donnees.modeles.convention import Fiche

DECIMALES = 1
NEGLIGEABLE = 0.5  # a gap of half a place for a hundred children is told as none


def figure_des_modes(modes: pd.DataFrame, contexte: Contexte, source: str) -> Figure:
    """Return the dumbbells of the modes and of the whole.

    Args:
        modes: As ``ctglib.donnees.couverture.lire_couverture`` returns it.
        contexte: The words, the series of the whole among them, and the two territories.
        source: Producer and document.
    """
    year = modes["annee"].iloc[0]
    title = f"Combien de places pour 100 enfants de moins de 3 ans, par mode d'accueil, en {year} ?"
    return haltere(modes, contexte, nom="modes", titre=title, source=source)


def phrases_des_modes(modes: pd.DataFrame, regles: Modes, fiches: Iterable[Fiche], contexte: Contexte) -> list[str]:
    """Return how far the whole is from the reference, which kind of care makes the gap, and which fiche supports it.

    Args:
        modes: As ``ctglib.donnees.couverture.lire_couverture`` returns it.
        regles: The modes and their kinds.
        fiches: Those of the convention, with the ``modes`` that they support.
        contexte: The two territories.
    """
    by_mode = modes.set_index("modalite")
    whole, told = by_mode.loc[""], []
    here, there = contexte.territoire, contexte.reference
    gap = whole["ecart"]
    told.append(
        f"Pour 100 enfants de moins de 3 ans, {here.le} offre {nombre(whole['valeur'], DECIMALES)} places d'accueil de "
        f"toute sorte, {_de_plus(gap)} que {there.le}."
    )
    gaps = {
        name: by_mode["ecart"].reindex(sorte.modes).sum()
        for name, sorte in regles.sortes.items()
        if set(sorte.modes) <= set(by_mode.index)
    }
    if abs(gap) < NEGLIGEABLE or not gaps:
        return told
    first = max(gaps, key=lambda name: gaps[name] * (1 if gap > 0 else -1))
    others = [name for name in gaps if name != first]
    told.append(
        f"L'écart tient à {regles.sortes[first].mot} ({_de_plus(gaps[first])})"
        + "".join(f" ; {regles.sortes[name].mot} en offre {_de_plus(gaps[name])}" for name in others)
        + "."
    )
    late = [name for name, value in gaps.items() if value <= -NEGLIGEABLE]
    return [*told, *_fiches(regles, list(fiches), late)]


def _fiches(regles: Modes, fiches: list[Fiche], en_retard: list[str]) -> list[str]:
    """Return which kinds the fiches support, and whether none supports a kind that the territory lacks."""
    supported = {
        name: [str(fiche.numero) for fiche in fiches if set(fiche.modes) & set(sorte.modes)]
        for name, sorte in regles.sortes.items()
    }
    if not any(supported.values()):
        return []
    told = [
        f"{'la fiche' if len(numbers) == 1 else 'les fiches'} action {enumerer(numbers)} "
        f"{'soutient' if len(numbers) == 1 else 'soutiennent'} {regles.sortes[name].mot}"
        for name, numbers in supported.items()
        if numbers
    ]
    lacking = [regles.sortes[name].mot for name in en_retard if not supported[name]]
    none = f" ; aucune ne porte sur {enumerer(lacking)}" if lacking else ""
    return [f"{majuscule(enumerer(told))}{none}."]


def _de_plus(ecart: float) -> str:
    """Return « 7,3 de moins », « autant » under half a place."""
    if abs(ecart) < NEGLIGEABLE:
        return "autant"
    return f"{nombre(abs(ecart), DECIMALES)} de {'plus' if ecart > 0 else 'moins'}"
