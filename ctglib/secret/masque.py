"""The mask of a set of counts: which are hidden, which tables are withheld, and the counts once masked.

A loop of two searches in whole numbers finds it: one proposes the cheapest mask that the conditions known so far allow,
the other reads it as an attacker would (``lecteur``). A count that is narrowed too much gives a condition, and so on.
A condition is a row of whole weights over the counts: the weights of the hidden ones must come to the threshold at
least, whenever the count it protects is hidden. Every sufficient mask satisfies it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.donnees.statuts import Statut
from ctglib.secret.lecteur import NUL, examiner, groupes
from ctglib.secret.modele import Cellule, Cle, Famille, Lien, Tirage, accorder, composantes, familles
from ctglib.secret.solveur import Abandon, minimiser, multiplicateurs

LIEU = ("table", "ligne", "colonne")
CLE = (*LIEU, "millesime")
EFFECTIFS = (*CLE, "effectif", "statut", "sensible", "publiee")
SANS_PROTECTION = "sans_protection"
TROP_LONG = "trop_long"
RETRAITS = ("table", "raison")
TOURS = 300  # masks tried before a family is given up
Coupe = tuple[int, np.ndarray, float]  # the count it protects, weights of the hidden ones, what they come to at least


class Masque(NamedTuple):
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
    hidden = {one.cle for one in cellules if (one.affichee and one.petite(seuil)) or one.cle.lieu in deja}
    withheld: set[tuple[str, str]] = set()
    for famille in familles(accorder(cellules, liens, seuil), deja, seuil, tirage):
        caches, raison = _caches(famille)
        hidden |= {famille.cles[rang] for rang in caches}
        withheld |= {(famille.cles[rang].table, raison) for rang in caches if raison}
    concerned = np.array([cellule.affichee and cellule.cle in hidden for cellule in cellules], dtype=bool)
    return Masque(
        couvrir(effectifs, concerned, "effectif"),
        effectifs.loc[concerned, list(LIEU)].drop_duplicates().sort_values(list(LIEU), ignore_index=True),
        pd.DataFrame(sorted(withheld), columns=list(RETRAITS), dtype=str),
    )


def couvrir(table: pd.DataFrame, caches: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return the rows with the hidden ones emptied of their value and of status Q."""
    return table.assign(**{colonne: table[colonne].mask(caches), "statut": table["statut"].mask(caches, Statut.SECRET)})


def _cellules(effectifs: pd.DataFrame) -> list[Cellule]:
    values = effectifs["effectif"]
    wrong = values.notna() & ((values < 0) | (values % 1 != 0))
    double = effectifs.duplicated(list(CLE))
    for fault, reason in ((wrong, "n'est pas un nombre entier de personnes"), (double, "est donné deux fois")):
        if fault.any():
            named = " / ".join(str(part) for part in effectifs.loc[fault, list(CLE)].iloc[0])
            raise ValueError(f"l'effectif {named} {reason}")
    columns = [effectifs[column].tolist() for column in EFFECTIFS]
    return [
        Cellule(Cle(*cle), int(value) if value == value else None, value == value, shown, sensitive)
        for *cle, value, _, sensitive, shown in zip(*columns, strict=True)
    ]


def _caches(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the counts of a family to hide, and why all are when it is withheld."""
    asked = famille.imposes | famille.protegees
    if not asked:
        return frozenset(), ""
    whole = famille.imposes | set(np.flatnonzero(famille.masquables).tolist())
    try:
        if whole == famille.imposes:
            held = not any(examiner(famille, groupe, whole | asked) for groupe in groupes(famille, whole))
            return whole, "" if held else SANS_PROTECTION
        found = _meilleur(famille)
    except Abandon:
        return whole, TROP_LONG
    if found is None:
        return whole, SANS_PROTECTION
    # Of hidden counts that move together, one at least is small, and stays so: groups that nothing imposed is in go.
    kept = (groupe.rangs for groupe in groupes(famille, found) if not asked.isdisjoint(groupe.rangs))
    return found & {rang for rangs in kept for rang in rangs}, ""


def _meilleur(famille: Famille) -> frozenset[int] | None:
    """Return the cheapest mask that holds, with the counts imposed and drawn, or None when none does.

    The conditions known so far are those that every sufficient mask satisfies; each mask that fails adds some.

    Raises:
        Abandon: Too many masks were tried.
    """
    low = np.zeros(len(famille.cles))
    low[list(famille.imposes | famille.tires)] = 1
    high = np.maximum(low, famille.masquables)
    rows: list[np.ndarray] = []
    minima: list[float] = []
    for _ in range(TOURS):
        known = (np.array(rows).reshape(-1, len(low)), np.array(minima), np.full(len(minima), np.inf))
        found = minimiser(famille.prix, known, low, high)
        if found is None:
            return None
        caches = frozenset(np.flatnonzero(found).tolist())
        wanted = caches | famille.protegees
        weak = [ranks for groupe in groupes(famille, caches) if (ranks := examiner(famille, groupe, wanted))]
        if not weak:
            return caches
        conditions = coupes_lineaires(famille, [rang for ranks in weak for rang in ranks], caches)
        proved = {rang for rang, _, _ in conditions}
        conditions += [coupe_voisine(famille, ranks[0], caches) for ranks in weak if proved.isdisjoint(ranks)]
        for rang, weights, least in conditions:
            # When the count is hidden (or never shown), the weights of the hidden ones reach the least.
            row = weights.copy()
            row[rang] -= least if famille.affichees[rang] else 0
            rows.append(row)
            minima.append(0.0 if famille.affichees[rang] else least)
    raise Abandon


def coupes_lineaires(famille: Famille, serrees: list[int], caches: frozenset[int]) -> list[Coupe]:
    """Return what must be hidden for counts narrowed too much to move by the threshold, where ``caches`` does not do.

    Multipliers of the sums bound how far a count can fall and rise: each hidden count lets it move by its own room,
    downwards its value, upwards the greatest value looked at. True of any multipliers, hence of every mask. A weight
    over the threshold is worth no more than it. There is none where only whole numbers or the rule narrow the count.
    """
    unseen, values, shown = famille.inconnues(caches), famille.valeurs, famille.affichees
    down, up = np.where(unseen, -values, 0), np.where(unseen, famille.borne - values, 0)
    found = []
    for rang in serrees:
        room = np.zeros(len(values))
        for goal in (-np.eye(len(values))[rang], np.eye(len(values))[rang]):
            costs = goal - multiplicateurs(goal, famille.equations, down, up) @ famille.equations
            costs[np.abs(costs) < NUL] = 0
            room += np.where(costs > 0, costs * values, -costs * (famille.borne - values))
        weights = np.minimum(room, famille.seuil)
        least = float(famille.seuil - room[~shown].sum() - (weights[rang] if shown[rang] else 0))
        weights[~shown] = weights[rang] = 0
        if weights[list(caches)].sum() < least - NUL:
            found.append((rang, weights, least))
    return found


def coupe_voisine(famille: Famille, rang: int, caches: frozenset[int]) -> Coupe:
    """Return: one of the counts near the one that is narrowed too much is hidden too.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by step. Hiding others does
    not reach it.
    """
    unseen = np.flatnonzero(famille.inconnues(caches))
    pairs = (pair for row in famille.equations[:, unseen] for pair in pairwise(np.flatnonzero(row)))
    labels = np.array(composantes(pairs, len(unseen)))
    tied = unseen[labels == labels[unseen == rang]]
    touching = famille.equations[famille.equations[:, tied].any(axis=1)].any(axis=0)
    others = frozenset(np.flatnonzero(famille.masquables).tolist()) - caches
    near = [other for other in sorted(others) if touching[other]]
    weights = np.zeros(len(famille.cles))
    weights[near] = famille.seuil
    return rang, weights, float(famille.seuil)
