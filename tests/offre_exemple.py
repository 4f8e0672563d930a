"""Small tables of the offer, as its charts take them."""

from __future__ import annotations

import pandas as pd


def tableau_places(*rows: tuple) -> pd.DataFrame:
    """Return structures from (nom, type, gestion, places)."""
    table = pd.DataFrame(rows, columns=["nom", "libelle_type", "libelle_gestion", "places"])
    statuts = ["L" if pd.isna(value) else "A" for value in table["places"]]
    return table.assign(structure=table["nom"], type=table["libelle_type"], gestion="", statut=statuts)


def tableau_ages(*rows: tuple) -> pd.DataFrame:
    """Return structures from (nom, catégorie, âge minimal, âge maximal)."""
    table = pd.DataFrame(rows, columns=["nom", "libelle_categorie", "age_min", "age_max"])
    textes = [f"{low:g} à {high:g} ans" for low, high in zip(table["age_min"], table["age_max"], strict=True)]
    return table.assign(structure=table["nom"], type="t", libelle_type="Un type", categorie="c", texte=textes)


def tableau_tranches(*rows: tuple) -> pd.DataFrame:
    """Return counts from (âge minimal, âge maximal, effectif)."""
    table = pd.DataFrame(rows, columns=["age_min", "age_max", "effectif"])
    return table.assign(libelle=[f"Enfants de {low} à {high} ans" for low, high, _ in rows])


def tableau_semaine(*rows: tuple) -> pd.DataFrame:
    """Return openings from (nom, type, période, jours, début, fin), one row a day."""
    spread = [(nom, kind, periode, jour, start, end) for nom, kind, periode, days, start, end in rows for jour in days]
    table = pd.DataFrame(spread, columns=["nom", "libelle_type", "periode", "jour", "debut", "fin"])
    table = table.astype({"debut": "float64", "fin": "float64"})
    statuts = ["L" if pd.isna(value) else "A" for value in table["debut"]]
    return table.assign(lieu=table["nom"], type=table["libelle_type"], jours_supposes=False, statut=statuts, note="")
