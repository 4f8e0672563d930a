"""``ctg`` run as a user runs it: in a process of its own, from a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def produire(sortie: Path, *arguments: str) -> Path:
    """Make the reports of Harnes in a folder, and return the folder of the convention."""
    sortie.mkdir(parents=True, exist_ok=True)
    done = ctg("produire", *arguments, "--convention", "harnes", "--sortie", str(sortie), dossier=sortie)
    assert done.returncode == 0, done.stderr + done.stdout
    return sortie / "harnes"


def sans_donnees() -> dict[str, str]:
    """Return the environment of a program that reads the data of its own folder, whatever the suite reads."""
    return {nom: value for nom, value in os.environ.items() if nom != VARIABLE}
