"""An attacker on what a mask lets through: written apart from ctglib, on published figures only.

The attacker knows each published count, the sums, that counts are whole and not negative, the
threshold and the rule (among hidden counts that can only move together, one at least is small,
since nothing else makes them hidden), but not which. Each hypothesis on the small one is tried in
turn; what is left is the union of what they allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

INFINI = 10**4
Nom = tuple | str
Somme = tuple[Nom, tuple[Nom, ...]]
Equation = tuple[dict[Nom, int], int]  # coefficients of the unknown counts, and what they come to


def intervalles(
    publies: Mapping[Nom, int],
    caches: Iterable[Nom],
    sommes: Iterable[Somme],
    *,
    seuil: int,
    gardes: Iterable[Nom] = (),
) -> dict[Nom, tuple[int, int]]:
    """Return the least and the greatest value that each hidden count may have.

    ``gardes`` are hidden because an earlier bilan hid them, whatever they are now: a group that
    holds one need not hold a small count, and who would think so would deduce what is false.
    """
    hidden = set(caches)
    equations = _equations(publies, list(sommes))
    noms = sorted(hidden | {nom for coefficients, _ in equations for nom in coefficients}, key=str)
    found = {}
    for groupe in _groupes(noms, [coefficients for coefficients, _ in equations]):
        suspects = sorted(hidden & groupe, key=str)
        petits = [None] if groupe & set(gardes) else suspects
        for nom in suspects:
            found[nom] = _intervalle(noms, equations, nom, petits, seuil=seuil) or _intervalle(
                noms, equations, nom, [None], seuil=seuil
            )
    return found


def _equations(publies: Mapping[Nom, int], sommes: list[Somme]) -> list[Equation]:
    equations = []
    for total, parties in sommes:
        coefficients: dict[Nom, int] = {}
        constante = 0
        for nom, signe in [(total, -1), *((partie, 1) for partie in parties)]:
            if nom in publies:
                constante -= signe * publies[nom]
            else:
                coefficients[nom] = coefficients.get(nom, 0) + signe
        equations.append((coefficients, constante))
    return equations


def _groupes(noms: list[Nom], equations: list[dict[Nom, int]]) -> list[set[Nom]]:
    """Return the counts by groups that move together."""
    groupe_de = {nom: {nom} for nom in noms}
    for ensemble in _mouvements(noms, equations):
        uni = set().union(*(groupe_de[nom] for nom in ensemble))
        groupe_de |= dict.fromkeys(uni, uni)
    return list({id(groupe): groupe for groupe in groupe_de.values()}.values())


def _mouvements(noms: list[Nom], equations: list[dict[Nom, int]]) -> list[set[Nom]]:
    """Return sets of counts that can move while the sums hold and all others stay, none
    superfluous: exact algebra.
    """
    lignes = [
        {nom: Fraction(valeur) for nom, valeur in equation.items() if valeur}
        for equation in equations
    ]
    resolues: dict[Nom, dict[Nom, Fraction]] = {}
    for nom in noms:
        pivot = next((ligne for ligne in lignes if nom in ligne), None)
        if pivot is None:
            continue
        lignes.remove(pivot)
        pivot = {autre: valeur / pivot[nom] for autre, valeur in pivot.items()}
        lignes = [_sans(ligne, pivot, nom) for ligne in lignes]
        resolues = {autre: _sans(ligne, pivot, nom) for autre, ligne in resolues.items()} | {
            nom: pivot
        }
    libres = [nom for nom in noms if nom not in resolues]
    return [
        {libre} | {nom for nom, ligne in resolues.items() if libre in ligne} for libre in libres
    ]


def _sans(ligne: dict[Nom, Fraction], pivot: dict[Nom, Fraction], nom: Nom) -> dict[Nom, Fraction]:
    facteur = ligne.get(nom, Fraction(0))
    somme = {
        autre: ligne.get(autre, Fraction(0)) - facteur * pivot.get(autre, 0)
        for autre in {*ligne, *pivot}
    }
    return {autre: valeur for autre, valeur in somme.items() if valeur}


def _intervalle(
    noms: list[Nom],
    equations: list[Equation],
    nom: Nom,
    hypotheses: list[Nom | None],
    *,
    seuil: int,
) -> tuple[int, int] | None:
    """Return the interval of a count if one of the hypotheses (this count is small, or none at all)
    is true.
    """
    seen = [table[nom] for table in _extremes(noms, equations, nom, hypotheses, seuil=seuil)]
    return (min(seen), max(seen)) if seen else None


def _extremes(
    noms: list[Nom],
    equations: list[Equation],
    nom: Nom,
    hypotheses: list[Nom | None],
    *,
    seuil: int,
) -> Iterator[dict[Nom, int]]:
    """Yield, by hypothesis, a table where a count is least and one where it is greatest."""
    contraintes = ()
    if equations:
        matrice = np.array(
            [[coefficients.get(nom, 0) for nom in noms] for coefficients, _ in equations],
            dtype=float,
        )
        constantes = np.array([constante for _, constante in equations], dtype=float)
        contraintes = LinearConstraint(matrice, constantes, constantes)
    for petit in hypotheses:
        basses = np.zeros(len(noms))
        hautes = np.full(len(noms), float(INFINI))
        if petit is not None:
            basses[noms.index(petit)] = 1
            hautes[noms.index(petit)] = seuil - 1
        for signe in (1, -1):
            but = np.where(np.arange(len(noms)) == noms.index(nom), signe, 0)
            trouve = milp(
                but,
                integrality=np.ones(len(noms)),
                bounds=Bounds(basses, hautes),
                constraints=contraintes,
            )
            assert trouve.status in (0, 2), trouve.message
            if trouve.x is not None:
                yield dict(zip(noms, np.rint(trouve.x).astype(int).tolist(), strict=True))


def rejouer(
    publies: Mapping[Nom, int],
    caches: Iterable[Nom],
    sommes: Iterable[Somme],
    *,
    seuil: int,
    retrouve: Callable[[dict[Nom, int]], bool],
) -> dict[Nom, tuple[int, int]]:
    """Return what is left of each hidden count to an attacker who replays the public algorithm.

    For each count, tables that fit all that is published and make it least or greatest, by
    hypothesis on the small one, are handed to ``retrouve``, the hidden counts of its group alone:
    it tells whether they could give the published mask. The others are thrown away; the search ends
    once an interval is as long as the threshold. A count that nothing is left of has the interval
    (0, -1).
    """
    hidden = set(caches)
    equations = _equations(publies, list(sommes))
    noms = sorted(hidden | {nom for coefficients, _ in equations for nom in coefficients}, key=str)
    found = {}
    for groupe in _groupes(noms, [coefficients for coefficients, _ in equations]):
        suspects = sorted(hidden & groupe, key=str)
        for nom in suspects:
            left: list[int] = []
            for table in _extremes(noms, equations, nom, suspects, seuil=seuil):
                if retrouve({other: table[other] for other in suspects}):
                    left.append(table[nom])
                    if max(left) - min(left) >= seuil:
                        break
            found[nom] = (min(left), max(left)) if left else (0, -1)
    return found


def groupes_lies(
    publies: Mapping[Nom, int], caches: Iterable[Nom], sommes: Iterable[Somme]
) -> list[set[Nom]]:
    """Return the counts that a reader does not see, by groups that move together."""
    equations = _equations(publies, list(sommes))
    noms = sorted(
        {*caches, *(nom for coefficients, _ in equations for nom in coefficients)}, key=str
    )
    return _groupes(noms, [coefficients for coefficients, _ in equations])


def tables_de_plusieurs(
    publies: Mapping[Nom, int],
    caches: Iterable[Nom],
    sommes: Iterable[Somme],
    regles: Iterable[Iterable[Nom]],
    *,
    seuil: int,
    valeurs: Mapping[Nom, int] = MappingProxyType({}),
) -> Iterator[tuple[Nom, dict[Nom, int]]]:
    """Yield, for each hidden count, a table where it is least and one where it is greatest, of those
    that fit all that a reader of several publications knows; none where no table fits.

    ``valeurs`` are those that some hidden counts are supposed to have.

    ``regles``: of the counts of each, one at least is small, as one of the publications says by
    itself. Each is a choice (0 or 1) a count: who is chosen is from 1 to under the threshold.
    """
    suspects = [[nom for nom in regle if nom not in publies] for regle in regles]
    lues = _equations(publies, list(sommes))
    noms = sorted({*caches, *(nom for coefficients, _ in lues for nom in coefficients)}, key=str)
    rangs = {nom: rang for rang, nom in enumerate(noms)}
    choix = [(regle, nom) for regle, membres in enumerate(suspects) for nom in membres]
    taille = len(noms) + len(choix)
    lignes: list[np.ndarray] = []
    basses: list[float] = []
    hautes: list[float] = []

    def ajouter(poids: Mapping[int, float], bas: float, haut: float) -> None:
        ligne = np.zeros(taille)
        for rang, valeur in poids.items():
            ligne[rang] += valeur
        lignes.append(ligne)
        basses.append(bas)
        hautes.append(haut)

    for coefficients, constante in lues:
        poids = {rangs[nom]: float(valeur) for nom, valeur in coefficients.items()}
        ajouter(poids, constante, constante)
    for rang, (_, nom) in enumerate(choix, len(noms)):
        ajouter({rangs[nom]: 1.0, rang: -1.0}, 0, np.inf)
        ajouter({rangs[nom]: 1.0, rang: float(INFINI)}, -np.inf, INFINI + seuil - 1)
    for regle, membres in enumerate(suspects):
        if membres:
            de_la_regle = {
                rang: 1.0
                for rang, (sa_regle, _) in enumerate(choix, len(noms))
                if sa_regle == regle
            }
            ajouter(de_la_regle, 1, np.inf)
    contraintes = LinearConstraint(np.array(lignes), basses, hautes) if lignes else ()
    moins = np.zeros(taille)
    plus = np.concatenate([np.full(len(noms), INFINI), np.ones(len(choix))])
    for nom, valeur in valeurs.items():
        moins[rangs[nom]] = valeur
        plus[rangs[nom]] = valeur
    for nom in caches:
        for signe in (1, -1):
            but = np.zeros(taille)
            but[rangs[nom]] = signe
            solution = milp(
                but,
                integrality=np.ones(taille),
                bounds=Bounds(moins, plus),
                constraints=contraintes,
            )
            assert valeurs or solution.x is not None, solution.message
            if solution.x is None:
                return
            trouvees = np.rint(solution.x[: len(noms)]).astype(int).tolist()
            yield nom, dict(zip(noms, trouvees, strict=True))
