"""The counts that a reader does not see, apart as far as the sums let each move without the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ctglib.secret.composantes import composantes
from ctglib.secret.elimination import Termes, pas, resolues
from ctglib.secret.modele import Famille


@dataclass(frozen=True)
class Groupe:
    """Counts that a reader does not see, and that sums let move together: the others say nothing about them.

    Attributes:
        rangs: Their ranks in the family.
        suspects: Positions (in ``rangs``) of which the rule makes one at least small; empty when it says nothing.
        pas: Steps in whole numbers that no sum forbids, one entry a count: none when the sums give the count away.
        preuve: In that case, multipliers that take from the sums what gives it away, by number of the sum.
    """

    rangs: tuple[int, ...]
    suspects: tuple[int, ...]
    pas: tuple[tuple[int, ...], ...]
    preuve: dict[int, float] = field(default_factory=dict, compare=False)


def groupes(famille: Famille, caches: frozenset[int]) -> tuple[Groupe, ...]:
    """Return the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice. If published
    figures give a + b and a + b + c + d, then a and b move together, and c and d, each pair on its own. Once the sums
    are solved, each tells how one count follows from free ones: these move together.
    """
    solved = solutions(famille, caches)
    unseen = np.flatnonzero(famille.inconnues(caches)).tolist()
    place = {rang: position for position, rang in enumerate(unseen)}
    ties = [(place[rang], place[other]) for rang, row in solved.items() for other in row if other >= 0]
    labels = composantes(np.array(ties, dtype=int).reshape(-1, 2), len(unseen)).tolist()
    apart: dict[int, list[int]] = {}
    for rang, label in zip(unseen, labels, strict=True):
        apart.setdefault(label, []).append(rang)
    return tuple(_groupe(famille, caches, tuple(rangs), solved) for rangs in apart.values())


def solutions(famille: Famille, caches: frozenset[int]) -> dict[int, Termes]:
    """Return the sums solved for the counts that a reader does not see, as ``resolues`` does."""
    unseen = famille.inconnues(caches).tolist()
    return resolues({rang: value for rang, value in row.items() if unseen[rang]} for row in famille.sommes)


def _groupe(famille: Famille, caches: frozenset[int], rangs: tuple[int, ...], solved: dict[int, Termes]) -> Groupe:
    said = not famille.primaires.isdisjoint(rangs) and not famille.solitaire
    suspects = [position for position, rang in enumerate(rangs) if rang in caches and famille.sensibles[rang]]
    steps = [tuple(step.get(rang, 0) for rang in rangs) for step in pas(solved, rangs)]
    row = {} if steps else solved[rangs[0]]
    proof = {~numero: value / row[rangs[0]] for numero, value in row.items() if numero < 0}
    return Groupe(rangs, tuple(suspects) if said else (), tuple(steps), proof)


def reunis(equations: np.ndarray) -> list[np.ndarray]:
    """Return the columns that sums tie to each other, step by step, as lists of positions."""
    size = equations.shape[1]
    pairs = [pair for row in equations for pair in pairwise(np.flatnonzero(row))]
    labels = composantes(np.array(pairs, dtype=int).reshape(-1, 2), size)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]
