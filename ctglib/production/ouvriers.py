"""Worker processes as an executor of ``concurrent.futures``: warm, side by side, ended by their parent.

``ProcessPoolExecutor`` does not fit: a report past its time can only be stopped by ending its process, and that breaks
the whole pool. Here each task is followed by a thread of the parent, which ends the process of that task alone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ctglib.donnees.partage import VARIABLE
from ctglib.production.avancement import Etape
from ctglib.production.ouvrier import Panne, servir

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PRECHAUFFAGE = "ctglib.production.prechauffage"
# macOS has forkserver too, but its system libraries do not survive a fork once they are loaded.
FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
METHODE = "forkserver" if FORKSERVER else "spawn"
FILS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class OuvrierPerdu(Exception):
    """The process of a task ended before its task: its exit code, and the step that it was at."""

    def __init__(self, code: int | None, etape: Etape | None = None) -> None:
        super().__init__(code, etape)
        self.code, self.etape = code, etape


class DelaiDepasse(Exception):
    """A step of a task took longer than it may, and its process was ended; ``etape`` is None before the first."""

    def __init__(self, etape: Etape | None) -> None:
        super().__init__(etape)
        self.etape = etape


class TacheEchouee(Exception):
    """A task raised an error that it does not know; ``panne`` says which."""

    def __init__(self, panne: Panne) -> None:
        super().__init__(panne)
        self.panne = panne

    def __str__(self) -> str:
        return f"{self.panne.type_} : {self.panne.valeur}"


class _Ouvrier:
    """A process and the pipe to it."""

    def __init__(self, methode: str, *, oublieux: bool) -> None:
        contexte = multiprocessing.get_context(methode)
        self.tuyau: Connection
        self.tuyau, autre = contexte.Pipe()
        self.jetable = methode == "forkserver"
        environnement = {nom: os.environ[nom] for nom in (VARIABLE,) if nom in os.environ}
        arguments = (autre, self.jetable, not (self.jetable or oublieux), environnement)
        self.processus = contexte.Process(target=servir, args=arguments, daemon=True)
        with _sans_fils():
            self.processus.start()
        autre.close()

    def demander(self, tache: tuple, delai: float | None) -> object:
        """Return what a task gives, or raise what happened to it; ``delai`` is for each of its steps."""
        etape: Etape | None = None
        try:
            self.tuyau.send(tache)
            while self.tuyau.poll(delai):
                reponse = self.tuyau.recv()
                if not isinstance(reponse, Etape):
                    break
                etape = reponse
            else:
                self.finir()
                raise DelaiDepasse(etape)
        except (EOFError, ConnectionError) as error:
            self.finir()
            raise OuvrierPerdu(self.processus.exitcode, etape) from error
        if isinstance(reponse, Panne):
            raise TacheEchouee(reponse)
        return reponse

    def tuer(self) -> None:
        """Stop the process and those it started; whoever waits for its answer learns that there will be none."""
        if self.processus.is_alive():
            if hasattr(os, "killpg"):
                with suppress(ProcessLookupError, PermissionError):  # no group of its own yet, or none any more
                    os.killpg(self.processus.pid, signal.SIGKILL)
            self.processus.kill()

    def finir(self) -> None:
        """Stop the process and forget it."""
        self.tuer()
        self.processus.join()
        self.tuyau.close()


class Ouvriers(Executor):
    """An executor whose tasks each run in a process with everything loaded.

    With forkserver a process is forked for each task from one that has loaded all, and is clean; with spawn a few
    processes live on, and ``ouvrier`` puts their state back between tasks.

    Args:
        nombre: How many tasks may run at once.
        delai: Seconds that each step of a task may take; no limit when None.
        methode: Start method of multiprocessing.
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
        self._libres: SimpleQueue[_Ouvrier] = SimpleQueue()
        self._vivants: set[_Ouvrier] = set()
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

    def _confier(self, tache: tuple) -> object:
        if self._ferme:
            raise OuvrierPerdu(None)
        try:
            ouvrier = self._libres.get_nowait()
        except Empty:
            ouvrier = _Ouvrier(self._methode, oublieux=self._oublieux)
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


def prechauffer() -> None:
    """Start, where there is one, the process that loads everything: it does so while the parent goes on."""
    if not FORKSERVER:
        return
    from multiprocessing import forkserver

    multiprocessing.get_context("forkserver").set_forkserver_preload([PRECHAUFFAGE])
    with _sans_fils():
        forkserver.ensure_running()


@contextmanager
def _sans_fils() -> Iterator[None]:
    """Give one thread to the libraries of the processes that the block starts.

    There are as many workers as cores, threads do not outlive a fork, and those of linear algebra spend a tenth of a
    second of processor as they are started.
    """
    absentes = {nom: "1" for nom in FILS if nom not in os.environ}
    os.environ.update(absentes)
    try:
        yield
    finally:
        for nom in absentes:
            os.environ.pop(nom, None)
