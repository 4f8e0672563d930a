"""What a reader of the published figures can work out: the interval of each hidden count, in whole numbers.

The reader knows every published count, the sums, that counts are whole and not negative, the threshold, and the rule:
so, of the hidden counts that move together, one at least is small. Which one, the reader does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ctglib.analyse.secret.composantes import composantes
from ctglib.analyse.secret.modele import Famille
from ctglib.analyse.secret.solveur import Abandon, Contraintes, minimiser

NUL = 1e-7  # a coefficient under it is what rounding left of zero
ASSEZ = 2  # counts of a group found too narrowed before the mask is dropped: the others mostly are for the same reason


@dataclass(frozen=True)
class Groupe:
    """Counts that a reader does not see, and that sums let move together: the others say nothing about them.

    Attributes:
        rangs: Their ranks in the family.
        equations: The sums, over these counts.
        reste: What each sum must come to, the published counts taken off.
        suspects: Positions (in ``rangs``) of which the rule makes one at least small; empty when it says nothing.
    """

    rangs: np.ndarray
    equations: np.ndarray
    reste: np.ndarray
    suspects: np.ndarray


def groupes(famille: Famille, caches: frozenset[int]) -> tuple[Groupe, ...]:
    """Return the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice. If published
    figures give a + b and a + b + c + d, then a and b move together, and c and d, each pair on its own.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    apart = [
        unseen[near][labels == label]
        for near in reunis(famille.equations[:, unseen])
        for labels in [_solidaires(famille.equations[:, unseen[near]])]
        for label in np.unique(labels)
    ]
    return tuple(_groupe(famille, caches, rangs) for rangs in apart)


def reunis(equations: np.ndarray) -> list[np.ndarray]:
    """Return the columns that sums tie to each other, step by step, as lists of positions."""
    size = equations.shape[1]
    pairs = [pair for row in equations for pair in pairwise(np.flatnonzero(row))]
    labels = composantes(np.array(pairs, dtype=int).reshape(-1, 2), size)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _solidaires(equations: np.ndarray) -> np.ndarray:
    """Return a label for each column: the same for two that some set of moves, none of them superfluous, has both.

    Once the sums are solved, each tells how one count follows from free ones: these move together.
    """
    solved = equations[equations.any(axis=1)].astype(float)
    pivots: list[int] = []
    for column in range(solved.shape[1]):
        rest = np.abs(solved[len(pivots) :, column])
        if not len(rest) or rest.max() < NUL:
            continue
        row, best = len(pivots), len(pivots) + int(rest.argmax())
        solved[[row, best]] = solved[[best, row]]
        solved[row] /= solved[row, column]
        others = solved[:, column].copy()
        others[row] = 0.0
        solved -= np.outer(others, solved[row])
        pivots.append(column)
    rows, columns = np.nonzero(np.abs(solved[: len(pivots)]) > NUL)
    return composantes(np.column_stack([np.array(pivots, dtype=int)[rows], columns]), solved.shape[1])


def _groupe(famille: Famille, caches: frozenset[int], rangs: np.ndarray) -> Groupe:
    concerned = famille.equations[:, rangs].any(axis=1)
    equations = famille.equations[np.ix_(concerned, rangs)]
    said = bool(famille.primaires & set(rangs.tolist())) and not famille.solitaire
    suspects = [position for position, rang in enumerate(rangs) if rang in caches and famille.sensibles[rang]]
    return Groupe(rangs, equations, equations @ famille.valeurs[rangs], np.array(suspects if said else [], dtype=int))


def extreme(famille: Famille, groupe: Groupe, poids: np.ndarray) -> np.ndarray:
    """Return values of the group that fit all that a reader knows and make their weighted sum as great as can be.

    They are checked in whole numbers: they owe nothing to the solver's tolerance.

    Raises:
        Abandon: The solver found none, or its answer does not fit.
    """
    size, extra = len(groupe.rangs), len(groupe.suspects)
    sums = np.hstack([groupe.equations, np.zeros((len(groupe.equations), extra))])
    rows, low, high = _un_est_petit(famille, groupe)
    found = minimiser(
        np.concatenate([-poids, np.zeros(extra)]),
        (np.vstack([sums, rows]), np.concatenate([groupe.reste, low]), np.concatenate([groupe.reste, high])),
        np.zeros(size + extra),
        np.concatenate([np.full(size, famille.borne), np.ones(extra)]),
    )
    if found is None or not convient(famille, groupe, found[:size]):
        raise Abandon
    return found[:size]


def _un_est_petit(famille: Famille, groupe: Groupe) -> Contraintes:
    """Return: a choice of one suspect at least, and each chosen one is from 1 to under the threshold."""
    size, extra = len(groupe.rangs), len(groupe.suspects)
    if not extra:
        return np.zeros((0, size)), np.zeros(0), np.zeros(0)
    suspect = np.eye(size)[groupe.suspects]
    slack = famille.borne - famille.seuil + 1
    at_least_one = np.concatenate([np.zeros(size), np.ones(extra)])
    rows = np.vstack([np.hstack([suspect, -np.eye(extra)]), np.hstack([suspect, slack * np.eye(extra)]), at_least_one])
    low = np.concatenate([np.zeros(extra), np.full(extra, -np.inf), [1]])
    high = np.concatenate([np.full(extra, np.inf), np.full(extra, famille.borne), [np.inf]])
    return rows, low, high


def convient(famille: Famille, groupe: Groupe, valeurs: np.ndarray) -> bool:
    """Tell whether values of the group fit all that a reader knows."""
    suspects = valeurs[groupe.suspects]
    return bool(
        (valeurs >= 0).all()
        and (groupe.equations @ valeurs == groupe.reste).all()
        and (not len(suspects) or ((suspects > 0) & (suspects < famille.seuil)).any())
    )


@dataclass(frozen=True)
class Examen:
    """What was found of a group: counts that lie in too short an interval, and the tables that proved the others safe.

    Attributes:
        faibles: Ranks in the family: none, or enough of them.
        tables: Values of the whole family, one row a table; other groups may fit them too.
    """

    faibles: tuple[int, ...]
    tables: tuple[np.ndarray, ...]


def examiner(famille: Famille, groupe: Groupe, vises: frozenset[int], connues: tuple[np.ndarray, ...] = ()) -> Examen:
    """Return which counts of ``vises``, in the group, lie in an interval shorter than the threshold.

    Each table that fits shows all counts at once: it widens the intervals of others, which then need no search.

    Args:
        famille: The counts.
        groupe: Those that the same sums tie together.
        vises: The counts to look at.
        connues: Tables found for other groups: those that fit this one are a start.
    """
    wanted = np.array([rang in vises for rang in groupe.rangs])
    fitting = [
        table[groupe.rangs] for table in (famille.valeurs, *connues) if convient(famille, groupe, table[groupe.rangs])
    ]
    if not fitting or not (fitting[0] == famille.valeurs[groupe.rangs]).all():
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas leurs sommes")
    span = _Etendue(famille, groupe, np.min(fitting, axis=0), np.max(fitting, axis=0)).elargie(groupe, wanted)
    weak: list[int] = []
    for position in np.flatnonzero(wanted & span.serrees):
        for known in _hypotheses(famille, groupe, position):
            span = span.elargie(known, np.arange(len(wanted)) == position)
        if span.serrees[position]:
            weak.append(int(groupe.rangs[position]))
        if len(weak) == ASSEZ:
            break
    return Examen(tuple(weak), span.tables)


@dataclass(frozen=True)
class _Etendue:
    """The least and greatest values of a group that tables show, and those tables, over the whole family."""

    famille: Famille
    groupe: Groupe
    basses: np.ndarray
    hautes: np.ndarray
    tables: tuple[np.ndarray, ...] = ()

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
                wider = wider._avec(extreme(self.famille, groupe, signe * pushed))
        return wider

    def _avec(self, trouvees: np.ndarray) -> _Etendue:
        table = self.famille.valeurs.copy()
        table[self.groupe.rangs] = trouvees
        low, high = np.minimum(self.basses, trouvees), np.maximum(self.hautes, trouvees)
        return replace(self, basses=low, hautes=high, tables=(*self.tables, table))


def trop_serree(famille: Famille, caches: frozenset[int], rang: int) -> bool:
    """Tell whether the interval of one count is shorter than the threshold when ``caches`` are hidden."""
    groupe = next(groupe for groupe in groupes(famille, caches) if rang in groupe.rangs)
    return bool(examiner(famille, groupe, frozenset({rang})).faibles)


def _hypotheses(famille: Famille, groupe: Groupe, position: int) -> Iterator[Groupe]:
    """Yield the group with one of its truly small counts as the only suspect, then as it is.

    What fits the first fits the second too, and is found faster: it often suffices.
    """
    small = [other for other in groupe.suspects if groupe.rangs[other] in famille.primaires and other != position]
    if small and len(groupe.suspects) > 1:
        yield replace(groupe, suspects=np.array(small[:1]))
    yield groupe
