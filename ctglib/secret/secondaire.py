"""The smallest mask that holds: fewest counts, then the smallest ones, then the first ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ctglib.secret.coupes import coupe_voisine, coupes_evidentes, coupes_lineaires
from ctglib.secret.groupes import Groupe, groupes
from ctglib.secret.lecteur import examiner
from ctglib.secret.modele import Famille
from ctglib.secret.solveur import Abandon, minimiser

TOURS = 300  # masks tried before a family is given up
PATIENCE = 4  # masks that fail on one count before a stronger condition is worth its price
ESSAIS = 12  # searches spent on one
PAQUET = 12  # counts whose order is settled at once: beyond, powers of two outgrow the solver's tolerance
Egalite = tuple[np.ndarray, float]  # weights of the hidden counts, and what they come to


@dataclass
class Recherche:
    """The conditions known so far, that every sufficient mask satisfies; each mask that fails adds some.

    Attributes:
        famille: The counts.
        lignes: Left sides, over all counts.
        minima: Right sides.
        tours: Masks tried.
        vus: Counts too narrowed of the groups looked at: most groups of a mask were in the one before.
        echecs: How often each count was narrowed too much, by more than linear bounds tell.
    """

    famille: Famille
    lignes: list[np.ndarray] = field(default_factory=list)
    minima: list[float] = field(default_factory=list)
    tours: int = 0
    vus: dict[Groupe, tuple[int, ...]] = field(default_factory=dict)
    echecs: Counter[int] = field(default_factory=Counter)

    def exiger(self, rang: int, poids: np.ndarray, minimum: float) -> None:
        """Add: when the count ``rang`` is hidden (or never shown), the weights of the hidden ones reach ``minimum``."""
        row = poids.copy()
        if self.famille.affichees[rang]:
            row[rang] -= minimum
        self.lignes.append(row)
        self.minima.append(0.0 if self.famille.affichees[rang] else minimum)

    def candidat(
        self, objectif: np.ndarray, egalites: list[Egalite], sauf: frozenset[int] | None = None
    ) -> frozenset[int] | None:
        """Return the best mask that the conditions allow, other than ``sauf`` and what contains it."""
        famille = self.famille
        low = np.zeros(len(famille.cles))
        low[list(famille.imposes)] = 1
        rows, minima = [*self.lignes, *(row for row, _ in egalites)], [*self.minima, *(value for _, value in egalites)]
        maxima = [np.inf] * len(self.minima) + [value for _, value in egalites]
        if sauf is not None:
            rows.append(np.isin(np.arange(len(low)), list(sauf)).astype(float))
            minima, maxima = [*minima, -np.inf], [*maxima, len(sauf) - 1.0]
        known = (np.array(rows).reshape(-1, len(low)), np.array(minima), np.array(maxima))
        found = minimiser(objectif, known, low, np.maximum(low, famille.masquables))
        return None if found is None else frozenset(np.flatnonzero(found).tolist())

    def meilleur(self, objectif: np.ndarray, egalites: list[Egalite]) -> frozenset[int] | None:
        """Return the best mask that holds, or None when none does.

        Raises:
            Abandon: Too many masks were tried.
        """
        while self.tours < TOURS:
            self.tours += 1
            caches = self.candidat(objectif, egalites)
            if caches is None or not self._refuse(caches):
                return caches
        raise Abandon

    def _refuse(self, caches: frozenset[int]) -> bool:
        """Tell whether a mask does not hold, with the conditions that it breaks added to those known."""
        weak = [(found, ranks) for found in groupes(self.famille, caches) if (ranks := self._faibles(found, caches))]
        narrow = [(rang, groupe) for groupe, ranks in weak for rang in ranks]
        conditions = coupes_lineaires(self.famille, narrow, caches) if narrow else []
        proved = {rang for rang, _, _ in conditions}
        for _, ranks in weak:
            if proved.isdisjoint(ranks):
                self.echecs[ranks[0]] += 1
                tries = ESSAIS if self.echecs[ranks[0]] > PATIENCE else 0
                conditions.append((ranks[0], *coupe_voisine(self.famille, ranks[0], caches, essais=tries)))
        for condition in conditions:
            self.exiger(*condition)
        return bool(weak)

    def _faibles(self, groupe: Groupe, caches: frozenset[int]) -> tuple[int, ...]:
        if groupe not in self.vus:
            self.vus[groupe] = examiner(self.famille, groupe, caches | self.famille.protegees)
        return self.vus[groupe]


def tient(famille: Famille, caches: frozenset[int]) -> bool:
    """Tell whether a mask leaves every interval as long as the threshold.

    Raises:
        Abandon: The search took more than it may.
    """
    wanted = caches | famille.protegees
    return not any(examiner(famille, groupe, wanted) for groupe in groupes(famille, caches))


def plus_petit_masque(famille: Famille) -> frozenset[int] | None:
    """Return the counts to hide, the imposed ones among them, or None when no mask holds.

    Raises:
        Abandon: The search took more than it may.
    """
    search = Recherche(famille)
    for rang, weights, least in coupes_evidentes(famille):
        search.exiger(rang, weights, least)
    free = famille.masquables.copy()
    free[list(famille.imposes)] = False
    price = np.where(free, int(famille.valeurs[free].sum()) + 1 + famille.valeurs, 0).astype(float)
    best = search.meilleur(price, [])
    if best is None or not best - famille.imposes:
        return best
    return _premier(search, price, best, np.flatnonzero(free))


def _premier(search: Recherche, price: np.ndarray, best: frozenset[int], libres: np.ndarray) -> frozenset[int]:
    """Return, of the masks that hide as many counts and as few persons, the first in the order of the counts."""
    among = np.isin(np.arange(len(price)), libres)
    kept = [(row, float(row[list(best)].sum())) for row in (among.astype(float), among * search.famille.valeurs)]
    for start in range(0, len(libres), PAQUET):
        if search.candidat(np.zeros(len(price)), kept, sauf=best) is None:
            return best
        block = libres[start : start + PAQUET]
        objectif = np.zeros(len(price))
        objectif[block] = -(2.0 ** np.arange(len(block) - 1, -1, -1))
        best = search.meilleur(objectif, kept)
        if best is None:
            raise Abandon
        kept += [(np.eye(len(price))[rang], float(rang in best)) for rang in block]
    return best
