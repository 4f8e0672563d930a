"""Folders that last as long as a piece of work, in the system's temporary one: what an archive
holds, what was dropped on the desk, the sheets of a workbook that is being written.

The system removes nothing of what a killed command left there, raw data and the secret key perhaps:
the next command does. A folder that serves is locked, by the system, which lets go of the lock of a
process that dies.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import DROITS, PREFIXE

if TYPE_CHECKING:
    from filelock import AcquireReturnProxy

DOSSIERS = f"{PREFIXE}d-"  # short: a socket in it has a hundred signs or so for its whole path
VERROU = ".verrou"


@contextmanager
def dossier_provisoire() -> Iterator[Path]:
    """Yield a folder that its owner alone can read, removed when the block ends, or else by the
    next command.
    """
    dossier = Path(tempfile.gettempdir()) / f"{DOSSIERS}{secrets.token_hex(5)}"
    verrou = _verrou_de(dossier)
    try:
        with _tenir(verrou):  # before there is a folder to remove
            try:
                dossier.mkdir(mode=0o700)
                yield dossier
            finally:
                shutil.rmtree(dossier, ignore_errors=True)
    finally:
        with suppress(OSError):
            verrou.unlink(missing_ok=True)


@contextmanager
def isoler_les_temporaires(dossier: Path | None = None) -> Iterator[None]:
    """Have the temporary files that libraries make in this folder, or in one that lasts as long as
    the block: openpyxl writes there each sheet, as entered.
    """
    with nullcontext(dossier) if dossier else dossier_provisoire() as a_part:
        avant = tempfile.tempdir
        tempfile.tempdir = str(a_part)
        try:
            yield
        finally:
            tempfile.tempdir = avant


def retirer_les_abandonnes() -> None:
    """Remove the folders that killed commands left, those of this user that no process holds."""
    provisoires = Path(tempfile.gettempdir())
    for nom in os.listdir(provisoires):  # noqa: PTH208 (there may be thousands: names are enough)
        dossier = provisoires / nom.removesuffix(VERROU)
        if nom.startswith(DOSSIERS) and _est_a_nous(provisoires / nom):
            with suppress(OSError):  # another command is removing it
                _retirer(dossier)


def _verrou_de(dossier: Path) -> Path:
    return dossier.with_name(f"{dossier.name}{VERROU}")


def _tenir(verrou: Path) -> AcquireReturnProxy:
    """Return a lock, held; another command may just have removed it, as one of no use."""
    from filelock import FileLock

    while True:
        tenu = FileLock(verrou, mode=DROITS).acquire()
        if verrou.exists():
            return tenu
        tenu.lock.release()


def _est_a_nous(chemin: Path) -> bool:
    """Tell whether a folder, or its lock, is one that this user's commands make, and no link."""
    try:
        trouve = chemin.lstat()
    except OSError:
        return False
    if not (stat.S_ISDIR(trouve.st_mode) or stat.S_ISREG(trouve.st_mode)):
        return False
    return os.name == "nt" or trouve.st_uid == os.getuid()


def _retirer(dossier: Path) -> None:
    """Remove a folder that no process holds, and its lock."""
    from filelock import FileLock, Timeout

    verrou = _verrou_de(dossier)
    try:
        with FileLock(verrou, timeout=0, mode=DROITS):
            shutil.rmtree(dossier, ignore_errors=True)
            if os.name != "nt":  # which removes no file that is open
                verrou.unlink(missing_ok=True)
    except Timeout:
        return
    verrou.unlink(missing_ok=True)
