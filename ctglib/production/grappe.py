"""The same tasks, handed to a Dask cluster: an executor like the local one."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache

from ctglib.donnees.fautes import Empechement
from ctglib.production.fabrication import Tache
from ctglib.production.manifeste import empreinte_du_code
from ctglib.production.pool import Ouvriers, coeurs

ATTENTE = 10  # seconds for the scheduler to answer


class OrdonnanceurAbsent(Empechement):
    """The cluster cannot be reached, or the package that reaches it is not installed; the message says what to do."""


class ClasseurDifferent(Exception):
    """A machine of the cluster has another version of the library: its reports would not be these."""


class Grappe(Executor):
    """The executor of a Dask client, whose tasks each run in a process of their own; ``delai`` is for each step."""

    def __init__(self, executeur: Executor, delai: float | None) -> None:
        self._executeur, self._delai = executeur, delai

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        """Hand a task to the cluster, which does it again elsewhere when it loses the machine that had it."""
        # The folder of temporary files is this computer's.
        args = tuple(item._replace(temporaire="") if isinstance(item, Tache) else item for item in args)
        return self._executeur.submit(a_part, (fn, args, kwargs), self._delai, empreinte_du_code())

    def oublier(self) -> None:
        """Forget nothing: the machines of a cluster share nothing."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the tasks end, or forget them."""
        self._executeur.shutdown(wait=wait and not cancel_futures)


@contextmanager
def ouvrir_grappe(adresse: str, delai: float | None) -> Iterator[tuple[Grappe, int]]:
    """Yield the executor of a cluster and how many tasks it can do at once.

    Raises:
        OrdonnanceurAbsent: It does not answer, it has no worker, or ``distributed`` is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise OrdonnanceurAbsent(
            "L'option --ordonnanceur demande Dask, qui n'est pas installé : pip install distributed. Sans elle, les "
            "rapports sont faits sur cet ordinateur."
        ) from None
    try:
        client = Client(adresse, timeout=ATTENTE)
    except (OSError, ValueError) as error:
        raise OrdonnanceurAbsent(
            f"L'ordonnanceur {adresse} ne répond pas. Vérifiez son adresse (par exemple tcp://serveur:8786) et qu'il "
            "est démarré, ou relancez sans --ordonnanceur."
        ) from error
    with client:
        places = sum(client.nthreads().values())
        if not places:
            raise OrdonnanceurAbsent(f"L'ordonnanceur {adresse} n'a aucun ouvrier. Démarrez-en un : dask worker.")
        with Grappe(client.get_executor(pure=False), delai) as grappe:
            yield grappe, places


def a_part(tache: tuple, delai: float | None, code: str) -> object:
    """Return what a task gives, done in a process of its own: a notebook's shell is the whole process's."""
    if code != empreinte_du_code():
        raise ClasseurDifferent(
            "Le classeur installé sur une machine de la grappe n'est pas celui de cet ordinateur. Installez partout "
            "la même version."
        )
    fonction, positionnels, nommes = tache
    return _ouvriers(delai).submit(fonction, *positionnels, **nommes).result()


@cache
def _ouvriers(delai: float | None) -> Ouvriers:
    """Return the processes of this machine of the cluster; they live on, and end with it.

    Dask starts its own as daemons, which Python forbids to have children: they would be left behind if it were killed.
    Ours end by themselves when their parent does.
    """
    multiprocessing.current_process().daemon = False
    return Ouvriers(coeurs(), delai=delai, methode="spawn", partager=False)
