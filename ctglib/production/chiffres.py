"""What changes between two states of a CSV of a report, value by value."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

LIGNE, COLONNE, FICHIER = "(ligne)", "(colonne)", "(fichier)"
PRESENT, ABSENT = "présent", "absent"


class Changement(NamedTuple):
    """A value of a published table that is not the same any more."""

    fichier: str
    ligne: str  # what its row is known by: the columns that tell rows apart, or its number
    colonne: str  # or « (ligne) », « (colonne) », « (fichier) » when the whole of it came or went
    avant: str
    apres: str


def comparer(fichier: str, avant: bytes | None, apres: bytes | None) -> tuple[Changement, ...]:
    """Return what changes from one state of a CSV to the other; None stands for a file that is not there.

    Rows are matched by the columns that tell them apart or by their place, whichever leaves the least to say: a row
    added in the middle does not shift all the next, a name corrected is not a row lost and another found.
    """
    if avant == apres:
        return ()
    if avant is None or apres is None:
        return (Changement(fichier, "", FICHIER, *_presence(avant is not None, apres is not None)),)
    tables = lire_table(avant), lire_table(apres)
    keys = [key for key in map(cle_de, tables) if key and all(_distingue(table, key) for table in tables)]
    return min((tuple(_changements(fichier, *tables, key)) for key in (*keys, [])), key=len)


def _presence(*sont_la: bool) -> list[str]:
    return [PRESENT if there else ABSENT for there in sont_la]


def lire_table(octets: bytes) -> pd.DataFrame:
    """Return a table as text, whatever became of its bytes; a short row is filled, what is too long is cut."""
    import pandas as pd

    rows = csv.DictReader(io.StringIO(octets.decode("utf-8", "replace"), newline=""), restval="")
    return pd.DataFrame(list(rows), columns=list(dict.fromkeys(rows.fieldnames or ())), dtype=object)


def cle_de(table: pd.DataFrame) -> list[str]:
    """Return the columns that tell rows apart, none when they do not.

    The first ones are enough, as far as it takes; of these, those that add nothing are dropped, the longest texts
    first: a reader knows a row by its code and its year, not by its definition.
    """
    names = list(table.columns)
    kept = next((names[:count] for count in range(1, len(names)) if _distingue(table, names[:count])), [])
    for name in sorted(kept, key=lambda name: table[name].str.len().sum(), reverse=True):
        without = [other for other in kept if other != name]
        if without and _distingue(table, without):
            kept = without
    return kept


def _distingue(table: pd.DataFrame, colonnes: list[str]) -> bool:
    return set(colonnes) <= set(table.columns) and len(set(noms_des_lignes(table, colonnes))) == len(table)


def noms_des_lignes(table: pd.DataFrame, colonnes: list[str]) -> list[str]:
    """Return what each row is known by: these columns, or its number when there is none."""
    if not colonnes:
        return [f"ligne {number}" for number in range(2, len(table) + 2)]
    return [", ".join(filter(None, values)) for values in table[colonnes].itertuples(index=False, name=None)]


def _changements(fichier: str, avant: pd.DataFrame, apres: pd.DataFrame, cle: list[str]) -> Iterator[Changement]:
    for name in avant.columns.symmetric_difference(apres.columns, sort=False):
        yield Changement(fichier, name, COLONNE, *_presence(name in avant, name in apres))
    olds, news = (table.set_index([noms_des_lignes(table, cle)]).T.to_dict() for table in (avant, apres))
    for row in dict.fromkeys((*olds, *news)):
        if row not in olds or row not in news:
            yield Changement(fichier, row, LIGNE, *_presence(row in olds, row in news))
            continue
        for name, value in olds[row].items():
            if name in news[row] and news[row][name] != value:
                yield Changement(fichier, row, name, value, news[row][name])
