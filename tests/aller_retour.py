"""The workbooks of a whole year: asked for, filled and sent back as services do, from a table of
what each writes.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import yaml
from classeur_rempli import cellule
from ligne_de_commande import reussir
from lxml import html
from openpyxl import load_workbook

CONVENTION = "harnes"
ANNEE = 2024
CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "aller_retour.yaml").read_text(encoding="utf-8")
)
ESPACES = {0x202F: " ", 0xA0: " "}


def remplir(dossier: Path) -> list[Path]:
    """Ask for the workbook of each service in a folder, fill it from the table, and return their
    paths.
    """
    paths = []
    for service in dict.fromkeys(case["service"] for case in CAS):
        reussir("gabarit", str(ANNEE), "-c", CONVENTION, "-r", service, dossier=dossier)
        path = dossier / f"ctg-{CONVENTION}-{ANNEE}-{service}.xlsx"
        wb = load_workbook(path)
        for case in (case for case in CAS if case["service"] == service):
            row = tuple(case["ligne"]) if isinstance(case["ligne"], list) else case["ligne"]
            for title, value in case["valeurs"].items():
                cellule(wb, case["feuille"], row, title).value = _valeur(value)
        wb.save(path)
        paths.append(path)
    return paths


def _valeur(ecrite: object) -> object:
    return date.fromisoformat(ecrite["date"]) if isinstance(ecrite, dict) else ecrite


def nom(case: dict) -> str:
    """Return how a case is called in a test report."""
    row = (
        case["ligne"] if isinstance(case["ligne"], str) else " / ".join(filter(None, case["ligne"]))
    )
    return f"{case['service']}, {case['feuille']}, {row}"


def lignes(chemin: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV, every cell as text."""
    with chemin.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def textes(page: Path, dans: str = "") -> list[str]:
    """Return the rows of the tables of a page that hold a text, or the whole page; spaces are plain
    ones.
    """
    root = html.fromstring(page.read_bytes().decode("utf-8"))
    if not dans:
        return [root.text_content().translate(ESPACES)]
    rows = (
        " | ".join(cell.text_content() for cell in row).translate(ESPACES)
        for row in root.iter("tr")
    )
    return [row for row in rows if dans in row]
