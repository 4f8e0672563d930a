"""Counts that sums tie together, as the search for a mask sees them."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ctglib.secret.solveur import minimiser

HORS_TABLE = "hors_table"  # the place of a rest, or of a sum that is not the total
EN_PLUS = (
    1 / 8
)  # of the counts that share sums with small ones, how many are hidden though nothing asks for it
DISPERSION = 0.5  # how much dearer than another the draw may make a count: less than a second one

Lieu = tuple[str, str, str]  # table, ligne, colonne


class Cle(NamedTuple):
    """Name of a count: its table, its place there, and which entry of it (0 when it is never
    revised).
    """

    table: str
    ligne: str
    colonne: str = ""
    millesime: int = 0

    @property
    def lieu(self) -> Lieu:
        """Return the place alone: what masque.csv keeps, whatever the entry."""
        return self.table, self.ligne, self.colonne


@dataclass(frozen=True)
class Tirage:
    """What a key says of each count, whatever its value: how dear it is to hide, and whether it is
    hidden for nothing.

    A reader has the code and not the key. Were the mask a function of the counts alone, it could be
    worked out from each table that fits what is published, and most of them thrown away for giving
    another one. With draws, all those that the sums and the rule allow give the published one, for
    some key (docs/decisions/0006-secret-statistique.md).
    """

    graine: bytes

    def tirer(self, cle: Cle) -> tuple[float, float]:
        """Return two numbers from 0 to 1 for a count: how dear, and, when low, that it is hidden
        for nothing.
        """
        digest = hmac.new(self.graine, "\0".join(map(str, cle)).encode(), hashlib.sha256).digest()
        price, more = (int.from_bytes(half[:6], "big") / 2**48 for half in (digest, digest[16:]))
        return price, more


class Lien(NamedTuple):
    """A sum that a reader knows of: ``total`` is the sum of ``parties``. A key without a row is a
    count never shown.

    ``exacte``: unless the values agree to the unit, it is no sum at all. Otherwise parts that fall
    short of their total leave a rest (a modalité that nobody gave), which a reader can work out
    like any count.
    """

    total: Cle
    parties: tuple[Cle, ...]
    exacte: bool = False

    @property
    def termes(self) -> tuple[Cle, ...]:
        """Return the total and the parts."""
        return self.total, *self.parties


class Cellule(NamedTuple):
    """A count: its value (None when nobody gave it), and what may become of it."""

    cle: Cle
    valeur: int | None
    affichee: bool = True  # it has a value that a report would show
    publiee: bool = False  # an earlier bilan showed it: hiding it now would hide nothing
    sensible: bool = True  # it counts persons: small, it is secret


class Famille(NamedTuple):
    """Counts that sums tie together, and no other: masked apart from the rest.

    Every array has one entry a count, in the order of the keys; a set holds ranks.
    """

    cles: tuple[Cle, ...]  # names, sorted; those of the counts never shown among them
    valeurs: np.ndarray  # true values (of counts that nobody gave: some that fit)
    equations: np.ndarray  # one row a sum: −1 under the total, 1 under each part
    affichees: np.ndarray  # counts that a report would show
    masquables: np.ndarray  # those of them that may still be hidden
    sensibles: np.ndarray  # those that the rule may have hidden for their own sake
    primaires: frozenset[int]  # those that it does hide
    imposes: frozenset[int]  # hidden in any case: the primary ones and the earlier bilans'
    protegees: frozenset[
        int
    ]  # counts without a row, small, that the published ones would give away
    tires: frozenset[int]  # those that the draw hides with them
    prix: (
        np.ndarray
    )  # how dear the draw makes each of them to hide; a total is dearer, by each sum that it is
    borne: int  # greatest value looked at: far above the values, so that it narrows nothing
    seuil: int  # below it, a count is small

    def inconnues(self, caches: frozenset[int]) -> np.ndarray:
        """Return which counts a reader does not see when ``caches`` are hidden."""
        unseen = ~self.affichees
        unseen[list(caches)] = True
        return unseen


def accorder(
    cellules: Iterable[Cellule], liens: Iterable[Lien]
) -> tuple[dict[Cle, Cellule], list[Lien]]:
    """Return the counts by name, with those that only the sums name, worked out where they can be,
    and what holds.

    A sum is settled once one term at most is unknown. Parts that exceed their total (children
    counted in two dispositifs) only share a sum that is never shown; parts that fall short leave a
    rest.
    """
    known = {cellule.cle: cellule for cellule in cellules}
    waiting = sorted(set(liens))
    for cle in {cle for lien in waiting for cle in lien.termes} - known.keys():
        known[cle] = Cellule(cle, None, affichee=False, sensible=False)
    kept: list[Lien] = []
    while settled := [
        lien for lien in waiting if sum(known[cle].valeur is None for cle in lien.termes) <= 1
    ]:
        for lien in settled:
            kept += _regler(lien, known)
        done = set(settled)
        waiting = [lien for lien in waiting if lien not in done]
    return known, kept + waiting


def _regler(lien: Lien, known: dict[Cle, Cellule]) -> Iterator[Lien]:
    """Work out the unknown term of a sum, or its rest, into ``known``; yield the sums that hold of
    it.
    """
    total = known[lien.total]
    unknown = [cle for cle in lien.parties if known[cle].valeur is None]
    parts = sum(known[cle].valeur or 0 for cle in lien.parties)
    if total.valeur is None:
        known[lien.total] = total._replace(valeur=parts)
        yield lien
    elif unknown and total.valeur >= parts:
        known[unknown[0]] = known[unknown[0]]._replace(valeur=total.valeur - parts)
        yield lien
    elif not unknown and total.valeur == parts:
        yield lien
    elif not lien.exacte:
        # What tells apart the sums of one total: what their parts belong to, and the bilan that
        # shows them.
        first = lien.parties[0]
        entry = max(part.millesime for part in lien.parties)
        name = "|".join(
            (lien.total.ligne, lien.total.colonne, first.ligne, first.colonne, str(entry))
        )
        place = Cle(lien.total.table, HORS_TABLE, name, lien.total.millesime)
        if total.valeur > parts:
            shown = total.affichee and total.sensible
            known[place] = Cellule(place, total.valeur - parts, affichee=False, sensible=shown)
            yield lien._replace(parties=(*lien.parties, place))
            return
        known[place] = Cellule(place, None if unknown else parts, affichee=False, sensible=False)
        yield lien._replace(total=place)
        # Parts that overlap do not make their total, and none exceeds it; its complement is never
        # shown.
        for part in lien.parties:
            value = known[part].valeur
            if value is not None and value <= total.valeur:
                rest = place._replace(colonne=f"{name}|{'|'.join(map(str, part))}")
                known[rest] = Cellule(rest, total.valeur - value, affichee=False, sensible=False)
                yield Lien(lien.total, (part, rest))


def familles(
    cellules: dict[Cle, Cellule],
    liens: list[Lien],
    deja: frozenset[Lieu],
    seuil: int,
    tirage: Tirage,
) -> Iterator[Famille]:
    """Yield the families of counts that sums tie, in the order of their first; ``deja``: what
    earlier bilans hid.
    """
    order = sorted(cellules)
    known = {cle: place for place, cle in enumerate(order)}
    terms = [[known[cle] for cle in lien.termes] for lien in liens]
    groups = composantes((pair for row in terms for pair in pairwise(row)), len(order))
    family = {place: rank for rank, places in enumerate(groups) for place in places}
    sums = defaultdict(list)
    for row in terms:
        sums[family[row[0]]].append(row)
    for rank, places in enumerate(groups):
        equations = np.zeros((len(sums[rank]), len(places)), dtype=np.int64)
        for row, columns in zip(
            equations, (np.searchsorted(places, row) for row in sums[rank]), strict=True
        ):
            row[columns[0]] = -1
            np.add.at(row, columns[1:], 1)
        cles, given, *told = zip(*(cellules[order[place]] for place in places), strict=True)
        shown, published, sensitive = map(np.array, told)
        values = np.array([value or 0 for value in given], dtype=np.int64)
        unknown = np.array([value is None for value in given])
        free = shown & ~published
        small = sensitive & (values > 0) & (values < seuil)
        if unknown.any():
            none = np.zeros(len(equations))
            high = np.where(unknown, values.sum(), values)
            found = minimiser(
                np.zeros(len(values)), (equations, none, none), np.where(unknown, 0, values), high
            )
            if found is None:  # nothing fits the sums of counts that nobody gave
                equations = equations[~equations[:, unknown].any(axis=1)]
            else:
                values = found
        prices, chances = np.array([tirage.tirer(cle) for cle in cles]).T
        # Of how many sums each count, or one that equals it, is the total: what is lost with it.
        several = (equations > 0).sum(axis=1) > 1
        total = ((equations < 0) & several[:, np.newaxis]).sum(axis=0)
        for row in equations[~several]:
            total[row != 0] = total[row != 0].max(initial=0)
        before = np.array([cle.lieu in deja for cle in cles])
        yield Famille(
            cles=cles,
            valeurs=values,
            equations=equations,
            affichees=shown,
            masquables=free,
            sensibles=shown & sensitive,
            primaires=_rangs(free & small),
            imposes=_rangs(free & (small | before)),
            protegees=_rangs(~shown & small),
            tires=_rangs(free & (chances < EN_PLUS / (1 + total) ** 2)),
            prix=(1 + DISPERSION * prices) * (1 + total),
            borne=int(values.max()) + seuil * (len(cles) + 1),
            seuil=seuil,
        )


def _rangs(quels: np.ndarray) -> frozenset[int]:
    return frozenset(np.flatnonzero(quels).tolist())


def composantes(aretes: Iterable[tuple[int, int]], taille: int) -> list[np.ndarray]:
    """Return the members of each component of ``taille`` things that edges tie, in the order of
    their first.
    """
    edges = np.array(list(aretes), dtype=int).reshape(-1, 2)
    first = np.arange(taille)
    while True:
        lower = first.copy()
        np.minimum.at(lower, edges, first[edges].min(axis=1, keepdims=True))
        lower = lower[lower]
        if (lower == first).all():
            return [np.flatnonzero(first == one) for one in np.unique(first)]
        first = lower
