"""A lock on an open file: the system's, which goes with the process that holds it, however that process ends."""

from __future__ import annotations

import time
from typing import BinaryIO

PAUSE = 0.02  # seconds between two tries where the system does not wait by itself


def prendre(fichier: BinaryIO) -> None:
    """Lock a file.

    Raises:
        OSError: Another process holds it.
    """
    try:
        import fcntl
    except ImportError:
        import msvcrt

        fichier.seek(0)
        msvcrt.locking(fichier.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)


def attendre(fichier: BinaryIO) -> None:
    """Lock a file once nobody else holds it."""
    while True:
        try:
            prendre(fichier)
        except OSError:
            time.sleep(PAUSE)
        else:
            return
