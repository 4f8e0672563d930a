"""The mask of a set of counts: which are hidden, which tables are withheld, the counts once masked.

Two searches in whole numbers take turns. One proposes the cheapest mask that the conditions known
so far allow. The other reads it as an attacker would: a count that the attacker narrows too much
gives new conditions, and the first search starts again. A condition is a row of weights over the
counts: those of the hidden ones must come to a minimum at least, whenever the count that it
protects is hidden. Every sufficient mask satisfies it.

The attacker knows every published count, the sums, that counts are whole and not negative, the
threshold, and the rule: a count is hidden only because it is small, to keep a small one from being
worked out, or because an earlier publication hid it. So, of the hidden counts that move together,
where none was hidden before, one at least is small; which one, the attacker does not know. A mask
is sufficient when, for each hidden count and for each small one that was never shown, the least and
the greatest value that fit all this differ by the threshold at least.

What the attacker concludes must follow from what is published, never from the true values: were it
reckoned with only where it is true, other values that fit would have another mask, and whoever
replays the code would throw them away.

Words: a ``rang`` is the place of a count in its family, a ``position`` its place in a group of the
family (see ``groupes``). A mask in the making is the set of the ranks that it hides.
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
    composantes,
    deduire_les_inconnues,
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
# The search of a group stops at so many counts that are too narrowed: the others mostly are for the
# same reason.
RESSERRES_AU_PLUS = 2


class Masque(NamedTuple):
    """What is hidden.

    It does not tell the cells that are hidden because they are small from those that only protect
    them: who knew that would know more than a reader may. So its rows come in the order of the
    names.
    """

    effectifs: pd.DataFrame  # the counts, the hidden ones without value and of status Q
    cellules: pd.DataFrame  # table, ligne, colonne: the hidden cells
    # table, raison (SANS_PROTECTION or TROP_LONG): the tables withheld whole, as no smaller mask
    # suffices or none was found
    retraits: pd.DataFrame
    # Counts of which one at least is small, as who reads this mask alone concludes.
    regles: tuple[frozenset[Cle], ...] = ()


def masquer(
    effectifs: pd.DataFrame,
    liens: Iterable[Lien],
    *,
    seuil: int,
    tirage: Tirage,
    lieux_deja_caches: Collection[Lieu] = (),
    anciennes: Iterable[Cellule] = (),
    regles: Iterable[frozenset[Cle]] = (),
) -> Masque:
    """Return the counts with the small ones hidden, and others that keep them hidden.

    A count is small from 1 to under ``seuil``.

    Args:
        effectifs: Columns ``EFFECTIFS``. ``effectif`` is a whole number, missing when absent;
            ``sensible``: it counts persons; ``publiee``: an earlier bilan showed it.
        liens: The sums that a reader knows of.
        seuil: The threshold of secrecy.
        tirage: What the key draws: the same one gives the same mask.
        lieux_deja_caches: The places that an earlier bilan hid: they stay hidden.
        anciennes: Counts that an earlier publication had and that are no longer in ``effectifs``.
        regles: Counts of which one at least is small, as an earlier publication lets conclude.

    Raises:
        ValueError: A count is given twice, is negative or is not whole.
    """
    cellules = cellules_de(effectifs)
    petits = effectifs["sensible"] & effectifs["effectif"].between(1, seuil - 1)
    lieux_caches_avant = frozenset(lieux_deja_caches)
    cles_cachees = {
        cellule.cle
        for cellule, petit in zip(cellules, petits, strict=True)
        if petit or cellule.cle.lieu in lieux_caches_avant
    }
    retraits: set[tuple[str, str]] = set()
    regles_du_masque: list[frozenset[Cle]] = []
    cellules_par_cle, sommes = deduire_les_inconnues([*cellules, *anciennes], liens)
    for famille in familles(cellules_par_cle, sommes, lieux_caches_avant, seuil, tirage, regles):
        rangs_caches, raison = _rangs_a_cacher(famille)
        regles_du_masque += regles_de(famille, rangs_caches)
        cles_de_la_famille = {famille.cles[rang] for rang in rangs_caches}
        cles_cachees |= cles_de_la_famille
        if raison:
            retraits |= {(cle.table, raison) for cle in cles_de_la_famille}
    lignes_cachees = np.array(
        [cellule.affichee and cellule.cle in cles_cachees for cellule in cellules], dtype=bool
    )
    lieux_caches = effectifs.loc[lignes_cachees, LIEU].drop_duplicates()
    return Masque(
        effectifs=couvrir(effectifs, lignes_cachees, "effectif"),
        cellules=lieux_caches.sort_values(LIEU, ignore_index=True),
        retraits=pd.DataFrame(sorted(retraits), columns=RETRAITS, dtype=str),
        regles=tuple(regles_du_masque),
    )


def cellules_de(effectifs: pd.DataFrame) -> list[Cellule]:
    """Return the rows of a table of columns ``EFFECTIFS``, each count given once and whole.

    Raises:
        ValueError: « l'effectif profils/2024/laep / ensemble /  / 0 est donné deux fois ».
    """
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


def couvrir(table: pd.DataFrame, lignes_cachees: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return a table whose hidden rows have no value in a column, and the status Q."""
    valeurs = table[colonne].mask(lignes_cachees)
    statuts = table["statut"].mask(lignes_cachees, Statut.SECRET)
    return table.assign(**{colonne: valeurs, "statut": statuts})


def _rangs_a_cacher(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the ranks of a family to hide, and why its tables are withheld, "" when they are not.

    Its tables are withheld (``SANS_PROTECTION``, ``TROP_LONG``) when all that can still be hidden
    is: no smaller mask suffices, or none was found in time.
    """
    rangs_a_proteger = famille.rangs_imposes | famille.rangs_jamais_affiches
    if not rangs_a_proteger:
        return frozenset(), ""
    tous_les_rangs_masquables = famille.rangs_imposes | rangs_vrais(famille.masquables)
    try:
        masque = _masque_le_moins_cher(famille)
    except Abandon:
        return tous_les_rangs_masquables, TROP_LONG
    if masque is None:
        return tous_les_rangs_masquables, SANS_PROTECTION
    # The groups that the draw alone hid are shown again: the reader takes it from the rule that one
    # count of each group is small, and none of theirs is.
    rangs_utiles: set[int] = set()
    for groupe in groupes(famille, masque):
        if not rangs_a_proteger.isdisjoint(groupe.rangs):
            rangs_utiles.update(groupe.rangs)
    return masque & rangs_utiles, ""


class Condition(NamedTuple):
    """What every sufficient mask satisfies: the weights of what it hides reach the minimum."""

    poids: np.ndarray  # one weight a count of the family
    minimum: float


def _masque_le_moins_cher(famille: Famille) -> frozenset[int] | None:
    """Return the ranks of the cheapest sufficient mask, or None when no mask suffices.

    It has the ranks that are imposed and those that are drawn.

    Raises:
        Abandon: None was found in ``TOURS`` turns, or one search took too long.
    """
    nombre = len(famille.cles)
    # For each count 1 when it is to be hidden, when it can be.
    obligatoires = np.zeros(nombre)
    obligatoires[list(famille.rangs_imposes | famille.rangs_tires)] = 1
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
        rangs_caches = rangs_vrais(choix)
        rangs_a_proteger = rangs_caches | famille.rangs_jamais_affiches
        rangs_resserres_par_groupe = [
            rangs_trop_resserres(famille, groupe, rangs_a_proteger)
            for groupe in groupes(famille, rangs_caches)
        ]
        conditions_nouvelles: list[Condition] = []
        for rangs_resserres in rangs_resserres_par_groupe:
            if not rangs_resserres:
                continue
            # The linear conditions that the mask breaks, or else that of the neighbours.
            lineaires = [
                _condition_lineaire(famille, rang, rangs_caches) for rang in rangs_resserres
            ]
            enfreintes = [condition for condition in lineaires if condition is not None]
            if not enfreintes:
                enfreintes = [_condition_de_voisinage(famille, rangs_resserres[0], rangs_caches)]
            conditions_nouvelles += enfreintes
        if not conditions_nouvelles:
            return rangs_caches
        conditions += conditions_nouvelles
    raise Abandon


def _condition_lineaire(
    famille: Famille, rang: int, rangs_caches: frozenset[int]
) -> Condition | None:
    """Return what must be hidden for a count narrowed too much to move by the threshold.

    Take any multipliers of the sums. They bound how far the count can fall and rise: each count
    that a reader does not see lets it move by so much, each one seen by nothing. That is its weight
    (one over the threshold is worth no more than the threshold). As it holds of any multipliers, it
    holds of every mask.

    None where the mask satisfies the condition already: the sums alone then leave room enough, and
    only whole numbers or the rule narrow the count.
    """
    valeurs = famille.valeurs
    hausses = famille.borne - valeurs
    invisibles = famille.invisibles(rangs_caches)
    baisse_permise = np.where(invisibles, -valeurs, 0)
    hausse_permise = np.where(invisibles, hausses, 0)
    effectif = np.eye(len(valeurs))[rang]
    jeu = np.zeros(len(valeurs))  # how far each count, if hidden, lets this one move
    for but in (-effectif, effectif):  # its rise, then its fall: each is a minimum
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
    if poids[list(rangs_caches)].sum() >= minimum - NUL:
        return None
    return _condition(famille, rang, poids, minimum)


def _condition_de_voisinage(famille: Famille, rang: int, rangs_caches: frozenset[int]) -> Condition:
    """Return that one more count near the one that is narrowed too much has to be hidden.

    From that count, sums lead to others; from those of them that a reader does not see, other sums
    lead further. The counts of all these sums are near. The sums of the others say nothing of it:
    to hide one of them changes nothing for it.
    """
    invisibles = famille.invisibles(rangs_caches)
    atteints = np.arange(len(invisibles)) == rang
    while True:
        sommes = famille.equations[:, atteints].any(axis=1)
        proches = famille.equations[sommes].any(axis=0)
        elargis = atteints | (proches & invisibles)
        if (elargis == atteints).all():
            break
        atteints = elargis
    proches_a_cacher = proches & famille.masquables
    proches_a_cacher[list(rangs_caches)] = False
    poids = np.where(proches_a_cacher, float(famille.seuil), 0.0)
    return _condition(famille, rang, poids, float(famille.seuil))


def _condition(famille: Famille, rang: int, poids: np.ndarray, minimum: float) -> Condition:
    """Return that hidden weights reach the minimum whenever the count ``rang`` is not seen."""
    if not famille.affichees[rang]:
        return Condition(poids, minimum)
    # A count that a report would show asks for something only when the mask hides it. Its own
    # weight is then minus the minimum, and the sum has to reach zero; not hidden, it adds nothing
    # and zero is reached anyway.
    poids = poids.copy()
    poids[rang] = -minimum
    return Condition(poids, 0.0)


class Groupe(NamedTuple):
    """Counts that a reader does not see, and that sums let move together.

    The counts of other groups say nothing about them.
    """

    rangs: list[int]  # of its counts in the family, in order
    # Positions (in ``rangs``) of counts of which one at least is small, by the rule of this mask
    # alone; none when it says no such thing.
    regle: list[int]
    # That rule, and those of earlier publications.
    suspects: list[list[int]]
    equations: np.ndarray  # one row a sum that has some of them, one column a position
    valeurs: np.ndarray  # their true values
    borne: int
    seuil: int

    def convient(self, valeurs: np.ndarray) -> bool:
        """Tell whether values fit all that a reader knows."""
        regles_suivies = all(
            any(0 < valeurs[position] < self.seuil for position in positions)
            for positions in self.suspects
        )
        memes_sommes = (self.equations @ valeurs == self.equations @ self.valeurs).all()
        return bool(regles_suivies and valeurs.min() >= 0 and memes_sommes)


def groupes(famille: Famille, rangs_caches: frozenset[int]) -> Iterator[Groupe]:
    """Yield the groups of counts that a reader does not see when some are hidden.

    Counts are in one group when one can move only if another does. To share a sum does not suffice:
    if published figures give a + b and a + b + c + d, then a and b move together, and c and d, each
    pair on its own. So:

    1. the sums are reduced (see ``reduire``): each then says how one count follows from free ones;
    2. the counts of one reduced sum are tied;
    3. a group is a connected component of these ties.

    What a reader concludes from the rule in each group (``Groupe.regle``): one of its hidden and
    sensitive counts is small, or one that was never shown. The reader cannot tell which, and the
    search for extreme values reckons with that knowledge. In four cases, it does not:

    - nothing is hidden in the group;
    - a count of the group was hidden by an earlier publication: it stays so, small or not, and what
      is hidden beside may only protect it. The rule of that publication says what is known;
    - the draw alone hid the group: it is shown again in the end;
    - a report would show only one count of the family (an indicator without detail). A reader who
      sees it hidden concludes by the rule that it is most likely small, not which of the small
      values it has: a limit of the model, stated in docs/decisions/0006-secret-statistique.md. No
      mask does better, as no other count could be hidden for it to be one of several. Reckoned
      with, the rule would narrow it under the threshold, and its table would be called withheld,
      with nothing more hidden than this count. What is searched is whether the sums give it away.
    """
    rangs_invisibles = np.flatnonzero(famille.invisibles(rangs_caches))
    sommes_reduites = reduire(famille.equations[:, rangs_invisibles])
    ensembles_lies = [np.flatnonzero(somme) for somme in sommes_reduites]
    ensembles_lies += [np.searchsorted(rangs_invisibles, regle) for regle in famille.regles]
    un_seul_effectif_affichable = int(famille.affichees.sum()) == 1
    rangs_a_proteger = famille.rangs_imposes | famille.rangs_jamais_affiches
    for membres in composantes(ensembles_lies, len(rangs_invisibles)):
        rangs: list[int] = rangs_invisibles[membres].tolist()
        rangs_du_groupe = set(rangs)
        rien_de_cache = rangs_caches.isdisjoint(rangs)
        garde = not famille.rangs_gardes.isdisjoint(rangs)
        du_seul_tirage = rangs_a_proteger.isdisjoint(rangs)
        regle: list[int] = []
        if not (rien_de_cache or garde or du_seul_tirage or un_seul_effectif_affichable):
            regle = np.flatnonzero(famille.sensibles[rangs]).tolist()
        suspects = [regle] if regle else []
        suspects += [
            [rangs.index(rang) for rang in regle_d_avant]
            for regle_d_avant in famille.regles
            if not rangs_du_groupe.isdisjoint(regle_d_avant)
        ]
        equations = famille.equations[:, rangs]
        yield Groupe(
            rangs=rangs,
            regle=regle,
            suspects=suspects,
            equations=equations[equations.any(axis=1)],
            valeurs=famille.valeurs[rangs],
            borne=famille.borne,
            seuil=famille.seuil,
        )


def regles_de(famille: Famille, rangs_caches: frozenset[int]) -> Iterator[frozenset[Cle]]:
    """Yield, for each group of a mask, the counts of which a reader knows that one is small."""
    if not rangs_caches:
        return
    for groupe in groupes(famille, rangs_caches):
        if groupe.regle:
            yield frozenset(famille.cles[groupe.rangs[position]] for position in groupe.regle)


def reduire(equations: np.ndarray) -> np.ndarray:
    """Return the sums reduced, in exact whole numbers, by the elimination of Gauss and Jordan.

    They say the same as the sums given, without those that follow from the others. Each has a count
    of its own, its first one, that no other has: it follows from the others of its sum.

    Examples:
        >>> reduire(np.array([[-1, 1, 1], [-1, 1, 0]])).tolist()
        [[-1, 1, 0], [0, 0, 1]]
    """
    lignes = equations.astype(object)  # Python's whole numbers, which never overflow
    nombre_de_reduites = 0  # the first rows of ``lignes``
    for colonne in range(lignes.shape[1]):
        non_nulles = np.flatnonzero(lignes[:, colonne])
        candidates = non_nulles[non_nulles >= nombre_de_reduites]
        if len(candidates) == 0:
            continue
        premiere = candidates[0]
        lignes[[nombre_de_reduites, premiere]] = lignes[[premiere, nombre_de_reduites]]
        pivot = lignes[nombre_de_reduites]
        autres = [
            ligne for ligne in np.flatnonzero(lignes[:, colonne]) if ligne != nombre_de_reduites
        ]
        if autres:
            a_retrancher = np.outer(lignes[autres, colonne], pivot)
            eliminees = lignes[autres] * pivot[colonne] - a_retrancher
            # Divided by their greatest common divisor, numbers stay small; a row of zeros has 0.
            diviseurs = np.maximum(np.gcd.reduce(eliminees, axis=1), 1)
            lignes[autres] = eliminees // diviseurs[:, np.newaxis]
        nombre_de_reduites += 1
    return lignes[:nombre_de_reduites]


def rangs_trop_resserres(
    famille: Famille, groupe: Groupe, rangs_a_proteger: frozenset[int]
) -> tuple[int, ...]:
    """Return the counts to protect of a group that a reader narrows to less than the threshold.

    Their ranks in the family, in order, and no more than ``RESSERRES_AU_PLUS`` of them. Each set of
    values that fits gives a value to all counts at once: it widens the intervals of the others,
    which may then need no search of their own.

    Raises:
        Abandon: A search took too long.
    """
    positions = [position for position, rang in enumerate(groupe.rangs) if rang in rangs_a_proteger]
    if positions and not groupe.convient(groupe.valeurs):
        raise ArithmeticError("des valeurs vraies qui ne vérifient pas la règle")
    plus_petites = groupe.valeurs
    plus_grandes = groupe.valeurs
    rangs_resserres: list[int] = []
    for position in positions:
        effectif = np.eye(len(groupe.rangs))[position]
        for poids in (effectif, -effectif):
            if plus_grandes[position] - plus_petites[position] < famille.seuil:
                valeurs = _valeurs_extremes(groupe, poids)
                plus_petites = np.minimum(plus_petites, valeurs)
                plus_grandes = np.maximum(plus_grandes, valeurs)
        if plus_grandes[position] - plus_petites[position] < famille.seuil:
            rangs_resserres.append(groupe.rangs[position])
        if len(rangs_resserres) == RESSERRES_AU_PLUS:
            break
    return tuple(rangs_resserres)


def _valeurs_extremes(groupe: Groupe, poids: np.ndarray) -> np.ndarray:
    """Return values of a group that fit all that a reader knows, of the greatest weighted sum.

    They are checked in whole numbers: they owe nothing to the solver's tolerance.

    Raises:
        Abandon: The search took too long, or its values fail the check.
    """
    nombre = len(groupe.rangs)
    suspectes = [position for positions in groupe.suspects for position in positions]
    nombre_de_suspects = len(suspectes)
    # The unknowns: the values, then for each suspect whether it is chosen as the small one (0 or
    # 1), once a rule. Values stay under the bound, and the sums come to what they truly do.
    basses = np.zeros(nombre + nombre_de_suspects)
    hautes = np.concatenate([np.full(nombre, groupe.borne), np.ones(nombre_de_suspects)])
    sommes = groupe.equations @ groupe.valeurs
    lignes = [np.hstack([groupe.equations, np.zeros((len(sommes), nombre_de_suspects))])]
    minima = [sommes]
    maxima = [sommes]
    if suspectes:
        valeur = np.eye(nombre)[suspectes]
        choix = np.eye(nombre_de_suspects)
        # A chosen suspect is 1 at least: valeur − choix ≥ 0.
        lignes.append(np.hstack([valeur, -choix]))
        minima.append(np.zeros(nombre_de_suspects))
        maxima.append(np.full(nombre_de_suspects, np.inf))
        # It is under the threshold: valeur + (borne − seuil + 1) × choix ≤ borne.
        lignes.append(np.hstack([valeur, (groupe.borne - groupe.seuil + 1) * choix]))
        minima.append(np.full(nombre_de_suspects, -np.inf))
        maxima.append(np.full(nombre_de_suspects, groupe.borne))
        # One suspect at least of each rule is chosen.
        regle_de = np.repeat(range(len(groupe.suspects)), list(map(len, groupe.suspects)))
        choisis = np.arange(len(groupe.suspects))[:, np.newaxis] == regle_de
        lignes.append(np.hstack([np.zeros((len(choisis), nombre)), choisis.astype(float)]))
        minima.append(np.ones(len(choisis)))
        maxima.append(np.full(len(choisis), np.inf))
    contraintes = Contraintes(np.vstack(lignes), np.concatenate(minima), np.concatenate(maxima))
    objectif = np.concatenate([-poids, np.zeros(nombre_de_suspects)])
    solution = minimiser(objectif, contraintes, basses, hautes)
    if solution is None or not groupe.convient(solution[:nombre]):
        raise Abandon
    return solution[:nombre]
