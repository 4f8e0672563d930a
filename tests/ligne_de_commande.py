"""``ctg`` run from a folder: in a process of its own as a user runs it, or in this one, where all is loaded."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from ctglib.commandes.application import lancer
from ctglib.donnees.lecture import VARIABLE


def ctg(*arguments: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    """Run ``ctg`` from a folder, in a terminal wide enough for paths."""
    return subprocess.run(
        [sys.executable, "-m", "ctglib", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=dossier,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )


def reussir(*arguments: str, dossier: Path) -> str:
    """Run ``ctg`` in this process and return what it says, once it is sure that it succeeded."""
    with chdir(dossier), redirect_stdout(io.StringIO()) as told, redirect_stderr(io.StringIO()) as refused:
        code = lancer([*arguments])
    assert code == 0, refused.getvalue() + told.getvalue()
    return told.getvalue()


def produire(sortie: Path, *arguments: str) -> Path:
    """Make the reports of Harnes in a folder, and return the folder of the convention."""
    sortie.mkdir(parents=True, exist_ok=True)
    done = ctg("produire", *arguments, "--convention", "harnes", "--sortie", str(sortie), dossier=sortie)
    assert done.returncode == 0, done.stderr + done.stdout
    return sortie / "harnes"


def sans_donnees() -> dict[str, str]:
    """Return the environment of a program that reads the data of its own folder, whatever the suite reads."""
    return {nom: value for nom, value in os.environ.items() if nom != VARIABLE}
