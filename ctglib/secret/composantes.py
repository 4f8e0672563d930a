"""Which things hang together: the connected components of a graph."""

from __future__ import annotations

import numpy as np


def composantes(aretes: np.ndarray, taille: int) -> np.ndarray:
    """Return the number of the component of each of ``taille`` things that edges (pairs of ranks) tie together.

    Components are numbered in the order of their first thing.
    """
    first = np.arange(taille)
    while True:
        ends = first[aretes]
        lower = first.copy()
        np.minimum.at(lower, aretes, ends.min(axis=1, keepdims=True))
        lower = lower[lower]
        if (lower == first).all():
            return np.unique(first, return_inverse=True)[1]
        first = lower
