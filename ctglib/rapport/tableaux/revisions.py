"""The table of the figures that changed since the last bilan: from what, to what, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import avec_unite, majuscule

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctglib.document.contexte import Contexte

SANS_RAISON = "raison non donnée"


def tableau_revisions(
    revisions: pd.DataFrame, contexte: Contexte, *, annee: int, modalite: Callable[[str, str], str]
) -> Tableau:
    """Return one row a value that this bilan gives otherwise than last year's.

    Args:
        revisions: As ``ctglib.calculs.suivi.revisions`` returns them.
        contexte: The words.
        annee: Year of the bilan.
        modalite: The label of a modalité of a dimension.
    """
    columns = (
        Colonne("indicateur", "Indicateur"),
        Colonne("annee", "Année", numerique=True),
        Colonne("ancien", f"Bilan {annee - 1}", numerique=True),
        Colonne("nouveau", f"Bilan {annee}", numerique=True),
        Colonne("ecart", "Écart", numerique=True),
        Colonne("raison", "Pourquoi"),
    )
    cells = [_cellules(row, contexte, modalite) for row in revisions.itertuples()]
    return Tableau(
        nom="revisions",
        titre=f"Chiffres révisés depuis le bilan {annee - 1}, {contexte.territoire.nom}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=revisions,
        source=contexte.source,
    )


def _cellules(row: object, contexte: Contexte, modalite: Callable[[str, str], str]) -> list[str]:
    item = contexte.indicateurs[row.indicateur]
    detail = f" ({modalite(row.dimension, row.modalite)})" if row.dimension else ""
    return [
        item.libelle + detail,
        str(row.annee),
        contexte.valeur(row.indicateur, row.valeur_ancienne, row.statut_ancien),
        contexte.valeur(row.indicateur, row.valeur, row.statut),
        _ecart(row, contexte),
        majuscule(row.note) or SANS_RAISON,
    ]


def _ecart(row: object, contexte: Contexte) -> str:
    if pd.isna(row.valeur) or pd.isna(row.valeur_ancienne):
        return "–"
    item = contexte.indicateurs[row.indicateur]
    symbol = contexte.unites[item.unite].symbole
    return avec_unite(row.valeur - row.valeur_ancienne, symbol, item.decimales, signe=True)
