"""What a notebook could leave behind in a worker that serves another after it."""

from __future__ import annotations

import os
import random
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def etat_preserve() -> Iterator[None]:
    """Put back, when the block ends, what Python's modules hold for the whole process.

    The namespace is not here: each notebook has a shell of its own. A forked worker serves one notebook and needs none
    of this; a spawned one serves many.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    environnement, dossier, chemins = dict(os.environ), Path.cwd(), list(sys.path)
    hasards = random.getstate(), np.random.get_state()
    reglages = mpl.rcParams.copy()
    with warnings.catch_warnings():
        try:
            yield
        finally:
            plt.close("all")
            dict.update(mpl.rcParams, reglages)  # not through rcParams' own checks, which warn of old names
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of options that pandas will drop, and resets all the same
                pd.reset_option("all")
            random.setstate(hasards[0])
            np.random.set_state(hasards[1])
            sys.path[:] = chemins
            os.chdir(dossier)
            os.environ.clear()
            os.environ.update(environnement)
