"""What the desk does by a command itself: it writes all or nothing, and says what it did."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Dit:
    """What a command said."""

    reussi: bool
    texte: str


def commander(*arguments: str) -> Dit:
    """Run a command of ``ctg``, which has nobody to ask."""
    fait = subprocess.run(
        [sys.executable, "-m", "ctglib", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    return Dit(fait.returncode == 0, f"{fait.stdout}\n{fait.stderr}".strip())
