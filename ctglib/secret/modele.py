"""Counts that sums tie together, as the search for a mask sees them."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ctglib.secret.solveur import Contraintes, minimiser

# The line of a count that is in no table: what a total has beyond its parts, or what parts that
# overlap come to.
HORS_TABLE = "hors_table"
# Of the counts that share sums with small ones, how many are hidden though nothing asks for it.
EN_PLUS = 1 / 8
# How much dearer than another the draw may make a count: less than the price of a second count.
DISPERSION = 0.5

Lieu = tuple[str, str, str]  # table, ligne, colonne


class Cle(NamedTuple):
    """The name of a count: its table, its place there, and which entry of it.

    A count may be entered again in a later year; one that is never revised has ``millesime`` 0.
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
    """What a secret key draws for each count, whatever its value.

    A reader has the code and not the key. Were the mask a function of the counts alone, a reader
    could work out the mask of each table that fits what is published, and rule out most of these
    tables for giving another mask than the published one. With draws, each of them gives the
    published mask for some key (docs/decisions/0006-secret-statistique.md).
    """

    graine: bytes

    def tirer(self, cle: Cle) -> tuple[float, float]:
        """Return two numbers from 0 to 1 for a count: its price, and a chance.

        The higher the price, the dearer the count is to hide. When the chance is low enough (see
        ``EN_PLUS``), the count is hidden though nothing asks for it.
        """
        nom = "\0".join(map(str, cle))
        empreinte = hmac.new(self.graine, nom.encode(), hashlib.sha256).digest()
        return _de_0_a_1(empreinte[:6]), _de_0_a_1(empreinte[16:22])


def _de_0_a_1(octets: bytes) -> float:
    return int.from_bytes(octets, "big") / 2 ** (8 * len(octets))


class Lien(NamedTuple):
    """A sum that a reader knows of: ``total`` is the sum of ``parties``.

    A term without a row in the tables is a count that is never shown. ``exacte``: unless the values
    agree to the unit, it is no sum at all. Otherwise, parts that fall short of their total leave a
    rest (a modalité that nobody gave), which a reader can work out like any count.
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
    """Counts that sums tie together, and no other: they are masked apart from the other families.

    Every array has one entry a count, in the order of the keys. A set holds ranks in that order.
    """

    cles: tuple[Cle, ...]  # names, sorted; those of the counts never shown among them
    valeurs: np.ndarray  # true values (of counts that nobody gave: some that fit)
    equations: np.ndarray  # one row a sum: −1 under the total, 1 under each part
    affichees: np.ndarray  # counts that a report would show
    masquables: np.ndarray  # those of them that may still be hidden
    sensibles: np.ndarray  # those of them that are hidden when they are small
    primaires: frozenset[int]  # hidden because they are small
    imposes: frozenset[int]  # hidden in any case: the primary ones and those of earlier bilans
    protegees: frozenset[int]  # small, never shown, but the published ones could give them away
    tires: frozenset[int]  # hidden because the draw says so
    prix: np.ndarray  # how dear each is to hide: by the draw, and by the sums it is the total of
    borne: int  # greatest value looked at: far above the values, so that it narrows nothing
    seuil: int  # below it, a count is small

    def inconnues(self, caches: frozenset[int]) -> np.ndarray:
        """Return which counts a reader does not see when ``caches`` are hidden."""
        inconnues = ~self.affichees
        inconnues[list(caches)] = True
        return inconnues


def accorder(
    cellules: Iterable[Cellule], liens: Iterable[Lien]
) -> tuple[dict[Cle, Cellule], list[Lien]]:
    """Return all counts by name, those that only a sum names included, and the sums that hold.

    A sum is settled once at most one of its terms is unknown. That may give a value to a count, and
    so let other sums be settled in a next round. The sums that are never settled are returned too:
    some values satisfy them.
    """
    effectifs = {cellule.cle: cellule for cellule in cellules}
    en_attente = sorted(set(liens))
    cles_des_termes = {cle for lien in en_attente for cle in lien.termes}
    for cle in cles_des_termes - effectifs.keys():
        effectifs[cle] = Cellule(cle, None, affichee=False, sensible=False)
    sommes_vraies: list[Lien] = []
    while True:
        a_regler = [lien for lien in en_attente if _nombre_d_inconnues(lien, effectifs) <= 1]
        if not a_regler:
            return effectifs, sommes_vraies + en_attente
        for lien in a_regler:
            cellules_deduites, sommes = _regler(lien, effectifs)
            for cellule in cellules_deduites:
                effectifs[cellule.cle] = cellule
            sommes_vraies += sommes
        regles = set(a_regler)
        en_attente = [lien for lien in en_attente if lien not in regles]


def _nombre_d_inconnues(lien: Lien, effectifs: dict[Cle, Cellule]) -> int:
    return sum(effectifs[cle].valeur is None for cle in lien.termes)


def _regler(lien: Lien, effectifs: dict[Cle, Cellule]) -> tuple[list[Cellule], list[Lien]]:
    """Return the counts that a sum gives, and the sums that really hold between its terms.

    At most one of its terms is unknown: it is worked out. Parts may also fall short of their total,
    or exceed it (children counted in two dispositifs): the sum then says something else.
    """
    total = effectifs[lien.total]
    parties_inconnues = [cle for cle in lien.parties if effectifs[cle].valeur is None]
    somme = sum(effectifs[cle].valeur or 0 for cle in lien.parties)
    if total.valeur is None:
        return [total._replace(valeur=somme)], [lien]
    if parties_inconnues and total.valeur >= somme:
        partie = effectifs[parties_inconnues[0]]
        return [partie._replace(valeur=total.valeur - somme)], [lien]
    if not parties_inconnues and total.valeur == somme:
        return [], [lien]
    if lien.exacte:
        return [], []
    hors_table = _cle_hors_table(lien)
    if total.valeur > somme:
        reste = Cellule(
            hors_table,
            total.valeur - somme,
            affichee=False,
            sensible=total.affichee and total.sensible,
        )
        return [reste], [lien._replace(parties=(*lien.parties, hors_table))]
    # Parts that overlap only share a sum, which is not the total and is never shown.
    valeur_hors_table = None if parties_inconnues else somme
    deduites = [Cellule(hors_table, valeur_hors_table, affichee=False, sensible=False)]
    sommes = [lien._replace(total=hors_table)]
    # But none of them exceeds the total: it is the sum of each part and of a complement.
    for partie in lien.parties:
        valeur = effectifs[partie].valeur
        if valeur is not None and valeur <= total.valeur:
            nom_de_la_partie = "|".join(map(str, partie))
            complement = hors_table._replace(colonne=f"{hors_table.colonne}|{nom_de_la_partie}")
            deduites.append(
                Cellule(complement, total.valeur - valeur, affichee=False, sensible=False)
            )
            sommes.append(Lien(lien.total, (partie, complement)))
    return deduites, sommes


def _cle_hors_table(lien: Lien) -> Cle:
    """Return the name of the count that makes up for what the parts of a sum do not come to.

    What tells apart the sums of one total: what their parts belong to, and the bilan that shows
    them.
    """
    premiere = lien.parties[0]
    millesime = max(partie.millesime for partie in lien.parties)
    noms = (
        lien.total.ligne,
        lien.total.colonne,
        premiere.ligne,
        premiere.colonne,
        str(millesime),
    )
    return Cle(lien.total.table, HORS_TABLE, "|".join(noms), lien.total.millesime)


def familles(
    cellules: dict[Cle, Cellule],
    liens: list[Lien],
    deja: frozenset[Lieu],
    seuil: int,
    tirage: Tirage,
) -> Iterator[Famille]:
    """Yield the families of counts that sums tie, in the order of the first name of each.

    ``deja`` are the places that earlier bilans hid.
    """
    cles = sorted(cellules)
    rang_de = {cle: rang for rang, cle in enumerate(cles)}
    rangs_lies = [[rang_de[cle] for cle in lien.termes] for lien in liens]
    groupes_de_rangs = composantes(rangs_lies, len(cles))
    numero_du_groupe = np.zeros(len(cles), dtype=int)
    for numero, rangs in enumerate(groupes_de_rangs):
        numero_du_groupe[rangs] = numero
    liens_du_groupe: dict[int, list[Lien]] = defaultdict(list)
    for lien in liens:
        numero = int(numero_du_groupe[rang_de[lien.total]])
        liens_du_groupe[numero].append(lien)
    for numero, rangs in enumerate(groupes_de_rangs):
        membres = [cellules[cles[rang]] for rang in rangs]
        yield _famille(membres, liens_du_groupe[numero], deja, seuil, tirage)


def _famille(
    cellules: list[Cellule],
    liens: list[Lien],
    deja: frozenset[Lieu],
    seuil: int,
    tirage: Tirage,
) -> Famille:
    """Return the family of some counts, in their order, and of the sums between them."""
    cles = tuple(cellule.cle for cellule in cellules)
    affichees = np.array([cellule.affichee for cellule in cellules], dtype=bool)
    publiees = np.array([cellule.publiee for cellule in cellules], dtype=bool)
    sensibles = np.array([cellule.sensible for cellule in cellules], dtype=bool)
    valeurs = np.array([cellule.valeur or 0 for cellule in cellules], dtype=np.int64)
    sans_valeur = np.array([cellule.valeur is None for cellule in cellules], dtype=bool)
    petites = sensibles & (valeurs > 0) & (valeurs < seuil)
    equations = _equations(cles, liens)
    if sans_valeur.any():
        valeurs_possibles = _completer(valeurs, sans_valeur, equations)
        if valeurs_possibles is None:
            equations = equations[~equations[:, sans_valeur].any(axis=1)]
        else:
            valeurs = valeurs_possibles
    masquables = affichees & ~publiees
    cachees_avant = np.array([cle.lieu in deja for cle in cles], dtype=bool)
    tirages = [tirage.tirer(cle) for cle in cles]
    prix_tires = np.array([prix for prix, _ in tirages])
    chances = np.array([chance for _, chance in tirages])
    nombre_de_sommes = _nombre_de_sommes(equations)
    return Famille(
        cles=cles,
        valeurs=valeurs,
        equations=equations,
        affichees=affichees,
        masquables=masquables,
        sensibles=affichees & sensibles,
        primaires=rangs_vrais(masquables & petites),
        imposes=rangs_vrais(masquables & (petites | cachees_avant)),
        protegees=rangs_vrais(~affichees & petites),
        tires=rangs_vrais(masquables & (chances < EN_PLUS / (1 + nombre_de_sommes) ** 2)),
        prix=(1 + DISPERSION * prix_tires) * (1 + nombre_de_sommes),
        borne=int(valeurs.max()) + seuil * (len(cles) + 1),
        seuil=seuil,
    )


def _equations(cles: tuple[Cle, ...], liens: list[Lien]) -> np.ndarray:
    """Return one row a sum, one column a count: −1 under the total, 1 under each part."""
    rang_de = {cle: rang for rang, cle in enumerate(cles)}
    equations = np.zeros((len(liens), len(cles)), dtype=np.int64)
    for equation, lien in zip(equations, liens, strict=True):
        equation[rang_de[lien.total]] = -1
        for partie in lien.parties:
            equation[rang_de[partie]] += 1
    return equations


def _completer(
    valeurs: np.ndarray, sans_valeur: np.ndarray, equations: np.ndarray
) -> np.ndarray | None:
    """Return the values, with some that fit the sums where there is none; None if none fit."""
    zero = np.zeros(len(equations))
    basses = np.where(sans_valeur, 0, valeurs)
    hautes = np.where(sans_valeur, valeurs.sum(), valeurs)
    return minimiser(np.zeros(len(valeurs)), Contraintes(equations, zero, zero), basses, hautes)


def _nombre_de_sommes(equations: np.ndarray) -> np.ndarray:
    """Return of how many sums each count, or one that equals it, is the total.

    That is what a reader loses when it is hidden: a total is dearer to hide than a part.
    """
    plusieurs_parties = (equations > 0).sum(axis=1) > 1
    est_total = (equations < 0) & plusieurs_parties[:, np.newaxis]
    nombre = est_total.sum(axis=0)
    # A sum of one part says that two counts are equal.
    for egalite in equations[~plusieurs_parties]:
        egaux = egalite != 0
        nombre[egaux] = nombre[egaux].max(initial=0)
    return nombre


def rangs_vrais(lesquels: np.ndarray) -> frozenset[int]:
    """Return the positions of what is true in an array."""
    return frozenset(np.flatnonzero(lesquels).tolist())


def composantes(ensembles: Iterable[Iterable[int]], taille: int) -> list[np.ndarray]:
    """Return the groups of ``taille`` things that share a set, step by step, by first member.

    Examples:
        >>> [groupe.tolist() for groupe in composantes([[0, 3], [3, 2, 5]], 6)]
        [[0, 2, 3, 5], [1], [4]]
    """
    paires = [paire for ensemble in ensembles for paire in pairwise(ensemble)]
    aretes = np.array(paires, dtype=int).reshape(-1, 2)
    # Each thing points to a member of its group, lower and lower, until all point to the first.
    premiers = np.arange(taille)
    while True:
        plus_bas = premiers.copy()
        np.minimum.at(plus_bas, aretes, premiers[aretes].min(axis=1, keepdims=True))
        plus_bas = plus_bas[plus_bas]
        if (plus_bas == premiers).all():
            return [np.flatnonzero(premiers == premier) for premier in np.unique(premiers)]
        premiers = plus_bas
