"""Shares against the counts they come from, and shares that are the quotient of two counts under another name."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.calculs.coherence.annexe import EPSILON, demi_pas
from ctglib.calculs.ecriture import enumerer
from ctglib.calculs.formules import appliquer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.catalogue import Indicateur

QUOTIENT = "ratio_pour_100"
UNITE_DES_EFFECTIFS = "nombre"


def parts_recalculees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the values that the catalogue's formula does not give back, whatever the rounding of both sides."""
    for item in contexte.indicateurs.values():
        if item.calcul is None:
            continue
        for territoire in contexte.annexe.territoires:
            printed = contexte.annexe.valeur(item.id, territoire)
            bounds = intervalle(item, territoire, contexte)
            if printed is None or bounds is None or _compatibles(printed, demi_pas(item), bounds):
                continue
            yield contexte.constat(
                "part_recalculee",
                item.id,
                territoire,
                lieu=contexte.lieu(contexte.annexe.ligne(item.id, territoire)),
                objet=contexte.libelle(item.id),
                ecrit=contexte.ecrire(printed, item.id),
                calcule=_calcul(item, bounds, territoire, contexte),
                indicateurs=(item.id,),
            )


def intervalle(indicateur: Indicateur, territoire: str, contexte: Contexte) -> tuple[float, float] | None:
    """Return the least and the greatest value that the formula can take, or None when an input is absent.

    The formulas are monotone in each input, so that the extremes are at the ends of the inputs' rounding.
    """
    inputs = entrees_a_plat(indicateur)
    values = contexte.annexe.valeurs(inputs, territoire)
    if values is None:
        return None
    steps = (demi_pas(contexte.indicateurs[name]) for name in inputs)
    ends = [
        dict.fromkeys((value - step, value + step)) for value, step in zip(values, steps, strict=True)
    ]  # an exact count has one end
    corners = pd.DataFrame(list(product(*ends)), columns=inputs)
    found = appliquer(indicateur.calcul, indicateur.entrees, corners).dropna()
    return None if found.empty else (float(found.min()), float(found.max()))


def entrees_a_plat(indicateur: Indicateur) -> list[str]:
    """Return the inputs of an indicator's formula, each once."""
    flat = (entry if isinstance(entry, list) else [entry] for entry in indicateur.entrees.values())
    return list(dict.fromkeys(name for names in flat for name in names))


def quotients(contexte: Contexte) -> Iterator[Constat]:
    """Yield the percentages without formula that equal, in every territory, the same quotient of two counts.

    The rule's least number of territories, and counts that are not zero, keep chance out.
    """
    unites = contexte.entrees.catalogue.unites
    levels = [item for item in contexte.indicateurs.values() if item.bornes[0] == 0]  # a change may be under zero
    counts = [item.id for item in levels if item.unite == UNITE_DES_EFFECTIFS]
    shares = [item for item in levels if unites[item.unite].symbole == "%" and item.calcul is None]
    values = _valeurs(counts, contexte)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 100 * values[:, None, :] / values[None, :, :]  # part, whole, territory
    found[~((values[:, None, :] > 0) & (values[:, None, :] <= values[None, :, :]))] = np.nan
    least = contexte.regle("quotient").seuils["territoires"]
    for share in shares:
        printed = _valeurs([share.id], contexte)[0]
        present = ~np.isnan(printed)
        if present.sum() < least:
            continue
        near = np.abs(found - printed)[:, :, present] <= demi_pas(share) + EPSILON
        for part, whole in np.argwhere(near.all(axis=2)):
            if part != whole:
                yield _quotient(share, counts[part], counts[whole], contexte)


def _valeurs(indicateurs: list[str], contexte: Contexte) -> np.ndarray:
    """Return the values, one row an indicator, one column a territory, NaN when absent."""
    territoires = contexte.annexe.territoires
    rows = [[contexte.annexe.valeur(name, code) for code in territoires] for name in indicateurs]
    return np.array(rows, dtype=float).reshape(len(indicateurs), len(territoires))


def _quotient(share: Indicateur, part: str, whole: str, contexte: Contexte) -> Constat:
    lines = [contexte.annexe.ligne(share.id, code) for code in contexte.annexe.territoires]
    present = [line for line in lines if line is not None and line.valeur is not None]
    written = [f"{contexte.ecrire(line.valeur, share.id)} ({contexte.nom(line.territoire)})" for line in present]
    computed = [
        f"{contexte.ecrire(contexte.annexe.valeur(part, line.territoire), part)} / "
        f"{contexte.ecrire(contexte.annexe.valeur(whole, line.territoire), whole)}"
        for line in present
    ]
    return contexte.constat(
        "quotient",
        share.id,
        lieu=f"Annexe 1, {present[0].section}",
        objet=contexte.libelle(share.id),
        ecrit=enumerer(written),
        calcule=f"{contexte.libelle(part)} sur {contexte.libelle(whole)} : {enumerer(computed)}",
        indicateurs=(share.id,),
    )


def _compatibles(printed: float, step: float, bounds: tuple[float, float]) -> bool:
    return printed - step - EPSILON <= bounds[1] and bounds[0] <= printed + step + EPSILON


def _calcul(item: Indicateur, bounds: tuple[float, float], territoire: str, contexte: Contexte) -> str:
    low, high = (contexte.ecrire(bound, item.id) for bound in bounds)
    result = low if low == high else f"de {low} à {high}"
    if item.calcul != QUOTIENT:
        return result
    part, whole = entrees_a_plat(item)
    values = contexte.annexe.valeurs((part, whole), territoire)
    return f"{contexte.ecrire(values[0], part)} / {contexte.ecrire(values[1], whole)} = {result}"
