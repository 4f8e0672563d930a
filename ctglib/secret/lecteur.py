"""What a reader of the published figures can work out: the interval of each hidden count, in whole numbers.

The reader knows every published count, the sums, that counts are whole and not negative, the threshold, and the rule:
so, of the hidden counts that move together, one at least is small. Which one, the reader does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import gcd, lcm

import numpy as np

from ctglib.secret.modele import Famille, composantes
from ctglib.secret.solveur import Abandon, Contraintes, minimiser

Termes = dict[int, int]  # whole coefficients: of the count of a rank, and of a sum under ~ its number


def resolues(sommes: Iterable[Mapping[int, int]]) -> dict[int, Termes]:
    """Return, by count that follows from others, a combination of the sums where it meets only counts that do not.

    Args:
        sommes: The coefficients of each sum, by count, without zeros.

    Examples:
        >>> resolues([{0: -1, 1: 1, 2: 1}, {0: -1, 1: 1}])
        {0: {0: -1, 1: 1, -2: 1}, 2: {-2: -1, 2: 1, -1: 1}}
    """
    solved: dict[int, Termes] = {}
    for numero, somme in enumerate(sommes):
        row = {**somme, ~numero: 1}
        for column in [column for column in somme if column in solved]:
            row = _sans(row, solved[column], column)
        pivot = next((column for column in row if column >= 0), None)
        if pivot is None:
            continue
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


def pas(solutions: Mapping[int, Termes], rangs: Iterable[int]) -> list[dict[int, int]]:
    """Return how counts move together, one step for each that follows from none: any move is a combination of steps.

    When there is one step only, the moves in whole numbers are its multiples.

    Args:
        solutions: What ``resolues`` returns.
        rangs: Counts that no row ties to others.
    """
    return [_pas(solutions, rang, rangs) for rang in rangs if rang not in solutions]


def _pas(solutions: Mapping[int, Termes], libre: int, rangs: Iterable[int]) -> dict[int, int]:
    tied = {rang: solutions[rang] for rang in rangs if libre in solutions.get(rang, ())}
    unit = lcm(*(row[rang] // gcd(row[rang], row[libre]) for rang, row in tied.items()))
    return {libre: unit, **{rang: -unit * row[libre] // row[rang] for rang, row in tied.items()}}


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
    return bool((equations @ valeurs == rest).all()) and _selon_la_regle(famille, groupe, valeurs.tolist())


def _selon_la_regle(famille: Famille, groupe: Groupe, valeurs: list[int]) -> bool:
    small = not groupe.suspects or any(0 < valeurs[suspect] < famille.seuil for suspect in groupe.suspects)
    return small and min(valeurs) >= 0


def examiner(famille: Famille, groupe: Groupe, vises: frozenset[int]) -> tuple[int, ...]:
    """Return which counts of ``vises``, in the group, lie in an interval shorter than the threshold, or enough of them.

    Each table that fits shows all counts at once: it widens the intervals of others, which then need no search. Steps
    from the true values give such tables at once, and all there are when there is one step only.
    """
    wanted = np.array([rang in vises for rang in groupe.rangs])
    if not wanted.any():
        return ()
    true = famille.valeurs[list(groupe.rangs)].tolist()
    if not _selon_la_regle(famille, groupe, true):
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas la règle")
    low, high = etendue(famille, groupe, np.flatnonzero(wanted).tolist())
    span = _Etendue(famille, np.array(low), np.array(high))
    if len(groupe.pas) > 1:
        return _chercher(span, groupe, wanted)
    return tuple(groupe.rangs[position] for position in np.flatnonzero(wanted & span.serrees)[:ASSEZ])


def _chercher(vue: _Etendue, groupe: Groupe, vises: np.ndarray) -> tuple[int, ...]:
    span = vue.elargie(groupe, vises)
    weak: list[int] = []
    for position in np.flatnonzero(vises & span.serrees):
        for known in _hypotheses(span.famille, groupe, position):
            span = span.elargie(known, np.arange(len(vises)) == position)
        if span.serrees[position]:
            weak.append(groupe.rangs[position])
        if len(weak) == ASSEZ:
            break
    return tuple(weak)


@dataclass(frozen=True)
class _Etendue:
    """The least and greatest values of the counts of a group that tables show."""

    famille: Famille
    basses: np.ndarray
    hautes: np.ndarray

    @property
    def serrees(self) -> np.ndarray:
        """Return which counts have not been seen to move by the threshold."""
        return self.hautes - self.basses < self.famille.seuil

    def elargie(self, groupe: Groupe, vises: np.ndarray) -> _Etendue:
        """Return it widened by the tables that push the counts ``vises`` up, then down as far as they still need."""
        wider = self
        for signe in (1.0, -1.0):
            pushed = vises & wider.serrees
            if pushed.any():
                found = extreme(self.famille, groupe, signe * pushed)
                wider = _Etendue(self.famille, np.minimum(wider.basses, found), np.maximum(wider.hautes, found))
        return wider


def trop_serree(famille: Famille, caches: frozenset[int], rang: int) -> bool:
    """Tell whether the interval of one count is shorter than the threshold when ``caches`` are hidden."""
    groupe = next(groupe for groupe in groupes(famille, caches) if rang in groupe.rangs)
    return bool(examiner(famille, groupe, frozenset({rang})))


def _hypotheses(famille: Famille, groupe: Groupe, position: int) -> Iterator[Groupe]:
    """Yield the group with one of its truly small counts as the only suspect, then as it is.

    What fits the first fits the second too, and is found faster: it often suffices.
    """
    small = [other for other in groupe.suspects if groupe.rangs[other] in famille.primaires and other != position]
    if small and len(groupe.suspects) > 1:
        yield replace(groupe, suspects=(small[0],))
    yield groupe


Valeurs = list[int]


def etendue(famille: Famille, groupe: Groupe, vises: Iterable[int]) -> tuple[Valeurs, Valeurs]:
    """Return the least and greatest values of the counts of a group that steps from the true values show.

    Args:
        famille: The counts.
        groupe: Those of the group.
        vises: Positions of the counts to push up, then down, until they have moved by the threshold.
    """
    true = famille.valeurs[list(groupe.rangs)].tolist()
    low = high = true
    for position in vises:
        for signe in (1, -1):
            table = true
            for step in groupe.pas:
                if step[position] and high[position] - low[position] < famille.seuil:
                    way = step if step[position] * signe > 0 else [-move for move in step]
                    table = _avancer(famille, groupe, table, way)
                    low, high = list(map(min, low, table)), list(map(max, high, table))
    return low, high


def _avancer(famille: Famille, groupe: Groupe, valeurs: Valeurs, pas: Iterable[int]) -> Valeurs:
    """Return values moved by the greatest multiple of a step that fits all that a reader knows."""
    moves = list(zip(valeurs, pas, strict=True))
    farthest = min((famille.borne - value) // move if move > 0 else value // -move for value, move in moves if move)
    if groupe.suspects:
        farthest = max(_petit(*moves[suspect], famille.seuil, farthest) for suspect in groupe.suspects)
    return [value + farthest * move for value, move in moves]


def _petit(valeur: int, pas: int, seuil: int, limite: int) -> int:
    """Return the greatest multiple of a step, 0 to ``limite``, that leaves a count from 1 to under the threshold.

    Without any, 0: the true values fit.
    """
    times = limite
    if pas:
        times = min(limite, (seuil - 1 - valeur) // pas if pas > 0 else (valeur - 1) // -pas)
    return times if times > 0 and 0 < valeur + times * pas < seuil else 0
