"""Which communes are comparable: of about the same size, and the nearest by their ratios."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.panel import manques

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.calculs.comparables.panel import Panel, Regle


@dataclass(frozen=True)
class Choix:
    """The communes kept.

    Args:
        retenues: Their codes, the nearest first.
        carres: The square of the distance of each, exact.
        candidates: How many communes of the window could be compared.
        exclues: Communes of the window that could not: code, indicator, year, whether the count is zero.
    """

    retenues: tuple[str, ...]
    carres: tuple[Fraction, ...]
    candidates: int
    exclues: tuple[tuple[str, str, int, bool], ...]


def choisir(panel: Panel, territoire: str, regle: Regle) -> Choix:
    """Return the comparable communes, the nearest first, ties by code.

    The window keeps both its ends. Each ratio is centred and reduced on the communes of the window that can be
    compared, the territory's included, so that none weighs more by its scale; one that is the same everywhere weighs
    nothing. Fractions make ties true ties, whatever the order of the sums.

    Args:
        panel: The counts; the territory's own must be complete.
        territoire: Code of the commune looked at.
        regle: Window, ratios, year and number.
    """
    window = [code for code in panel.noms if code != territoire and _dans_la_fenetre(panel, code, territoire, regle)]
    lacks = {code: next(iter(manques(panel, code, regle)), None) for code in window}
    kept = [code for code in window if lacks[code] is None]
    squares = _carres(panel, territoire, kept, regle)
    nearest = sorted(kept, key=lambda code: (squares[code], code))[: regle.voisins]
    return Choix(
        tuple(nearest),
        tuple(squares[code] for code in nearest),
        len(kept),
        tuple((code, *lack) for code, lack in lacks.items() if lack is not None),
    )


def table_des_retenues(panel: Panel, codes: Sequence[str], regle: Regle, choix: Choix) -> pd.DataFrame:
    """Return the communes with what they were chosen on, in the order given.

    Returns:
        commune, nom, the size, a ratio per 100 of the size a column (named as its numerator), distance (missing for a
        commune that is not among those kept: the one looked at).
    """
    square = dict(zip(choix.retenues, choix.carres, strict=True))
    year = regle.annee_reference
    rows = [
        {
            "commune": code,
            "nom": panel.noms[code],
            regle.taille: panel.valeur(code, year, regle.taille),
            **{name: float(100 * _ratio(panel, code, name, regle)) for name in regle.ratios},
            "distance": sqrt(square[code]) if code in square else float("nan"),
        }
        for code in codes
    ]
    return pd.DataFrame(rows, columns=["commune", "nom", regle.taille, *regle.ratios, "distance"])


def _dans_la_fenetre(panel: Panel, commune: str, territoire: str, regle: Regle) -> bool:
    """Return whether a commune's size is in the window; one whose size is not known is not."""
    own, other = (panel.valeur(code, regle.annee_reference, regle.taille) for code in (territoire, commune))
    return other is not None and own <= other * regle.fenetre and other <= own * regle.fenetre


def _ratio(panel: Panel, commune: str, indicateur: str, regle: Regle) -> Fraction:
    year = regle.annee_reference
    return Fraction(panel.valeur(commune, year, indicateur), panel.valeur(commune, year, regle.taille))


def _carres(panel: Panel, territoire: str, communes: list[str], regle: Regle) -> dict[str, Fraction]:
    """Return the square of the distance of each commune: the sum of squared gaps of ratios over their variance."""
    squares = dict.fromkeys(communes, Fraction(0))
    for name in regle.ratios:
        ratios = {code: _ratio(panel, code, name, regle) for code in (*communes, territoire)}
        mean = sum(ratios.values()) / len(ratios)
        variance = sum(ratio**2 for ratio in ratios.values()) / len(ratios) - mean**2
        if variance:
            weight = 1 / variance
            for code in communes:
                squares[code] += (ratios[code] - ratios[territoire]) ** 2 * weight
    return squares
