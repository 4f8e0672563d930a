"""Radar of the indices: the territory's polygon, the circle of the reference at 100, the two thresholds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from math import cos, inf, pi, sin
from typing import TYPE_CHECKING

from ctglib.graphiques import indices as indices_communs
from ctglib.graphiques.etiquettes import Etiquette, ecarter, etiquette
from ctglib.graphiques.indices import BASE, Axes, axes, indice, seuil
from ctglib.graphiques.rangees import poser_note

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.graphiques.planche import Planche

RAYON = 132.0
PLACE_DES_NUMEROS = 22.0
ECART_DU_TEXTE = 9.0
MARGE = 4.0
ECHANTILLON = 20.0


@dataclass(frozen=True)
class Rose:
    """Where the axes are: they share the turn, the first one upwards, then clockwise."""

    axes: Axes
    centre: tuple[float, float]
    rayon: float

    def direction(self, rang: float) -> tuple[float, float]:
        """Return the direction of an axis; a half rank is between two axes."""
        angle = 2 * pi * rang / len(self.axes.rows) - pi / 2
        return cos(angle), sin(angle)

    def point(self, rang: float, valeur: float) -> tuple[float, float]:
        """Return the place of an index on an axis."""
        dx, dy = self.direction(rang)
        return self.centre[0] + self.longueur(valeur) * dx, self.centre[1] + self.longueur(valeur) * dy

    def longueur(self, valeur: float) -> float:
        """Return the distance of an index from the centre: zero is at the centre."""
        return self.rayon * self.axes.place(valeur) / self.axes.maximum


def radar(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the radar of the indices; a narrow drawing numbers its axes and lists their names under it.

    Args:
        indices: Rows of ``ctglib.calculs.radar.indices``, in the order of the axes.
        radar: The thresholds.
        contexte: The words, the two territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    found = axes(indices, radar, contexte)
    return indices_communs.figure(found, lambda planche: _dessiner(planche, found), "Radar", nom=nom, titre=titre)


def _dessiner(planche: Planche, axes: Axes) -> float:
    radius = planche.largeur / 2 - PLACE_DES_NUMEROS if planche.etroite else RAYON
    rose = Rose(axes, (planche.largeur / 2, 0.0), radius)
    labels = _numeros(planche, rose) if planche.etroite else _libelles(planche, rose)
    top = min([-radius, *(label.haut for label in labels)])
    rose = replace(rose, centre=(planche.largeur / 2, MARGE - top))
    _fond(planche, rose)
    _polygone(planche, rose)
    _reperes(planche, rose)
    for label in labels:
        label.poser(planche, MARGE - top)
    bottom = MARGE - top + max([radius, *(label.bas for label in labels)])
    bottom = _legende(planche, axes, bottom + planche.interligne)
    if planche.etroite:
        bottom = _liste(planche, axes, bottom + MARGE)
    scale = f"Les rayons vont de {indice(0)}, au centre, à {indice(axes.maximum)}, au bord."
    return poser_note(planche, 0, bottom + MARGE, " ".join([scale, axes.hors_echelle(), axes.sans_indice()]))


def _libelles(planche: Planche, rose: Rose) -> list[Etiquette]:
    """Return the names of the axes and their indices around the circle, none over another."""
    found = []
    for rank, row in enumerate(rose.axes.rows.itertuples()):
        place = (rose.direction(rank), rose.centre[0], rose.rayon + ECART_DU_TEXTE)
        found.append(etiquette(planche, place, f"{rank + 1}. {row.libelle}", *_valeur(planche, row)))
    return ecarter(found, planche)


def _valeur(planche: Planche, row: object) -> tuple[str, str]:
    """Return what is written for an index, and its colour."""
    if row.niveau == "absent":
        return "sans indice", planche.couleurs.absence
    return row.texte, planche.couleurs.territoire


def _numeros(planche: Planche, rose: Rose) -> list[Etiquette]:
    found = []
    for rank in range(len(rose.axes.rows)):
        dx, dy = rose.direction(rank)
        reach = rose.rayon + ECART_DU_TEXTE + 2
        found.append(
            Etiquette(
                rose.centre[0] + reach * dx,
                reach * dy,
                "center",
                lignes=(),
                valeur=str(rank + 1),
                couleur=planche.couleurs.texte,
                interligne=planche.interligne,
            )
        )
    return found


def _fond(planche: Planche, rose: Rose) -> None:
    """Put the territory's surface in its lightest shade, then the axes and the outer circle."""
    for run in _suites(rose.axes):
        points = [_sommet(rose, rank) for rank in run]
        planche.polygone([rose.centre, *points], planche.degrade("territoire")[-1])
    for rank in range(len(rose.axes.rows)):
        planche.trait([rose.centre, rose.point(rank, rose.axes.maximum)], planche.couleurs.filet, 0.5)
    planche.cercle(rose.centre, rose.rayon, planche.couleurs.filet, 0.5)


def _polygone(planche: Planche, rose: Rose) -> None:
    """Put the polygon, open on both sides of an axis without an index, and a mark on every axis that has one."""
    colour, thresholds = planche.couleurs.territoire, (rose.axes.radar.seuil_bas, rose.axes.radar.seuil_haut)
    for value in thresholds:
        planche.cercle(rose.centre, rose.longueur(value), planche.couleurs.secondaire, 0.9, "tirets")
    planche.cercle(rose.centre, rose.longueur(BASE), planche.couleurs.reference, 1.2)
    for run in _suites(rose.axes):
        if len(run) > 1:
            planche.trait([_sommet(rose, rank) for rank in run], colour, 1.6)
    for row in rose.axes.presents.itertuples():
        x, y = _sommet(rose, row.Index)
        if rose.axes.place(row.indice) == row.indice:
            planche.marque(x, y, "disque", colour)
        else:
            planche.fleche(x, y, rose.direction(row.Index), colour)


def _sommet(rose: Rose, rang: int) -> tuple[float, float]:
    return rose.point(rang, rose.axes.rows["indice"].iloc[rang])


def _suites(axes: Axes) -> list[list[int]]:
    """Return the ranks of neighbouring axes that have an index, all round and back when every axis has one."""
    present = [level != "absent" for level in axes.rows["niveau"]]
    count = len(present)
    if all(present):
        return [[*range(count), 0]]
    turn = [(present.index(False) + step) % count for step in range(count)]
    return [list(run) for has_index, run in groupby(turn, key=present.__getitem__) if has_index]


def _reperes(planche: Planche, rose: Rose) -> None:
    """Put the value of each circle on it, where the polygon is farthest and no other value is near."""
    colours, taken, count = planche.couleurs, [], len(rose.axes.rows)
    for value, colour in (
        (BASE, colours.reference),
        (rose.axes.radar.seuil_bas, colours.secondaire),
        (rose.axes.radar.seuil_haut, colours.secondaire),
    ):
        near = {(other + step) % count for other in taken for step in (-1, 0, 1)}
        free = [rank for rank in range(count) if rank not in near] or [r for r in range(count) if r not in taken]
        chosen = max(free, key=lambda rank: _eloignement(rose, rank, value))
        taken.append(chosen)
        x, y = rose.point(chosen + 0.5, value)
        planche.texte(x, y, seuil(value), ancre="center", couleur=colour, gras=value == BASE, fond=True)


def _eloignement(rose: Rose, rang: int, valeur: float) -> float:
    """Return how far the polygon passes from a circle, halfway between an axis and the next one; or a lone mark."""
    count = len(rose.axes.rows)
    lengths = [rose.longueur(rose.axes.rows["indice"].iloc[rank % count]) for rank in (rang, rang + 1)]
    alone = [length for length in lengths if length == length]
    if len(alone) < len(lengths):
        return min((abs(length - rose.longueur(valeur)) for length in alone), default=inf)
    total = sum(lengths)
    crossing = 2 * lengths[0] * lengths[1] * cos(pi / count) / total if total else 0.0
    return abs(crossing - rose.longueur(valeur))


def _legende(planche: Planche, axes: Axes, haut: float) -> float:
    """Put a sample of each line before its name, on as many lines as it takes, and return the bottom."""
    colours, thresholds = planche.couleurs, (axes.radar.seuil_bas, axes.radar.seuil_haut)
    x, y = 0.0, haut
    for name, colour, width, style in (
        (axes.contexte.territoire.nom, colours.territoire, 1.6, "plein"),
        (axes.reference, colours.reference, 1.2, "plein"),
        (f"Seuils : {' et '.join(seuil(value) for value in thresholds)}", colours.secondaire, 0.9, "tirets"),
    ):
        (text,) = planche.couper(name, planche.largeur - ECHANTILLON - MARGE, 1, gras=True)
        end = x + ECHANTILLON + MARGE + planche.mesurer(text, gras=True)
        if end > planche.largeur:
            x, y, end = 0.0, y + planche.interligne, end - x
        planche.trait([(x, y), (x + ECHANTILLON, y)], colour, width, style)
        if colour == colours.territoire:
            planche.marque(x + ECHANTILLON / 2, y, "disque", colour)
        planche.texte(x + ECHANTILLON + MARGE, y, text, couleur=colour, gras=True)
        x = end + 3 * MARGE
    return y + planche.interligne / 2


def _liste(planche: Planche, axes: Axes, haut: float) -> float:
    """Put the names behind the numbers, with their indices at the right, and return the bottom."""
    rows = list(axes.rows.itertuples())
    left = planche.mesurer(f"{len(rows)}.", gras=True) + MARGE
    right = max(planche.mesurer(_valeur(planche, row)[0], gras=True) for row in rows) + 2 * MARGE
    y = haut
    for rank, row in enumerate(rows, start=1):
        lines = planche.couper(row.libelle, planche.largeur - left - right, 3)
        height = len(lines) * planche.interligne
        first = y + planche.interligne / 2
        planche.texte(left - MARGE, first, f"{rank}.", ancre="right", gras=True)
        planche.paragraphe(left, y + height / 2, lines)
        value, colour = _valeur(planche, row)
        planche.texte(planche.largeur, first, value, ancre="right", gras=True, couleur=colour)
        y += height + 1.5
    return y
