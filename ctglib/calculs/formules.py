"""The formulas that the catalogue names in ``calcul``: counts in, rates and sums out."""

from collections.abc import Mapping

import pandas as pd


def ratio_pour_100(numerateur: pd.Series, denominateur: pd.Series) -> pd.Series:
    """Return 100 × numerator / denominator, territory by territory.

    The rate of a group is the quotient of the sums, never the mean of the rates. A missing or
    suppressed count makes the rate missing; so does an empty denominator.

    Returns:
        Rates per 100, indexed by territory code.

    Examples:
        >>> float(ratio_pour_100(pd.Series({"62413": 7324.0}), pd.Series({"62413": 12324.0})).round(1)["62413"])
        59.4
    """
    return 100 * numerateur / denominateur.where(denominateur != 0)


def quotient(numerateur: pd.Series, denominateur: pd.Series) -> pd.Series:
    """Return numerator / denominator; a missing one, or an empty denominator, makes it missing."""
    return numerateur / denominateur.where(denominateur != 0)


def complement_100(indicateur: pd.Series) -> pd.Series:
    """Return what is left of 100: the share of those who are not in ``indicateur``."""
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
    return FORMULES[calcul](**{nom: valeurs[entree] for nom, entree in entrees.items()})
