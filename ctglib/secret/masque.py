"""The mask of a set of counts: which are hidden, which tables are withheld, and the counts once masked.

A loop of two searches in whole numbers finds it: one proposes the cheapest mask that the conditions known so far allow,
the other reads it as an attacker would (``lecteur``). A count that is narrowed too much gives a condition, and so on.
A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden. Every sufficient mask satisfies it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from ctglib.secret.lecteur import Groupe, examiner, groupes, reunis
from ctglib.secret.modele import Cellule, Cle, Famille, Lien, Tirage, accorder, familles
from ctglib.secret.solveur import Abandon, minimiser, silence

SECRET = "Q"
LIEU = ("table", "ligne", "colonne")
CLE = (*LIEU, "millesime")
EFFECTIFS = (*CLE, "effectif", "statut", "sensible", "publiee")
SANS_PROTECTION = "sans_protection"
TROP_LONG = "trop_long"
RETRAITS = ("table", "raison")
TOURS = 300  # masks tried before a family is given up
Coupe = tuple[int, np.ndarray, float]  # the count it protects, weights of the hidden ones, what they come to at least


@dataclass(frozen=True)
class Masque:
    """What is hidden.

    Which cells are hidden for their own sake is nowhere in it: a reader who knew that would know more than a mask
    may tell. So its rows come in the order of their names.

    Attributes:
        effectifs: The counts that were given, the hidden ones without value and of status Q.
        cellules: table, ligne, colonne: the hidden cells.
        retraits: table, raison: tables withheld whole. ``sans_protection``: no smaller mask holds; ``trop_long``: none
            was found.
    """

    effectifs: pd.DataFrame
    cellules: pd.DataFrame
    retraits: pd.DataFrame


def masquer(
    effectifs: pd.DataFrame,
    liens: Iterable[Lien],
    *,
    seuil: int,
    tirage: Tirage,
    deja: Collection[tuple[str, str, str]] = (),
) -> Masque:
    """Return the counts with the small ones hidden, and others that keep them from being found again.

    Args:
        effectifs: table, ligne, colonne, millesime, effectif (whole numbers, missing when absent), statut, sensible
            (it counts persons), publiee (an earlier bilan showed it).
        liens: The sums that a reader knows of.
        seuil: Counts from 1 to under it are small.
        tirage: What a key draws: the same key gives the same mask.
        deja: Places hidden by an earlier bilan: they stay hidden.

    Raises:
        ValueError: A count is given twice, is negative or is not whole.
    """
    cellules, deja = _cellules(effectifs), frozenset(deja)
    hidden = [cellule.cle for cellule in cellules if _petite(cellule, seuil) or cellule.cle.lieu in deja]
    withheld: list[tuple[str, str]] = []
    with silence():
        comptes = accorder(cellules, liens, seuil)
        for famille in familles(comptes, deja, seuil, tirage):
            caches, raison = _caches(famille)
            hidden += [famille.cles[rang] for rang in sorted(caches)]
            tables = sorted({famille.cles[rang].table for rang in caches})
            withheld += [(table, raison) for table in tables if raison]
    secret = set(hidden)
    concerned = np.array([cellule.affichee and cellule.cle in secret for cellule in cellules], dtype=bool)
    places = {cellule.cle.lieu for cellule, caught in zip(cellules, concerned.tolist(), strict=True) if caught}
    return Masque(
        couvrir(effectifs, concerned, "effectif"),
        pd.DataFrame(sorted(places), columns=list(LIEU), dtype=str),
        pd.DataFrame(sorted(withheld), columns=list(RETRAITS), dtype=str),
    )


def couvrir(table: pd.DataFrame, caches: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return the rows with the hidden ones emptied of their value and of status Q."""
    return table.assign(**{colonne: table[colonne].mask(caches), "statut": table["statut"].mask(caches, SECRET)})


def _petite(cellule: Cellule, seuil: int) -> bool:
    return cellule.affichee and cellule.sensible and 0 < cellule.valeur < seuil


@lru_cache(maxsize=512)
def _caches(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the counts of a family to hide, and why all are when it is withheld.

    Kept: every bilan makes those before it again, with the same families.
    """
    if not famille.imposes and not famille.protegees:
        return frozenset(), ""
    whole = famille.imposes | set(np.flatnonzero(famille.masquables).tolist())
    try:
        if whole == famille.imposes:
            return whole, "" if tient(famille, whole) else SANS_PROTECTION
        found = masque_suffisant(famille)
    except Abandon:
        return whole, TROP_LONG
    return (whole, SANS_PROTECTION) if found is None else (found, "")


def _cellules(effectifs: pd.DataFrame) -> list[Cellule]:
    values = effectifs["effectif"]
    wrong = values.notna() & ((values < 0) | (values % 1 != 0))
    double = effectifs.duplicated(list(CLE))
    for fault, reason in ((wrong, "n'est pas un nombre entier de personnes"), (double, "est donné deux fois")):
        if fault.any():
            named = " / ".join(str(part) for part in effectifs.loc[fault, list(CLE)].iloc[0])
            raise ValueError(f"l'effectif {named} {reason}")
    columns = [effectifs[column].tolist() for column in (*CLE, "publiee", "sensible")]
    return [
        Cellule(
            Cle(table, ligne, colonne, millesime),
            int(value) if given else None,
            affichee=given,
            publiee=shown,
            sensible=sensitive,
        )
        for table, ligne, colonne, millesime, shown, sensitive, value, given in zip(
            *columns, values.tolist(), values.notna().tolist(), strict=True
        )
    ]


def tient(famille: Famille, caches: frozenset[int]) -> bool:
    """Tell whether a mask leaves every interval as long as the threshold.

    Raises:
        Abandon: The search took more than it may.
    """
    wanted = caches | famille.protegees
    return not any(examiner(famille, groupe, wanted) for groupe in groupes(famille, caches))


def masque_suffisant(famille: Famille) -> frozenset[int] | None:
    """Return the counts to hide, or None when no mask holds.

    They are the cheapest ones, as the key draws the prices, that hold with the imposed ones and those drawn; less the
    groups that nothing imposed is in: of hidden counts that move together, one at least is small, and stays so.

    Raises:
        Abandon: The search took more than it may.
    """
    found = _Recherche(famille).meilleur()
    if found is None:
        return None
    asked = famille.imposes | famille.protegees
    kept = {rang for groupe in groupes(famille, found) if not asked.isdisjoint(groupe.rangs) for rang in groupe.rangs}
    return found & kept


@dataclass
class _Recherche:
    """The conditions known so far, that every sufficient mask satisfies; each mask that fails adds some.

    Attributes:
        famille: The counts.
        lignes: Left sides, over all counts.
        minima: Right sides.
        vus: Counts too narrowed of the groups looked at: most groups of a mask were in the one before.
    """

    famille: Famille
    lignes: list[np.ndarray] = field(default_factory=list)
    minima: list[float] = field(default_factory=list)
    vus: dict[Groupe, tuple[int, ...]] = field(default_factory=dict)

    def meilleur(self) -> frozenset[int] | None:
        """Return the cheapest mask that holds, or None when none does.

        Raises:
            Abandon: Too many masks were tried.
        """
        famille = self.famille
        low = np.zeros(len(famille.cles))
        low[list(famille.imposes | famille.tires)] = 1
        high = np.maximum(low, famille.masquables)
        for condition in coupes_evidentes(famille):
            self._exiger(*condition)
        for _ in range(TOURS):
            known = (np.array(self.lignes).reshape(-1, len(low)), np.array(self.minima))
            found = minimiser(famille.prix, (*known, np.full(len(self.minima), np.inf)), low, high)
            if found is None:
                return None
            caches = frozenset(np.flatnonzero(found).tolist())
            if not self._refuse(caches):
                return caches
        raise Abandon

    def _exiger(self, rang: int, poids: np.ndarray, minimum: float) -> None:
        """Add: when the count ``rang`` is hidden (or never shown), the weights of the hidden ones reach ``minimum``."""
        row = poids.copy()
        if self.famille.affichees[rang]:
            row[rang] -= minimum
        self.lignes.append(row)
        self.minima.append(0.0 if self.famille.affichees[rang] else minimum)

    def _refuse(self, caches: frozenset[int]) -> bool:
        """Tell whether a mask does not hold, with the conditions that it breaks added to those known."""
        narrow = [ranks[0] for found in groupes(self.famille, caches) if (ranks := self._faibles(found, caches))]
        for rang in narrow:
            self._exiger(*coupe_voisine(self.famille, rang, caches))
        return bool(narrow)

    def _faibles(self, groupe: Groupe, caches: frozenset[int]) -> tuple[int, ...]:
        if groupe not in self.vus:
            self.vus[groupe] = examiner(self.famille, groupe, caches | self.famille.protegees)
        return self.vus[groupe]


def coupes_evidentes(famille: Famille) -> Iterator[Coupe]:
    """Yield what each sum alone asks for, when one of its counts is hidden: company, and company large enough.

    The others of the sum let it rise by what they may fall, and fall by what they may rise; a weight over the threshold
    is worth no more than it. What is never shown counts without being hidden.
    """
    to_protect = famille.affichees.copy()
    to_protect[list(famille.protegees)] = True
    for equation in famille.equations:
        for rang in np.flatnonzero(equation * to_protect).tolist():
            costs = equation / equation[rang]
            costs[rang] = 0.0
            up, down = famille.valeurs, famille.borne - famille.valeurs
            falls = np.maximum(costs, 0) * up + np.maximum(-costs, 0) * down
            rises = np.maximum(-costs, 0) * up + np.maximum(costs, 0) * down
            own = famille.valeurs[rang]
            for room, given in ((falls + rises, 0), (falls, own)):
                weights = np.minimum(room, famille.seuil)
                least = famille.seuil - given - room[~famille.affichees].sum()
                weights[~famille.affichees] = 0.0
                if least > 0:
                    yield rang, weights, float(least)


def coupe_voisine(famille: Famille, rang: int, caches: frozenset[int]) -> Coupe:
    """Return: one of the counts near the one that is narrowed too much is hidden too.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by step. Hiding others does
    not reach it.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    tied = next(unseen[near] for near in reunis(famille.equations[:, unseen]) if rang in unseen[near])
    touching = famille.equations[famille.equations[:, tied].any(axis=1)].any(axis=0)
    near = touching & famille.masquables
    near[list(caches)] = False
    return rang, np.where(near, float(famille.seuil), 0.0), float(famille.seuil)
