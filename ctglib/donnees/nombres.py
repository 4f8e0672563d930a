"""The numbers an analyst gets: a missing or suppressed one is NA, and so is a sum or a mean over
it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from pandas.arrays import FloatingArray

CUMULS = ("sum", "mean", "prod", "std", "var", "median", "sem")


class NombreDtype(pd.Float64Dtype):
    """pandas' Float64, under its own name, whose sums do not pass over what is missing."""

    @classmethod
    def construct_array_type(cls) -> type[Nombres]:
        """Return the array of this type."""
        return Nombres


class Nombres(FloatingArray):
    """pandas' own nullable floats, but for sums and means, which do not skip what is missing."""

    @property
    def dtype(self) -> NombreDtype:
        """The type of the numbers."""
        return NombreDtype()

    def _reduce(
        self, name: str, *, skipna: bool = True, keepdims: bool = False, **kwargs: object
    ) -> object:
        return super()._reduce(
            name, skipna=skipna and name not in CUMULS, keepdims=keepdims, **kwargs
        )

    def _groupby_op(self, *, how: str, **kwargs: object) -> object:
        if how in CUMULS:
            kwargs["skipna"] = False
        return super()._groupby_op(how=how, **kwargs)

    def _maybe_mask_result(self, result: object, mask: np.ndarray) -> object:
        found = super()._maybe_mask_result(result, mask)
        return Nombres(found._data, found._mask) if type(found) is FloatingArray else found


def nombres(values: Iterable[float]) -> Nombres:
    """Return numbers as an analyst gets them.

    Examples:
        >>> pd.Series(nombres([1.0, float("nan"), 3.0])).sum() is pd.NA
        True
    """
    found = pd.array(values, dtype="Float64")
    return Nombres(found._data, found._mask)
