"""Several files to one set of entries: what two of them say otherwise is a conflict, and none is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.entrees import Entree

if TYPE_CHECKING:
    from ctglib.donnees.fautes import Faute

Cle = tuple[str, tuple[str, ...]]


def fusionner(entrees: list[Entree]) -> tuple[dict[Cle, Entree], list[Faute]]:
    """Return one entry a row of the follow-up, and the conflicts: same row, same column, two contents.

    An empty cell contradicts nothing: one service may give the value, another the note.
    """
    merged: dict[Cle, Entree] = {}
    said: dict[tuple[Cle, str], Entree] = {}
    conflicts: list[Faute] = []
    for entry in entrees:
        key = (entry.table, entry.cle)
        for column, text in entry.valeurs.items():
            before = said.setdefault((key, column), entry)
            other = before.valeurs[column]
            if not other and text:
                said[key, column] = entry
            elif text and text != other:
                conflicts.append(_conflit(entry, before, column))
        first = merged.get(key)
        values = {**entry.valeurs, **{name: text for name, text in first.valeurs.items() if text}} if first else None
        merged[key] = Entree(entry.table, entry.cle, values, first.origine) if first else entry
    return merged, conflicts


def _conflit(entry: Entree, before: Entree, column: str) -> Faute:
    return entry.origine.faute(
        column,
        f"« {entry.valeurs[column][:80]} », alors que {before.origine} dit « {before.valeurs[column][:80]} »",
        "la même réponse dans tous les fichiers",
        "demander laquelle est juste, et corriger l'autre fichier ; rien n'est choisi à votre place",
    )
