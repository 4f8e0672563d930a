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

APPELS = {"complement_100": " (c)", "inverse": " (i)"}
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
        notes=_notes(indices, radar, contexte),
    )


def _cellules(row: pd.Series, contexte: Contexte) -> list[str]:
    identifiant = row["indicateur"]
    provisional = " (p)" if "P" in (row["statut"], row["statut_reference"]) else ""
    return [
        row["libelle"] + APPELS.get(row["transformation"], "") + provisional,
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


def _notes(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> tuple[str, ...]:
    low, high = nombre_court(radar.seuil_bas), nombre_court(radar.seuil_haut)
    reference = f"{contexte.reference.nom} = {nombre_court(100)}"
    notes = [f"Indice : {reference}. Fortement supérieur : {high} ou plus ; fortement inférieur : {low} ou moins."]
    if (indices["transformation"] == "complement_100").any():
        notes.append(f"(c) Complément à {nombre_court(100)} de la part que donne l'étude.")
    if (indices["transformation"] == "inverse").any():
        notes.append("(i) Indice lu à l'envers : référence / valeur.")
    if indices[["statut", "statut_reference"]].isin(["P"]).to_numpy().any():
        notes.append(f"(p) {contexte.statuts['P'].libelle}.")
    return tuple(notes)
