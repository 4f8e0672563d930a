"""Who makes the reports: the processes of this computer, or a cluster."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctglib.donnees.partage import ouvrir_partage
from ctglib.production.interruption import ecouter
from ctglib.production.ouvriers import Ouvriers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

AVANCE = 2  # tasks handed over for one that is done: none waits for the parent to write


def coeurs() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def ouvrir_executeur(*, travailleurs: int, delai: float, ordonnanceur: str = "") -> Iterator[tuple[Executor, int]]:
    """Yield who makes the reports, and how many may be handed over at once.

    Args:
        travailleurs: Processes on this computer.
        delai: Seconds that a cell may take.
        ordonnanceur: Address of a Dask scheduler; the processes of this computer when empty.

    Raises:
        OrdonnanceurAbsent: The scheduler cannot be reached.
    """
    if ordonnanceur:
        from ctglib.production.grappe import ouvrir_grappe

        with ecouter(), ouvrir_grappe(ordonnanceur, delai) as (grappe, nombre):
            yield grappe, AVANCE * nombre
    else:
        with ecouter(), ouvrir_partage(), Ouvriers(travailleurs, delai=delai, amorcer=_polices) as ouvriers:
            yield ouvriers, AVANCE * travailleurs


def _polices() -> tuple[Callable, tuple]:
    """Return what spares the workers the fonts of a page: the parent has nothing else to do while they load."""
    from ctglib.export.polices_page import amorcer, regles_courantes

    return amorcer, (regles_courantes(),)
