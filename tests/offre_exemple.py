"""Small tables of ages, as their chart takes them."""

from __future__ import annotations

import pandas as pd


def tableau_ages(*rows: tuple) -> pd.DataFrame:
    """Return structures from (nom, catégorie, âge minimal, âge maximal)."""
    table = pd.DataFrame(rows, columns=["nom", "libelle_categorie", "age_min", "age_max"])
    textes = [
        f"{low:g} à {high:g} ans"
        for low, high in zip(table["age_min"], table["age_max"], strict=True)
    ]
    return table.assign(
        structure=table["nom"], type="t", libelle_type="Un type", categorie="c", texte=textes
    )


def tableau_tranches(*rows: tuple) -> pd.DataFrame:
    """Return counts from (âge minimal, âge maximal, effectif)."""
    table = pd.DataFrame(rows, columns=["age_min", "age_max", "effectif"])
    return table.assign(libelle=[f"Enfants de {low} à {high} ans" for low, high, _ in rows])
