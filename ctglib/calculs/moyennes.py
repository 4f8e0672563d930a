"""Short series of counts, read on means of years: chance alone moves a count n by some 2√n."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import PetiteSerie

MOYENNES = (
    "periode_avant",
    "moyenne_avant",
    "periode",
    "moyenne",
    "variation_des_moyennes",
    "hasard",
    "annees_notees",
    "note_des_annees",
)
TROP_PEU = "trop_peu"


def moyennes(rows: pd.DataFrame, periodes: PetiteSerie, ecarts: float) -> dict[str, object]:
    """Return the two means of a series, and what chance explains of the gap between them.

    Args:
        rows: One territory's years: annee, valeur, note.
        periodes: The years of each mean.
        ecarts: How many standard deviations chance is allowed (the catalogue's ``hasard_ecarts``).

    Returns:
        ``MOYENNES`` (``hasard`` is what chance moves one year by; ``annees_notees`` the years that bear a note, as the
        inferred ones do) and ``lecture``: "trop_peu", "hausse" or "baisse". Empty when a period has no known year.

    Examples:
        >>> from types import SimpleNamespace
        >>> import pandas as pd
        >>> table = pd.DataFrame({"annee": [2015, 2016, 2021], "valeur": [160.0, 152.0, 150.0], "note": ["", "", ""]})
        >>> found = moyennes(table, SimpleNamespace(avant=(2015, 2019), depuis=2021), 2)
        >>> found["periode_avant"], found["moyenne_avant"], found["periode"], found["lecture"]
        ('2015 à 2016', 156.0, '2021', 'trop_peu')
    """
    known = rows[rows["valeur"].notna()].sort_values("annee")
    first, last = periodes.avant
    before = known[known["annee"].between(first, last)]
    after = known[known["annee"].ge(periodes.depuis)].tail(last - first + 1)
    if before.empty or after.empty:
        return {}
    old, new = float(before["valeur"].mean()), float(after["valeur"].mean())
    noted = known[known["note"].fillna("").ne("") & known.index.isin(before.index.union(after.index))]
    explained = abs(new - old) <= ecarts * sqrt(old / len(before) + new / len(after))
    return {
        "periode_avant": _periode(before),
        "moyenne_avant": old,
        "periode": _periode(after),
        "moyenne": new,
        "variation_des_moyennes": 100 * (new / old - 1) if old else None,
        "hasard": ecarts * sqrt(new),
        "annees_notees": SEPARATEUR.join(str(int(annee)) for annee in noted["annee"]),
        "note_des_annees": noted["note"].iloc[0] if len(noted) else "",
        "lecture": TROP_PEU if explained else "hausse" if new > old else "baisse",
    }


def _periode(rows: pd.DataFrame) -> str:
    years = rows["annee"].astype(int)
    return " à ".join(dict.fromkeys((str(years.min()), str(years.max()))))
