"""The numbers an analyst gets: a missing or suppressed one is NA, and so is a sum or a mean over
it, the margins of a pivoted table included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from typing import Literal

import numpy as np
import pandas as pd
from pandas.arrays import FloatingArray

CUMULS = ("sum", "mean", "prod", "std", "var", "median", "sem", "cumsum", "cumprod")


class NombreDtype(pd.Float64Dtype):
    """pandas' Float64, under its own name, whose sums do not pass over what is missing."""

    @classmethod
    def construct_array_type(cls) -> type[Nombres]:
        """Return the array of this type."""
        return Nombres


class Nombres(FloatingArray):
    """pandas' own nullable floats, but for sums and means, which do not skip what is missing.

    Of the four methods that pandas calls for it, ``_reduce`` and ``_accumulate`` are documented for
    extensions: nothing public says how a group is summed, nor of what type the result of an
    operation is.
    """

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

    def _accumulate(
        self,
        name: Literal["cummin", "cummax", "cumsum", "cumprod"],
        *,
        skipna: bool = True,
        **kwargs: object,
    ) -> Nombres:
        return _en_nombres(
            super()._accumulate(name, skipna=skipna and name not in CUMULS, **kwargs)
        )

    def _groupby_op(self, *, how: str, **kwargs: object) -> object:
        if how in CUMULS:
            kwargs["skipna"] = False
        return super()._groupby_op(how=how, **kwargs)  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs

    def _maybe_mask_result(self, result: object, mask: np.ndarray) -> object:
        resultat = super()._maybe_mask_result(result, mask)  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs
        return _en_nombres(resultat) if type(resultat) is FloatingArray else resultat


def nombres(values: Iterable[float]) -> Nombres:
    """Return numbers as an analyst gets them.

    Examples:
        >>> pd.Series(nombres([1.0, float("nan"), 3.0])).sum() is pd.NA
        True
    """
    return _en_nombres(pd.array(list(values), dtype="Float64"))


def _en_nombres(tableau: FloatingArray) -> Nombres:
    """Return pandas' own nullable floats as ours."""
    return Nombres(tableau.to_numpy("float64", na_value=np.nan), tableau.isna())


def _avec_des_totaux_vrais(pivoter: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return pandas' way to pivot a table, whose margins do not pass over what is missing.

    By default it leaves out the rows with a missing value before it makes the margins: « All » is
    then the sum of what is shown.
    """
    parametres = signature(pivoter)

    @wraps(pivoter)
    def pivoter_sans_mentir(*args: object, **kwargs: object) -> pd.DataFrame:
        demande = parametres.bind(*args, **kwargs)
        table = next(iter(demande.arguments.values()))
        if demande.arguments.get("margins") and _a_des_absents(table):
            demande.arguments["dropna"] = False
        return pivoter(*demande.args, **demande.kwargs)

    return pivoter_sans_mentir


def _a_des_absents(table: object) -> bool:
    """Tell whether a table has one of our numbers that is missing."""
    if not isinstance(table, pd.DataFrame):
        return False
    colonnes = (table.iloc[:, rang] for rang in range(table.shape[1]))
    return any(isinstance(nombres.dtype, NombreDtype) and nombres.hasnans for nombres in colonnes)


# ``pd.crosstab`` pivots by the method.
pd.DataFrame.pivot_table = _avec_des_totaux_vrais(pd.DataFrame.pivot_table)
pd.pivot_table = _avec_des_totaux_vrais(pd.pivot_table)
