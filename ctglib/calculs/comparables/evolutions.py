"""The changes behind the gaps: each commune's for the dots, and every year's for the lines."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.ecarts import moyenne, variation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.calculs.comparables.panel import Panel, Regle

BASE = 100


def variations(panel: Panel, communes: Sequence[str], indicateurs: Sequence[str], regle: Regle) -> pd.DataFrame:
    """Return the change of each commune from the year of reference to the last.

    Returns:
        indicateur, commune, nom, variation (%).
    """
    years = (regle.annee_reference, regle.annee)
    rows = [
        (name, code, panel.noms[code], float(100 * variation(paire(panel, code, name, years))))
        for name in indicateurs
        for code in communes
    ]
    return pd.DataFrame(rows, columns=["indicateur", "commune", "nom", "variation"])


def trajectoires(
    panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, ruptures: dict[str, tuple[int, ...]]
) -> pd.DataFrame:
    """Return every year's counts with the year of reference at 100.

    The département is the sum of its other communes known in both years; the comparable communes are their mean, the
    least and the greatest of them.

    Args:
        panel: The counts.
        territoire: The commune looked at.
        communes: The comparable ones.
        regle: Indicators and year of reference.
        ruptures: First years of new series, by indicator.

    Returns:
        indicateur, annee (Int64), rupture (whether a new series starts that year), effectif (Int64), commune,
        departement, moyenne, bas, haut (float64, missing when there is no count), nombre (communes of the mean).
    """
    rows = []
    for name in regle.indicateurs:
        for annee in panel.annees:
            own = _indice(panel, territoire, name, (regle.annee_reference, annee))
            others = [_indice(panel, code, name, (regle.annee_reference, annee)) for code in communes]
            known = [value for value in others if value is not None]
            rows.append(
                {
                    "indicateur": name,
                    "annee": annee,
                    "rupture": annee in ruptures.get(name, ()),
                    "effectif": panel.valeur(territoire, annee, name),
                    "commune": _flottant(own),
                    "departement": _flottant(_departement(panel, territoire, name, (regle.annee_reference, annee))),
                    "moyenne": _flottant(moyenne(known) if known else None),
                    "bas": _flottant(min(known, default=None)),
                    "haut": _flottant(max(known, default=None)),
                    "nombre": len(known),
                }
            )
    return pd.DataFrame(rows).astype({"annee": "Int64", "effectif": "Int64"})


def paire(panel: Panel, commune: str, indicateur: str, annees: tuple[int, int]) -> tuple[int | None, int | None]:
    """Return the counts of two years."""
    return tuple(panel.valeur(commune, annee, indicateur) for annee in annees)


def autres_du_departement(
    panel: Panel, territoire: str, indicateur: str, annees: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return the counts of every other commune that has both: the territory's change must not be on both sides."""
    pairs = [paire(panel, code, indicateur, annees) for code in panel.noms if code != territoire]
    return [pair for pair in pairs if None not in pair]


def _indice(panel: Panel, commune: str, indicateur: str, annees: tuple[int, int]) -> Fraction | None:
    start, end = paire(panel, commune, indicateur, annees)
    return BASE * Fraction(end, start) if start and end is not None else None


def _departement(panel: Panel, territoire: str, indicateur: str, annees: tuple[int, int]) -> Fraction | None:
    pairs = autres_du_departement(panel, territoire, indicateur, annees)
    start, end = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return BASE * Fraction(end, start) if start else None


def _flottant(valeur: Fraction | None) -> float:
    return float("nan") if valeur is None else float(valeur)
