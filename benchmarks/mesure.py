"""Time and memory of a command, its children included, as the system sees them."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

# seconds between two readings of memory: each takes a millisecond and a half of what is measured
PERIODE = 0.1


class CommandeEchouee(Exception):
    """A measured command failed; the message carries the end of what it said."""


@dataclass(frozen=True)
class Mesure:
    """Seconds on the wall clock, and the peak of resident memory over the process and all its
    children, in MB.
    """

    secondes: float
    memoire: float


def mesurer(commande: list[str], dossier: Path) -> Mesure:
    """Run a command in a new process, in a folder, and return what it took.

    Raises:
        CommandeEchouee: Its exit code is not 0.
    """
    with tempfile.TemporaryFile() as dit:
        debut = time.perf_counter()
        process = subprocess.Popen(
            commande, cwd=dossier, env=_ordinaire(), stdout=dit, stderr=subprocess.STDOUT
        )
        pics: list[float] = [0.0]
        surveillant = threading.Thread(target=_surveiller, args=(process.pid, pics))
        surveillant.start()
        code = process.wait()
        secondes = time.perf_counter() - debut
        surveillant.join()
        dit.seek(0)
        if code:
            raise CommandeEchouee(
                f"{' '.join(commande)}\n{dit.read().decode(errors='replace')[-2000:]}"
            )
    return Mesure(secondes, max(pics))


def taille_installee(paquets: Iterable[str]) -> float:
    """Return the size of the files that packages have installed, in MB."""
    files = {Path(file.locate()) for nom in paquets for file in metadata.files(nom) or ()}
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


@contextmanager
def ouvrir(commande: list[str], dossier: Path) -> Iterator[Iterable[str]]:
    """Yield the lines of a command that stays, and stop it when the block ends."""
    process = subprocess.Popen(
        commande,
        cwd=dossier,
        env=_ordinaire(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.communicate()


def _ordinaire() -> dict[str, str]:
    """Return the environment of a user: there, Python keeps the code that it has compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _surveiller(pid: int, pics: list[float]) -> None:
    """Note the highest sum of resident memory until the process ends."""
    try:
        racine = psutil.Process(pid)
        while racine.is_running() and racine.status() != psutil.STATUS_ZOMBIE:
            pics.append(
                sum(_residente(process) for process in (racine, *racine.children(recursive=True)))
                / 1e6
            )
            time.sleep(PERIODE)
    except psutil.NoSuchProcess:
        return


def _residente(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
