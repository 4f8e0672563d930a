"""Annexe 1 then and now: each theme by the public series that compare, and what stands in the way of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES
from ctglib.calculs.moyennes import MOYENNES, moyennes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.catalogue import Indicateur, Unite
    from ctglib.donnees.modeles.finale import ThemeRevisite

COLONNES = (
    "theme", "indicateur", "libelle", "unite", "sens", "annee_avant", "avant", "annee", "apres", "variation_type",
    "variation", "variation_reference", "dans_le_bruit", "motif", "annee_rupture", "lecture", *MOYENNES,
)  # fmt: skip
SERIE = ("indicateur", "territoire", "annee", "valeur")
POINTS, POURCENT = "points", "pourcent"
SANS_DEPART, APRES_RUPTURE, SANS_VALEUR = "depart_absent", "depart_rupture", "sans_valeur"


def annee_du_diagnostic(annexe1: pd.DataFrame) -> int | None:
    """Return the year of most figures of Annexe 1, the earliest of equals; None when it has none."""
    years = annexe1.loc[annexe1["valeur"].notna(), "annee"].dropna()
    return int(years.mode().min()) if len(years) else None


def revisiter(
    contexte: pd.DataFrame,
    themes: Iterable[ThemeRevisite],
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    *,
    territoires: tuple[str, str],
    depart: int | None,
    hasard: float,
) -> pd.DataFrame:
    """Return one row a public series: its value in the year of the diagnostic, its latest, and what separates them.

    A short series is read on means of years, then and now. A series that breaks in between starts after its break.
    Rates change by points, everything else in %; the reference's change is over the same years.

    Args:
        contexte: Public figures: territoire, annee, indicateur, dimension, valeur; one millésime each.
        themes: Which series speak of which theme.
        indicateurs: Meanings of the series.
        unites: ``ecart`` tells how two values compare.
        territoires: Codes of the territory and of its reference.
        depart: Year of the diagnostic.
        hasard: How many standard deviations chance is allowed in a short series.
    """
    whole = contexte[contexte["dimension"].eq("") & contexte["valeur"].notna()]
    known = _series(whole)
    rows = []
    for theme in themes:
        for name in theme.series:
            item = indicateurs[name]
            series = [known.get((name, code), {}) for code in territoires]
            row = {"theme": theme.theme, **_ligne(item, unites[item.unite], series, depart)}
            if item.petite_serie:
                years = [whole[whole["indicateur"].eq(name) & whole["territoire"].eq(code)] for code in territoires]
                row |= _en_moyennes(*(moyennes(own, item.petite_serie, hasard) for own in years))
            rows.append(row)
    kinds = dict.fromkeys(("annee_avant", "annee", "annee_rupture"), "Int64")
    reals = dict.fromkeys(
        (
            "avant",
            "apres",
            "variation",
            "variation_reference",
            "moyenne_avant",
            "moyenne",
            "variation_des_moyennes",
            "hasard",
        ),
        "float64",
    )
    return pd.DataFrame(rows, columns=list(COLONNES)).astype(kinds | reals | {"dans_le_bruit": "bool"})


def _series(whole: pd.DataFrame) -> dict[tuple[str, str], dict[int, float]]:
    """Return, by indicator and territory, the values of the whole by year."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for name, code, year, value in zip(*(whole[column] for column in SERIE), strict=True):
        found.setdefault((name, code), {})[int(year)] = float(value)
    return found


def _ligne(indicateur: Indicateur, unite: Unite, series: list[dict[int, float]], depart: int | None) -> dict:
    own, other = series
    named = {name: getattr(indicateur, name) for name in ("libelle", "unite", "sens")}
    kind = POINTS if unite.ecart == POINTS else POURCENT
    row = {"indicateur": indicateur.id, **named, "variation_type": kind, "dans_le_bruit": False, "motif": SANS_VALEUR}
    if not own:
        return row
    last = max(own)
    broken = max((item.annee for item in indicateur.ruptures if item.annee <= last), default=None)
    parted = broken is not None and depart is not None and broken > depart
    first = min((year for year in own if year >= max(depart or 0, broken or 0)), default=last)
    row |= {"annee": last, "apres": own[last], "motif": SANS_DEPART}
    if first == last:
        return row
    gap = abs(round(own[last] - own[first], DECIMALES_EXACTES))
    return row | {
        "annee_avant": first,
        "avant": own[first],
        "variation": _variation(own, first, last, kind),
        "variation_reference": _variation(other, first, last, kind),
        "dans_le_bruit": gap <= (indicateur.arrondi_source or 0),
        "motif": APRES_RUPTURE if parted else "",
        "annee_rupture": broken if parted else None,
    }


def _en_moyennes(own: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """Return what the means say in the place of two years: nothing when one of them is missing."""
    if not own:
        return {**dict.fromkeys(("avant", "annee_avant", "variation", "variation_reference")), "motif": SANS_DEPART}
    return {
        **own,
        "annee_avant": None,
        "avant": own["moyenne_avant"],
        "apres": own["moyenne"],
        "variation": own["variation_des_moyennes"],
        "variation_reference": other.get("variation_des_moyennes"),
        "motif": "",
    }


def _variation(serie: Mapping[int, float], first: int, last: int, kind: str) -> float | None:
    if first not in serie or last not in serie:
        return None
    if kind == POINTS:
        return round(serie[last] - serie[first], DECIMALES_EXACTES)
    return 100 * (serie[last] - serie[first]) / serie[first] if serie[first] else None
