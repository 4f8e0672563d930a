"""HiGHS, silenced: exact optimisation over whole numbers, and the multipliers that prove a bound."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

SORTIE = 1  # the file descriptor of the standard output, whatever sys.stdout has become
NOEUDS = 20_000  # of the search tree: a count and not a time, so that the answer does not depend on the machine
Contraintes = tuple[np.ndarray, np.ndarray, np.ndarray]  # rows, and what each comes to at least and at most
_VERROU = threading.Lock()


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
    from scipy.optimize import (
        Bounds,
        LinearConstraint,
        milp,
    )  # here: most years have no small count, and it loads slowly
    from scipy.sparse import csc_array

    rows, low, high = contraintes
    found = milp(
        objectif,
        integrality=np.ones(len(objectif)),
        bounds=Bounds(basses, hautes),
        constraints=LinearConstraint(csc_array(rows), low, high) if len(rows) else (),
        options={"mip_rel_gap": 0, "node_limit": NOEUDS},
    )
    if found.status == 2:
        return None
    if found.status != 0:
        raise Abandon
    return np.rint(found.x).astype(np.int64)


def multiplicateurs(objectif: np.ndarray, equations: np.ndarray, basses: np.ndarray, hautes: np.ndarray) -> np.ndarray:
    """Return the multiplier of each equation (sums that are zero) in the linear minimum of the objective.

    Any multipliers prove a bound; these prove the best one.

    Raises:
        Abandon: HiGHS found no optimum.
    """
    from scipy.optimize import linprog

    found = linprog(
        objectif,
        A_eq=equations,
        b_eq=np.zeros(len(equations)),
        bounds=np.column_stack([basses, hautes]),
        method="highs",
    )
    if found.status != 0:
        raise Abandon
    return found.eqlin.marginals
