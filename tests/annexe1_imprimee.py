"""Annexe 1 as printed: the golden file keyed by hand, and the same tables read in the text of the
convention.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent
GOLDEN = TESTS / "golden" / "annexe1.csv"
TEXTE = TESTS.parents[1] / "shared" / "convention-harnes-2023-2026.txt"

DEBUT = "\n1. Données statistiques\n\n"
FIN = "\n2. Analyse du territoire\n"
TITRE = re.compile(r"^(1\.[1-5](?:\.[1-3])?)\.? [A-Z]")
FLECHES = "↑↓→ "


@dataclass(frozen=True)
class LigneImprimee:
    """A row of a table: the year and the cells of both territories, as the paper has them."""

    section: str
    indicateur: str
    annee: str
    harnes: str
    variation_harnes: str
    pas_de_calais: str
    variation_pas_de_calais: str

    @property
    def cellules(self) -> tuple[str, ...]:
        """The cells that are not blank, in order: a scan shifts columns, it does not swap them."""
        row = (
            self.annee,
            self.harnes,
            self.variation_harnes,
            self.pas_de_calais,
            self.variation_pas_de_calais,
        )
        return tuple(cell for cell in row if cell)

    def de(self, territoire: str) -> tuple[str, str]:
        """Return the value and the variation of a territory."""
        if territoire == "62413":
            return self.harnes, self.variation_harnes
        return self.pas_de_calais, self.variation_pas_de_calais


def lignes_imprimees() -> list[LigneImprimee]:
    """Return the golden rows, in the order of the convention."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return [LigneImprimee(**row) for row in csv.DictReader(file, delimiter=";")]


def lignes_du_texte(texte: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the section and the cells of each row of the tables of Annexe 1, labels and headers
    left out.
    """
    part = texte[texte.index(DEBUT) + len(DEBUT) : texte.index(FIN)]
    rows = []
    section = ""
    for line in part.splitlines():
        if title := TITRE.match(line):
            section = title.group(1)
        elif "\t" in line and "Harnes" not in line:
            cells = (cell.strip(FLECHES) for cell in line.split("\t")[1:])
            rows.append((section, tuple(cell for cell in cells if cell)))
    return rows


def nombre_imprime(cellule: str) -> float | None:
    """Return the number of a cell; a dash before € is zero, a blank or « N.C. » is nothing."""
    if cellule in ("", "N.C."):
        return None
    if cellule == "- €":
        return 0.0
    return float(re.sub(r"[\s%€+]", "", cellule).replace(",", "."))
