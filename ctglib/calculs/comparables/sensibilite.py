"""Whether the sign of a gap holds when what the rule has that is arbitrary changes."""

from __future__ import annotations

import pandas as pd

LUES = ("indicateur", "libelle", "ecart", "bruit")
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
    gaps: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for name, libelle, ecart, bruit in zip(*(variantes[column] for column in LUES), strict=True):
        gaps.setdefault((name, libelle), []).append((ecart, bruit))
    rows = []
    for key, found in gaps.items():
        known = [(ecart, bruit) for ecart, bruit in found if pd.notna(ecart)]
        beyond = [ecart for ecart, bruit in known if not bruit]
        rises = sum(ecart > 0 for ecart in beyond)
        kind = BRUIT if not beyond else TIENT if rises in (0, len(beyond)) else CHANGE
        rows.append((*key, len(known), len(beyond), rises, kind))
    return pd.DataFrame(rows, columns=["indicateur", "libelle", "calculees", "depassent", "hausses", "tenue"])
