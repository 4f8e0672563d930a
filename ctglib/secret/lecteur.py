"""What a reader of the published figures can work out: the interval of each hidden count, in whole numbers.

The reader knows every published count, the sums, that counts are whole and not negative, the threshold, and the rule:
so, of the hidden counts that move together, one at least is small. Which one, the reader does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

import numpy as np

from ctglib.secret.modele import Famille, composantes
from ctglib.secret.solveur import Abandon, Contraintes, minimiser

Termes = dict[int, int]  # whole coefficients, by rank of the count


def resolues(sommes: Iterable[Termes]) -> dict[int, Termes]:
    """Return, by count that follows from others, a combination of the sums where it meets only counts that do not.

    Examples:
        >>> resolues([{0: -1, 1: 1, 2: 1}, {0: -1, 1: 1}])
        {0: {0: -1, 1: 1}, 2: {2: 1}}
    """
    solved: dict[int, Termes] = {}
    for somme in sommes:
        row = dict(somme)
        for column in [column for column in somme if column in solved]:
            row = _sans(row, solved[column], column)
        if not row:
            continue
        pivot = next(iter(row))
        for column, other in solved.items():
            if pivot in other:
                solved[column] = _sans(other, row, pivot)
        solved[pivot] = row
    return solved


def _sans(termes: Termes, autres: Termes, colonne: int) -> Termes:
    """Return the combination of two rows where a column is no more, in lowest terms."""
    own, other = autres[colonne], -termes[colonne]
    mixed = {column: own * value for column, value in termes.items()}
    for column, value in autres.items():
        mixed[column] = mixed.get(column, 0) + other * value
    common = gcd(*mixed.values())
    return {column: value // common for column, value in mixed.items() if value}


@dataclass(frozen=True)
class Groupe:
    """Counts that a reader does not see, and that sums let move together: the others say nothing about them.

    Attributes:
        rangs: Their ranks in the family.
        suspects: Positions (in ``rangs``) of which the rule makes one at least small; empty when it says nothing.
    """

    rangs: tuple[int, ...]
    suspects: tuple[int, ...]


def groupes(famille: Famille, caches: frozenset[int]) -> tuple[Groupe, ...]:
    """Return the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice. If published
    figures give a + b and a + b + c + d, then a and b move together, and c and d, each pair on its own. Once the sums
    are solved, each tells how one count follows from free ones: these move together.
    """
    hidden = famille.inconnues(caches)
    solved = resolues({rang: value for rang, value in row.items() if hidden[rang]} for row in famille.sommes)
    unseen = np.flatnonzero(hidden).tolist()
    place = {rang: position for position, rang in enumerate(unseen)}
    ties = [(place[rang], place[other]) for rang, row in solved.items() for other in row]
    labels = composantes(np.array(ties, dtype=int).reshape(-1, 2), len(unseen)).tolist()
    apart: dict[int, list[int]] = {}
    for rang, label in zip(unseen, labels, strict=True):
        apart.setdefault(label, []).append(rang)
    found = []
    for rangs in apart.values():
        said = not famille.primaires.isdisjoint(rangs) and not famille.solitaire
        suspects = [rank for rank, rang in enumerate(rangs) if said and rang in caches and famille.sensibles[rang]]
        found.append(Groupe(tuple(rangs), tuple(suspects)))
    return tuple(found)


def reunis(equations: np.ndarray) -> list[np.ndarray]:
    """Return the columns that sums tie to each other, step by step, as lists of positions."""
    size = equations.shape[1]
    pairs = [pair for row in equations for pair in pairwise(np.flatnonzero(row))]
    labels = composantes(np.array(pairs, dtype=int).reshape(-1, 2), size)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


NUL = 1e-7  # a coefficient under it is what rounding left of zero
ASSEZ = 2  # counts of a group found too narrowed before the mask is dropped: the others mostly are for the same reason


def extreme(famille: Famille, groupe: Groupe, poids: np.ndarray) -> np.ndarray:
    """Return values of the group that fit all that a reader knows and make their weighted sum as great as can be.

    They are checked in whole numbers: they owe nothing to the solver's tolerance.

    Raises:
        Abandon: The solver found none, or its answer does not fit.
    """
    size, extra = len(groupe.rangs), len(groupe.suspects)
    equations, rest = _sommes(famille, groupe)
    sums = np.hstack([equations, np.zeros((len(equations), extra))])
    rows, low, high = _un_est_petit(famille, groupe)
    found = minimiser(
        np.concatenate([-poids, np.zeros(extra)]),
        (np.vstack([sums, rows]), np.concatenate([rest, low]), np.concatenate([rest, high])),
        np.zeros(size + extra),
        np.concatenate([np.full(size, famille.borne), np.ones(extra)]),
    )
    if found is None or not convient(famille, groupe, found[:size]):
        raise Abandon
    return found[:size]


def _sommes(famille: Famille, groupe: Groupe) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums over the counts of the group, and what each must come to, the published counts taken off."""
    equations = famille.equations[:, list(groupe.rangs)]
    equations = equations[equations.any(axis=1)]
    return equations, equations @ famille.valeurs[list(groupe.rangs)]


def _un_est_petit(famille: Famille, groupe: Groupe) -> Contraintes:
    """Return: a choice of one suspect at least, and each chosen one is from 1 to under the threshold."""
    size, extra = len(groupe.rangs), len(groupe.suspects)
    if not extra:
        return np.zeros((0, size)), np.zeros(0), np.zeros(0)
    suspect = np.eye(size)[list(groupe.suspects)]
    slack = famille.borne - famille.seuil + 1
    at_least_one = np.concatenate([np.zeros(size), np.ones(extra)])
    rows = np.vstack([np.hstack([suspect, -np.eye(extra)]), np.hstack([suspect, slack * np.eye(extra)]), at_least_one])
    low = np.concatenate([np.zeros(extra), np.full(extra, -np.inf), [1]])
    high = np.concatenate([np.full(extra, np.inf), np.full(extra, famille.borne), [np.inf]])
    return rows, low, high


def convient(famille: Famille, groupe: Groupe, valeurs: np.ndarray) -> bool:
    """Tell whether values of the group fit all that a reader knows."""
    equations, rest = _sommes(famille, groupe)
    small = not groupe.suspects or any(0 < valeurs[suspect] < famille.seuil for suspect in groupe.suspects)
    return bool(small and valeurs.min() >= 0 and (equations @ valeurs == rest).all())


def examiner(famille: Famille, groupe: Groupe, vises: frozenset[int]) -> tuple[int, ...]:
    """Return which counts of ``vises``, in the group, lie in an interval shorter than the threshold, or enough of them.

    Each table that fits shows all counts at once: it widens the intervals of others, which then need no search.
    """
    wanted = [position for position, rang in enumerate(groupe.rangs) if rang in vises]
    low = high = famille.valeurs[list(groupe.rangs)]
    if wanted and not convient(famille, groupe, low):
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas la règle")
    weak: list[int] = []
    for position in wanted:
        unit = np.eye(len(low))[position]
        for poids in (unit, -unit):
            if high[position] - low[position] < famille.seuil:
                found = extreme(famille, groupe, poids)
                low, high = np.minimum(low, found), np.maximum(high, found)
        if high[position] - low[position] < famille.seuil:
            weak.append(groupe.rangs[position])
        if len(weak) == ASSEZ:
            break
    return tuple(weak)
