"""Worker processes as an executor of ``concurrent.futures``: warm, side by side, ended by their parent.

``ProcessPoolExecutor`` does not fit: a report past its time can only be stopped by ending its process, and that breaks
the whole pool. Here each task is followed by a thread of the parent, which ends the process of that task alone.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from ctglib.production import precoce
from ctglib.production.processus import Enfant, OuvrierPerdu, Processus, environnement, sans_fils

PRECHAUFFAGE = "ctglib.production.prechauffage"
# macOS has forkserver too, but its system libraries do not survive a fork once they are loaded.
FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
METHODE = "forkserver" if FORKSERVER else "spawn"
PRECOCE = "precoce"


class Ouvriers(Executor):
    """An executor whose tasks each run in a process with everything loaded.

    With forkserver a process is forked for each task from one that has loaded all, and is clean; with spawn a few
    processes live on, and ``ouvrier`` puts their state back between tasks.

    Args:
        nombre: How many tasks may run at once.
        delai: Seconds that each step of a task may take; no limit when None.
        methode: Start method of multiprocessing; « precoce » takes first the process born of the loading, if any.
        oublieux: Whether tasks leave nothing behind: the state of a process that lives on is then not put back.
    """

    def __init__(
        self,
        nombre: int,
        *,
        delai: float | None = None,
        methode: str = METHODE,
        oublieux: bool = False,
    ) -> None:
        self._methode, self._delai, self._oublieux = methode, delai, oublieux
        self._fils = ThreadPoolExecutor(nombre, thread_name_prefix="ctg")
        self._libres: SimpleQueue[Processus] = SimpleQueue()
        self._vivants: set[Processus] = set()
        self._ferme = False
        if methode == "forkserver":
            prechauffer()

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        """Hand a task to the next free process."""
        return self._fils.submit(self._confier, (fn, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after their tasks, or at once when what is not begun is cancelled too."""
        self._ferme = cancel_futures
        if cancel_futures:
            for ouvrier in tuple(self._vivants):
                ouvrier.tuer()
        self._fils.shutdown(wait=wait, cancel_futures=cancel_futures)
        for ouvrier in tuple(self._vivants):
            ouvrier.finir()

    def __exit__(self, kind: type | None, *_: object) -> None:
        """End at once when the block ends by an error, Ctrl-C among them."""
        self.shutdown(cancel_futures=kind is not None)

    def _ouvrir(self) -> Processus:
        if self._methode != PRECOCE:
            return Enfant(self._methode, oublieux=self._oublieux)
        return precoce.recevoir(environnement(), lambda: self._ferme) or Enfant("spawn", oublieux=self._oublieux)

    def _confier(self, tache: tuple) -> object:
        if self._ferme:
            raise OuvrierPerdu(None)
        try:
            ouvrier = self._libres.get_nowait()
        except Empty:
            ouvrier = self._ouvrir()
            self._vivants.add(ouvrier)
            if self._ferme:  # since the first look: whoever closed has not seen this process
                ouvrier.tuer()
        garde = False
        try:
            reponse = ouvrier.demander(tache, self._delai)
            garde = not ouvrier.jetable
        finally:
            if garde:
                self._libres.put(ouvrier)
            else:
                self._vivants.discard(ouvrier)
                ouvrier.finir()
        return reponse


def prechauffer(*, etudes: bool = False) -> None:
    """Start, where there is one, the process that loads everything: it does so while the parent goes on.

    Args:
        etudes: Whether studies are sure to be asked for: the process that makes them is then born of it, half way.
    """
    if not FORKSERVER:
        return
    from multiprocessing import forkserver

    multiprocessing.get_context("forkserver").set_forkserver_preload([PRECHAUFFAGE])
    with sans_fils(**(precoce.attendre() if etudes else {})):
        forkserver.ensure_running()
