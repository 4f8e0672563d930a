"""Counts that sums tie together, as the search for a mask sees them.

A count (``Cellule``: a cell of a table, with its value) has a name, its ``Cle``. A sum (``Lien``)
says that some counts, its parts, make another, its total. Counts tied by sums are a ``Famille``:
there a count is known by its rank in the order of the names.

A count is unknown (``inconnue``) when nobody gave its value. What a reader does not see, because
nobody gave it or because it is hidden, is said apart: ``Famille.invisibles``.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ctglib.secret.solveur import Contraintes, minimiser

# The line of a count that is in no table: what a total has beyond the sum of its parts, or the sum
# of parts that overlap.
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
        """Return the place alone: hidden once, it stays so, whatever the entry."""
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

    A term without a row in the tables is a count that is never shown.

    When the values of the parts do not come to that of the total, an ``exacte`` sum is dropped: it
    does not hold. Any other is kept in another form (see ``_constater``): parts that fall short of
    their total leave a remainder (a modalité that nobody gave), which a reader can work out like
    any count.
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
    # Small or not, it is never shown and has to stay hidden: a publication hid it, and its place
    # has another value since.
    protegee: bool = False


class Famille(NamedTuple):
    """Counts that sums tie together, and no other: they are masked apart from the other families.

    Every array has one entry a count, in the order of ``cles``. The ``rangs_…`` are ranks in that
    order.
    """

    cles: tuple[Cle, ...]  # names, sorted; those of the counts never shown among them
    valeurs: np.ndarray  # true values (of counts that nobody gave: some that fit)
    equations: np.ndarray  # one row a sum: −1 under the total, 1 under each part
    affichees: np.ndarray  # counts that a report would show
    masquables: np.ndarray  # those of them that may still be hidden
    sensibles: np.ndarray  # counts that are secret when they are small, shown or not
    rangs_imposes: frozenset[int]  # hidden in any case: small, or hidden by an earlier bilan
    # Hidden by an earlier bilan, small or not: what is tied to them need have nothing small.
    rangs_gardes: frozenset[int]
    rangs_jamais_affiches: frozenset[int]  # small, or protected: the others could give them away
    rangs_tires: frozenset[int]  # hidden because the draw says so
    prix: np.ndarray  # how dear each is to hide: by the draw, and by the sums it is the total of
    regles: tuple[
        tuple[int, ...], ...
    ]  # one at least of each is small, an earlier publication says
    borne: int  # greatest value looked at: far above the values, so that it narrows nothing
    seuil: int  # below it, a count is small

    def invisibles(self, rangs_caches: frozenset[int]) -> np.ndarray:
        """Return whether a reader does not see each count, when some are hidden."""
        invisibles = ~self.affichees
        invisibles[list(rangs_caches)] = True
        return invisibles


def deduire_les_inconnues(
    cellules: Iterable[Cellule], liens: Iterable[Lien]
) -> tuple[dict[Cle, Cellule], list[Lien]]:
    """Return all counts by name, with the values that sums give, and the sums to reckon with.

    The counts that only a sum names are among them. A sum with one unknown term at most is compared
    with the values (see ``_constater``). That may give a value to a count, and so leave other sums
    with one unknown term only: they are compared in the next round.

    The sums that keep two unknown terms or more come last, as they were announced and unchecked.
    No value may satisfy them (3 = 5 + ? + ?): ``_famille`` then leaves them out.
    """
    effectifs = {cellule.cle: cellule for cellule in cellules}
    sommes_en_attente = sorted(set(liens))
    cles_des_termes = {cle for lien in sommes_en_attente for cle in lien.termes}
    for cle in cles_des_termes - effectifs.keys():
        effectifs[cle] = Cellule(cle, None, affichee=False, sensible=False)
    sommes_constatees: list[Lien] = []
    while True:
        sommes_a_constater: list[Lien] = []
        sommes_a_laisser: list[Lien] = []
        for lien in sommes_en_attente:
            inconnues = [cle for cle in lien.termes if effectifs[cle].valeur is None]
            if len(inconnues) <= 1:
                sommes_a_constater.append(lien)
            else:
                sommes_a_laisser.append(lien)
        if not sommes_a_constater:
            return effectifs, sommes_constatees + sommes_en_attente
        for lien in sommes_a_constater:
            cellules_deduites, sommes = _constater(lien, effectifs)
            for cellule in cellules_deduites:
                effectifs[cellule.cle] = cellule
            sommes_constatees += sommes
        sommes_en_attente = sommes_a_laisser


def _constater(lien: Lien, effectifs: dict[Cle, Cellule]) -> tuple[list[Cellule], list[Lien]]:
    """Return the counts that an announced sum gives, and the sums that really hold.

    One of its terms at most is unknown. According to the values (announced: total = parts):

    - ? = 3 + 5: the total is 8;
    - 8 = 3 + ?: the part is 5;
    - 8 = 3 + 5: the sum holds, and gives nothing new;
    - 8 = 3 + 4: the parts fall short of the total. A remainder is added to them, 8 = 3 + 4 + 1: a
      count never shown, yet a secret when it is small, if the total is shown and sensitive;
    - 8 = 3 + 9, or 8 = 9 + ?: the parts overlap (children in two dispositifs). They make a count
      never shown that is not the total: 12 = 3 + 9, ? = 9 + ?. But no part exceeds its total: each
      known part up to it has a complement, 8 = 3 + 5. A known part over it (9) has none.

    An ``exacte`` sum gives nothing at all in the last two cases.
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
    valeur_hors_table = None if parties_inconnues else somme
    deduites = [Cellule(hors_table, valeur_hors_table, affichee=False, sensible=False)]
    sommes = [lien._replace(total=hors_table)]
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
    """Return the name of the count that is added to a sum that does not hold.

    One total may be that of several sums: the name has the lines of the total and of the first
    part, which say the variable, and the last year in which a part was entered.
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
    lieux_deja_caches: frozenset[Lieu],
    seuil: int,
    tirage: Tirage,
    regles: Iterable[frozenset[Cle]] = (),
) -> Iterator[Famille]:
    """Yield the families of counts that sums tie, in the order of the first name of each.

    A count that no sum ties to others is a family by itself. ``lieux_deja_caches`` are those that
    earlier bilans hid. Of the counts of each of the ``regles``, one is small: they are tied too.
    """
    cles = sorted(cellules)
    rang_de = {cle: rang for rang, cle in enumerate(cles)}
    termes_des_liens = [[rang_de[cle] for cle in lien.termes] for lien in liens]
    connues = [regle for regle in regles if regle <= cellules.keys()]
    termes_des_liens += [sorted(rang_de[cle] for cle in regle) for regle in connues]
    membres_des_familles = composantes(termes_des_liens, len(cles))
    famille_de = np.zeros(len(cles), dtype=int)  # by rank of a count, the number of its family
    for numero, rangs in enumerate(membres_des_familles):
        famille_de[rangs] = numero
    liens_des_familles: dict[int, list[Lien]] = defaultdict(list)
    for lien in liens:
        numero = int(famille_de[rang_de[lien.total]])
        liens_des_familles[numero].append(lien)
    for numero, rangs in enumerate(membres_des_familles):
        membres = [cellules[cles[rang]] for rang in rangs]
        noms = {cellule.cle for cellule in membres}
        regles_de_la_famille = [regle for regle in connues if regle <= noms]
        yield _famille(
            membres,
            liens_des_familles[numero],
            lieux_deja_caches,
            seuil,
            tirage,
            regles_de_la_famille,
        )


def _famille(
    cellules: list[Cellule],
    liens: list[Lien],
    lieux_deja_caches: frozenset[Lieu],
    seuil: int,
    tirage: Tirage,
    regles: Iterable[frozenset[Cle]],
) -> Famille:
    """Return the family of some counts, in their order, and of the sums between them.

    Counts without value take values that satisfy the sums. When none do, the sums that have such a
    count are left out.
    """
    cles = tuple(cellule.cle for cellule in cellules)
    affichees = np.array([cellule.affichee for cellule in cellules], dtype=bool)
    publiees = np.array([cellule.publiee for cellule in cellules], dtype=bool)
    sensibles = np.array([cellule.sensible for cellule in cellules], dtype=bool)
    protegees = np.array([cellule.protegee for cellule in cellules], dtype=bool)
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
    cachees_avant = np.array([cle.lieu in lieux_deja_caches for cle in cles], dtype=bool)
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
        sensibles=sensibles,
        rangs_imposes=rangs_vrais(masquables & (petites | cachees_avant)),
        rangs_gardes=rangs_vrais((masquables & cachees_avant) | (~affichees & protegees)),
        rangs_jamais_affiches=rangs_vrais(~affichees & (petites | protegees)),
        rangs_tires=rangs_vrais(masquables & (chances < EN_PLUS / (1 + nombre_de_sommes) ** 2)),
        prix=(1 + DISPERSION * prix_tires) * (1 + nombre_de_sommes),
        regles=tuple(
            tuple(rang for rang, cle in enumerate(cles) if cle in regle) for regle in regles
        ),
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
    """Return the values, the missing ones filled in so that all sums hold; None if none can."""
    zero = np.zeros(len(equations))
    basses = np.where(sans_valeur, 0, valeurs)
    hautes = np.where(sans_valeur, valeurs.sum(), valeurs)
    quelconques = np.zeros(len(valeurs))  # any values that fit will do
    return minimiser(quelconques, Contraintes(equations, zero, zero), basses, hautes)


def _nombre_de_sommes(equations: np.ndarray) -> np.ndarray:
    """Return of how many sums each count, or one that equals it, is the total.

    The more there are, the more a reader loses when it is hidden: a total is dearer than a part.
    """
    plusieurs_parties = (equations > 0).sum(axis=1) > 1
    est_total = (equations < 0) & plusieurs_parties[:, np.newaxis]
    nombre = est_total.sum(axis=0)
    # A sum of one part says that two counts are equal.
    for egalite in equations[~plusieurs_parties]:
        egaux = egalite != 0
        nombre[egaux] = nombre[egaux].max(initial=0)
    return nombre


def rangs_vrais(conditions: np.ndarray) -> frozenset[int]:
    """Return the ranks at which an array of booleans is true."""
    return frozenset(np.flatnonzero(conditions).tolist())


def composantes(ensembles: Iterable[Iterable[int]], taille: int) -> list[np.ndarray]:
    """Return the connected components of the numbers from 0 to ``taille`` − 1.

    Two numbers of one set are connected, and so are two that are connected to a same third. Each
    number is in one component, the components in the order of their first member.

    Examples:
        >>> [groupe.tolist() for groupe in composantes([[0, 3], [3, 2, 5]], 6)]
        [[0, 2, 3, 5], [1], [4]]
    """
    paires = [paire for ensemble in ensembles for paire in pairwise(ensemble)]
    aretes = np.array(paires, dtype=int).reshape(-1, 2)
    # Each number points to a member of its component: to itself at the outset, to a lower and lower
    # one in each turn, until all point to the first one.
    premiers = np.arange(taille)
    while True:
        plus_bas = premiers.copy()
        # Both ends of a pair point to the lower of what the two pointed to.
        np.minimum.at(plus_bas, aretes, premiers[aretes].min(axis=1, keepdims=True))
        # Then each follows its pointer one step further.
        plus_bas = plus_bas[plus_bas]
        if (plus_bas == premiers).all():
            return [np.flatnonzero(premiers == premier) for premier in np.unique(premiers)]
        premiers = plus_bas
