"""Time, processor and memory of a command, its children included, as the system sees them."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

# seconds between two readings of memory: each takes a millisecond and a half of what is measured
PERIODE = 0.1
PR_SET_CHILD_SUBREAPER = 36  # of Linux's prctl


class CommandeEchouee(Exception):
    """A measured command failed; the message carries the end of what it said."""


@dataclass(frozen=True)
class Mesure:
    """What a command took, with all the processes that it started."""

    secondes: float  # on the wall clock
    processeur: float  # seconds of processor
    memoire: float  # MB, the peak of the sum of resident memory


def mesurer(commande: list[str], dossier: Path) -> Mesure:
    """Run a command in a new process, in a folder, and return what it took.

    Raises:
        CommandeEchouee: Its exit code is not 0.
    """
    _adopter_les_orphelins()
    processeur_avant = _processeur_des_enfants()
    with tempfile.TemporaryFile() as messages:
        debut = time.perf_counter()
        process = subprocess.Popen(
            commande, cwd=dossier, env=_ordinaire(), stdout=messages, stderr=subprocess.STDOUT
        )
        pics: list[float] = [0.0]
        surveillant = threading.Thread(target=_surveiller, args=(process.pid, pics))
        surveillant.start()
        code = process.wait()
        secondes = time.perf_counter() - debut
        surveillant.join()
        messages.seek(0)
        if code:
            fin = messages.read().decode(errors="replace")[-2000:]
            raise CommandeEchouee(f"{' '.join(commande)}\n{fin}")
    _attendre_les_orphelins()
    return Mesure(secondes, _processeur_des_enfants() - processeur_avant, max(pics))


def taille_installee(paquets: Iterable[str]) -> float:
    """Return the size of the files that packages have installed, in MB."""
    fichiers = set()
    for nom in paquets:
        fichiers |= {Path(str(fichier.locate())) for fichier in metadata.files(nom) or ()}
    return sum(path.stat().st_size for path in fichiers if path.is_file()) / 1e6


def _adopter_les_orphelins() -> None:
    """Become the parent of the processes that a command leaves behind, to count what they took.

    The server that forks the workers outlives the command by an instant, and all its children are
    counted with it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _attendre_les_orphelins() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _processeur_des_enfants() -> float:
    """Return the seconds of processor of all the children that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _ordinaire() -> dict[str, str]:
    """Return the environment of a user: there, Python keeps the code that it has compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _surveiller(pid: int, pics: list[float]) -> None:
    """Note the sum of resident memory, again and again until the process ends."""
    try:
        racine = psutil.Process(pid)
        while racine.is_running() and racine.status() != psutil.STATUS_ZOMBIE:
            processus = (racine, *racine.children(recursive=True))
            pics.append(sum(map(_residente, processus)) / 1e6)
            time.sleep(PERIODE)
    except psutil.NoSuchProcess:
        return


def _residente(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
