"""Whether the sign of a gap holds when what the rule has that is arbitrary changes."""

from __future__ import annotations

import pandas as pd

BRUIT, TIENT, CHANGE = "bruit", "tient", "change"


def tenue(variantes: pd.DataFrame) -> pd.DataFrame:
    """Return how each indicator's gap holds under the rule and its variants.

    Args:
        variantes: Rows of ``Resultat.variantes``.

    Returns:
        indicateur, libelle, calculees (rules under which there is a gap), depassent (those where it is beyond
        rounding), hausses (those of them where it is positive), tenue (« bruit »: none is beyond it; « tient »:
        all that are have one sign; « change »: both signs are found).
    """
    rows = []
    for name, group in variantes.groupby("indicateur", sort=False):
        known = group[group["ecart"].notna()]
        beyond = known[~known["bruit"].astype(bool)]
        rises = int((beyond["ecart"] > 0).sum())
        kind = BRUIT if beyond.empty else TIENT if rises in (0, len(beyond)) else CHANGE
        rows.append((name, group["libelle"].iloc[0], len(known), len(beyond), rises, kind))
    return pd.DataFrame(rows, columns=["indicateur", "libelle", "calculees", "depassent", "hausses", "tenue"])
