"""The table of what could be gathered: indicators informed, by fiche and by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.fiches import Responsable

COLONNES = (
    Colonne("nom", "Fiche ou service"),
    Colonne("attendus", "Attendus", numerique=True),
    Colonne("renseignes", "Renseignés", numerique=True),
    Colonne("provisoires", "dont provisoires", numerique=True),
    Colonne("non_transmis", "Non transmis", numerique=True),
    Colonne("non_disponibles", "Non disponibles", numerique=True),
    Colonne("taux", "Taux", numerique=True),
)
GROUPES = {"ensemble": "Toutes les fiches", "fiche": "Par fiche action", "responsable": "Par service qui saisit"}
COMPTES = ("attendus", "renseignes", "provisoires", "non_transmis", "non_disponibles")
NOTE = (
    "Un indicateur compte une fois, renseigné dès qu'une valeur l'est. Ne sont pas attendus : ce qui est sans objet, "
    "ce qui relève d'une fiche non commencée, ce que le classeur calcule."
)


def tableau_collecte(
    collecte: pd.DataFrame,
    convention: Convention,
    responsables: Mapping[str, Responsable],
    contexte: Contexte,
    *,
    annee: int,
) -> Tableau:
    """Return the counts and the rate in all, fiche by fiche, service by service.

    Args:
        collecte: As ``ctglib.calculs.evaluation.collecte.taux_de_collecte`` returns it.
        convention: Its fiches.
        responsables: The services by id.
        contexte: The source.
        annee: Year of the bilan.
    """
    names = {str(fiche.numero): f"Fiche {fiche.numero}. {fiche.titre}" for fiche in convention.fiches}
    names |= {name: item.libelle for name, item in responsables.items()} | {"": "Ensemble"}
    cells = [
        [
            names.get(row["valeur_groupe"], row["valeur_groupe"]),
            *(nombre(row[name]) for name in COMPTES),
            _taux(row["taux"]),
        ]
        for row in collecte.to_dict("records")
    ]
    return Tableau(
        nom="collecte",
        titre=f"Indicateurs renseignés, {contexte.territoire.nom}, {annee}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=collecte,
        source=contexte.source,
        groupes=tuple(collecte["groupe"].map(GROUPES)),
        notes=(NOTE,),
    )


def _taux(taux: float) -> str:
    return "sans objet" if pd.isna(taux) else pourcent(taux, 0)
