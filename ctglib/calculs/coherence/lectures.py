"""Damaged or misspelt places of the source: declared corrections, those that no longer serve, readings undeclared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import majuscule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import Correction


def corrections(contexte: Contexte) -> Iterator[Constat]:
    """Yield each declared correction with the number of rows that carry it; one that no row carries is obsolete."""
    for correction in contexte.entrees.corrections:
        rows = portees(correction, _table(correction.fichier, contexte))
        if rows == 0:
            yield _obsolete(correction, contexte)
            continue
        found = contexte.constat(
            "correction",
            correction.id,
            lieu=majuscule(correction.reference),
            objet=correction.objet,
            ecrit=correction.ecrit,
            calcule=f"lu : {correction.lu} ({rows} {'ligne' if rows == 1 else 'lignes'})",
        )
        yield replace(found, statut="corrige", motif=correction.raison)


def portees(correction: Correction, table: pd.DataFrame) -> int:
    """Return how many rows carry the mention of a correction, in any of their texts."""
    texts = table.select_dtypes(exclude="number")
    return int(texts.apply(lambda cell: cell.str.contains(correction.mention, regex=False)).any(axis=1).sum())


def lectures_non_declarees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the notes of the data that tell a reading which no correction declares."""
    words = contexte.regle("lecture_non_declaree").mots["note"]
    for name in ("annexe1.csv", "offre.csv"):
        declared = [item.mention for item in contexte.entrees.corrections if item.fichier == name]
        for note in dict.fromkeys(_table(name, contexte)["note"]):
            if any(word in note.lower() for word in words) and not any(mention in note for mention in declared):
                yield contexte.constat(
                    "lecture_non_declaree",
                    note,
                    lieu=f"Données, {name}",
                    objet=f"la note « {note} »",
                    ecrit=note,
                    calcule="aucune correction déclarée",
                )


def _obsolete(correction: Correction, contexte: Contexte) -> Constat:
    return contexte.constat(
        "correction_obsolete",
        correction.id,
        lieu=f"Données, {correction.fichier}",
        objet=correction.objet,
        ecrit=f"mention « {correction.mention} »",
        calcule="aucune ligne ne la porte",
    )


def _table(name: str, contexte: Contexte) -> pd.DataFrame:
    return {"annexe1.csv": contexte.entrees.annexe1, "offre.csv": contexte.entrees.offre}[name]
