"""``ctg produire --suivre``: stay, and make again what each correction touches as soon as it is saved."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ctglib.commandes.terminal import dire, refuser
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import racine
from ctglib.production.plan import PAQUET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAUSE = 0.1  # seconds between two looks
CALME = 0.03  # seconds without a change before what is being saved is taken to be whole
EN_VEILLE = "Données surveillées : chaque correction enregistrée refait les rapports qu'elle touche. Ctrl-C pour finir."
FIN = "Fin de la surveillance."
CODE_CHANGE = "Le code du classeur a changé : relancez la commande pour qu'elle en tienne compte."


def surveiller(passer: Callable[[], int], carnets: Path) -> int:
    """Make what is out of date, and again after each change, until Ctrl-C; return what the last time did.

    Dates are looked at rather than the system asked: it tells nothing of a folder shared on a network. They decide of
    nothing: what has to be made is known by its content.
    """
    code = _etat(PAQUET)
    while True:
        before = _etat(racine(), carnets)
        try:
            status = passer()
        except Empechement as error:
            status = refuser(error)
        try:
            dire(EN_VEILLE)
            sys.stdout.flush()
            while before == _etat(racine(), carnets) and code == _etat(PAQUET):
                time.sleep(PAUSE)
            now, later = None, _etat(racine(), carnets)
            while now != later:
                time.sleep(CALME)
                now, later = later, _etat(racine(), carnets)
        except KeyboardInterrupt:
            dire(FIN)
            return status
        if code != _etat(PAQUET):
            dire(CODE_CHANGE)
            return 1


def _etat(*dossiers: Path) -> dict[str, int]:
    """Return when each file was last written; what is hidden, compiled or held open by a spreadsheet left out."""
    return {name: date for dossier in dossiers for name, date in _dates(dossier)}


def _dates(dossier: Path | str) -> Iterator[tuple[str, int]]:
    with suppress(OSError):  # removed since
        for entry in os.scandir(dossier):
            if entry.name.startswith((".", "~$")) or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _dates(entry.path)
            else:
                with suppress(OSError):
                    yield entry.path, entry.stat().st_mtime_ns
