"""Corrections of one cell of the demonstration's follow-up, and the fiches that each reaches."""

from __future__ import annotations

import csv
from pathlib import Path

NOM = "demonstration"
SUIVI = f"conventions/{NOM}/suivi"
FICHES = (1, 2, 3, 4, 5)
CHANGEMENTS = {
    "une observation": (
        ("2026/observations.csv", "valeur", "61"),
        {"indicateur": "am_agreees"},
        {1},
    ),
    "une observation d'une année passée": (
        ("2024/observations.csv", "valeur", "47"),
        {"indicateur": "am_agreees"},
        {1},
    ),
    "une note": (
        ("2026/observations.csv", "note", "relu"),
        {"indicateur": "frequentation_jeunes"},
        {2},
    ),
    "un état": (("2026/actions.csv", "commentaire", "relu"), {"fiche": "3"}, {3}),
    "un profil": (("2026/profils.csv", "effectif", "52"), {"dispositif": "caj"}, set(FICHES)),
    "des moyens": (("2026/moyens.csv", "note", "relu"), {}, set(FICHES)),
}


def changer(donnees: Path, relatif: str, colonne: str, valeur: str, **ou: str) -> None:
    """Write a value in the first row of a file whose columns are these."""
    path = donnees / SUIVI / relatif
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(
        row
        for row in rows
        if all(row[name] == value for name, value in ou.items()) and row[colonne] != valeur
    )
    row[colonne] = valeur
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
