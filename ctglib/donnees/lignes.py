"""The rows of a table as objects, of a class that says which columns it reads and their types."""

from collections.abc import Iterator
from dataclasses import fields
from typing import TypeVar

import pandas as pd

Ligne = TypeVar("Ligne")


def lignes(table: pd.DataFrame, classe: type[Ligne]) -> Iterator[Ligne]:
    """Yield each row of a table as an object of a dataclass, whose fields are the columns read.

    Other columns are left aside; the values are those of the table, as they are.

    Raises:
        KeyError: The table lacks a column of the class.

    Examples:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Part:
        ...     territoire: str
        ...     valeur: float
        >>> table = pd.DataFrame({"valeur": [59.4], "note": ["…"], "territoire": ["62413"]})
        >>> list(lignes(table, Part))
        [Part(territoire='62413', valeur=59.4)]
    """
    colonnes = [table[champ.name] for champ in fields(classe)]  # pyright: ignore[reportArgumentType] - any dataclass
    for valeurs in zip(*colonnes, strict=True):
        yield classe(*valeurs)
