"""The cells of a heat map of fiches by year: « 3 sur 5 », or why there is nothing to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.phrases.finale.cadre import sur

if TYPE_CHECKING:
    from ctglib.rapport.phrases.finale.cadre import Cadre

NON_COMMENCEE = "non commencée"


def cases(table: pd.DataFrame, cadre: Cadre, inconnu: str) -> pd.DataFrame:
    """Return the cells: ligne, colonne, valeur (share in %, missing when nothing is known), texte; then the counts.

    Args:
        table: As ``ctglib.calculs.finale.annees`` returns it.
        cadre: The titles of the fiches.
        inconnu: What a year of which nothing is known reads.
    """
    rows = []
    for row in table.itertuples():
        waiting = not row.commencee and not row.compte
        said = row.connus and not waiting
        text = sur(row.compte, row.parmi) if said else NON_COMMENCEE if waiting else inconnu
        share = 100 * row.compte / row.parmi if said else float("nan")
        rows.append((cadre.fiche(row.fiche), str(row.annee), share, text))
    cells = pd.DataFrame(rows, columns=["ligne", "colonne", "valeur", "texte"])
    return cells.join(table.drop(columns=["fiche", "annee", "commencee"]).reset_index(drop=True))
