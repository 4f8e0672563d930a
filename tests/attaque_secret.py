"""An attacker on what a mask lets through: written apart from ctglib, on published figures only.

The attacker knows each published count, the sums, that counts are whole and not negative, the threshold and the rule
(among hidden counts that sums tie together, one at least is small, since nothing else makes them hidden), but not
which. Each hypothesis on the small one is tried in turn; what is left is the union of what they allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from ctglib.analyse.secret.solveur import silence

INFINI = 10**6
Nom = tuple
Somme = tuple[Nom, tuple[Nom, ...]]


def intervalles(
    publies: Mapping[Nom, int], caches: Iterable[Nom], sommes: Iterable[Somme], *, seuil: int, regle: bool = True
) -> dict[Nom, tuple[int, int]]:
    """Return the least and the greatest value that each hidden count may have."""
    hidden = set(caches)
    found = {}
    for noms, equations in _groupes(publies, hidden, list(sommes)):
        suspects = sorted(hidden & set(noms))
        hypotheses = suspects if regle and suspects else [None]
        with silence():
            found |= {
                nom: _intervalle(noms, equations, nom, hypotheses, seuil)
                or _intervalle(noms, equations, nom, [None], seuil)
                for nom in suspects
            }
    return found


def _groupes(publies: Mapping[Nom, int], caches: set[Nom], sommes: list[Somme]) -> list[tuple[list[Nom], list[tuple]]]:
    """Return the unknown counts that sums tie together, each with its equations (coefficients by name, constant)."""
    equations = []
    for total, parties in sommes:
        coefficients: dict[Nom, int] = {}
        constante = 0
        for nom, signe in [(total, -1), *((partie, 1) for partie in parties)]:
            if nom in publies and nom not in caches:
                constante -= signe * publies[nom]
            else:
                coefficients[nom] = coefficients.get(nom, 0) + signe
        if coefficients:
            equations.append((coefficients, constante))
    groupe_de = {nom: {nom} for nom in caches}
    for coefficients, _ in equations:
        uni = set().union(*(groupe_de.get(nom, {nom}) for nom in coefficients))
        groupe_de |= dict.fromkeys(uni, uni)
    uniques = {id(groupe): sorted(groupe) for groupe in groupe_de.values()}
    return [(noms, [item for item in equations if set(item[0]) <= set(noms)]) for noms in uniques.values()]


def _intervalle(
    noms: list[Nom], equations: list[tuple], nom: Nom, hypotheses: list[Nom | None], seuil: int
) -> tuple[int, int] | None:
    matrice = np.array([[coefficients.get(nom, 0) for nom in noms] for coefficients, _ in equations], dtype=float)
    constantes = np.array([constante for _, constante in equations], dtype=float)
    contraintes = LinearConstraint(matrice, constantes, constantes) if equations else ()
    bornes = []
    for petit in hypotheses:
        basses, hautes = np.zeros(len(noms)), np.full(len(noms), float(INFINI))
        if petit is not None:
            basses[noms.index(petit)], hautes[noms.index(petit)] = 1, seuil - 1
        for signe in (1, -1):
            objectif = np.zeros(len(noms))
            objectif[noms.index(nom)] = signe
            trouve = milp(
                objectif, integrality=np.ones(len(noms)), bounds=Bounds(basses, hautes), constraints=contraintes
            )
            assert trouve.status in (0, 2), trouve.message
            bornes += [] if trouve.x is None else [round(trouve.x[noms.index(nom)])]
    return (min(bornes), max(bornes)) if bornes else None
