"""The table of the radar: each axis, both values, the index, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre, nombre_court

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Radar

PLACES = {
    "haut": "fortement supérieur",
    "bas": "fortement inférieur",
    "proche": "entre les deux seuils",
    "absent": "sans indice",
}


def tableau_radar(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> Tableau:
    """Return the table of the indices, in the radar's order; the CSV carries them unrounded."""
    columns = (
        Colonne("axe", "Axe"),
        Colonne("annee", "Année", numerique=True),
        Colonne("territoire", contexte.territoire.nom, numerique=True, groupe="Valeur"),
        Colonne("reference", contexte.reference.nom, numerique=True, groupe="Valeur"),
        Colonne("indice", "Indice", numerique=True),
        Colonne("place", "Place"),
    )
    cells = [_cellules(row, contexte) for _, row in indices.iterrows()]
    return Tableau(
        nom="radar",
        titre=_titre(indices, contexte),
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=indices,
        source=contexte.source,
        notes=_notes(radar, contexte),
    )


def _cellules(row: pd.Series, contexte: Contexte) -> list[str]:
    identifiant = row["indicateur"]
    return [
        row["libelle"],
        "" if pd.isna(row["annee"]) else str(row["annee"]),
        contexte.valeur(identifiant, row["valeur"], row["statut"]),
        contexte.valeur(identifiant, row["valeur_reference"], row["statut_reference"]),
        "–" if pd.isna(row["indice"]) else nombre(row["indice"], DECIMALES_INDICE),
        PLACES[row["niveau"]],
    ]


def _titre(indices: pd.DataFrame, contexte: Contexte) -> str:
    years = sorted({str(annee) for annee in indices["annee"].dropna()})
    period = f", {years[0]}" if len(years) == 1 else f", {years[0]}-{years[-1]}" if years else ""
    names = f"{contexte.territoire.nom} et {contexte.reference.nom}"
    return f"Indices de vulnérabilité (hypothèse de travail), {names}{period}"


def _notes(radar: Radar, contexte: Contexte) -> tuple[str, ...]:
    low, high = nombre_court(radar.seuil_bas), nombre_court(radar.seuil_haut)
    reference = f"{contexte.reference.nom} = {nombre_court(100)}"
    return (f"Indice : {reference}. Fortement supérieur : {high} ou plus ; fortement inférieur : {low} ou moins.",)
