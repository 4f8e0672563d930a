"""The table of what the convention leaves out, contradicts or leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import majuscule

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Convention

COLONNES = (
    Colonne("objet", "Objet"),
    Colonne("manque", "Ce qui manque ou reste ouvert"),
    Colonne("reference", "Place dans la convention"),
    Colonne("question", "Question à poser"),
)


def lacunes(convention: Convention, source: str) -> Tableau:
    """Return one row a gap, in the file's order, with the question to put to the parties.

    Args:
        convention: Its ``lacunes``.
        source: The document, as captions write it.
    """
    keys = [colonne.cle for colonne in COLONNES]
    rows = pd.DataFrame([[getattr(item, key) for key in keys] for item in convention.lacunes], columns=keys)
    cells = rows.assign(reference=[majuscule(reference) for reference in rows["reference"]])
    return Tableau(
        nom="lacunes",
        titre=f"Ce que la convention ne dit pas, et les questions à poser, {convention.titre}",
        colonnes=COLONNES,
        cellules=cells,
        donnees=rows.assign(id=[item.id for item in convention.lacunes])[["id", *keys]],
        source=source,
    )
