"""The table of the actions: when each modalité is due, where it stands, and what was told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.tableau import Colonne, Tableau
from ctglib.rapport.tableaux.promesses import calendrier
from ctglib.rapport.typographie import date_longue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.rapport.contexte import Contexte

COLONNES = (
    Colonne("modalite", "Modalité"),
    Colonne("calendrier", "Prévue"),
    Colonne("etat", "État"),
    Colonne("precision", "Ce qui en est dit"),
)


def tableau_etats(etats: pd.DataFrame, evaluation: Evaluation, contexte: Contexte, *, titre: str) -> Tableau:
    """Return one row a modalité of a fiche: sign and word of its state, its dates, what was done, why not, the proof.

    Args:
        etats: Its rows of ``ctglib.analyse.evaluation.etats``.
        evaluation: The words and signs.
        contexte: The source.
        titre: Caption.
    """
    cells = pd.DataFrame(
        [
            (f"{row.modalite} {row.libelle}", calendrier(row), etat(row, evaluation), " ".join(_precisions(row)) or "–")
            for row in etats.itertuples()
        ],
        columns=[colonne.cle for colonne in COLONNES],
    )
    return Tableau(
        nom="actions",
        titre=titre,
        colonnes=COLONNES,
        cellules=cells,
        donnees=etats,
        source=contexte.source,
        classe="texte-long",
    )


def etat(row: object, evaluation: Evaluation) -> str:
    """Return « ● réalisée », « ▲ en cours, échéance passée »."""
    return f"{evaluation.etats[row.statut].signe} {row.mot}"


def _precisions(row: object) -> Iterator[str]:
    """Yield what was told, one sentence each; nothing is added to it."""
    if pd.notna(row.debut_reel) and pd.notna(row.fin):
        yield f"Du {date_longue(row.debut_reel.date())} au {date_longue(row.fin.date())}."
    elif pd.notna(row.debut_reel):
        yield f"Depuis le {date_longue(row.debut_reel.date())}."
    elif pd.notna(row.fin):
        yield f"Terminée le {date_longue(row.fin.date())}."
    if row.commentaire:
        yield _phrase(row.commentaire)
    if row.motif:
        yield _phrase(f"Motif : {row.motif}")
    if row.preuve:
        yield _phrase(f"Trace : {row.preuve}")
    if row.responsable:
        yield _phrase(f"Responsable : {row.responsable}")


def _phrase(texte: str) -> str:
    return texte if texte.endswith((".", "!", "?", "…")) else f"{texte}."
