"""The table of what the convention does not say of its offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.manques import ABSENT
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import majuscule, minuscule
from ctglib.rapport.phrases.caracteristiques import intitule

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte

COLONNES = (
    Colonne("nom", "Structure"),
    Colonne("manque", "Ce que la convention ne dit pas"),
    Colonne("reference", "Place dans la convention"),
)
APPEL = " (a)"
NOTE = "(a) Le texte n'en parle pas ; le classeur d'évaluation l'attend d'une structure de ce type."


def tableau_manques(manques: pd.DataFrame, contexte: Contexte) -> Tableau:
    """Return one row a structure with all that is not said of it; the CSV has one row a characteristic.

    What the text does not even name, while the catalogue expects it of that kind, is marked and explained in a note.
    """
    cells = [_cellules(rows) for _, rows in manques.groupby("structure", sort=False)]
    expected = (manques["origine"] == ABSENT).any()
    return Tableau(
        nom="offre-manques",
        titre=f"Ce que la convention ne dit pas de l'offre, par structure, {contexte.territoire.nom}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=manques,
        source=contexte.source,
        notes=(NOTE,) if expected else (),
    )


def _cellules(rows: pd.DataFrame) -> tuple[str, ...]:
    first = rows.iloc[0]
    told = [row.libelle + (APPEL if row.origine == ABSENT else "") for row in rows.itertuples()]
    listed = ", ".join([told[0], *(minuscule(text) for text in told[1:])])
    return intitule(first["nom"], first["libelle_type"]), listed, majuscule(" ; ".join(rows["reference"].unique()))
