"""The formulas that the catalogue names in ``calcul``: counts in, rates and sums out."""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def ratio_pour_100(numerateur: pd.Series, denominateur: pd.Series) -> pd.Series:
    """Return 100 × numerator / denominator, territory by territory.

    The rate of a group is the quotient of the sums, never the mean of the rates. A missing or
    suppressed count makes the rate missing; so does an empty denominator.

    Returns:
        Rates per 100, indexed by territory code.

    Examples:
        >>> couvertes = pd.Series({"62413": 7324.0})
        >>> population = pd.Series({"62413": 12324.0})
        >>> ratio_pour_100(couvertes, population).round(1).tolist()
        [59.4]
    """
    return 100 * numerateur / denominateur.where(denominateur != 0)


def quotient(numerateur: pd.Series, denominateur: pd.Series) -> pd.Series:
    """Return numerator / denominator; a missing one, or an empty denominator, makes it missing."""
    return numerateur / denominateur.where(denominateur != 0)


def complement_100(indicateur: pd.Series) -> pd.Series:
    """Return 100 less a share: that of those whom ``indicateur`` does not count."""
    return 100 - indicateur


def somme(termes: pd.DataFrame) -> pd.Series:
    """Return the sum of the columns, territory by territory; one missing term makes the sum
    missing.
    """
    return termes.sum(axis=1, skipna=False)


FORMULES = {
    formule.__name__: formule for formule in (ratio_pour_100, quotient, complement_100, somme)
}


def appliquer(
    calcul: str, entrees: Mapping[str, str | list[str]], valeurs: pd.DataFrame
) -> pd.Series:
    """Return the indicator recomputed from its inputs, territory by territory."""
    # A column for an input that names an indicator, a table for one that lists several.
    arguments: dict[str, Any] = {role: valeurs[entree] for role, entree in entrees.items()}
    return FORMULES[calcul](**arguments)
