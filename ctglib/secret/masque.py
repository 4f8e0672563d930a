"""The mask of a set of counts: which are hidden, which tables are withheld, and the counts once masked.

A loop of two searches in whole numbers finds it: one proposes the cheapest mask that the conditions known so far allow,
the other reads it as an attacker would (``lecteur``). A count that is narrowed too much gives a condition, and so on.
A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden. Every sufficient mask satisfies it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from ctglib.donnees.statuts import Statut
from ctglib.secret.lecteur import NUL, Groupe, examiner, groupes, reunis
from ctglib.secret.modele import Cellule, Cle, Famille, Lien, Tirage, accorder, familles
from ctglib.secret.solveur import Abandon, minimiser, multiplicateurs, silence

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
    return table.assign(**{colonne: table[colonne].mask(caches), "statut": table["statut"].mask(caches, Statut.SECRET)})


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
        weak = [(found, ranks) for found in groupes(self.famille, caches) if (ranks := self._faibles(found, caches))]
        narrow = [rang for _, ranks in weak for rang in ranks]
        conditions = coupes_lineaires(self.famille, narrow, caches) if narrow else []
        proved = {rang for rang, _, _ in conditions}
        for _, ranks in weak:
            if proved.isdisjoint(ranks):
                conditions.append((ranks[0], *coupe_voisine(self.famille, ranks[0], caches)))
        for condition in conditions:
            self._exiger(*condition)
        return bool(weak)

    def _faibles(self, groupe: Groupe, caches: frozenset[int]) -> tuple[int, ...]:
        if groupe not in self.vus:
            self.vus[groupe] = examiner(self.famille, groupe, caches | self.famille.protegees)
        return self.vus[groupe]


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


def coupes_lineaires(famille: Famille, serrees: list[int], caches: frozenset[int]) -> list[Coupe]:
    """Return what linear bounds on counts narrowed too much prove of every sufficient mask, and ``caches`` breaks.

    There is none where only whole numbers or the rule narrow the counts.
    """
    unseen = famille.inconnues(caches)
    down, up = np.where(unseen, -famille.valeurs, 0), np.where(unseen, famille.borne - famille.valeurs, 0)
    haut, bas = (
        np.array([multiplicateurs(sign * np.eye(len(unseen))[rang], famille.equations, down, up) for rang in serrees])
        for sign in (-1, 1)
    )
    found = coupes(famille, serrees, haut, bas)
    return [(rang, weights, least) for rang, weights, least in found if weights[list(caches)].sum() < least - NUL]


def coupe_voisine(famille: Famille, rang: int, caches: frozenset[int]) -> tuple[np.ndarray, float]:
    """Return (weights, least sum): one of the counts near the one that is narrowed too much is hidden too.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by step. Hiding others does
    not reach it.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    tied = next(unseen[near] for near in reunis(famille.equations[:, unseen]) if rang in unseen[near])
    touching = famille.equations[famille.equations[:, tied].any(axis=1)].any(axis=0)
    others = frozenset(np.flatnonzero(famille.masquables).tolist()) - caches
    near = [other for other in sorted(others) if touching[other]]
    weights = np.zeros(len(famille.cles))
    weights[near] = famille.seuil
    return weights, float(famille.seuil)
