"""The process of the studies, born of the one that loads everything, half way: a study needs that half alone.

A process of its own would load it once more, on a machine whose processors are all loading. The parent waits for it at
a socket of its own: the process that loads answers nobody before it has loaded everything.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, arbitrary_address
from typing import TYPE_CHECKING

from ctglib.production.ouvrier import servir
from ctglib.production.processus import Processus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "CTG_PRECOCE"  # the address of who waits, in the environment of the process that loads
POSSIBLE = sys.platform == "linux"
PAS = 0.2  # seconds between two looks at whether to go on waiting
PATIENCE = 20.0  # seconds after which it is not coming
APPELS = 2  # it calls twice: for its tasks, and to know that its parent lives


class Precoce(Processus):
    """The process: nobody's child, it says itself who it is, and hears by a second pipe that its parent has ended."""

    def __init__(self, tuyau: Connection, vie: Connection) -> None:
        super().__init__(tuyau)
        self._vie = vie
        self._pid: int = vie.recv()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._pid

    def finir(self) -> None:
        """Stop the process and forget it."""
        super().finir()
        self._vie.close()


_attentes: list[socket.socket] = []


def attendre() -> dict[str, str]:
    """Open the socket where it will call, and return what to add to the environment of the process that loads."""
    if not POSSIBLE:
        return {}
    ecoute = socket.socket(socket.AF_UNIX)
    # In a folder of multiprocessing's, readable by its owner alone, and removed as this process ends.
    ecoute.bind(arbitrary_address("AF_UNIX"))
    ecoute.listen()
    ecoute.settimeout(PAS)
    _attentes.append(ecoute)
    return {VARIABLE: ecoute.getsockname()}


def recevoir(environnement: Mapping[str, str], renoncer: Callable[[], bool]) -> Precoce | None:
    """Return the process once it has called; None when none is awaited, or when it does not come.

    Args:
        environnement: What this process's environment has since the loading began.
        renoncer: Tells whether to wait no more.
    """
    appels: list[Connection] = []
    if not _attentes:
        return None
    with _attentes.pop() as ecoute:
        for _ in range(round(PATIENCE / PAS)):
            with suppress(TimeoutError):
                appels.append(Connection(ecoute.accept()[0].detach()))
            if len(appels) == APPELS or renoncer():
                break
    if len(appels) < APPELS:
        return None
    try:
        found = Precoce(*appels)
        found.tuyau.send(environnement)
    except (EOFError, ConnectionError):
        return None
    return found


def naitre() -> None:
    """Give birth to the process, when this one, which loads, was asked to; return in this one alone."""
    adresse = os.environ.pop(VARIABLE, "")
    if not adresse:
        return
    enfant = os.fork()
    if enfant:
        os.waitpid(enfant, 0)
        return
    # The child of a child is nobody's: who loads would otherwise wonder at the end of one that it did not start.
    if not os.fork():
        with suppress(OSError, EOFError):
            tuyau, vie = _appeler(adresse), _appeler(adresse)
            vie.send(os.getpid())
            servir(tuyau, jetable=False, preserver=False, environnement=tuyau.recv(), sentinelle=vie)
    os._exit(0)


def _appeler(adresse: str) -> Connection:
    prise = socket.socket(socket.AF_UNIX)
    prise.connect(adresse)
    return Connection(prise.detach())
