"""What a reader of the published figures can work out: the interval of each hidden count, in whole numbers.

The reader knows every published count, the sums, that counts are whole and not negative, the threshold, and the rule:
so, of the hidden counts that move together, one at least is small. Which one, the reader does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ctglib.secret.groupes import Groupe, groupes
from ctglib.secret.modele import Famille
from ctglib.secret.pas import etendue
from ctglib.secret.solveur import Abandon, Contraintes, minimiser

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
