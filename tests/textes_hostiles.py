"""A copy of a convention whose every free text carries a trap: what would be code elsewhere, or a
word without end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import yaml

PIEGES = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "$x$ et $$y$$",
    "#let x = 1",
    '[a](b) *c* _d_ `e` @f \\g <b>h</b> "i" // j',
)
FORMULE = "=1+1 "
LONG = "long" * 1250
# Columns of the follow-up and of the convention that hold a text, whatever it says.
LIBRES = ("commentaire", "motif", "preuve", "note", "nom", "source")
# The keys under which a sentence is entered that the reports give whole: the first of a file has no
# end.
SANS_FIN = ("texte", "reussites", "appreciation", "evaluateurs")


def pieger(texte: str) -> str:
    """Return a text with its trap, and, one time in three, as a formula: always the same, texts
    name things.
    """
    rank = crc32(texte.encode())
    return f"{FORMULE if rank % 3 == 0 else ''}{texte} {PIEGES[rank % len(PIEGES)]}"


def pieger_la_convention(dossier: Path) -> None:
    """Trap all the files of a convention, the next ones of its follow-up too."""
    for path in sorted(dossier.rglob("*.yaml")):
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        sans_fin = iter([f" {LONG}"])
        trapped = _pieger(read, "", sans_fin)
        path.write_text(
            yaml.safe_dump(trapped, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    for path in sorted(dossier.rglob("*.csv")):
        _pieger_la_table(path)


def _pieger(noeud: object, cle: str, sans_fin: Iterator[str]) -> object:
    if isinstance(noeud, dict):
        return {key: _pieger(value, key, sans_fin) for key, value in noeud.items()}
    if isinstance(noeud, list):
        return [_pieger(item, cle, sans_fin) for item in noeud]
    if isinstance(noeud, str) and noeud.count(" ") > 1:
        return pieger(noeud) + (next(sans_fin, "") if cle in SANS_FIN else "")
    return noeud


def _pieger_la_table(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    free = [header.index(name) for name in LIBRES if name in header]
    for row in rows:
        for column in free:
            if row[column]:
                row[column] = pieger(row[column])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
