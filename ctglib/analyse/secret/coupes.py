"""Why a mask is not enough, as conditions that every sufficient mask satisfies.

A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ctglib.analyse.secret.lecteur import Groupe, trop_serree
from ctglib.analyse.secret.modele import Famille
from ctglib.analyse.secret.solveur import multiplicateurs

NUL = 1e-7  # a reduced cost under it is the solver's rounding
ESSAIS = 12  # searches spent on making one condition stronger


def coupe(famille: Famille, rang: int, haut: np.ndarray, bas: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what must be hidden for one count to move by the threshold, as (weights, least sum).

    Multipliers of the sums bound how far it can rise (``haut``) and fall (``bas``): each hidden count lets it move by
    its own room, downwards its value, upwards the greatest value looked at. True of any multipliers, hence of every
    mask. A weight over the threshold is worth no more than it.
    """
    unit = np.zeros(len(famille.cles))
    unit[rang] = 1.0
    room = _marge(famille, -unit - haut @ famille.equations) + _marge(famille, unit - bas @ famille.equations)
    weights = np.minimum(room, famille.seuil)
    given = float(room[~famille.affichees].sum()) + (weights[rang] if famille.affichees[rang] else 0.0)
    weights[~famille.affichees] = 0.0
    weights[rang] = 0.0
    return weights, famille.seuil - given


def _marge(famille: Famille, couts: np.ndarray) -> np.ndarray:
    couts = np.where(np.abs(couts) < NUL, 0.0, couts)
    return np.maximum(couts, 0) * famille.valeurs + np.maximum(-couts, 0) * (famille.borne - famille.valeurs)


def coupes_evidentes(famille: Famille) -> Iterator[tuple[int, np.ndarray, float]]:
    """Yield (count, weights, least sum) of what each sum alone asks for: company, and company large enough."""
    to_protect = famille.affichees.copy()
    to_protect[list(famille.protegees)] = True
    for numero, row in enumerate(famille.equations):
        for rang in np.flatnonzero(row * to_protect):
            multiplier = np.zeros(len(famille.equations))
            multiplier[numero] = 1.0 / row[rang]
            none = np.zeros(len(famille.equations))
            for bas in (multiplier, none):
                weights, least = coupe(famille, int(rang), -multiplier, bas)
                if least > 0:
                    yield int(rang), weights, least


def coupes_violees(
    famille: Famille, groupe: Groupe, faibles: tuple[int, ...], caches: frozenset[int]
) -> list[tuple[int, np.ndarray, float]]:
    """Return (count, weights, least sum) that every sufficient mask satisfies and ``caches`` does not.

    The linear bounds prove most; where only whole numbers or the rule narrow the counts of the group, one of a small
    set of other counts must be hidden.

    Args:
        famille: The counts.
        groupe: A group that gives too much away.
        faibles: Its counts that are narrowed too much.
        caches: The mask that does not do.
    """
    linear = [(rang, *_coupe_lineaire(famille, rang, caches)) for rang in faibles]
    broken = [(rang, weights, least) for rang, weights, least in linear if weights[list(caches)].sum() < least - NUL]
    return broken or [(faibles[0], *_un_parmi(famille, groupe, faibles[0], caches))]


def _coupe_lineaire(famille: Famille, rang: int, caches: frozenset[int]) -> tuple[np.ndarray, float]:
    unseen = famille.inconnues(caches)
    down = np.where(unseen, -famille.valeurs, 0)
    up = np.where(unseen, famille.borne - famille.valeurs, 0)
    unit = np.zeros(len(famille.cles))
    unit[rang] = 1.0
    haut = multiplicateurs(-unit, famille.equations, down, up)
    bas = multiplicateurs(unit, famille.equations, down, up)
    return coupe(famille, rang, haut, bas)


def _un_parmi(famille: Famille, groupe: Groupe, rang: int, caches: frozenset[int]) -> tuple[np.ndarray, float]:
    """Return: one of the counts that share a sum with the group is hidden, those put aside that would not help."""
    touching = famille.equations[famille.equations[:, groupe.rangs].any(axis=1)].any(axis=0)
    touching[list(caches)] = False
    others = frozenset(np.flatnonzero(famille.masquables).tolist()) - caches
    near = sorted((other for other in others if touching[other]), key=lambda other: famille.valeurs[other])
    weights = np.zeros(len(famille.cles))
    if not trop_serree(famille, caches | others, rang):
        weights[_utiles(famille, rang, caches | (others - set(near)), near)] = famille.seuil
    return weights, float(famille.seuil)


def _utiles(famille: Famille, rang: int, caches: frozenset[int], autres: list[int]) -> list[int]:
    """Return counts of which one at least must be hidden: hiding all the others still narrows the count too much.

    Hiding more never narrows. Halves that are hidden to no avail are put aside at once; after ``ESSAIS`` of them, what
    is left is kept: the condition is weaker, and as true.
    """
    useful: list[int] = []
    waiting, tries = [autres], 0
    while waiting:
        chunk = waiting.pop(0)
        if tries >= ESSAIS or not chunk:
            useful += chunk
            continue
        tries += 1
        if trop_serree(famille, caches | set(chunk), rang):
            caches = caches | set(chunk)
        elif len(chunk) == 1:
            useful += chunk
        else:
            waiting += [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
    return useful
