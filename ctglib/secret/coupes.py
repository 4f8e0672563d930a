"""Why a mask is not enough, as conditions that every sufficient mask satisfies.

A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ctglib.secret.groupes import Groupe, reunis
from ctglib.secret.lecteur import NUL, trop_serree
from ctglib.secret.modele import Famille
from ctglib.secret.solveur import multiplicateurs

Coupe = tuple[int, np.ndarray, float]  # the count it protects, weights of the hidden ones, what they come to at least


def coupes(famille: Famille, rangs: Sequence[int], haut: np.ndarray, bas: np.ndarray) -> Iterator[Coupe]:
    """Yield what must be hidden for each of some counts to move by the threshold.

    Multipliers of the sums bound how far it can rise (``haut``) and fall (``bas``), a row for each: each hidden count
    lets it move by its own room, downwards its value, upwards the greatest value looked at. True of any multipliers,
    hence of every mask. A weight over the threshold is worth no more than it.
    """
    places = np.arange(len(rangs)), np.array(rangs, dtype=int)
    unit = np.zeros((len(rangs), len(famille.cles)))
    unit[places] = 1.0
    equations = famille.equations.astype(float)
    room = _marge(famille, -unit - haut @ equations) + _marge(famille, unit - bas @ equations)
    weights = np.minimum(room, famille.seuil)
    given = room[:, ~famille.affichees].sum(axis=1) + np.where(famille.affichees[places[1]], weights[places], 0.0)
    weights[:, ~famille.affichees] = 0.0
    weights[places] = 0.0
    for rang, row, least in zip(rangs, weights, famille.seuil - given, strict=True):
        yield rang, row, float(least)


def _marge(famille: Famille, couts: np.ndarray) -> np.ndarray:
    couts = np.where(np.abs(couts) < NUL, 0.0, couts)
    return np.maximum(couts, 0) * famille.valeurs + np.maximum(-couts, 0) * (famille.borne - famille.valeurs)


def coupes_evidentes(famille: Famille) -> list[Coupe]:
    """Return what each sum alone asks for: company, and company large enough."""
    to_protect = famille.affichees.copy()
    to_protect[list(famille.protegees)] = True
    sums, ranks = np.nonzero(famille.equations * to_protect)
    multipliers = np.zeros((len(ranks), len(famille.equations)))
    multipliers[np.arange(len(ranks)), sums] = 1.0 / famille.equations[sums, ranks]
    found = [
        condition
        for bas in (multipliers, np.zeros_like(multipliers))
        for condition in coupes(famille, ranks.tolist(), -multipliers, bas)
    ]
    return [(rang, weights, least) for rang, weights, least in found if least > 0]


def coupes_lineaires(famille: Famille, serrees: list[tuple[int, Groupe]], caches: frozenset[int]) -> list[Coupe]:
    """Return what linear bounds prove of every sufficient mask, and ``caches`` breaks.

    There is none where only whole numbers or the rule narrow the counts.

    Args:
        famille: The counts.
        serrees: Counts that are narrowed too much, each with its group.
        caches: The mask that does not do.
    """
    bounds = [_multiplicateurs(famille, rang, groupe, caches) for rang, groupe in serrees]
    found = coupes(famille, [rang for rang, _ in serrees], *map(np.array, zip(*bounds, strict=True)))
    return [(rang, weights, least) for rang, weights, least in found if weights[list(caches)].sum() < least - NUL]


def _multiplicateurs(
    famille: Famille, rang: int, groupe: Groupe, caches: frozenset[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return multipliers of the sums that bound how far a count can rise, then fall."""
    if groupe.preuve:
        proof = np.zeros(len(famille.equations))
        proof[list(groupe.preuve)] = list(groupe.preuve.values())
        return -proof, proof
    unseen = famille.inconnues(caches)
    down, up = np.where(unseen, -famille.valeurs, 0), np.where(unseen, famille.borne - famille.valeurs, 0)
    unit = np.zeros(len(famille.cles))
    unit[rang] = 1.0
    haut, bas = (multiplicateurs(objective, famille.equations, down, up) for objective in (-unit, unit))
    return haut, bas


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
