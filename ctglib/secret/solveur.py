"""HiGHS: exact optimisation over whole numbers, and the multipliers that prove a bound."""

import threading
from functools import cache

import numpy as np
from highspy import HighsModelStatus, HighsSolution, HighsVarType, MatrixFormat, ObjSense, _Highs

# of the search tree: a count and not a time, so that the answer does not depend on the machine
NOEUDS = 20_000
Contraintes = tuple[
    np.ndarray, np.ndarray, np.ndarray
]  # rows, and what each comes to at least and at most
# The last one: a search for a first answer at random, half the time of problems as small as ours.
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_max_nodes": NOEUDS,
    "mip_heuristic_run_feasibility_jump": False,
}
_VERROU = threading.Lock()


class Abandon(Exception):
    """The search took more than it may."""


def minimiser(
    objectif: np.ndarray, contraintes: Contraintes, basses: np.ndarray, hautes: np.ndarray
) -> np.ndarray | None:
    """Return whole numbers that make the objective smallest, or None when nothing satisfies the
    constraints.

    Raises:
        Abandon: The search tree outgrew ``NOEUDS``.
    """
    found = _resoudre(objectif, contraintes, basses, hautes, entiers=True)
    return None if found is None else np.rint(found.col_value).astype(np.int64)


def multiplicateurs(
    objectif: np.ndarray, equations: np.ndarray, basses: np.ndarray, hautes: np.ndarray
) -> np.ndarray:
    """Return the multiplier of each equation (sums that are zero) in the linear minimum of the
    objective.

    Any multipliers prove a bound; these prove the best one. There is one: the bounds are on both
    sides of zero.
    """
    zero = np.zeros(len(equations))
    return np.array(
        _resoudre(objectif, (equations, zero, zero), basses, hautes, entiers=False).row_dual
    )


def _resoudre(
    objectif: np.ndarray,
    contraintes: Contraintes,
    basses: np.ndarray,
    hautes: np.ndarray,
    *,
    entiers: bool,
) -> HighsSolution | None:
    rows, low, high = contraintes
    size = len(objectif)
    (filled, columns) = np.nonzero(rows)
    with _VERROU:
        solveur = _solveur()
        solveur.passModel(
            size,
            len(rows),
            len(filled),
            int(MatrixFormat.kRowwise),
            int(ObjSense.kMinimize),
            0.0,
            objectif,
            basses,
            hautes,
            low,
            high,
            np.searchsorted(filled, np.arange(len(rows))),
            columns,
            rows[filled, columns],
            np.full(size, int(HighsVarType.kInteger if entiers else HighsVarType.kContinuous)),
        )
        solveur.run()
        status = solveur.getModelStatus()
        if status not in (HighsModelStatus.kOptimal, HighsModelStatus.kInfeasible):
            raise Abandon
        return solveur.getSolution() if status == HighsModelStatus.kOptimal else None


@cache
def _solveur() -> _Highs:
    """Return the solver of this process: each problem that it is given takes the place of the one
    before.
    """
    solveur = (
        _Highs()
    )  # its subclass Highs writes its name on the output before it can be told not to
    for option, value in OPTIONS.items():
        solveur.setOptionValue(option, value)
    return solveur
