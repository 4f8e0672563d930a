"""The files of the project, as git follows them; what is installed or produced is left out."""

from __future__ import annotations

import os
from pathlib import Path

DEPOT = Path(__file__).resolve().parents[1]
POINTES = {".ci", ".gitattributes", ".gitignore"}
PRODUITS = {"reports", "build", "dist", "__pycache__"}


def fichiers_suivis(*suffixes: str) -> list[Path]:
    """Return the files of the project, sorted; only those with these suffixes when some are given.

    Without git on purpose: the suite also runs where the project was unpacked from an archive.
    """
    found = []
    for folder, dossiers, noms in os.walk(DEPOT):
        dossiers[:] = [nom for nom in dossiers if _suivi(nom)]
        found += [Path(folder) / nom for nom in noms if _suivi(nom)]
    return sorted(path for path in found if not suffixes or path.suffix in suffixes)


def _suivi(nom: str) -> bool:
    return nom in POINTES or not (
        nom.startswith(".") or nom in PRODUITS or nom.endswith((".egg-info", ".pyc"))
    )
