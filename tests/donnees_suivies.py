"""The data that the suite reads: a copy of the project's, without the files that a user added here.

``ctg source ajouter`` writes into the working copy, in a folder that git does not follow: what a
test says of the figures of a commune must not depend on it. The copy is made when this module is
first imported, before anything is read, and the programs that the tests start read it too. Nothing
writes in it: a test that damages data takes the fixture ``donnees``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from fichiers_suivis import DEPOT

from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.magasin import LOCALES

LISEZMOI = "LISEZMOI.md"


def copier(source: Path, vers: Path) -> Path:
    """Copy a data folder, without what a user added to its store, and return the copy."""
    locales = source / LOCALES

    def ajoutes(dossier: str, noms: list[str]) -> set[str]:
        return set(noms) - {LISEZMOI} if Path(dossier) == locales else set()

    return shutil.copytree(source, vers, ignore=ajoutes)


def _copie_de_la_suite() -> Path:
    """Return the copy that this run reads: the processes that share the tests read the same."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return Path(os.environ[VARIABLE])
    dossier = Path(tempfile.mkdtemp(prefix="ctg-donnees-"))
    dossier.chmod(0o755)  # a test reads it without the rights of the one who made it
    atexit.register(shutil.rmtree, dossier, ignore_errors=True)
    return copier(DEPOT / "data", dossier / "data")


DONNEES = _copie_de_la_suite()
os.environ[VARIABLE] = str(DONNEES)
