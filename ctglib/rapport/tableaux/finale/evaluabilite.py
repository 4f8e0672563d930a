"""The table of what the convention made it possible to evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.finale.evaluabilite import CONVENTION, PROPOSITIONS
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, nombre
from ctglib.rapport.phrases.finale.cadre import sur

if TYPE_CHECKING:
    from ctglib.rapport.phrases.finale.cadre import Cadre

COLONNES = (
    Colonne("fiche", "Fiche"),
    Colonne("objectifs", "Objectifs couverts", numerique=True),
    Colonne("resultats", "Résultats couverts", numerique=True),
    Colonne("indicateurs", "Nombre", numerique=True, groupe="Indicateurs"),
    Colonne("definis", "Définition", numerique=True, groupe="Indicateurs"),
    Colonne("departs", "Départ", numerique=True, groupe="Indicateurs"),
    Colonne("cibles", "Cible", numerique=True, groupe="Indicateurs"),
    Colonne("donnees", "Données", numerique=True, groupe="Indicateurs"),
)
GROUPES = {
    CONVENTION: "Ce que la convention écrit",
    PROPOSITIONS: "Avec les indicateurs que le classeur propose",
}


def tableau_evaluabilite(evaluabilite: pd.DataFrame, cadre: Cadre) -> Tableau:
    """Return the counts by fiche and in all, for the text alone, then with the proposals.

    Args:
        evaluabilite: As ``ctglib.calculs.finale.evaluabilite`` returns it.
        cadre: The words.
    """
    cells = [
        [
            "Ensemble" if pd.isna(row.fiche) else f"Fiche{INSECABLE}{row.fiche}",
            sur(row.objectifs_couverts, row.objectifs),
            sur(row.resultats_couverts, row.resultats),
            nombre(row.indicateurs),
            *(sur(getattr(row, name), row.indicateurs) for name in ("definis", "departs", "cibles", "donnees")),
        ]
        for row in evaluabilite.itertuples()
    ]
    return Tableau(
        nom="evaluabilite",
        titre=f"Objectifs, résultats et indicateurs qui pouvaient être évalués, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=evaluabilite,
        source=f"{cadre.contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(evaluabilite["groupe"].map(GROUPES)),
        notes=tuple(cadre.mot(name) for name in ("objectif_mesurable", "definition", "cible", "donnees")),
    )
