"""What several reports of one production work out alike, worked out once: kept in a private folder while it lasts."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ctglib.donnees.exclusion import attendre
from ctglib.donnees.lecture import enregistrer, racine, rejouer

VARIABLE = "CTG_PARTAGE"
Objet = TypeVar("Objet")


@contextmanager
def ouvrir_partage() -> Iterator[None]:
    """Let the processes started in the block share what they work out; nothing of it outlives the outermost block."""
    if VARIABLE in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:  # readable by its owner alone
        os.environ[VARIABLE] = folder
        try:
            yield
        finally:
            os.environ.pop(VARIABLE, None)


def oublier() -> None:
    """Forget what has been worked out so far: the data may have changed since."""
    for path in Path(os.environ[VARIABLE]).iterdir():
        with suppress(OSError):
            path.unlink()


def partager(nom: str, calculer: Callable[[], Objet]) -> Objet:
    """Return what a function gives, or what it gives to another report of this production, waited for if need be.

    Its reads of the data folder are recorded in both cases: those of the first time are kept beside the result.

    Args:
        nom: What is worked out, and from what: two results of one name are the same.
        calculer: Works it out, reading data through ``lecture`` alone.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return calculer()
    path = Path(folder) / hashlib.sha256(f"{racine()}\0{nom}".encode()).hexdigest()
    with suppress(OSError):
        return _reprendre(path)
    with _seul(path):
        with suppress(OSError):
            return _reprendre(path)
        with enregistrer() as journal:
            found = calculer()
        _garder(path, pickle.dumps((journal, found)))
    return found


def _reprendre(path: Path) -> object:
    journal, found = pickle.loads(path.read_bytes())
    rejouer(journal)
    return found


@contextmanager
def _seul(path: Path) -> Iterator[None]:
    """Hold what is worked out until the block ends; where no lock can be had, two may work it out at once."""
    with ExitStack() as stack:
        with suppress(OSError):
            attendre(stack.enter_context(path.with_name(f"{path.name}.verrou").open("wb")))
        yield


def _garder(path: Path, contenu: bytes) -> None:
    """Write the file at once; when it cannot be, the next report works it out again."""
    provisoire = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        provisoire.write_bytes(contenu)
        provisoire.replace(path)
