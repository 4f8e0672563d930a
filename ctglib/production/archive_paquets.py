"""The packages of the lock, as files: what an archive needs to be installed without the network."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from ctglib.production.archive_contenu import PROJET, VERROU

DOSSIER = "paquets"


class PaquetsIndisponibles(Exception):
    """The packages could not be had; the message says what to do, in French."""


def telecharger() -> dict[str, bytes]:
    """Return the packages of the lock, what builds ours among them, for this system and Python, by path in the archive.

    Only wheels: what would have to be compiled could not be ten years from now.

    Raises:
        PaquetsIndisponibles: Without the network, or for a package that the index does not have for this system.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", folder, "--requirement", str(PROJET / VERROU)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise PaquetsIndisponibles(_message(done.stderr))
        return {f"{DOSSIER}/{path.name}": path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _message(stderr: str) -> str:
    dernieres = [line.strip() for line in stderr.splitlines() if line.strip()][-1:]
    return "\n".join(
        [
            "Les paquets n'ont pas pu être téléchargés. Vérifiez la connexion à internet et, s'il y en a un, le "
            "serveur mandataire, puis recommencez ; ou faites l'archive sans --avec-paquets, qui se passe de réseau.",
            *(f"    ce que dit pip : {line}" for line in dernieres),
        ]
    )
