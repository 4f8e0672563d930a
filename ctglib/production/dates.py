"""When the files of a folder were last written: quick to know, and true of nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def dates(dossier: Path | str) -> Iterator[tuple[str, int]]:
    """Yield the files of a folder and of those below, each with its date; what is hidden or compiled left out."""
    try:
        entries = list(os.scandir(dossier))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name == "__pycache__":
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from dates(entry.path)
            continue
        try:
            yield entry.path, entry.stat().st_mtime_ns
        except OSError:  # removed since
            continue
