"""A small pool of processes that make the reports: each is followed by a thread of the parent, which can end it alone.

``ProcessPoolExecutor`` does not fit: a report past its time can only be stopped by ending its process, and that breaks
the whole pool. Any other executor of ``concurrent.futures`` will do instead of this one (``grappe``).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import Empty, SimpleQueue

from ctglib.donnees.partage import Reserve, partager_par

# What every report needs, loaded once by the process that forkserver forks the others from.
PRECHARGES = (
    "ctglib.production.prechargement", "IPython.core.application", "IPython.core.completerlib",
    "IPython.core.crashhandler", "IPython.core.logger", "IPython.core.oinspect", "babel.dates", "babel.numbers", "bdb",
    "ctglib.rapports.bilan", "ctglib.rapports.controle", "ctglib.rapports.diagnostic", "ctglib.rapports.evaluation",
    "ctglib.export.exporteurs", "ctglib.export.typst", "ctglib.production.fabrication", "highspy",
    "ipykernel.inprocess.ipkernel", "ipykernel.inprocess.manager", "jinja2.ext", "ctglib.graphiques.planche",
    "matplotlib.hatch", "mistune.plugins.table", "pandas.core.methods.to_dict", "pikepdf", "psutil", "timeit",
    "tornado.platform.asyncio", "typst", "zmq.utils.garbage",
)  # fmt: skip
# macOS has forkserver too, but its system libraries do not survive a fork once they are loaded.
FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
METHODE = "forkserver" if FORKSERVER else "spawn"
RAMASSAGE = 50_000  # objects made, and not let go of, between two looks for garbage; 700 by default
AVANCE = 2  # tasks handed over for one that is done: none waits for the parent to write


@dataclass(eq=False)
class OuvrierPerdu(Exception):
    """The process of a task ended before its task: its exit code, and the source of the cell that it was at."""

    code: int | None
    etape: str | None = None


@dataclass(eq=False)
class DelaiDepasse(Exception):
    """A step of a task took longer than it may, and its process was ended; ``etape``, the source of its cell."""

    etape: str | None


@dataclass(eq=False)
class TacheEchouee(Exception):
    """A task raised an error, told as it crosses to the parent, who may not have the class of it."""

    nom: str
    valeur: str
    trace: str


def coeurs() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def ouvrir_executeur(*, travailleurs: int, delai: float, ordonnanceur: str = "") -> Iterator[tuple[Executor, int]]:
    """Yield who makes the reports, and how many may be handed over at once; ``delai`` is in seconds, for a cell.

    Raises:
        OrdonnanceurAbsent: The scheduler cannot be reached.
    """
    if ordonnanceur:
        from ctglib.production.grappe import ouvrir_grappe

        with ouvrir_grappe(ordonnanceur, delai) as (grappe, nombre):
            yield grappe, AVANCE * nombre
    else:
        nombre = travailleurs or coeurs()
        with Ouvriers(nombre, delai=delai) as ouvriers:
            yield ouvriers, AVANCE * nombre


class Ouvriers(Executor):
    """An executor whose tasks each run in a process with everything loaded.

    With forkserver a process is forked for each task from one that has loaded all, and is clean; with spawn a few
    processes live on, and their state is put back between tasks. What tasks share (``partage``) is kept here, unless
    data may change from one to the next. ``delai`` is in seconds, for each step of a task.
    """

    def __init__(
        self, nombre: int, *, delai: float | None = None, methode: str = METHODE, partager: bool = True
    ) -> None:
        self._contexte, self._delai = _contexte(methode), delai
        self._reserve = Reserve() if partager else None
        self._fils = ThreadPoolExecutor(nombre, thread_name_prefix="ctg")
        self._libres: SimpleQueue[_Ouvrier] = SimpleQueue()
        self._vivants: set[_Ouvrier] = set()
        self._ferme = False

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        """Hand a task to the next free process."""
        return self._fils.submit(self._confier, (fn, args, kwargs))

    def oublier(self) -> None:
        """Forget what tasks have shared: the data may have changed since."""
        if self._reserve:
            self._reserve.oublier()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after their tasks, or at once when what is not begun is cancelled too."""
        self._ferme = cancel_futures
        for ouvrier in tuple(self._vivants) if cancel_futures else ():
            ouvrier.tuer()
        self._fils.shutdown(wait=wait, cancel_futures=cancel_futures)
        for ouvrier in tuple(self._vivants):
            ouvrier.finir()

    def __exit__(self, kind: type | None, *_: object) -> None:
        """End at once when the block ends by an error, Ctrl-C among them."""
        self.shutdown(cancel_futures=kind is not None)

    def _confier(self, tache: tuple) -> object:
        """Return what a task gives; a process that was lost, or that serves once, is not given another."""
        try:
            ouvrier = self._libres.get_nowait()
        except Empty:
            ouvrier = _Ouvrier(self._contexte, self._reserve)
            self._vivants.add(ouvrier)
        if self._ferme:
            ouvrier.tuer()
        rendu = False
        try:
            reponse = ouvrier.demander(tache, self._delai)
            rendu = True
            return reponse
        finally:
            if rendu and not ouvrier.jetable:
                self._libres.put(ouvrier)
            else:
                self._vivants.discard(ouvrier)
                ouvrier.finir()


def _contexte(methode: str) -> multiprocessing.context.BaseContext:
    """Return how processes start; the one that loads everything begins to, where there is one."""
    contexte = multiprocessing.get_context(methode)
    if methode == "forkserver":
        from multiprocessing import forkserver

        contexte.set_forkserver_preload(list(PRECHARGES))
        try:
            forkserver.ensure_running()
        except OSError:  # its socket has no place: the name of the folder of temporary files is too long
            return multiprocessing.get_context("spawn")
    return contexte


class _Ouvrier:
    """A process as its parent sees it: a pipe to it, and the means to end it."""

    def __init__(self, contexte: multiprocessing.context.BaseContext, reserve: Reserve | None) -> None:
        self.jetable, self._reserve = contexte.get_start_method() == "forkserver", reserve
        self._tuyau, autre = contexte.Pipe()
        told = (autre, self.jetable, reserve is not None)
        self._processus = contexte.Process(target=servir, args=told, daemon=True)
        self._processus.start()
        autre.close()

    def demander(self, tache: tuple, delai: float | None) -> object:
        """Return what a task gives, or raise what happened to it; ``delai`` is for each of its steps."""
        etape, pris = None, set()
        try:
            self._tuyau.send(tache)
            while self._tuyau.poll(delai):
                match self._tuyau.recv():
                    case ("etape", etape):
                        pass
                    case ("prendre", nom):
                        kept = self._reserve.prendre(nom)
                        pris |= {nom} if kept is None else set()
                        self._tuyau.send(kept)
                    case ("garder", nom, contenu):
                        pris.discard(nom)
                        self._reserve.garder(nom, contenu)
                    case ("panne", *dit):
                        raise TacheEchouee(*dit)
                    case ("rendu", reponse):
                        return reponse
            raise DelaiDepasse(etape)
        except (EOFError, ConnectionError) as error:
            self.finir()
            raise OuvrierPerdu(self._processus.exitcode, etape) from error
        finally:
            for nom in pris:  # who waits for it works it out
                self._reserve.garder(nom, None)

    def tuer(self) -> None:
        """Stop the process and those it started; whoever waits for its answer learns that there will be none."""
        if self._processus.is_alive():
            with suppress(ProcessLookupError, PermissionError):  # no group of its own yet, or none any more
                if hasattr(os, "killpg"):
                    os.killpg(self._processus.pid, signal.SIGKILL)
            self._processus.kill()

    def finir(self) -> None:
        """Stop the process and forget it."""
        self.tuer()
        self._processus.join()
        self._tuyau.close()


# What follows is on the other side of the pipe.
_tuyaux: list[Connection] = []


def annoncer(source: str) -> None:
    """Say to whoever waits for this process that a cell begins; without source, what comes after the cells."""
    for tuyau in _tuyaux:
        with suppress(OSError):  # whoever no longer listens ends the process by other means
            tuyau.send(("etape", source))


class _PartageDuParent:
    """What the other processes have worked out, asked of the parent."""

    def prendre(self, nom: str) -> bytes | None:
        _tuyaux[-1].send(("prendre", nom))
        return _tuyaux[-1].recv()

    def garder(self, nom: str, contenu: bytes | None) -> None:
        _tuyaux[-1].send(("garder", nom, contenu))


class _Passage:
    """The border between two processes: what a task gives crosses it, and so does the error that it raises."""

    reponse: tuple = ()

    def __enter__(self) -> _Passage:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self.reponse = "panne", kind.__name__, str(error), "".join(traceback.format_exception(kind, error, trace))
        return isinstance(error, Exception)


def servir(tuyau: Connection, jetable: bool, partager: bool) -> None:
    """Do each task that comes, and send back what it gives; end with the parent, or after one task when ``jetable``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal: the parent decides
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that the parent also ends what it starts
    threading.Thread(target=_finir_avec_le_parent, daemon=True).start()
    if jetable:  # to look for garbage in what was loaded before the fork would be a fifth of a report
        gc.freeze()
        gc.set_threshold(RAMASSAGE)
        gc.enable()
    _tuyaux.append(tuyau)
    shared = partager_par(_PartageDuParent()) if partager else nullcontext()
    with suppress(EOFError, ConnectionError), shared:
        while True:
            fonction, positionnels, nommes = tuyau.recv()
            with _Passage() as passage, nullcontext() if jetable else etat_preserve():
                passage.reponse = ("rendu", fonction(*positionnels, **nommes))
            tuyau.send(passage.reponse)
            if jetable:
                return


def _finir_avec_le_parent() -> None:
    """End as soon as the parent has: it may have been killed, and a report that nobody waits for would go on."""
    wait([multiprocessing.parent_process().sentinel])
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextmanager
def etat_preserve() -> Iterator[None]:
    """Put back, when the block ends, what a notebook may have changed of a process that serves another after it.

    The namespace is not here: each notebook has a shell of its own.
    """
    import random
    import warnings

    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    environnement, dossier, chemins = dict(os.environ), Path.cwd(), list(sys.path)
    hasards = random.getstate(), np.random.get_state()
    with warnings.catch_warnings(), mpl.rc_context():
        try:
            yield
        finally:
            warnings.simplefilter("ignore")  # of options that pandas will drop, and resets all the same
            plt.close("all")
            pd.reset_option("all")
            random.setstate(hasards[0])
            np.random.set_state(hasards[1])
            sys.path[:] = chemins
            os.chdir(dossier)
            os.environ.clear()
            os.environ.update(environnement)
