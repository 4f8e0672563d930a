"""A process that does what it is handed, as its parent sees it: a pipe to it, and the means to end it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ctglib.donnees.partage import VARIABLE
from ctglib.production.avancement import Etape
from ctglib.production.ouvrier import Panne, servir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

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


class Processus:
    """A process and the pipe to it.

    Attributes:
        tuyau: Where its tasks go, and its answers come from.
        jetable: Whether it serves once.
    """

    jetable = False

    def __init__(self, tuyau: Connection) -> None:
        self.tuyau = tuyau

    @property
    def pid(self) -> int | None:
        """Its number, None when it has ended for sure."""
        raise NotImplementedError

    @property
    def code(self) -> int | None:
        """Its exit code, None when nobody knows."""
        return None

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
            raise OuvrierPerdu(self.code, etape) from error
        if isinstance(reponse, Panne):
            raise TacheEchouee(reponse)
        return reponse

    def tuer(self) -> None:
        """Stop the process and those it started; whoever waits for its answer learns that there will be none."""
        if pid := self.pid:
            with suppress(ProcessLookupError, PermissionError):  # no group of its own yet, or none any more
                if hasattr(os, "killpg"):
                    os.killpg(pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                self._arreter()

    def finir(self) -> None:
        """Stop the process and forget it."""
        self.tuer()
        self.tuyau.close()

    def _arreter(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Enfant(Processus):
    """A process started here.

    Args:
        methode: Start method of multiprocessing.
        oublieux: Whether tasks leave nothing behind: the state of a process that lives on is then not put back.
    """

    def __init__(self, methode: str, *, oublieux: bool) -> None:
        contexte = multiprocessing.get_context(methode)
        tuyau, autre = contexte.Pipe()
        super().__init__(tuyau)
        self.jetable = methode == "forkserver"
        arguments = (autre, self.jetable, not (self.jetable or oublieux), environnement())
        self._processus = contexte.Process(target=servir, args=arguments, daemon=True)
        with sans_fils():
            self._processus.start()
        autre.close()

    @property
    def pid(self) -> int | None:
        """Its number, None when it has ended."""
        return self._processus.pid if self._processus.is_alive() else None

    @property
    def code(self) -> int | None:
        """Its exit code, None while it lives."""
        return self._processus.exitcode

    def finir(self) -> None:
        """Stop the process and forget it."""
        self.tuer()
        self._processus.join()
        self.tuyau.close()

    def _arreter(self) -> None:
        self._processus.kill()


def environnement() -> dict[str, str]:
    """Return what a process may have to be told of this one's environment: it may have begun before."""
    return {nom: os.environ[nom] for nom in (VARIABLE,) if nom in os.environ}


@contextmanager
def sans_fils(**variables: str) -> Iterator[None]:
    """Give one thread to the libraries of the processes that the block starts, and variables to their environment.

    There are as many workers as cores, threads do not outlive a fork, and those of linear algebra spend a tenth of a
    second of processor as they are started.
    """
    absentes = variables | {nom: "1" for nom in FILS if nom not in os.environ}
    os.environ.update(absentes)
    try:
        yield
    finally:
        for nom in absentes:
            os.environ.pop(nom, None)
