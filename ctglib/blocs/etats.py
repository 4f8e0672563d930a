"""The states of the modalités: when each is due, where it stands, and what was told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.contrat import calendrier
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import date_longue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ctglib.document.contexte import Contexte

EN_MARCHE, REPORTEE, REALISEE = ("en_cours", "partielle"), "reportee", "realisee"


def tableau_etats(etats: pd.DataFrame, contexte: Contexte, *, titre: str, aujourd_hui: date) -> Tableau:
    """Return one row a modalité of a fiche: the word of its state, its dates, what was done, why not, the proof.

    Args:
        etats: Its rows of ``ctglib.calculs.etats``.
        contexte: The source.
        titre: Caption.
        aujourd_hui: Date of the bilan: an end after it is a date set, not an end.
    """
    return Tableau.de(
        etats,
        [
            Colonne("intitule", "Modalité", ecrire=lambda row: f"{row.modalite} {row.libelle}"),
            Colonne("calendrier", "Prévue", ecrire=calendrier),
            Colonne("mot", "État"),
            Colonne(
                "precision", "Ce qui en est dit", ecrire=lambda row: " ".join(_precisions(row, aujourd_hui)) or RIEN
            ),
        ],
        nom="actions",
        titre=titre,
        source=contexte.source,
        classe="texte-long",
    )


def _precisions(row: object, aujourd_hui: date) -> Iterator[str]:
    """Yield what was told, one sentence each; nothing is added to it."""
    yield from _dates(row, aujourd_hui)
    if row.commentaire:
        yield _phrase(row.commentaire)
    if row.motif:
        yield _phrase(f"Motif : {row.motif}")
    if row.preuve:
        yield _phrase(f"Trace : {row.preuve}")
    if row.responsable:
        yield _phrase(f"Responsable : {row.responsable}")


def _dates(row: object, aujourd_hui: date) -> Iterator[str]:
    """Yield when it began, then when it ended or is now to end."""
    start, end = (None if pd.isna(instant) else instant.date() for instant in (row.debut_reel, row.fin))
    if start and end and end <= aujourd_hui:
        yield f"Le {date_longue(start)}." if start == end else f"Du {date_longue(start)} au {date_longue(end)}."
        return
    if start:
        yield f"{'Depuis' if row.statut in EN_MARCHE else 'Commencée'} le {date_longue(start)}."
    if end and end > aujourd_hui:
        yield f"{'Nouvelle date' if row.statut == REPORTEE else 'Fin prévue'} : {date_longue(end)}."
    elif end:
        yield f"{'Terminée' if row.statut == REALISEE else 'Arrêtée'} le {date_longue(end)}."


def _phrase(texte: str) -> str:
    return texte if texte.endswith((".", "!", "?", "…")) else f"{texte}."
