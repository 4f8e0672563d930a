"""Fiche 2 in tables: occupancy, and the children with AEEH, by dispositif."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre
from ctglib.rapport.tableaux.annees import ENSEMBLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import IndicateursLoisirs

TIRET = "–"
UNE_FOIS = (
    "Un enfant inscrit dans plusieurs accueils compte une fois dans l'ensemble : les lignes ne s'additionnent pas."
)


def tableau_occupation(table: pd.DataFrame, noms: IndicateursLoisirs, annee: int, contexte: Contexte) -> Tableau:
    """Return capacity, hours and rate of each dispositif; the whole is the quotient of the sums.

    Args:
        table: What ``ctglib.calculs.loisirs.occupation`` returns.
        noms: Which indicator is which.
        annee: Year.
        contexte: The words.
    """
    rate = f"{contexte.indicateurs[noms.occupation].libelle} (%)"
    columns = (
        Colonne("dispositif", "Dispositif"),
        Colonne("capacite", "Capacité déclarée", numerique=True),
        Colonne("offertes", "offertes", numerique=True, groupe="Heures d'accueil"),
        Colonne("realisees", "réalisées", numerique=True, groupe="Heures d'accueil"),
        Colonne("avant", str(annee - 1), numerique=True, groupe=rate),
        Colonne("taux", str(annee), numerique=True, groupe=rate),
    )
    read = (
        (noms.capacite, "capacite", "statut_capacite"),
        (noms.heures_offertes, "offertes", "statut_offertes"),
        (noms.heures, "realisees", "statut_realisees"),
        (noms.occupation, "taux_precedent", "statut_precedent"),
        (noms.occupation, "taux", "statut_taux"),
    )
    cells = [
        [row["libelle"] or ENSEMBLE, *(_valeur(row, *item, contexte) for item in read)]
        for row in table.to_dict("records")
    ]
    return Tableau(
        nom="loisirs-occupation",
        titre=f"Occupation des accueils, {contexte.territoire.nom}, {annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=table,
        source=contexte.source,
        notes=(
            "Taux : heures réalisées pour 100 heures offertes ; celui de l'ensemble est le quotient des sommes.",
            *legende(pd.concat([table[item[2]] for item in read]), contexte),
        ),
    )


def tableau_inclusion(table: pd.DataFrame, noms: IndicateursLoisirs, annee: int, contexte: Contexte) -> Tableau:
    """Return the children with AEEH of each dispositif and their hours; what is hidden is a word.

    Args:
        table: What ``ctglib.calculs.loisirs.inclusion`` returns.
        noms: Which indicator is which.
        annee: Year.
        contexte: The words.
    """
    children = "Enfants bénéficiaires de l'AEEH"
    columns = (
        Colonne("dispositif", "Dispositif"),
        Colonne("avant", str(annee - 1), numerique=True, groupe=children),
        Colonne("enfants", str(annee), numerique=True, groupe=children),
        Colonne("heures", f"Heures en {annee}", numerique=True),
        Colonne("moyenne", "Heures par enfant", numerique=True),
    )
    read = (
        (noms.aeeh, "enfants_precedent", "statut_precedent"),
        (noms.aeeh, "enfants", "statut_enfants"),
        (noms.heures_aeeh, "heures", "statut_heures"),
    )
    cells = [
        [row["libelle"] or ENSEMBLE, *(_valeur(row, *item, contexte) for item in read), _moyenne(row)]
        for row in table.to_dict("records")
    ]
    return Tableau(
        nom="loisirs-inclusion",
        titre=f"Enfants bénéficiaires de l'AEEH accueillis, {contexte.territoire.nom}, {annee - 1} et {annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=table,
        source=contexte.source,
        notes=(
            UNE_FOIS,
            *legende(pd.concat([table[item[2]] for item in read]), contexte),
        ),
    )


def _valeur(row: Mapping[str, object], indicateur: str, colonne: str, statut: str, contexte: Contexte) -> str:
    return marquer(contexte.valeur_nue(indicateur, row[colonne], row[statut]), row[statut])


def _moyenne(row: Mapping[str, object]) -> str:
    return TIRET if pd.isna(row["heures_par_enfant"]) else nombre(row["heures_par_enfant"])
