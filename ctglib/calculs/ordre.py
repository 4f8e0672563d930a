"""An order that is given, not alphabetical: that of the catalogue, of the convention, of a file."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from ctglib.donnees.numeros import ranger


def rang_dans(ordre: Iterable[str]) -> Callable[[pd.Series], np.ndarray]:
    """Return the ``key`` of ``sort_values`` that puts texts in a given order, each listed once.

    Texts that are not listed come first.

    Examples:
        >>> table = pd.DataFrame({"axe": ["a", "b", "c"], "valeur": [1, 2, 3]})
        >>> table.sort_values("axe", key=rang_dans(["c", "a", "b"]))["valeur"].tolist()
        [3, 1, 2]
    """
    textes_en_ordre = pd.Index(list(ordre))
    return lambda textes: textes_en_ordre.get_indexer(pd.Index(textes))


def ordre_des_numeros(numeros: pd.Series) -> np.ndarray:
    """Be the ``key`` of ``sort_values`` that puts fiches in the order of their numbers.

    Examples:
        >>> table = pd.DataFrame({"fiche": ["1.10", "1.9"]})
        >>> table.sort_values("fiche", key=ordre_des_numeros)["fiche"].tolist()
        ['1.9', '1.10']
    """
    return rang_dans(ranger(numeros))(numeros)
