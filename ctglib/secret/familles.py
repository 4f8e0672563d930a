"""From counts and sums as they are declared to families: which sums hold, and what nobody gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ctglib.secret.composantes import composantes
from ctglib.secret.modele import Cellule, Cle, Famille, Lien
from ctglib.secret.solveur import minimiser

HORS_TABLE = "hors_table"  # the place of a rest, or of a sum that is not the total


@dataclass(frozen=True)
class Comptes:
    """Counts by name, with those never shown, and the sums that hold between them."""

    cellules: Mapping[Cle, Cellule]
    liens: tuple[Lien, ...]
    petits_restes: frozenset[Cle]


def accorder(cellules: Iterable[Cellule], liens: Iterable[Lien], seuil: int) -> Comptes:
    """Return the counts with those that only the sums name, worked out where they can be, and the sums that hold.

    A sum is settled once one term at most is unknown. Parts that exceed their total (children counted in two
    dispositifs) only share a sum that is never shown; parts that fall short leave a rest. What was worked out from
    published figures and is small is to be protected like a count that was given.

    Args:
        cellules: Those that have a row.
        liens: The sums that a reader knows of.
        seuil: Below it, a count is small.
    """
    known = {cellule.cle: cellule for cellule in cellules}
    given = set(known)
    waiting = sorted(set(liens))
    for cle in sorted({cle for lien in waiting for cle in (lien.total, *lien.parties)} - given):
        known[cle] = Cellule(cle, None, affichee=False, sensible=False)
    kept: list[Lien] = []
    while settled := [lien for lien in waiting if _inconnus(lien, known) <= 1]:
        kept += [held for lien in settled for held in _regler(lien, known)]
        done = set(settled)
        waiting = [lien for lien in waiting if lien not in done]
    kept += waiting
    small = {
        cle
        for cle, cellule in known.items()
        if not cellule.affichee and cellule.sensible and cellule.valeur is not None and 0 < cellule.valeur < seuil
    }
    return Comptes(known, tuple(kept), frozenset(small))


def _inconnus(lien: Lien, known: Mapping[Cle, Cellule]) -> int:
    return sum(known[cle].valeur is None for cle in (lien.total, *lien.parties))


def _regler(lien: Lien, known: dict[Cle, Cellule]) -> Iterator[Lien]:
    """Work out the unknown term of a sum, or its rest, into ``known``; yield the sum if it holds."""
    total = known[lien.total]
    unknown = [cle for cle in lien.parties if known[cle].valeur is None]
    parts = sum(known[cle].valeur or 0 for cle in lien.parties)
    if total.valeur is None:
        known[lien.total] = replace(total, valeur=parts)
        yield lien
    elif unknown and total.valeur >= parts:
        known[unknown[0]] = replace(known[unknown[0]], valeur=total.valeur - parts)
        yield lien
    elif not unknown and total.valeur == parts:
        yield lien
    elif not lien.exacte:
        place = Cle(lien.total.table, HORS_TABLE, _nom(lien), lien.total.millesime)
        if total.valeur > parts:
            shown = total.affichee and total.sensible
            known[place] = Cellule(place, total.valeur - parts, affichee=False, sensible=shown)
            yield replace(lien, parties=(*lien.parties, place))
        else:
            known[place] = Cellule(place, None if unknown else parts, affichee=False, sensible=False)
            yield replace(lien, total=place)


def _nom(lien: Lien) -> str:
    """Return what tells apart the sums of one total: the variable, or the dimension, that their parts belong to."""
    first = lien.parties[0]
    return "|".join((lien.total.ligne, lien.total.colonne, first.ligne, first.colonne))


def familles(comptes: Comptes, deja: frozenset[tuple[str, str, str]], seuil: int) -> Iterator[Famille]:
    """Yield the families of counts, in the order of their first count.

    Args:
        comptes: The counts and the sums that hold.
        deja: Places that an earlier bilan hid.
        seuil: Below it, a count is small.
    """
    order = sorted(comptes.cellules)
    rank = {cle: position for position, cle in enumerate(order)}
    terms = [[rank[lien.total], *(rank[cle] for cle in lien.parties)] for lien in comptes.liens]
    edges = np.array([pair for row in terms for pair in pairwise(row)], dtype=int).reshape(-1, 2)
    labels = composantes(edges, len(order))
    sums = defaultdict(list)
    for row in terms:
        sums[labels[row[0]]].append(row)
    members = defaultdict(list)
    for place, label in enumerate(labels):
        members[label].append(place)
    for label, places in members.items():
        cells = [comptes.cellules[order[place]] for place in places]
        yield _famille(cells, _equations(sums[label], places), comptes.petits_restes, deja=deja, seuil=seuil)


def _equations(sommes: list[list[int]], places: list[int]) -> np.ndarray:
    """Return one row a sum: −1 under its total (the first term), 1 under each part."""
    column = {place: position for position, place in enumerate(places)}
    equations = np.zeros((len(sommes), len(places)), dtype=np.int64)
    for row, terms in zip(equations, sommes, strict=True):
        row[column[terms[0]]] = -1
        np.add.at(row, [column[place] for place in terms[1:]], 1)
    return equations


def _famille(
    membres: list[Cellule],
    equations: np.ndarray,
    petits_restes: frozenset[Cle],
    *,
    deja: frozenset[tuple[str, str, str]],
    seuil: int,
) -> Famille:
    shown = np.array([cellule.affichee for cellule in membres])
    sensitive = np.array([cellule.affichee and cellule.sensible for cellule in membres])
    published = np.array([cellule.publiee for cellule in membres])
    values, equations = _valeurs(membres, equations)
    small = sensitive & (values > 0) & (values < seuil) & ~published
    before = shown & ~published & np.array([cellule.cle.lieu in deja for cellule in membres])
    return Famille(
        cles=tuple(cellule.cle for cellule in membres),
        valeurs=values,
        equations=equations,
        affichees=shown,
        masquables=shown & ~published,
        sensibles=sensitive,
        primaires=frozenset(np.flatnonzero(small).tolist()),
        imposes=frozenset(np.flatnonzero(small | before).tolist()),
        protegees=frozenset(rang for rang, cellule in enumerate(membres) if cellule.cle in petits_restes),
        borne=int(values.max(initial=0)) + seuil * (len(membres) + 1),
        seuil=seuil,
    )


def _valeurs(membres: list[Cellule], equations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values that fit the sums, and the sums: without those of counts that nobody gave, if nothing fits."""
    values = np.array([0 if cellule.valeur is None else cellule.valeur for cellule in membres], dtype=np.int64)
    unknown = np.array([cellule.valeur is None for cellule in membres])
    if not unknown.any():
        return values, equations
    high = np.where(unknown, values.sum(), values)
    none = np.zeros(len(equations))
    found = minimiser(np.zeros(len(values)), (equations, none, none), np.where(unknown, 0, values), high)
    if found is not None:
        return found, equations
    return values, equations[~equations[:, unknown].any(axis=1)]
