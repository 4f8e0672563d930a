"""The mask of a set of counts: which are hidden, which tables are withheld, and the counts once
masked.

A loop of two searches in whole numbers finds it: one proposes the cheapest mask that the conditions
known so far allow, the other reads it as an attacker would. A count that is narrowed too much gives
a condition, and so on. A condition is a row of whole weights over the counts: the weights of the
hidden ones must come to the threshold at least, whenever the count it protects is hidden. Every
sufficient mask satisfies it.

The attacker knows every published count, the sums, that counts are whole and not negative, the
threshold, and the rule: so, of the hidden counts that move together, one at least is small. Which
one, the attacker does not know.
"""

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.donnees.statuts import Statut
from ctglib.secret.modele import (
    Cellule,
    Cle,
    Famille,
    Lien,
    Lieu,
    Tirage,
    accorder,
    composantes,
    familles,
)
from ctglib.secret.solveur import Abandon, minimiser, multiplicateurs

LIEU = ["table", "ligne", "colonne"]
CLE = [*LIEU, "millesime"]
EFFECTIFS = [*CLE, "effectif", "statut", "sensible", "publiee"]
SANS_PROTECTION = "sans_protection"
TROP_LONG = "trop_long"
RETRAITS = ["table", "raison"]
TOURS = 300  # masks tried before a family is given up
NUL = 1e-7  # a coefficient under it is what rounding left of zero
# counts of a group found too narrowed before the mask is dropped: the others mostly are for the
# same reason
ASSEZ = 2


class Masque(NamedTuple):
    """What is hidden.

    Which cells are hidden for their own sake is nowhere in it: a reader who knew that would know
    more than a mask may tell. So its rows come in the order of their names.
    """

    effectifs: (
        pd.DataFrame
    )  # the counts that were given, the hidden ones without value and of status Q
    cellules: pd.DataFrame  # table, ligne, colonne: the hidden cells
    retraits: (
        pd.DataFrame
    )  # table, raison: tables withheld whole, as no smaller mask holds or none was found


def masquer(
    effectifs: pd.DataFrame,
    liens: Iterable[Lien],
    *,
    seuil: int,
    tirage: Tirage,
    deja: Collection[Lieu] = (),
) -> Masque:
    """Return the counts with the small ones (from 1 to under ``seuil``) hidden, and others that
    keep them hidden.

    ``effectifs`` has the columns ``EFFECTIFS``: whole numbers, missing when absent; ``sensible``,
    it counts persons; ``publiee``, an earlier bilan showed it. ``deja`` are the places that an
    earlier bilan hid: they stay hidden. The same ``tirage`` gives the same mask.

    Raises:
        ValueError: A count is given twice, is negative or is not whole.
    """
    values = effectifs["effectif"]
    deja = frozenset(deja)
    wrong = values.notna() & ((values < 0) | (values % 1 != 0))
    double = effectifs.duplicated(CLE)
    for fault, reason in (
        (wrong, "n'est pas un nombre entier de personnes"),
        (double, "est donné deux fois"),
    ):
        if fault.any():
            named = " / ".join(str(part) for part in effectifs.loc[fault, CLE].iloc[0])
            raise ValueError(f"l'effectif {named} {reason}")
    cellules = [
        Cellule(Cle(*cle), int(value) if value == value else None, value == value, shown, sensitive)
        for *cle, value, _, sensitive, shown in zip(
            *(effectifs[name].tolist() for name in EFFECTIFS), strict=True
        )
    ]
    small = effectifs["sensible"] & values.between(1, seuil - 1)
    hidden = {
        one.cle for one, few in zip(cellules, small, strict=True) if few or one.cle.lieu in deja
    }
    withheld: set[tuple[str, str]] = set()
    for famille in familles(*accorder(cellules, liens), deja, seuil, tirage):
        caches, raison = _caches(famille)
        hidden |= {famille.cles[rang] for rang in caches}
        withheld |= {(famille.cles[rang].table, raison) for rang in caches if raison}
    concerned = np.array(
        [cellule.affichee and cellule.cle in hidden for cellule in cellules], dtype=bool
    )
    return Masque(
        couvrir(effectifs, concerned, "effectif"),
        effectifs.loc[concerned, LIEU].drop_duplicates().sort_values(LIEU, ignore_index=True),
        pd.DataFrame(sorted(withheld), columns=RETRAITS, dtype=str),
    )


def couvrir(table: pd.DataFrame, caches: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return the rows with the hidden ones emptied of their value and of status Q."""
    return table.assign(
        **{
            colonne: table[colonne].mask(caches),
            "statut": table["statut"].mask(caches, Statut.SECRET),
        }
    )


def _caches(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the counts of a family to hide, and why all are when it is withheld."""
    asked = famille.imposes | famille.protegees
    if not asked:
        return frozenset(), ""
    whole = famille.imposes | set(np.flatnonzero(famille.masquables).tolist())
    try:
        found = _meilleur(famille)
    except Abandon:
        return whole, TROP_LONG
    if found is None:
        return whole, SANS_PROTECTION
    # Of hidden counts that move together, one at least is small, and stays so: groups that nothing
    # imposed is in go.
    kept = (
        groupe.rangs for groupe in groupes(famille, found) if not asked.isdisjoint(groupe.rangs)
    )
    return found & {rang for rangs in kept for rang in rangs}, ""


def _meilleur(famille: Famille) -> frozenset[int] | None:
    """Return the cheapest mask that holds, with the counts imposed and drawn, or None when none
    does.
    """
    low = np.zeros(len(famille.cles))
    low[list(famille.imposes | famille.tires)] = 1
    high = np.maximum(low, famille.masquables)
    rows: list[np.ndarray] = []
    minima: list[float] = []
    for _ in range(TOURS):
        known = (
            np.array(rows).reshape(-1, len(low)),
            np.array(minima),
            np.full(len(minima), np.inf),
        )
        found = minimiser(famille.prix, known, low, high)
        if found is None:
            return None
        caches = frozenset(np.flatnonzero(found).tolist())
        weak = [
            examiner(famille, groupe, caches | famille.protegees)
            for groupe in groupes(famille, caches)
        ]
        if not any(weak):
            return caches
        for ranks in filter(None, weak):
            cuts = [cut for rang in ranks if (cut := _coupe_lineaire(famille, rang, caches))]
            for rang, weights, least in cuts or [_coupe_voisine(famille, ranks[0], caches)]:
                # When the count is hidden (or never shown), the weights of the hidden ones reach
                # the least.
                weights[rang] -= least if famille.affichees[rang] else 0
                rows.append(weights)
                minima.append(0.0 if famille.affichees[rang] else least)
    raise Abandon


Coupe = tuple[
    int, np.ndarray, float
]  # the count it protects, weights of the hidden ones, what they come to at least


def _coupe_lineaire(famille: Famille, rang: int, caches: frozenset[int]) -> Coupe | None:
    """Return what must be hidden for a count narrowed too much to move by the threshold, where
    ``caches`` does not do.

    Multipliers of the sums bound how far a count can fall and rise: each hidden count lets it move
    by its own room, downwards its value, upwards the greatest value looked at. True of any
    multipliers, hence of every mask. A weight over the threshold is worth no more than it. There is
    none where only whole numbers or the rule narrow the count.
    """
    unseen = famille.inconnues(caches)
    values = famille.valeurs
    shown = famille.affichees
    down = np.where(unseen, -values, 0)
    up = np.where(unseen, famille.borne - values, 0)
    room = np.zeros(len(values))
    unit = np.eye(len(values))[rang]
    for goal in (-unit, unit):
        costs = goal - multiplicateurs(goal, famille.equations, down, up) @ famille.equations
        costs[np.abs(costs) < NUL] = 0
        room += np.where(costs > 0, costs * values, -costs * (famille.borne - values))
    weights = np.minimum(room, famille.seuil)
    least = float(famille.seuil - room[~shown].sum() - (weights[rang] if shown[rang] else 0))
    weights[~shown] = weights[rang] = 0
    return (rang, weights, least) if weights[list(caches)].sum() < least - NUL else None


def _coupe_voisine(famille: Famille, rang: int, caches: frozenset[int]) -> Coupe:
    """Return: one of the counts near the one that is narrowed too much is hidden too.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by
    step. Hiding others does not reach it.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    pairs = (pair for row in famille.equations[:, unseen] for pair in pairwise(np.flatnonzero(row)))
    tied = next(
        group
        for group in (unseen[ranks] for ranks in composantes(pairs, len(unseen)))
        if rang in group
    )
    near = (
        famille.equations[famille.equations[:, tied].any(axis=1)].any(axis=0) & famille.masquables
    )
    near[list(caches)] = False
    return rang, np.where(near, float(famille.seuil), 0.0), float(famille.seuil)


class Groupe(NamedTuple):
    """Counts that a reader does not see, and that sums let move together: the others say nothing
    about them.
    """

    rangs: list[int]  # in the family
    suspects: list[
        int
    ]  # positions in ``rangs``, of which the rule makes one small; empty when it says nothing
    equations: np.ndarray  # the sums over them
    valeurs: np.ndarray  # their true values
    borne: int
    seuil: int

    def convient(self, valeurs: np.ndarray) -> bool:
        """Tell whether values fit all that a reader knows."""
        small = not self.suspects or any(
            0 < valeurs[suspect] < self.seuil for suspect in self.suspects
        )
        same = (self.equations @ valeurs == self.equations @ self.valeurs).all()
        return bool(small and valeurs.min() >= 0 and same)


def groupes(famille: Famille, caches: frozenset[int]) -> list[Groupe]:
    """Return the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice.
    If published figures give a + b and a + b + c + d, then a and b move together, and c and d, each
    pair on its own. Once the sums are solved, each tells how one count follows from free ones:
    these move together.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    ties = (
        pair
        for row in resolues(famille.equations[:, unseen])
        for pair in pairwise(np.flatnonzero(row))
    )
    alone = (
        int(famille.affichees.sum()) == 1
    )  # nothing can be hidden beside the only count that is shown
    found = []
    for rangs in (unseen[group].tolist() for group in composantes(ties, len(unseen))):
        said = not famille.primaires.isdisjoint(rangs) and not alone
        suspects = [
            rank
            for rank, rang in enumerate(rangs)
            if said and rang in caches and famille.sensibles[rang]
        ]
        sums = famille.equations[:, rangs]
        sums = sums[sums.any(axis=1)]
        found.append(
            Groupe(rangs, suspects, sums, famille.valeurs[rangs], famille.borne, famille.seuil)
        )
    return found


def resolues(equations: np.ndarray) -> np.ndarray:
    """Return the sums solved, in exact whole numbers: each has a count of its own, the first, that
    follows from others.

    Examples:
        >>> resolues(np.array([[-1, 1, 1], [-1, 1, 0]])).tolist()
        [[-1, 1, 0], [0, 0, 1]]
    """
    rows = equations.astype(object)
    done = 0
    for column in range(rows.shape[1]):
        filled = np.flatnonzero(rows[:, column])
        pivots = filled[filled >= done]
        if len(pivots):
            rows[[done, pivots[0]]] = rows[[pivots[0], done]]
            own = rows[done]
            others = [rank for rank in np.flatnonzero(rows[:, column]) if rank != done]
            if others:
                rows[others] = rows[others] * own[column] - np.outer(rows[others, column], own)
                rows[others] //= np.maximum(np.gcd.reduce(rows[others], axis=1), 1)[:, np.newaxis]
            done += 1
    return rows[:done]


def examiner(famille: Famille, groupe: Groupe, vises: frozenset[int]) -> tuple[int, ...]:
    """Return which counts of ``vises``, in the group, lie in an interval shorter than the
    threshold, or enough of them.

    Each table that fits shows all counts at once: it widens the intervals of others, which then
    need no search.
    """
    wanted = [position for position, rang in enumerate(groupe.rangs) if rang in vises]
    low = high = groupe.valeurs
    if wanted and not groupe.convient(low):
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas la règle")
    weak: list[int] = []
    for position in wanted:
        unit = np.eye(len(low))[position]
        for poids in (unit, -unit):
            if high[position] - low[position] < famille.seuil:
                found = _extreme(groupe, poids)
                low = np.minimum(low, found)
                high = np.maximum(high, found)
        if high[position] - low[position] < famille.seuil:
            weak.append(groupe.rangs[position])
        if len(weak) == ASSEZ:
            break
    return tuple(weak)


def _extreme(groupe: Groupe, poids: np.ndarray) -> np.ndarray:
    """Return values of the group that fit all that a reader knows and make their weighted sum as
    great as can be.

    They are checked in whole numbers: they owe nothing to the solver's tolerance.
    """
    size = len(groupe.rangs)
    extra = len(groupe.suspects)
    rest = groupe.equations @ groupe.valeurs
    rows = [np.hstack([groupe.equations, np.zeros((len(rest), extra))])]
    low = [rest]
    high = [rest]
    if (
        extra
    ):  # one suspect at least is chosen, and each chosen one is from 1 to under the threshold
        suspect = np.eye(size)[groupe.suspects]
        choice = np.eye(extra)
        slack = groupe.borne - groupe.seuil + 1
        rows += [np.hstack([suspect, -choice]), np.hstack([suspect, slack * choice])]
        rows.append(np.concatenate([np.zeros(size), np.ones(extra)])[np.newaxis])
        low += [np.zeros(extra), np.full(extra, -np.inf), [1]]
        high += [np.full(extra, np.inf), np.full(extra, groupe.borne), [np.inf]]
    found = minimiser(
        np.concatenate([-poids, np.zeros(extra)]),
        (np.vstack(rows), np.concatenate(low), np.concatenate(high)),
        np.zeros(size + extra),
        np.concatenate([np.full(size, groupe.borne), np.ones(extra)]),
    )
    if found is None or not groupe.convient(found[:size]):
        raise Abandon
    return found[:size]
