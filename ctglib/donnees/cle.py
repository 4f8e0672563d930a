"""The secret key of a convention: it lies beside what is entered, and goes nowhere else.

It chooses among the masks that would hide small counts (``ctglib/secret``), and keys the fingerprints of what is
entered, which may then be published: without it nobody can try counts until their fingerprint comes out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute

if TYPE_CHECKING:
    from pathlib import Path

FICHIER = "suivi/.cle"
OCTETS = 32
TETE = "# Clé secrète du suivi : à garder avec les données saisies et leurs sauvegardes, à ne jamais publier.\n"
ESSAIS, PAUSE = 50, 0.02  # waits for another process that is writing it
SANS_SUIVI = b""


def cle_secrete(convention: Path) -> bytes:
    """Return the key of a convention, made at random the first time its follow-up is read; nothing when it has none.

    Args:
        convention: Its folder.

    Raises:
        DonneesInvalides: The key cannot be read or written, or is not one.
    """
    path = convention / FICHIER
    if not path.parent.is_dir():
        return SANS_SUIVI
    try:
        _creer(path)
        for _ in range(ESSAIS):
            lines = [line for line in path.read_text(encoding="ascii", errors="replace").split("\n") if line]
            found = [line.strip() for line in lines if not line.startswith("#")]
            if len(found) == 1 and len(found[0]) == 2 * OCTETS and set(found[0]) <= set("0123456789abcdef"):
                return bytes.fromhex(found[0])
            time.sleep(PAUSE)
    except OSError as error:
        raise _faute(convention, f"fichier qui ne peut être lu ni créé ({error.strerror})") from None
    raise _faute(convention, "contenu qui n'est pas une clé")


def signer(cle: bytes, contenu: bytes) -> str:
    """Return the fingerprint of some bytes, which only those who have the key can work out."""
    return hmac.new(cle, b"empreinte\0" + contenu, hashlib.sha256).hexdigest()


def _creer(path: Path) -> None:
    """Write a new key, for its owner alone, unless there is one."""
    if path.exists():
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{TETE}{os.urandom(OCTETS).hex()}\n")


def _faute(convention: Path, trouve: str) -> DonneesInvalides:
    return DonneesInvalides(
        [
            Faute(
                f"conventions/{convention.name}/{FICHIER}",
                trouve,
                f"la clé secrète du suivi : une ligne de {2 * OCTETS} chiffres hexadécimaux",
                "la reprendre d'une sauvegarde des données saisies, et rendre le dossier lisible et inscriptible",
            )
        ]
    )
