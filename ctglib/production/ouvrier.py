"""The other side of a pipe: a process that does what it is handed, one thing after the other."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from ctglib.production.avancement import dire_a

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection
    from types import TracebackType


@dataclass(frozen=True)
class Panne:
    """An error as it crosses to the parent, who may not have the class of it."""

    type_: str
    valeur: str
    trace: str


def servir(
    tuyau: Connection, jetable: bool, preserver: bool, environnement: Mapping[str, str], sentinelle: object = None
) -> None:
    """Do each task that comes, and send back what it gives; end with the parent, or after one task when ``jetable``.

    Args:
        tuyau: Where tasks come from; steps (``avancement.Etape``) and answers go there.
        jetable: Whether the process is for one task.
        preserver: Whether to put the state of the process back after each task.
        environnement: What the parent's environment has since this process, or the one it was forked from, was started.
        sentinelle: What becomes ready when the parent ends, that of multiprocessing when None.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal: the parent decides
    if hasattr(os, "setsid"):
        os.setsid()  # a group of its own, so that the parent also ends what it starts
    os.environ.update(environnement)
    sentinelle = sentinelle or multiprocessing.parent_process().sentinel
    threading.Thread(target=_suivre_le_parent, args=(sentinelle,), daemon=True).start()
    with suppress(EOFError, ConnectionError):
        while True:
            fonction, positionnels, nommes = tuyau.recv()
            passage = _Passage()
            with passage, dire_a(tuyau.send), _etat() if preserver else nullcontext():
                passage.reponse = fonction(*positionnels, **nommes)
            tuyau.send(passage.reponse)
            if jetable:
                return


class _Passage:
    """The border between two processes: what a task gives crosses it, and so does the error that it raises."""

    def __init__(self) -> None:
        self.reponse: object = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if not isinstance(error, Exception):
            return False
        self.reponse = Panne(kind.__name__, str(error), "".join(traceback.format_exception(kind, error, trace)))
        return True


def _etat() -> object:
    from ctglib.production.etat import etat_preserve

    return etat_preserve()


def _suivre_le_parent(sentinelle: object) -> None:
    """End as soon as the parent has: it may have been killed, and a report that nobody waits for would go on."""
    wait([sentinelle])
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
