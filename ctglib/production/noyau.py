"""The reads of an ordinary kernel, told to the worker that started it.

A Jupyter kernel is another program: the journal of the worker does not see what it reads. IPython runs the file named
by ``PYTHONSTARTUP`` as a kernel starts; ours (``demarrage.py``) opens a journal there, and writes it when it ends.
"""

from __future__ import annotations

import atexit
import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import Journal, enregistrer

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "CTG_JOURNAL"
DEMARRAGE = Path(__file__).with_name("demarrage.py")


@contextmanager
def journal_du_noyau(journal: Journal) -> Iterator[None]:
    """Add to a journal what a kernel started in the block reads, once it has ended."""
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        path = Path(folder) / "journal.json"
        path.write_text("{}", encoding="utf-8")
        saved = {name: os.environ.get(name) for name in (VARIABLE, "PYTHONSTARTUP")}
        os.environ.update({VARIABLE: str(path), "PYTHONSTARTUP": str(DEMARRAGE)})
        try:
            yield
        finally:
            for name, value in saved.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
        found = json.loads(path.read_text(encoding="utf-8"))
    journal.lus.update(found.get("lus", {}))
    journal.absents.update(found.get("absents", ()))
    journal.listes.update({name: tuple(names) for name, names in found.get("listes", {}).items()})
    journal.parts.update(found.get("parts", {}))


def ouvrir_journal() -> None:
    """Record the reads of this kernel until it ends, then write them where the worker waits for them."""
    path = os.environ.get(VARIABLE)
    if not path:
        return
    block = enregistrer()
    journal = block.__enter__()  # for the life of the kernel: there is no block to end
    atexit.register(_ecrire, Path(path), journal, block)


def _ecrire(path: Path, journal: Journal, block: object) -> None:
    """Write the journal; ``block`` is held until then, else the end of its generator would end the recording."""
    path.write_text(json.dumps({**asdict(journal), "absents": sorted(journal.absents)}), encoding="utf-8")
