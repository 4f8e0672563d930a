"""The widths of the columns of a table on paper, from what they hold: no number, no short word is cut in its cell."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import TYPE_CHECKING

from ctglib.document.signes import largeur, montrable

if TYPE_CHECKING:
    from ctglib.document.tableau import Tableau

TAILLE = 8.5  # pt, of the text of a table
GRAS = "600"  # weight of its headers
LARGEUR = 481.9  # pt: A4 between margins of 20 mm
MARGES = 8.2  # pt: inside a cell, left and right
MOT_AU_PLUS = 110.0  # pt: a column need not be wider for one word, which is then cut with a hyphen
COLONNE_AU_MOINS = 18.0
ENTETE_AU_PLUS = 64.0


def largeurs(tableau: Tableau) -> list[float]:
    """Return the widths of the columns in points; they share the width of the page.

    Where there is room, texts stand on one line, headers on two, and texts take the rest. Else numbers take what they
    need, and so do the words of all columns; texts share what is left by the root of what they hold, and headers break
    at a hyphen too.
    """
    rows = [[montrable(value) for value in row] for row in tableau.lignes()]
    cells = [[largeur(row[rank], TAILLE) for row in rows] for rank in range(len(tableau.colonnes))]
    texts = [rank for rank, colonne in enumerate(tableau.colonnes) if not colonne.numerique]
    weights = {rank: math.sqrt(sum(cells[rank]) + 1) for rank in texts}
    needs = [_besoin(tableau, rows, cells, rank, serre=False) for rank in range(len(tableau.colonnes))]
    heads = [largeur(montrable(colonne.libelle), TAILLE, GRAS) / 2 + MARGES for colonne in tableau.colonnes]
    wanted = [max(needs[rank], heads[rank], *(width + MARGES for width in cells[rank])) for rank in range(len(needs))]
    spare = LARGEUR - sum(wanted)
    if spare >= 0 and texts:
        return [width + spare * weights.get(rank, 0) / sum(weights.values()) for rank, width in enumerate(wanted)]
    if sum(needs) > LARGEUR:
        needs = [_besoin(tableau, rows, cells, rank, serre=True) for rank in range(len(tableau.colonnes))]
    return _partager(needs, weights)


def _besoin(tableau: Tableau, lignes: list[list[str]], cellules: list[list[float]], rang: int, *, serre: bool) -> float:
    """Return the least width of a column: its longest word, or its longest number, and its header on three lines."""
    colonne = tableau.colonnes[rang]
    label = montrable(colonne.libelle)
    head = re.findall(r"[^ \n-]+-?", label) if serre else label.split(" ")
    words = chain.from_iterable(row[rang].split(" ") for row in lignes)
    longest = cellules[rang] if colonne.numerique else (min(largeur(word, TAILLE), MOT_AU_PLUS) for word in words)
    heads = (min(largeur(word, TAILLE, GRAS), MOT_AU_PLUS) for word in head)
    third = min(largeur(label, TAILLE, GRAS) / 3, ENTETE_AU_PLUS)
    shared = sum(other.groupe == colonne.groupe for other in tableau.colonnes)  # what its group's title is spread over
    over = (largeur(word, TAILLE, GRAS) / shared for word in montrable(colonne.groupe).split())
    return max(COLONNE_AU_MOINS, colonne.largeur, third, *longest, *heads, *over) + MARGES


def _partager(besoins: list[float], poids: dict[int, float]) -> list[float]:
    """Return the widths: texts share what numbers leave by their weights, and none has less than it needs."""
    widths, free = list(besoins), dict(poids)
    while free:
        left = LARGEUR - sum(width for rank, width in enumerate(widths) if rank not in free)
        shares = {rank: left * weight / sum(free.values()) for rank, weight in free.items()}
        short = [rank for rank, share in shares.items() if share < besoins[rank]]
        if not short:
            return [shares.get(rank, width) for rank, width in enumerate(widths)]
        for rank in short:
            del free[rank]
    return widths
