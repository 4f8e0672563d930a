"""Why a mask is not enough, as conditions that every sufficient mask satisfies.

A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ctglib.analyse.secret.groupes import Groupe, reunis
from ctglib.analyse.secret.lecteur import NUL, trop_serree
from ctglib.analyse.secret.modele import Famille
from ctglib.analyse.secret.solveur import multiplicateurs


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


def coupes_lineaires(
    famille: Famille, groupe: Groupe, faibles: tuple[int, ...], *, caches: frozenset[int]
) -> list[tuple[int, np.ndarray, float]]:
    """Return (count, weights, least sum) that linear bounds prove of every sufficient mask, and ``caches`` breaks.

    There is none where only whole numbers or the rule narrow the counts.

    Args:
        famille: The counts.
        groupe: The group of the counts that are narrowed too much.
        faibles: Counts that are narrowed too much.
        caches: The mask that does not do.
    """
    if groupe.preuve:
        proof = np.zeros(len(famille.equations))
        proof[list(groupe.preuve)] = list(groupe.preuve.values())
        found = [(rang, *coupe(famille, rang, -proof, proof)) for rang in faibles]
    else:
        found = [(rang, *_coupe_lineaire(famille, rang, caches)) for rang in faibles]
    return [(rang, weights, least) for rang, weights, least in found if weights[list(caches)].sum() < least - NUL]


def _coupe_lineaire(famille: Famille, rang: int, caches: frozenset[int]) -> tuple[np.ndarray, float]:
    unseen = famille.inconnues(caches)
    down = np.where(unseen, -famille.valeurs, 0)
    up = np.where(unseen, famille.borne - famille.valeurs, 0)
    unit = np.zeros(len(famille.cles))
    unit[rang] = 1.0
    haut = multiplicateurs(-unit, famille.equations, down, up)
    bas = multiplicateurs(unit, famille.equations, down, up)
    return coupe(famille, rang, haut, bas)


def coupe_voisine(famille: Famille, rang: int, caches: frozenset[int], *, essais: int) -> tuple[np.ndarray, float]:
    """Return (weights, least sum): one of the counts near the one that is narrowed too much is hidden too.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by step. Hiding others does
    not reach it. ``essais`` searches may be spent on leaving out those that would not help.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    tied = next(unseen[near] for near in reunis(famille.equations[:, unseen]) if rang in unseen[near])
    touching = famille.equations[famille.equations[:, tied].any(axis=1)].any(axis=0)
    others = frozenset(np.flatnonzero(famille.masquables).tolist()) - caches
    near = [other for other in sorted(others) if touching[other]]
    weights = np.zeros(len(famille.cles))
    weights[_utiles(famille, rang, caches | (others - set(near)), near, essais=essais)] = famille.seuil
    return weights, float(famille.seuil)


def _utiles(famille: Famille, rang: int, caches: frozenset[int], autres: list[int], *, essais: int) -> list[int]:
    """Return counts of which one at least must be hidden: hiding all the others still narrows the count too much.

    Hiding more never narrows. Halves that are hidden to no avail are put aside at once; after so many searches, what is
    left is kept: the condition is weaker, and as true.
    """
    useful: list[int] = []
    waiting = [autres]
    while waiting:
        chunk = waiting.pop(0)
        if essais <= 0 or not chunk:
            useful += chunk
            continue
        essais -= 1
        if trop_serree(famille, caches | set(chunk), rang):
            caches = caches | set(chunk)
        elif len(chunk) == 1:
            useful += chunk
        else:
            waiting += [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
    return useful
