"""Days on a sheet: a scale of dates, its years, and the key of what is drawn on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ctglib.graphiques.groupes import ENTRE_VALEURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.graphiques.planche import Planche
    from ctglib.graphiques.rangees import Rangees

ENTRE_ENTREES = 14.0
APRES_LA_MARQUE = 5.0


@dataclass(frozen=True)
class Calendrier:
    """The days from ``debut`` (at ``gauche``) to ``fin`` excluded (at ``droite``), and the date looked at."""

    debut: date
    fin: date
    gauche: float
    droite: float
    aujourd_hui: date

    def x(self, jour: date) -> float:
        """Return where a day begins."""
        part = (jour - self.debut).days / (self.fin - self.debut).days
        return self.gauche + part * (self.droite - self.gauche)

    def annees(self) -> list[tuple[int, float, float]]:
        """Return each year with where it begins and ends on the sheet."""
        found = []
        for year in range(self.debut.year, self.fin.year + 1):
            start, end = max(date(year, 1, 1), self.debut), min(date(year + 1, 1, 1), self.fin)
            if start < end:
                found.append((year, self.x(start), self.x(end)))
        return found


def poser_annees(planche: Planche, calendrier: Calendrier, rangees: Rangees, marque: float) -> float:
    """Put a light rule at each new year and the years under the rows, and return the bottom of the axis.

    On a narrow sheet, where labels stand above the bars, the rules run behind the bars only. A year that would touch
    the one on its left is left out.
    """
    half = marque / 2 + 2
    spans = [(y - half, y + half) for y in rangees.centres] if planche.etroite else [(rangees.haut, rangees.bas + 3)]
    years = calendrier.annees()
    y, free = rangees.bas + 10, float("-inf")
    for x in [years[0][1], *(end for _, _, end in years)]:
        for top, bottom in spans:
            planche.trait([(x, top), (x, bottom)], planche.couleurs.filet, 0.5)
    for year, start, end in years:
        text = str(year)
        width = planche.mesurer(text)
        left = min(max((start + end - width) / 2, 0.0), planche.largeur - width)
        if left >= free:
            planche.texte(left, y, text, couleur=planche.couleurs.secondaire)
            free = left + width + ENTRE_VALEURS
    return y + 6


def poser_legende(planche: Planche, haut: float, entrees: Sequence[tuple[str, float, float, str]]) -> float:
    """Put the key, one entry after another and on a new line when it is full; return its bottom.

    Args:
        planche: The sheet.
        haut: Top of the key.
        entrees: Colour, width and height of each mark, and its words.
    """
    lead = planche.interligne
    x, y = 0.0, haut + lead / 2 + 3
    for couleur, width, height, words in entrees:
        room = planche.largeur - width - APRES_LA_MARQUE
        (line,) = planche.couper(words, room, 1)
        whole = width + APRES_LA_MARQUE + planche.mesurer(line)
        if x and x + whole > planche.largeur:
            x, y = 0.0, y + lead + 2
        planche.rectangle(x, y - height / 2, width, height, couleur=couleur)
        planche.texte(x + width + APRES_LA_MARQUE, y, line, couleur=planche.couleurs.secondaire)
        x += whole + ENTRE_ENTREES
    return y + lead / 2
