"""The mask of a set of counts: which are hidden, which tables are withheld, the counts once masked.

Two searches in whole numbers take turns. One proposes the cheapest mask that the conditions known
so far allow. The other reads it as an attacker would: a count that the attacker narrows too much
gives new conditions, and the first search starts again. A condition is a row of whole weights over
the counts: the weights of the hidden ones must come to a minimum at least, whenever the count that
it protects is hidden. Every sufficient mask satisfies it.

The attacker knows every published count, the sums, that counts are whole and not negative, the
threshold, and the rule: so, of the hidden counts that move together, one at least is small. Which
one, the attacker does not know.
"""

from collections.abc import Collection, Iterable, Iterator
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
    rangs_vrais,
)
from ctglib.secret.solveur import Abandon, Contraintes, minimiser, multiplicateurs

LIEU = ["table", "ligne", "colonne"]
CLE = [*LIEU, "millesime"]
EFFECTIFS = [*CLE, "effectif", "statut", "sensible", "publiee"]
RETRAITS = ["table", "raison"]
SANS_PROTECTION = "sans_protection"
TROP_LONG = "trop_long"
TOURS = 300  # masks tried before a family is given up
NUL = 1e-7  # a coefficient under it is what rounding left of zero
# A mask is dropped once so many counts of a group are too narrowed: the others mostly are for the
# same reason.
ASSEZ = 2


class Masque(NamedTuple):
    """What is hidden.

    Which cells are hidden for their own sake is nowhere in it: a reader who knew that would know
    more than a mask may tell. So its rows come in the order of their names.
    """

    effectifs: pd.DataFrame  # the counts, the hidden ones without value and of status Q
    cellules: pd.DataFrame  # table, ligne, colonne: the hidden cells
    # table, raison: tables withheld whole, as no smaller mask holds or none was found
    retraits: pd.DataFrame


def masquer(
    effectifs: pd.DataFrame,
    liens: Iterable[Lien],
    *,
    seuil: int,
    tirage: Tirage,
    deja: Collection[Lieu] = (),
) -> Masque:
    """Return the counts with the small ones hidden, and others that keep them hidden.

    A count is small from 1 to under ``seuil``.

    Args:
        effectifs: Columns ``EFFECTIFS``. ``effectif`` is a whole number, missing when absent;
            ``sensible``: it counts persons; ``publiee``: an earlier bilan showed it.
        liens: The sums that a reader knows of.
        seuil: The threshold of secrecy.
        tirage: What the key draws: the same one gives the same mask.
        deja: The places that an earlier bilan hid: they stay hidden.

    Raises:
        ValueError: A count is given twice, is negative or is not whole.
    """
    _verifier(effectifs)
    cellules = _cellules(effectifs)
    petits = effectifs["sensible"] & effectifs["effectif"].between(1, seuil - 1)
    lieux_deja_caches = frozenset(deja)
    cachees = {
        cellule.cle
        for cellule, petit in zip(cellules, petits, strict=True)
        if petit or cellule.cle.lieu in lieux_deja_caches
    }
    retraits: set[tuple[str, str]] = set()
    cellules_par_cle, sommes = accorder(cellules, liens)
    for famille in familles(cellules_par_cle, sommes, lieux_deja_caches, seuil, tirage):
        rangs, raison = _a_cacher(famille)
        cles_de_la_famille = {famille.cles[rang] for rang in rangs}
        cachees |= cles_de_la_famille
        if raison:
            retraits |= {(cle.table, raison) for cle in cles_de_la_famille}
    lignes_cachees = np.array(
        [cellule.affichee and cellule.cle in cachees for cellule in cellules], dtype=bool
    )
    lieux_caches = effectifs.loc[lignes_cachees, LIEU].drop_duplicates()
    return Masque(
        effectifs=couvrir(effectifs, lignes_cachees, "effectif"),
        cellules=lieux_caches.sort_values(LIEU, ignore_index=True),
        retraits=pd.DataFrame(sorted(retraits), columns=RETRAITS, dtype=str),
    )


def _verifier(effectifs: pd.DataFrame) -> None:
    """Check that each count is given once, whole and not negative."""
    valeurs = effectifs["effectif"]
    pas_entiers = valeurs.notna() & ((valeurs < 0) | (valeurs % 1 != 0))
    en_double = effectifs.duplicated(CLE)
    for fautifs, reproche in (
        (pas_entiers, "n'est pas un nombre entier de personnes"),
        (en_double, "est donné deux fois"),
    ):
        if fautifs.any():
            premier = effectifs.loc[fautifs, CLE].iloc[0]
            nom = " / ".join(str(partie) for partie in premier)
            raise ValueError(f"l'effectif {nom} {reproche}")


def _cellules(effectifs: pd.DataFrame) -> list[Cellule]:
    """Return the rows of a table of columns ``EFFECTIFS``."""
    colonnes = zip(
        cles(effectifs),
        effectifs["effectif"].tolist(),
        effectifs["publiee"].tolist(),
        effectifs["sensible"].tolist(),
        strict=True,
    )
    cellules = []
    for cle, effectif, publiee, sensible in colonnes:
        valeur = None if pd.isna(effectif) else int(effectif)
        cellules.append(
            Cellule(cle, valeur, affichee=valeur is not None, publiee=publiee, sensible=sensible)
        )
    return cellules


def cles(table: pd.DataFrame) -> list[Cle]:
    """Return the names of the counts of a table that has the columns ``CLE``."""
    colonnes = [table[colonne].tolist() for colonne in CLE]
    return [Cle(*noms) for noms in zip(*colonnes, strict=True)]


def couvrir(table: pd.DataFrame, caches: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return the rows with the hidden ones emptied of their value and of status Q."""
    valeurs = table[colonne].mask(caches)
    statuts = table["statut"].mask(caches, Statut.SECRET)
    return table.assign(**{colonne: valeurs, "statut": statuts})


def _a_cacher(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the counts of a family to hide, and the reason if all are (its tables withheld)."""
    a_proteger = famille.imposes | famille.protegees
    if not a_proteger:
        return frozenset(), ""
    tout_ce_qui_peut_l_etre = famille.imposes | rangs_vrais(famille.masquables)
    try:
        masque = _masque_le_moins_cher(famille)
    except Abandon:
        return tout_ce_qui_peut_l_etre, TROP_LONG
    if masque is None:
        return tout_ce_qui_peut_l_etre, SANS_PROTECTION
    # Of hidden counts that move together, one at least must be small, as the rule says: groups
    # where nothing is protected, hidden by the draw alone, are shown again.
    utiles: set[int] = set()
    for groupe in groupes(famille, masque):
        if not a_proteger.isdisjoint(groupe.rangs):
            utiles.update(groupe.rangs)
    return masque & utiles, ""


class Condition(NamedTuple):
    """What every sufficient mask satisfies."""

    poids: np.ndarray  # a weight a count: those of the hidden ones are added up
    minimum: float  # what they come to at least


def _masque_le_moins_cher(famille: Famille) -> frozenset[int] | None:
    """Return the cheapest mask that holds, or None when none does.

    It has the counts that are imposed and those that are drawn.

    Raises:
        Abandon: None was found in ``TOURS`` turns, or one search took too long.
    """
    nombre = len(famille.cles)
    obligatoires = np.zeros(nombre)
    obligatoires[list(famille.imposes | famille.tires)] = 1
    possibles = np.maximum(obligatoires, famille.masquables)
    conditions: list[Condition] = []
    for _ in range(TOURS):
        contraintes = Contraintes(
            np.array([condition.poids for condition in conditions]).reshape(-1, nombre),
            np.array([condition.minimum for condition in conditions]),
            np.full(len(conditions), np.inf),
        )
        choix = minimiser(famille.prix, contraintes, obligatoires, possibles)
        if choix is None:
            return None
        caches = rangs_vrais(choix)
        a_proteger = caches | famille.protegees
        trop_resserres_par_groupe = [
            examiner(famille, groupe, a_proteger) for groupe in groupes(famille, caches)
        ]
        conditions_nouvelles: list[Condition] = []
        for trop_resserres in trop_resserres_par_groupe:
            if trop_resserres:
                conditions_nouvelles += _conditions(famille, trop_resserres, caches)
        if not conditions_nouvelles:
            return caches
        conditions += conditions_nouvelles
    raise Abandon


def _conditions(
    famille: Famille, trop_resserres: tuple[int, ...], caches: frozenset[int]
) -> list[Condition]:
    """Return conditions that ``caches``, which lets these counts be narrowed too much, breaks."""
    conditions = []
    for rang in trop_resserres:
        condition = _condition_lineaire(famille, rang, caches)
        if condition is not None:
            conditions.append(condition)
    return conditions or [_condition_de_voisinage(famille, trop_resserres[0], caches)]


def _condition_lineaire(famille: Famille, rang: int, caches: frozenset[int]) -> Condition | None:
    """Return what must be hidden for a count narrowed too much to move by the threshold.

    Multipliers of the sums bound how far a count can fall and rise: each hidden count lets it move
    by its own room, downwards its value, upwards the greatest value looked at. True of any
    multipliers, hence of every mask. A weight over the threshold is worth no more than it. None
    where ``caches`` satisfies the condition: only whole numbers or the rule then narrow the count.
    """
    valeurs = famille.valeurs
    hausses = famille.borne - valeurs
    inconnues = famille.inconnues(caches)
    baisse_permise = np.where(inconnues, -valeurs, 0)
    hausse_permise = np.where(inconnues, hausses, 0)
    effectif = np.eye(len(valeurs))[rang]
    jeu = np.zeros(len(valeurs))  # how far each count, if hidden, lets this one move
    for but in (-effectif, effectif):
        lambdas = multiplicateurs(but, famille.equations, baisse_permise, hausse_permise)
        couts = but - lambdas @ famille.equations
        couts[np.abs(couts) < NUL] = 0
        # The most a count can do: fall to zero where it costs, rise to the bound where it pays.
        jeu += np.where(couts > 0, couts * valeurs, -couts * hausses)
    # Counts that are never shown let it move whatever the mask is, and so does the count itself.
    jeu_sans_masque = jeu[~famille.affichees].sum()
    poids = np.minimum(jeu, famille.seuil)
    minimum = float(famille.seuil - jeu_sans_masque)
    if famille.affichees[rang]:
        minimum -= float(poids[rang])
    poids[~famille.affichees] = 0
    poids[rang] = 0
    if poids[list(caches)].sum() >= minimum - NUL:
        return None
    return _condition(famille, rang, poids, minimum)


def _condition_de_voisinage(famille: Famille, rang: int, caches: frozenset[int]) -> Condition:
    """Return that one more count near the one that is narrowed too much has to be hidden.

    Near: those that share a sum with a count that is not seen and that sums tie to it, step by
    step. Hiding others does not reach it.
    """
    inconnues = famille.inconnues(caches)
    atteints = np.arange(len(inconnues)) == rang
    while True:
        sommes = famille.equations[:, atteints].any(axis=1)
        proches = famille.equations[sommes].any(axis=0)
        elargis = atteints | (proches & inconnues)
        if (elargis == atteints).all():
            break
        atteints = elargis
    a_cacher = proches & famille.masquables
    a_cacher[list(caches)] = False
    poids = np.where(a_cacher, float(famille.seuil), 0.0)
    return _condition(famille, rang, poids, float(famille.seuil))


def _condition(famille: Famille, rang: int, poids: np.ndarray, minimum: float) -> Condition:
    """Return that the hidden weights reach the minimum whenever the count ``rang`` is not seen."""
    if not famille.affichees[rang]:
        return Condition(poids, minimum)
    # Shown, it asks for something only when the mask hides it: then its own weight is minus the
    # minimum, and the sum has to reach zero.
    poids = poids.copy()
    poids[rang] = -minimum
    return Condition(poids, 0.0)


class Groupe(NamedTuple):
    """Counts that a reader does not see, and that sums let move together.

    The counts of other groups say nothing about them.
    """

    rangs: list[int]  # in the family
    # Positions in ``rangs`` of the counts of which the rule says that one at least is small; empty
    # when it says nothing.
    suspects: list[int]
    equations: np.ndarray  # the sums over them
    valeurs: np.ndarray  # their true values
    borne: int
    seuil: int

    def convient(self, valeurs: np.ndarray) -> bool:
        """Tell whether values fit all that a reader knows."""
        petits = [0 < valeurs[suspect] < self.seuil for suspect in self.suspects]
        regle_suivie = not petits or any(petits)
        memes_sommes = (self.equations @ valeurs == self.equations @ self.valeurs).all()
        return bool(regle_suivie and valeurs.min() >= 0 and memes_sommes)


def groupes(famille: Famille, caches: frozenset[int]) -> Iterator[Groupe]:
    """Yield the groups of counts that a reader does not see when ``caches`` are hidden.

    Counts are in one group when one can move only if the other may: sharing a sum does not suffice.
    If published figures give a + b and a + b + c + d, then a and b move together, and c and d, each
    pair on its own. Once the sums are solved, each tells how one count follows from free ones:
    these move together.
    """
    inconnues = np.flatnonzero(famille.inconnues(caches))
    equations_resolues = resolues(famille.equations[:, inconnues])
    bougent_ensemble = [np.flatnonzero(equation) for equation in equations_resolues]
    # Nothing can be hidden beside the only count that is shown: that it is hidden says nothing.
    un_seul_affiche = int(famille.affichees.sum()) == 1
    for membres in composantes(bougent_ensemble, len(inconnues)):
        rangs: list[int] = inconnues[membres].tolist()
        suspects = []
        if not un_seul_affiche and not famille.primaires.isdisjoint(rangs):
            suspects = [
                position
                for position, rang in enumerate(rangs)
                if rang in caches and famille.sensibles[rang]
            ]
        equations = famille.equations[:, rangs]
        yield Groupe(
            rangs=rangs,
            suspects=suspects,
            equations=equations[equations.any(axis=1)],
            valeurs=famille.valeurs[rangs],
            borne=famille.borne,
            seuil=famille.seuil,
        )


def resolues(equations: np.ndarray) -> np.ndarray:
    """Return the sums solved, in exact whole numbers, by the elimination of Gauss.

    Each has a count of its own, the first, that no other sum has: it follows from the others.

    Examples:
        >>> resolues(np.array([[-1, 1, 1], [-1, 1, 0]])).tolist()
        [[-1, 1, 0], [0, 0, 1]]
    """
    lignes = equations.astype(object)  # Python's whole numbers, which never overflow
    nombre_de_resolues = 0
    for colonne in range(lignes.shape[1]):
        non_nulles = np.flatnonzero(lignes[:, colonne])
        candidates = non_nulles[non_nulles >= nombre_de_resolues]
        if len(candidates) == 0:
            continue
        premiere = candidates[0]
        lignes[[nombre_de_resolues, premiere]] = lignes[[premiere, nombre_de_resolues]]
        pivot = lignes[nombre_de_resolues]
        autres = [rang for rang in np.flatnonzero(lignes[:, colonne]) if rang != nombre_de_resolues]
        if autres:
            a_retrancher = np.outer(lignes[autres, colonne], pivot)
            eliminees = lignes[autres] * pivot[colonne] - a_retrancher
            diviseurs = np.maximum(np.gcd.reduce(eliminees, axis=1), 1)
            lignes[autres] = eliminees // diviseurs[:, np.newaxis]
        nombre_de_resolues += 1
    return lignes[:nombre_de_resolues]


def examiner(famille: Famille, groupe: Groupe, vises: frozenset[int]) -> tuple[int, ...]:
    """Return counts of a group, among ``vises``, that a reader narrows to less than the threshold.

    No more than ``ASSEZ`` of them. Each set of values that fits shows all counts at once: it widens
    the intervals of others, which then need no search.

    Raises:
        Abandon: A search took too long.
    """
    positions = [position for position, rang in enumerate(groupe.rangs) if rang in vises]
    if positions and not groupe.convient(groupe.valeurs):
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas la règle")
    plus_petites = groupe.valeurs
    plus_grandes = groupe.valeurs
    trop_resserres: list[int] = []
    for position in positions:
        effectif = np.eye(len(groupe.rangs))[position]
        for poids in (effectif, -effectif):
            if plus_grandes[position] - plus_petites[position] < famille.seuil:
                valeurs = _valeurs_extremes(groupe, poids)
                plus_petites = np.minimum(plus_petites, valeurs)
                plus_grandes = np.maximum(plus_grandes, valeurs)
        if plus_grandes[position] - plus_petites[position] < famille.seuil:
            trop_resserres.append(groupe.rangs[position])
        if len(trop_resserres) == ASSEZ:
            break
    return tuple(trop_resserres)


def _valeurs_extremes(groupe: Groupe, poids: np.ndarray) -> np.ndarray:
    """Return values of a group that fit all that a reader knows, of the greatest weighted sum.

    They are checked in whole numbers: they owe nothing to the solver's tolerance.
    """
    nombre = len(groupe.rangs)
    nombre_de_suspects = len(groupe.suspects)
    # The unknowns: the values, then for each suspect whether it is chosen as the small one (0 or
    # 1). Values stay under the bound, and the sums come to what they truly do.
    basses = np.zeros(nombre + nombre_de_suspects)
    hautes = np.concatenate([np.full(nombre, groupe.borne), np.ones(nombre_de_suspects)])
    sommes = groupe.equations @ groupe.valeurs
    lignes = [np.hstack([groupe.equations, np.zeros((len(sommes), nombre_de_suspects))])]
    minima = [sommes]
    maxima = [sommes]
    if groupe.suspects:
        valeur = np.eye(nombre)[groupe.suspects]
        choix = np.eye(nombre_de_suspects)
        # A chosen suspect is 1 at least: valeur − choix ≥ 0.
        lignes.append(np.hstack([valeur, -choix]))
        minima.append(np.zeros(nombre_de_suspects))
        maxima.append(np.full(nombre_de_suspects, np.inf))
        # It is under the threshold: valeur + (borne − seuil + 1) × choix ≤ borne.
        lignes.append(np.hstack([valeur, (groupe.borne - groupe.seuil + 1) * choix]))
        minima.append(np.full(nombre_de_suspects, -np.inf))
        maxima.append(np.full(nombre_de_suspects, groupe.borne))
        # One suspect at least is chosen.
        lignes.append(np.concatenate([np.zeros(nombre), np.ones(nombre_de_suspects)])[np.newaxis])
        minima.append(np.ones(1))
        maxima.append(np.full(1, np.inf))
    contraintes = Contraintes(np.vstack(lignes), np.concatenate(minima), np.concatenate(maxima))
    objectif = np.concatenate([-poids, np.zeros(nombre_de_suspects)])
    solution = minimiser(objectif, contraintes, basses, hautes)
    if solution is None or not groupe.convient(solution[:nombre]):
        raise Abandon
    return solution[:nombre]
