"""Which things hang together: the connected components of a graph."""

from __future__ import annotations

import numpy as np


def composantes(aretes: np.ndarray, taille: int) -> np.ndarray:
    """Return the number of the component of each of ``taille`` things that edges (pairs of ranks) tie together."""
    if not taille:
        return np.array([], dtype=int)
    from scipy.sparse import csr_array  # only where there are counts: a third of a second to load
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(len(aretes)), (aretes[:, 0], aretes[:, 1])), shape=(taille, taille))
    return connected_components(graph, directed=False)[1]
