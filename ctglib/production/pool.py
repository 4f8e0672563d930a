"""Who makes the reports: a small pool of processes, each followed by a thread of the parent, or a
Dask cluster.

``ProcessPoolExecutor`` does not fit: a report past its time can only be stopped by ending its
process, and that breaks the whole pool. Both are executors of ``concurrent.futures``, and any other
will do.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, chdir, contextmanager, nullcontext, suppress
from functools import cache, cached_property, partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from queue import Empty, SimpleQueue
from typing import Any

from ctglib.donnees.fautes import Empechement
from ctglib.donnees.partage import Reserve, partager_par
from ctglib.production.echec import Panne, dire_refus
from ctglib.production.manifeste import empreinte_du_code

# by the process that forkserver forks the others from
PRECHARGE = "ctglib.production.prechargement"
# macOS has forkserver too, but its system libraries do not survive a fork once they are loaded.
METHODE = "forkserver" if sys.platform == "linux" else "spawn"
RAMASSAGE = 50_000  # objects made, and not let go of, between two looks for garbage; 700 by default
AVANCE = 2  # tasks handed over for one that is done: none waits for the parent to write
ATTENTE = 10  # seconds for the scheduler of a cluster to answer


def coeurs() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def ouvrir_executeur(
    *,
    travailleurs: int,
    delai: float,
    ordonnanceur: str = "",
    temporaire: str = "",
    reserve: Reserve | None = None,
) -> Iterator[tuple[Executor, int]]:
    """Yield who makes the reports, and how many may be handed over at once.

    Args:
        travailleurs: How many processes of this computer, one a core when 0.
        delai: The seconds that a cell may take.
        ordonnanceur: The address of a Dask cluster, which then makes them instead.
        temporaire: The folder of the temporary files of this computer's processes.
        reserve: What the processes share, of their own by default.

    Raises:
        Empechement: Dask is not installed, or the cluster does not answer or has no worker.
    """
    if not ordonnanceur:
        nombre = travailleurs or coeurs()
        with Ouvriers(nombre, delai=delai, temporaire=temporaire, reserve=reserve) as ouvriers:
            yield ouvriers, AVANCE * nombre
        return
    try:
        from distributed import Client
    except ImportError:
        raise Empechement(dire_refus("sans_dask")) from None
    try:
        client = Client(ordonnanceur, timeout=ATTENTE)
    except (OSError, ValueError) as error:
        raise Empechement(dire_refus("ordonnanceur_muet", adresse=ordonnanceur)) from error
    with client:
        # a coroutine for an asynchronous client alone
        nombre = sum(client.nthreads().values())  # pyright: ignore[reportAttributeAccessIssue]
        if not nombre:
            raise Empechement(dire_refus("sans_ouvrier", adresse=ordonnanceur))
        with Grappe(client.get_executor(pure=False), delai) as grappe:
            yield grappe, AVANCE * nombre


class Grappe(Executor):
    """The executor of a Dask client, whose tasks each run in a process of their own.

    ``delai`` is in seconds, for each step of a task.
    """

    def __init__(self, executeur: Executor, delai: float | None) -> None:
        self._executeur = executeur
        self._delai = delai

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Hand a task to the cluster, which does it again elsewhere when it loses a machine."""
        tache = partial(fn, *args, **kwargs)
        return self._executeur.submit(a_part, tache, self._delai, empreinte_du_code())


def a_part(tache: Callable[[], Any], delai: float | None, code: str) -> Any:
    """Return what a task gives, done on this machine of a cluster in a process of its own.

    A notebook's shell is the whole process's.

    Raises:
        Empechement: This machine has another version of the library: its reports would not be
            these.
    """
    if code != empreinte_du_code():
        raise Empechement(dire_refus("classeur_different"))
    ouvriers = _ouvriers(delai)
    ouvriers.reserve.vider()  # the data folder is the task's, and may have changed
    return ouvriers.submit(tache).result()


@cache
def _ouvriers(delai: float | None) -> Ouvriers:
    """Return the processes of this machine of the cluster; they live on, and end with it."""
    # Python forbids to a daemon, as Dask's are, the children that it would leave behind: ours end
    # with their parent.
    multiprocessing.current_process().daemon = False
    return Ouvriers(coeurs(), delai=delai, methode="spawn")


class Ouvriers(Executor):
    """An executor whose tasks each run in a process with everything loaded.

    With forkserver a process is forked for each task from one that has loaded all, and is clean;
    with spawn a few processes live on, and their state is put back between tasks. What tasks share
    (``partage``) is kept in ``reserve``. ``delai`` is in seconds, for each step of a task.
    """

    def __init__(
        self,
        nombre: int,
        *,
        delai: float | None = None,
        methode: str = METHODE,
        temporaire: str = "",
        reserve: Reserve | None = None,
    ) -> None:
        self._methode = methode
        self._delai = delai
        self._temporaire = temporaire
        self.reserve = reserve or Reserve()
        self._fils = ThreadPoolExecutor(nombre, thread_name_prefix="ctg")
        self._libres: SimpleQueue[_Ouvrier] = SimpleQueue()
        self._vivants: set[_Ouvrier] = set()
        self._ferme = False

    @cached_property
    def _contexte(self) -> BaseContext:
        """How processes start; the one that loads everything begins to, where there is one."""
        contexte = multiprocessing.get_context(self._methode)
        if self._methode == "forkserver":
            from multiprocessing import forkserver

            contexte.set_forkserver_preload([PRECHARGE])
            try:
                forkserver.ensure_running()
            except OSError:  # its socket has no place: the temporary folder's name is too long
                return multiprocessing.get_context("spawn")
        return contexte

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Hand a task to the next free process."""
        return self._fils.submit(self._confier, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after their tasks, or at once when ``cancel_futures``."""
        self._ferme = cancel_futures
        if cancel_futures:
            for ouvrier in tuple(self._vivants):
                ouvrier.tuer()
        self._fils.shutdown(wait=wait, cancel_futures=cancel_futures)
        for ouvrier in tuple(self._vivants):
            ouvrier.finir()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End at once when the block ends by an error, Ctrl-C among them."""
        self.shutdown(cancel_futures=kind is not None)

    def _confier(self, tache: Callable[[], Any]) -> Any:
        """Return what a task gives.

        A process that was lost, or that serves once, is not given another.
        """
        try:
            ouvrier = self._libres.get_nowait()
        except Empty:
            ouvrier = _Ouvrier(self._contexte, self.reserve, self._temporaire)
            self._vivants.add(ouvrier)
        if self._ferme:
            ouvrier.tuer()
        garder = False
        try:
            reponse = ouvrier.demander(tache, self._delai)
            garder = not ouvrier.jetable
            return reponse
        finally:
            if garder:
                self._libres.put(ouvrier)
            else:
                self._vivants.discard(ouvrier)
                ouvrier.finir()


class _Ouvrier:
    """A process as its parent sees it: a pipe to it, and the means to end it."""

    def __init__(self, contexte: BaseContext, reserve: Reserve, temporaire: str) -> None:
        self.jetable = contexte.get_start_method() == "forkserver"
        self._reserve = reserve
        self._tuyau, tuyau_du_processus = contexte.Pipe()
        # The contexts of every system have ``Process``, but the class that they share.
        self._processus = contexte.Process(  # pyright: ignore[reportAttributeAccessIssue]
            target=servir, args=(tuyau_du_processus, self.jetable, temporaire), daemon=True
        )
        self._processus.start()
        tuyau_du_processus.close()

    def demander(self, tache: Callable[[], Any], delai: float | None) -> Any:
        """Return what a task gives; ``delai`` is in seconds, for each of its steps.

        Raises:
            Panne: The task raised an error, its process ended before it, or a step took too long.
        """
        etape = None
        a_calculer_ici = set()  # the shared results that this process alone works out now
        try:
            self._tuyau.send(tache)
            while self._tuyau.poll(delai):
                match self._tuyau.recv():
                    case ("etape", etape):
                        pass
                    case ("prendre", nom):
                        contenu = self._reserve.prendre(nom)
                        if contenu is None:
                            a_calculer_ici.add(nom)
                        self._tuyau.send(contenu)
                    case ("garder", nom, contenu):
                        a_calculer_ici.discard(nom)
                        self._reserve.garder(nom, contenu)
                    case ("panne", sorte, message, trace):
                        raise Panne(sorte, message, trace)
                    case ("rendu", reponse):
                        return reponse
            raise Panne("delai", etape=etape)
        except (EOFError, ConnectionError) as error:
            self.finir()
            raise Panne("perdu", str(self._processus.exitcode), etape=etape) from error
        finally:
            for nom in a_calculer_ici:  # who waits for it works it out
                self._reserve.garder(nom, None)

    def tuer(self) -> None:
        """Stop the process and those it started.

        Whoever waits for its answer learns that there will be none.
        """
        if not self._processus.is_alive():
            return
        if hasattr(os, "killpg"):
            # no group of its own yet, or none any more
            with suppress(ProcessLookupError, PermissionError):
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
    """Say to whoever waits for this process that a cell begins.

    Without source, what comes after the cells does.
    """
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


def servir(tuyau: Connection, jetable: bool, temporaire: str) -> None:
    """Do each task that comes, and send back what it gives.

    The process ends with its parent, or after one task when ``jetable``.
    """
    _se_preparer(temporaire, jetable)
    _tuyaux.append(tuyau)
    # A task is done in a thread: what it raises is then a value, whatever it is.
    fil = ThreadPoolExecutor(1)
    with suppress(EOFError, ConnectionError), partager_par(_PartageDuParent()), fil:
        while True:
            tache = tuyau.recv()
            etat: AbstractContextManager = nullcontext() if jetable else etat_preserve()
            with etat:
                faite = fil.submit(tache)
                error = faite.exception()
            if error is None:
                tuyau.send(("rendu", faite.result()))
            else:
                trace = "".join(traceback.format_exception(error))
                tuyau.send(("panne", type(error).__name__, str(error), trace))
            del faite, error  # what a failed task held must not stay through the next one
            if jetable:
                return


def _se_preparer(temporaire: str, jetable: bool) -> None:
    """Make this process one that ends with its parent, and that draws without a window."""
    # Ctrl-C reaches every process of the terminal: the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that the parent also ends what it starts
    threading.Thread(target=_finir_avec_le_parent, daemon=True).start()
    if temporaire:
        os.environ["TMPDIR"] = temporaire
        tempfile.tempdir = temporaire
    import matplotlib as mpl

    mpl.use("agg")  # a task is not in the main thread, where alone a window opens
    if jetable:
        # To look for garbage in what was loaded before the fork would be a fifth of a report.
        gc.freeze()
        gc.set_threshold(RAMASSAGE)
        gc.enable()


def _finir_avec_le_parent() -> None:
    """End as soon as the parent has.

    It may have been killed, and a report that nobody waits for would go on.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextmanager
def etat_preserve() -> Iterator[None]:
    """Put back, when the block ends, what a notebook may have changed of a process that lives on.

    The namespace, the figures and the environment are not here: a notebook's kernel has its own, or
    puts them back.
    """
    import random
    import warnings

    import matplotlib as mpl
    import numpy as np
    import pandas as pd

    chemins = list(sys.path)
    hasard_de_python = random.getstate()
    hasard_de_numpy = np.random.get_state()
    with chdir("."), warnings.catch_warnings(), mpl.rc_context():
        yield
        warnings.simplefilter("ignore")  # of options that pandas will drop, and resets all the same
        pd.reset_option("all")
    random.setstate(hasard_de_python)
    np.random.set_state(hasard_de_numpy)
    sys.path[:] = chemins
