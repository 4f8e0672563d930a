"""What a reader of the published figures can work out: the interval of each hidden count, in whole numbers.

The reader knows every published count, the sums, that counts are whole and not negative, the threshold, and the rule:
so, of the hidden counts that move together, one at least is small. Which one, the reader does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import NamedTuple

import numpy as np

from ctglib.secret.modele import Famille, composantes
from ctglib.secret.solveur import Abandon, minimiser

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


class Groupe(NamedTuple):
    """Counts that a reader does not see, and that sums let move together: the others say nothing about them."""

    rangs: tuple[int, ...]  # in the family
    suspects: tuple[int, ...]  # positions in ``rangs``, of which the rule makes one small; empty when it says nothing


def groupes(famille: Famille, caches: frozenset[int]) -> tuple[Groupe, ...]:
    """Return the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice. If published
    figures give a + b and a + b + c + d, then a and b move together, and c and d, each pair on its own. Once the sums
    are solved, each tells how one count follows from free ones: these move together.
    """
    hidden = famille.inconnues(caches)
    sums = ({rang: int(row[rang]) for rang in np.flatnonzero(row * hidden).tolist()} for row in famille.equations)
    unseen = np.flatnonzero(hidden).tolist()
    place = {rang: position for position, rang in enumerate(unseen)}
    ties = ((place[rang], place[other]) for rang, row in resolues(sums).items() for other in row)
    apart: dict[int, list[int]] = {}
    for rang, label in zip(unseen, composantes(ties, len(unseen)), strict=True):
        apart.setdefault(label, []).append(rang)
    alone = int(famille.affichees.sum()) == 1  # nothing can be hidden beside the only count that is shown
    found = []
    for rangs in apart.values():
        said = not famille.primaires.isdisjoint(rangs) and not alone
        suspects = [rank for rank, rang in enumerate(rangs) if said and rang in caches and famille.sensibles[rang]]
        found.append(Groupe(tuple(rangs), tuple(suspects)))
    return tuple(found)


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
    rows, low, high = [np.hstack([equations, np.zeros((len(equations), extra))])], [rest], [rest]
    if extra:  # one suspect at least is chosen, and each chosen one is from 1 to under the threshold
        suspect, choice = np.eye(size)[list(groupe.suspects)], np.eye(extra)
        slack = famille.borne - famille.seuil + 1
        rows += [np.hstack([suspect, -choice]), np.hstack([suspect, slack * choice])]
        rows.append(np.concatenate([np.zeros(size), np.ones(extra)])[np.newaxis])
        low += [np.zeros(extra), np.full(extra, -np.inf), [1]]
        high += [np.full(extra, np.inf), np.full(extra, famille.borne), [np.inf]]
    found = minimiser(
        np.concatenate([-poids, np.zeros(extra)]),
        (np.vstack(rows), np.concatenate(low), np.concatenate(high)),
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
