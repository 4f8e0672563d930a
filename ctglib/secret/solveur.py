"""HiGHS, silenced: exact optimisation over whole numbers."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from highspy import Highs

SORTIE = 1  # the file descriptor of the standard output, whatever sys.stdout has become
NOEUDS = 20_000  # of the search tree: a count and not a time, so that the answer does not depend on the machine
Contraintes = tuple[np.ndarray, np.ndarray, np.ndarray]  # rows, and what each comes to at least and at most
# The last one: a search for a first answer at random, half the time of problems as small as ours.
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_max_nodes": NOEUDS,
    "mip_heuristic_run_feasibility_jump": False,
}
_VERROU = threading.RLock()
_FIL = threading.local()  # a solver is made once, and serves one thread


class Abandon(Exception):
    """The search took more than it may."""


@contextmanager
def silence() -> Iterator[None]:
    """Keep the standard output shut: HiGHS writes there from C, past sys.stdout."""
    with _VERROU:
        try:
            kept = os.dup(SORTIE)
        except OSError:  # a program without a console has no such descriptor
            yield
            return
        sink = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(sink, SORTIE)
            yield
        finally:
            os.dup2(kept, SORTIE)
            os.close(kept)
            os.close(sink)


def minimiser(
    objectif: np.ndarray, contraintes: Contraintes, basses: np.ndarray, hautes: np.ndarray
) -> np.ndarray | None:
    """Return whole numbers that make the objective smallest, or None when nothing satisfies the constraints.

    Raises:
        Abandon: The search tree outgrew ``NOEUDS``.
    """
    from highspy import HighsModelStatus, HighsVarType, MatrixFormat, ObjSense  # here: most years have no small count

    rows, low, high = contraintes
    size, (filled, columns) = len(objectif), np.nonzero(rows)
    solveur = _solveur()
    solveur.passModel(  # a new model clears all that the solver knew of the one before
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
        np.full(size, int(HighsVarType.kInteger)),
    )
    solveur.run()
    status = solveur.getModelStatus()
    if status == HighsModelStatus.kInfeasible:
        return None
    if status != HighsModelStatus.kOptimal:
        raise Abandon
    return np.rint(solveur.getSolution().col_value).astype(np.int64)


def _solveur() -> Highs:
    if not hasattr(_FIL, "solveur"):
        from highspy import Highs

        _FIL.solveur = Highs()
        for option, value in OPTIONS.items():
            _FIL.solveur.setOptionValue(option, value)
    return _FIL.solveur
