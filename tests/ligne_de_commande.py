"""``ctg`` run from a folder: in a process of its own as a user runs it, or in this one, where all
is loaded.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from ctglib.commandes.application import lancer
from ctglib.donnees.lecture import VARIABLE


def programme(*arguments: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    """Run ``ctg`` from a folder in a process of its own, as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", "ctglib", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=dossier,
        check=False,
    )


def ctg(*arguments: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    """Run ``ctg`` from a folder in this process, in a terminal wide enough for paths, where nobody
    answers.
    """
    with chdir(dossier), pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        patch.setattr(sys, "stdin", io.StringIO())
        with redirect_stdout(io.StringIO()) as told, redirect_stderr(io.StringIO()) as refused:
            code = lancer([*arguments])
    return subprocess.CompletedProcess(arguments, code, told.getvalue(), refused.getvalue())


def reussir(*arguments: str, dossier: Path) -> str:
    """Run ``ctg`` in this process and return what it says, once it is sure that it succeeded."""
    done = ctg(*arguments, dossier=dossier)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def sans_donnees() -> dict[str, str]:
    """Return the environment of a program that reads the data of its own folder, whatever the suite
    reads.
    """
    return {nom: value for nom, value in os.environ.items() if nom != VARIABLE}
