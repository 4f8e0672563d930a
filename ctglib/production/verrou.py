"""One ``ctg produire`` at a time in a folder of reports."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.exclusion import prendre

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

NOM = ".ctg-verrou"


class DejaEnCours(Exception):
    """Another command is making reports in this folder; the message says what to do."""


@contextmanager
def verrouiller(sortie: Path) -> Iterator[None]:
    """Hold the folder until the block ends.

    None is ever left behind (see ``exclusion``). The file itself stays: to remove it would let two commands hold one
    each.

    Raises:
        DejaEnCours: Another process holds it.
        EcritureImpossible: The folder cannot be written in.
    """
    path = sortie / NOM
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b")
    except OSError as error:
        raise EcritureImpossible(
            f"Impossible d'écrire dans {sortie} ({error.strerror}). Vérifiez que ce dossier accepte l'écriture, ou "
            "choisissez-en un autre par --sortie."
        ) from error
    with file:
        try:
            prendre(file)
        except OSError:
            raise DejaEnCours(_message(sortie, file)) from None
        file.seek(1)  # beyond the byte that Windows locks, which no one else could read
        file.write(f" {os.getpid()}\n".encode())
        file.truncate()
        file.flush()
        yield


def _message(sortie: Path, file: BinaryIO) -> str:
    file.seek(1)
    numero = file.read(20).decode("ascii", "replace").strip()
    return (
        f"Une autre commande ctg produire travaille déjà dans {sortie} (processus {numero or 'inconnu'}). Attendez "
        "qu'elle finisse, ou choisissez un autre dossier par --sortie. Rien n'a été changé."
    )
