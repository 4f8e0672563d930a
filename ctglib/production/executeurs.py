"""Who makes the reports: the processes of this computer, or a cluster."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctglib.donnees.partage import ouvrir_partage
from ctglib.production.interruption import ecouter
from ctglib.production.ouvriers import Ouvriers

if TYPE_CHECKING:
    from collections.abc import Iterator
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
        with ecouter(), ouvrir_partage(), Ouvriers(travailleurs, delai=delai) as ouvriers:
            yield ouvriers, AVANCE * travailleurs


@contextmanager
def ouvrir_etudes(delai: float) -> Iterator[Ouvriers]:
    """Yield who works out what several reports share.

    It needs little of what they load: a process of its own, begun when first asked, is ready before theirs.

    Args:
        delai: Seconds that a study may take.
    """
    with ouvrir_partage(), Ouvriers(1, delai=delai, methode="spawn", oublieux=True) as etudes:
        yield etudes
