"""The executors that make the reports: processes of this computer, or a Dask cluster.

An ``Ouvriers`` has a thread a process (``_Ouvrier``): it sends the process a task and waits for its
answer. ``ProcessPoolExecutor`` does not fit: a report past its time can only be stopped by ending
its process, and that breaks the whole pool.

Both are executors of ``concurrent.futures``: whoever uses them would do with any other.
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

# imported by the process that forkserver forks the others from
PRECHARGE = "ctglib.production.prechargement"
# macOS has forkserver too, but its system libraries do not survive a fork once they are loaded.
METHODE = "forkserver" if sys.platform == "linux" else "spawn"
RAMASSAGE = 50_000  # objects made and kept between two collections of garbage; 700 by default
# tasks handed over for each process: it begins the next one while the parent writes the last
AVANCE = 2
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
    """Yield an executor of reports, and how many tasks may be handed over to it at once.

    Args:
        travailleurs: How many processes of this computer; 0, one a core.
        delai: The seconds that a cell, or what follows the cells, may take.
        ordonnanceur: The address of a Dask cluster, which then makes them instead.
        temporaire: The folder of the temporary files of this computer's processes.
        reserve: What the processes share (see ``partage``); a new one by default.

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
        # ``nthreads`` gives a coroutine for an asynchronous client, which this one is not
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
        """Hand a task to the cluster; Dask does it again elsewhere if it loses the machine."""
        tache = partial(fn, *args, **kwargs)
        return self._executeur.submit(
            faire_dans_un_processus, tache, self._delai, empreinte_du_code()
        )


def faire_dans_un_processus(tache: Callable[[], Any], delai: float | None, code: str) -> Any:
    """Return what a task gives, done on this machine of a cluster in a process of its own.

    Dask would do several tasks in one process, but IPython has one shell a process.

    Args:
        tache: A function without arguments.
        delai: The seconds that each step of it may take.
        code: The fingerprint of the library that the one who asks has.

    Raises:
        Empechement: This machine has another version of the library: its reports would not be
            these.
    """
    if code != empreinte_du_code():
        raise Empechement(dire_refus("classeur_different"))
    ouvriers = _ouvriers_de_cette_machine(delai)
    ouvriers.reserve.vider()  # the data folder is the task's, and may have changed
    return ouvriers.submit(tache).result()


@cache
def _ouvriers_de_cette_machine(delai: float | None) -> Ouvriers:
    """Return the processes of this machine of the cluster, started once, which end with it."""
    # Dask's process is a daemon, to which Python forbids children, as it would leave them behind.
    # Ours end with their parent (``_finir_avec_le_parent``).
    multiprocessing.current_process().daemon = False
    return Ouvriers(coeurs(), delai=delai, methode="spawn")


class Ouvriers(Executor):
    """An executor whose tasks each run in a process with everything loaded.

    With forkserver, a process is forked for each task from one that has loaded everything, and ends
    with the task: nothing of a report can reach another. With spawn, a few processes serve for many
    tasks, and their state is put back between tasks (``preserver_l_etat``).

    Args:
        nombre: How many tasks run at once.
        delai: The seconds that each step of a task may take; None, as long as it likes.
        methode: How processes start, « forkserver » or « spawn ».
        temporaire: The folder of their temporary files, "" for the system's.
        reserve: The results that tasks share (see ``partage``); a new one by default.
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
        self._threads = ThreadPoolExecutor(nombre, thread_name_prefix="ctg")
        self._ouvriers_libres: SimpleQueue[_Ouvrier] = SimpleQueue()
        self._ouvriers_vivants: set[_Ouvrier] = set()
        self._arret_demande = False

    @cached_property
    def _contexte(self) -> BaseContext:
        """How processes start; with forkserver, the one that the others are forked from starts."""
        contexte = multiprocessing.get_context(self._methode)
        if self._methode == "forkserver":
            from multiprocessing import forkserver

            contexte.set_forkserver_preload([PRECHARGE])
            try:
                forkserver.ensure_running()
            except OSError:  # the path of its socket, in the temporary folder, is too long
                return multiprocessing.get_context("spawn")
        return contexte

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Hand a task to a thread, which gives it to a free process and waits for its answer."""
        return self._threads.submit(self._faire, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after their tasks, or at once when ``cancel_futures``."""
        self._arret_demande = cancel_futures
        if cancel_futures:
            for ouvrier in tuple(self._ouvriers_vivants):
                ouvrier.tuer()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        for ouvrier in tuple(self._ouvriers_vivants):
            ouvrier.finir()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes: at once when the block stops on an error or Ctrl-C."""
        self.shutdown(cancel_futures=kind is not None)

    def _faire(self, tache: Callable[[], Any]) -> Any:
        """Return what a task gives, done by a free process, or by a new one when none is.

        The process is free again afterwards, unless it serves once or the task failed in it (it may
        have ended, or be past its time): it is then ended.
        """
        try:
            ouvrier = self._ouvriers_libres.get_nowait()
        except Empty:
            ouvrier = _Ouvrier(self._contexte, self.reserve, self._temporaire)
            self._ouvriers_vivants.add(ouvrier)
        if self._arret_demande:  # since ``shutdown`` ended those there were
            ouvrier.tuer()
        reutilisable = False
        try:
            reponse = ouvrier.demander(tache, self._delai)
            reutilisable = not ouvrier.jetable
            return reponse
        finally:
            if reutilisable:
                self._ouvriers_libres.put(ouvrier)
            else:
                self._ouvriers_vivants.discard(ouvrier)
                ouvrier.finir()


class _Ouvrier:
    """A process as its parent sees it: a pipe to it, and the means to end it.

    ``jetable``: it serves for one task. The parent sends a task, a function without arguments. The
    process sends back tuples whose first item says what they are:

    - ("etape", source): a cell begins; the source is "" for what comes after the cells;
    - ("prendre", nom): it wants a shared result, and waits for it: bytes, or None when it is the
      one to work it out;
    - ("garder", nom, contenu): it has worked out that result; None, it could not;
    - ("panne", sorte, message, trace): the task raised an error;
    - ("rendu", reponse): what the task gave. One of these two comes last.
    """

    def __init__(self, contexte: BaseContext, reserve: Reserve, temporaire: str) -> None:
        self.jetable = contexte.get_start_method() == "forkserver"
        self._reserve = reserve
        self._tuyau, tuyau_du_processus = contexte.Pipe()
        # Every context has ``Process``, but their base class does not declare it.
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
        etape = None  # the source of the cell that it is at; each « etape » received sets it
        a_calculer_ici = set()  # the shared results that this process has to work out
        try:
            self._tuyau.send(tache)
            while self._tuyau.poll(delai):
                match self._tuyau.recv():
                    case ("etape", etape):  # matching has set ``etape``
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
            for nom in a_calculer_ici:  # it never will: another process that waits for it does
                self._reserve.garder(nom, None)

    def tuer(self) -> None:
        """Kill the process and those it started; ``demander`` then raises « perdu »."""
        if not self._processus.is_alive():
            return
        if hasattr(os, "killpg"):
            # it has no group of its own yet (see ``servir``), or none any more
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._processus.pid, signal.SIGKILL)
        self._processus.kill()

    def finir(self) -> None:
        """Kill the process, wait for its end, and close the pipe."""
        self.tuer()
        self._processus.join()
        self._tuyau.close()


# What follows runs in the process, on the other side of the pipe.
_tuyaux: list[Connection] = []  # the pipe to the parent, once ``servir`` has begun; else nothing


def annoncer(source: str) -> None:
    """Tell the parent, if there is one, that a cell begins: the time for a step starts again.

    The source is "" for what comes after the cells: the writing of the report.
    """
    for tuyau in _tuyaux:
        with suppress(OSError):  # a parent that no longer listens is ending this process
            tuyau.send(("etape", source))


class _PartageDuParent:
    """The shared results, which the parent keeps (see ``partage``), from within a process."""

    def prendre(self, nom: str) -> bytes | None:
        _tuyaux[-1].send(("prendre", nom))
        return _tuyaux[-1].recv()

    def garder(self, nom: str, contenu: bytes | None) -> None:
        _tuyaux[-1].send(("garder", nom, contenu))


def servir(tuyau: Connection, jetable: bool, temporaire: str) -> None:
    """Do each task that comes through the pipe, and send back what it gives.

    It is all that the process does. It ends with its parent, or after one task when ``jetable``;
    what it draws opens no window.
    """
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
        # Garbage is not looked for in what was loaded before the fork: a fifth of a report's time.
        gc.freeze()
        gc.set_threshold(RAMASSAGE)
        gc.enable()

    _tuyaux.append(tuyau)
    # A task runs in a thread, so that whatever it raises, even SystemExit, comes as a value.
    fil = ThreadPoolExecutor(1)
    with suppress(EOFError, ConnectionError), partager_par(_PartageDuParent()), fil:
        while True:
            tache = tuyau.recv()
            etat: AbstractContextManager = nullcontext() if jetable else preserver_l_etat()
            with etat:
                faite = fil.submit(tache)
                error = faite.exception()
            if error is None:
                tuyau.send(("rendu", faite.result()))
            else:
                trace = "".join(traceback.format_exception(error))
                tuyau.send(("panne", type(error).__name__, str(error), trace))
            del faite, error  # they hold all that the task held: not to be kept during the next
            if jetable:
                return


def _finir_avec_le_parent() -> None:
    """Wait for the parent to end, then end this process and those it started.

    The parent may have been killed: a report that nobody waits for would go on.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


@contextmanager
def preserver_l_etat() -> Iterator[None]:
    """Put back, when the block ends, what a notebook may have changed in a process used again.

    The folder, the warnings, the options of matplotlib and pandas, the path of modules, the state
    of random numbers. The namespace, the figures and the environment are put back by the shell
    (``greffon.ouvrir_interprete``).
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
        warnings.simplefilter("ignore")  # resetting an option that pandas deprecates warns
        pd.reset_option("all")
    random.setstate(hasard_de_python)
    np.random.set_state(hasard_de_numpy)
    sys.path[:] = chemins
