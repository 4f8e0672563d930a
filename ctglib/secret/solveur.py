"""HiGHS: exact optimisation over whole numbers, and the multipliers that prove a bound."""

import threading
from functools import cache
from typing import NamedTuple

import numpy as np
from highspy import (
    HighsModelStatus,
    HighsSolution,
    HighsVarType,
    MatrixFormat,
    ObjSense,
    _Highs,  # pyright: ignore[reportAttributeAccessIssue] - see _solveur
)

# Nodes of the search tree: a count and not a time, so that the answer does not depend on the
# machine.
NOEUDS = 20_000
# The last one: a search for a first answer at random, half the time of problems as small as ours.
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_max_nodes": NOEUDS,
    "mip_heuristic_run_feasibility_jump": False,
}
_VERROU = threading.Lock()


class Contraintes(NamedTuple):
    """Weighted sums of the variables, each between two bounds."""

    poids: np.ndarray  # one row a sum, one column a variable
    minima: np.ndarray  # what each sum comes to at least
    maxima: np.ndarray  # and at most


class Abandon(Exception):
    """The search took more than it may."""


def minimiser(
    objectif: np.ndarray, contraintes: Contraintes, basses: np.ndarray, hautes: np.ndarray
) -> np.ndarray | None:
    """Return whole numbers that make a weighted sum smallest, or None when none fit.

    Args:
        objectif: Weight of each variable in the sum.
        contraintes: What the variables have to satisfy.
        basses: Lowest value of each variable.
        hautes: Highest value of each variable.

    Raises:
        Abandon: The search tree outgrew ``NOEUDS``.
    """
    solution = _resoudre(objectif, contraintes, basses, hautes, HighsVarType.kInteger)
    if solution is None:
        return None
    return np.rint(solution.col_value).astype(np.int64)


def multiplicateurs(
    objectif: np.ndarray, equations: np.ndarray, basses: np.ndarray, hautes: np.ndarray
) -> np.ndarray:
    """Return the multiplier of each equation at the linear minimum of a weighted sum.

    Each equation is a weighted sum of the variables that comes to zero. Any multipliers prove a
    bound; these prove the best one. There is a minimum: the bounds are on both sides of zero.
    """
    zero = np.zeros(len(equations))
    contraintes = Contraintes(equations, zero, zero)
    solution = _resoudre(objectif, contraintes, basses, hautes, HighsVarType.kContinuous)
    assert solution is not None  # zeros satisfy all equations
    return np.array(solution.row_dual)


def _resoudre(
    objectif: np.ndarray,
    contraintes: Contraintes,
    basses: np.ndarray,
    hautes: np.ndarray,
    sorte: HighsVarType,
) -> HighsSolution | None:
    """Return the optimum that HiGHS finds, None when nothing satisfies the constraints."""
    nombre_de_variables = len(objectif)
    nombre_de_contraintes = len(contraintes.poids)
    # The matrix is handed over row by row, without its zeros.
    lignes, colonnes = np.nonzero(contraintes.poids)
    debuts_des_lignes = np.searchsorted(lignes, np.arange(nombre_de_contraintes))
    with _VERROU:
        solveur = _solveur()
        solveur.passModel(
            nombre_de_variables,
            nombre_de_contraintes,
            len(lignes),
            int(MatrixFormat.kRowwise),
            int(ObjSense.kMinimize),
            0.0,  # added to the objective
            objectif,
            basses,
            hautes,
            contraintes.minima,
            contraintes.maxima,
            debuts_des_lignes,
            colonnes,
            contraintes.poids[lignes, colonnes],
            np.full(nombre_de_variables, int(sorte)),
        )
        solveur.run()
        statut = solveur.getModelStatus()
        if statut == HighsModelStatus.kOptimal:
            return solveur.getSolution()
        if statut == HighsModelStatus.kInfeasible:
            return None
        raise Abandon


@cache
def _solveur() -> _Highs:
    """Return the solver of this process: each problem it is given replaces the one before.

    A private class: the public one, ``Highs``, prints its name as soon as it is made, before it can
    be told not to.
    """
    solveur = _Highs()
    for option, valeur in OPTIONS.items():
        solveur.setOptionValue(option, valeur)
    return solveur
