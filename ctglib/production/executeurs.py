"""Who makes the reports: the processes of this computer, or a cluster."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.donnees.partage import ouvrir_partage
from ctglib.production.interruption import ecouter
from ctglib.production.ouvriers import PRECOCE, Ouvriers

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


class Atelier:
    """Who works for a command, from one pass to the next: opened when first asked for, closed with the block.

    Args:
        delai: Seconds that a cell, or a study, may take.
        ordonnanceur: Address of a Dask scheduler; the processes of this computer when empty.
    """

    def __init__(self, delai: float, ordonnanceur: str = "") -> None:
        self._delai, self._ordonnanceur = delai, ordonnanceur
        self._pile = ExitStack()
        self._rapports: tuple[Executor, int] | None = None

    def __enter__(self) -> Atelier:
        self._pile.enter_context(ouvrir_partage())
        return self

    def __exit__(self, *erreur: object) -> None:
        self._pile.__exit__(*erreur)

    @cached_property
    def etudes(self) -> Executor | None:
        """Who works out what several reports share; None for a cluster, whose machines share nothing.

        A study needs little of what the reports load: a process of its own, begun when first asked, is ready before
        theirs.
        """
        if self._ordonnanceur:
            return None
        return self._pile.enter_context(Ouvriers(1, delai=self._delai, methode=PRECOCE, oublieux=True))

    def ouvrir(self, travailleurs: int) -> tuple[Executor, int]:
        """Return who makes the reports, and how many may be handed over at once.

        Raises:
            OrdonnanceurAbsent: The scheduler cannot be reached.
        """
        if self._rapports is None:
            ouvert = ouvrir_executeur(travailleurs=travailleurs, delai=self._delai, ordonnanceur=self._ordonnanceur)
            self._rapports = self._pile.enter_context(ouvert)
        return self._rapports
