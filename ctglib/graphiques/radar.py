"""The radar's indices in two charts: the polygon around the circle at 100, and one row an axis, sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from math import cos, inf, pi, sin
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, ranger
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.etiquettes import Etiquette, radial_label, spread_around
from ctglib.graphiques.rangees import (
    LINE_OF_NAMES,
    SANS_ZERO,
    Cle,
    left_of_marks,
    put_axis,
    put_key,
    put_names,
    put_note,
    put_rows,
    write_over,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes as Plot

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

BASE = 100.0
CEILING = 2.0  # a drawing stops at so many times the high threshold, so that one index does not crush the others
GRADUATIONS = 8
BESIDE, UNDER_HEADER = 7.0, 10.0
RADIUS = 132.0
ROOM_OF_NUMBERS = 22.0
BEYOND_CIRCLE = 9.0
MARGIN = 4.0
SAMPLE = 20.0


@dataclass(frozen=True)
class Axes:
    """The axes of a radar, ready to be drawn.

    Args:
        rows: The rows of ``ctglib.calculs.radar.indices``, with ``texte`` (the index), ``ici`` and ``la`` (both values)
            and ``raison`` (why there is no index).
        radar: The thresholds.
        contexte: The words.
    """

    rows: pd.DataFrame
    radar: Radar
    contexte: Contexte

    @cached_property
    def present(self) -> pd.DataFrame:
        """Return the axes that have an index."""
        return self.rows[self.rows["niveau"] != "absent"]

    @cached_property
    def maximum(self) -> float:
        """Return the greatest index that a drawing shows at its place, a round number."""
        greatest = max([*self.present["indice"], self.radar.seuil_haut, BASE])
        step = round_step(greatest / GRADUATIONS)
        return min(-(-greatest // step) * step, CEILING * self.radar.seuil_haut)

    @cached_property
    def reference(self) -> str:
        """Return the name of the line or circle at 100."""
        return f"{self.contexte.reference.nom} = {indice(BASE)}"

    def shown(self, value: float) -> float:
        """Return the index where the drawing puts a value: its own, or the end of the scale."""
        return min(max(value, 0.0), self.maximum)

    def off_scale(self) -> str:
        """Return the sentence about the indices that do not fit, or "" when all do."""
        if all(self.shown(value) == value for value in self.present["indice"]):
            return ""
        end = indice(self.maximum)
        return f"Une flèche marque un indice hors de l'échelle, qui s'arrête à {end} : sa valeur est écrite."

    def without_index(self) -> str:
        """Return the axes without an index and why, as a sentence, or "" when all have one."""
        absent = self.rows[self.rows["niveau"] == "absent"]
        items = [f"{row.libelle} ({row.raison})" for row in absent.itertuples()]
        return f"Sans indice : {enumerer(items)}." if items else ""


def points_indices(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the dot plot of the indices, the highest first, doubtful ones last; axes without an index are named.

    Args:
        indices: Rows of ``ctglib.calculs.radar.indices``.
        radar: The thresholds.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    return _figure(indices, radar, contexte, "Points", _draw_points, nom=nom, titre=titre)


def radar(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the radar of the indices; a narrow drawing numbers its axes and lists their names under it.

    Args:
        indices: Rows of ``ctglib.calculs.radar.indices``, in the order of the axes.
        radar: The thresholds.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    return _figure(indices, radar, contexte, "Radar", _draw_radar, nom=nom, titre=titre, plots=0)


def _figure(
    indices: pd.DataFrame, radar: Radar, contexte: Contexte, form: str,
    draw: Callable[[Planche, Axes], float], *, nom: str, titre: str, plots: int = 1,
) -> Figure:  # fmt: skip
    rows = list(indices.itertuples())
    own = [contexte.valeur(row.indicateur, row.valeur, row.statut) or "valeur absente" for row in rows]
    other = [contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference) or "valeur absente"
             for row in rows]  # fmt: skip
    words = indices.reset_index(drop=True).assign(
        texte=[indice(row.indice) if row.niveau != "absent" else "–" for row in rows],
        ici=own,
        la=other,
        raison=[_reason(*item, contexte) for item in zip(rows, own, other, strict=True)],
    )
    axes = Axes(words, radar, contexte)
    return assemble(
        contexte, lambda planche: draw(planche, axes), nom=nom, titre=titre, alt=_alt(axes, form),
        lecture=_lecture(axes), chiffres=_chiffres(axes), plots=plots,
    )  # fmt: skip


def indice(valeur: float) -> str:
    """Return an index as it is printed."""
    return nombre(valeur, DECIMALES_INDICE)


def seuil(valeur: float) -> str:
    """Return a threshold with the decimals it needs."""
    return nombre(valeur, 0 if valeur == int(valeur) else 1)


def _reason(row: object, ici: str, la: str, contexte: Contexte) -> str:
    """Return why an axis has no index, or "" when it has one."""
    if row.niveau != "absent":
        return ""
    if pd.isna(row.valeur):
        return f"{ici} {contexte.territoire.a}"
    if pd.isna(row.valeur_reference):
        return f"{la} {contexte.reference.a}"
    return "valeur nulle" if 0 in (row.valeur, row.valeur_reference) else "années différentes"


def _alt(axes: Axes, form: str) -> str:
    low, high = seuil(axes.radar.seuil_bas), seuil(axes.radar.seuil_haut)
    parts = []
    for niveau, words in (("haut", f"Au seuil haut ({high}) ou au-delà"), ("bas", f"Au seuil bas ({low}) ou en deçà"),
                          ("proche", "Entre les deux")):  # fmt: skip
        kept = ranger(axes.present[axes.present["niveau"] == niveau])
        items = [f"« {row.libelle} » {row.texte}" for row in kept.itertuples()]
        parts += [f"{words} : {', '.join(items)}."] if items else []
    opening = f"{form}, {len(axes.rows)} axes, {axes.contexte.territoire.nom}, {axes.reference}."
    return " ".join(part for part in (opening, *parts, axes.without_index()) if part)


def _lecture(axes: Axes) -> str:
    if axes.present.empty:
        return axes.without_index()
    row = ranger(axes.present).iloc[0]
    here, there = axes.contexte.territoire, axes.contexte.reference
    return (
        f"en {int(row['annee'])}, « {row['libelle']} » : {row['ici']} {here.a}, {row['la']} {there.a}, "
        f"soit un indice de {row['texte']} ({axes.reference})."
    )


def _chiffres(axes: Axes) -> Chiffres:
    columns = (
        Colonne("axe", "Axe"),
        Colonne("annee", "Année", numerique=True),
        Colonne("ici", axes.contexte.territoire.nom, numerique=True),
        Colonne("la", axes.contexte.reference.nom, numerique=True),
        Colonne("texte", f"Indice ({axes.reference})", numerique=True),
    )
    rows = axes.rows
    cells = rows.assign(
        axe=[f"{rank}. {libelle}" for rank, libelle in enumerate(rows["libelle"], start=1)],
        annee=["–" if pd.isna(annee) else str(int(annee)) for annee in rows["annee"]],
    )
    return Chiffres(
        columns, cells[[column.cle for column in columns]], rows.drop(columns=["texte", "ici", "la", "raison"])
    )


# The dot plot.


def _draw_points(planche: Planche, axes: Axes) -> float:
    rows = ranger(axes.present)
    bottom = _put_points(planche, axes, rows) if len(rows) else 0.0
    for remark in (axes.off_scale(), axes.without_index()):
        if remark:
            bottom = put_note(planche, left_of_marks(planche), bottom, remark)
    return bottom


def _put_points(planche: Planche, axes: Axes, rows: pd.DataFrame) -> float:
    top, colours = LINE_OF_NAMES + planche.leading + UNDER_HEADER, planche.couleurs
    rangees = put_rows(planche, list(rows["libelle"]), top)
    margin = max(planche.measure(text, bold=True) for text in rows["texte"]) + BESIDE
    shown = rows["indice"].map(axes.shown)
    values = [*shown, axes.radar.seuil_bas, axes.radar.seuil_haut, BASE]
    scale = echelle(values, rangees.left + margin, planche.width - margin)
    plot = planche.across(scale)
    bottom = put_axis(planche, plot, scale, top - 2, rangees.bottom)
    _put_lines(planche, axes, plot, scale, (top - 2, rangees.bottom + 3))
    sides = [1 if value >= BASE else -1 for value in rows["indice"]]
    plot.hlines(rangees.middles, BASE, shown, colors=colours.filet, linewidth=2.4)
    inside = [rank for rank, value in enumerate(rows["indice"]) if axes.shown(value) == value]
    planche.marks(plot, shown.iloc[inside], [rangees.middles[rank] for rank in inside], colours.territoire)
    for rank, (y, row, side) in enumerate(zip(rangees.middles, rows.itertuples(), sides, strict=True)):
        x = scale.place(axes.shown(row.indice))
        if rank not in inside:
            planche.arrow(x, y, (side, 0), colours.territoire)
        planche.write(x + side * BESIDE, y, row.texte, ha="left" if side > 0 else "right", bold=True, hide=True,
                      color=colours.territoire)  # fmt: skip
    on_zero = scale.low <= 0 <= scale.high
    return bottom if on_zero else put_note(planche, rangees.left, bottom, SANS_ZERO)


def _put_lines(planche: Planche, axes: Axes, plot: Plot, scale: Echelle, heights: tuple[float, float]) -> None:
    """Put the line of the reference and those of the thresholds, with their names on two lines above."""
    from ctglib.graphiques.planche import DASHES

    colours, radar = planche.couleurs, axes.radar
    plot.vlines([radar.seuil_bas, radar.seuil_haut], *heights, colors=colours.secondaire, linewidth=0.9,
                linestyle=DASHES["tirets"])  # fmt: skip
    plot.vlines(BASE, *heights, colors=colours.reference, linewidth=1.2)
    names = [(scale.place(value), f"{name} : {seuil(value)}", colours.secondaire)
             for name, value in (("Seuil bas", radar.seuil_bas), ("Seuil haut", radar.seuil_haut))]  # fmt: skip
    put_names(planche, LINE_OF_NAMES, names)
    write_over(planche, scale.place(BASE), LINE_OF_NAMES + planche.leading, axes.reference, color=colours.reference,
               bold=True)  # fmt: skip


# The radar.


@dataclass(frozen=True)
class Rose:
    """Where the axes are: they share the turn, the first one upwards, then clockwise."""

    axes: Axes
    centre: tuple[float, float]
    radius: float

    def direction(self, rank: float) -> tuple[float, float]:
        """Return the direction of an axis; a half rank is between two axes."""
        angle = 2 * pi * rank / len(self.axes.rows) - pi / 2
        return cos(angle), sin(angle)

    def length(self, value: float) -> float:
        """Return the distance of an index from the centre: zero is at the centre."""
        return self.radius * self.axes.shown(value) / self.axes.maximum

    def point(self, rank: float, value: float) -> tuple[float, float]:
        """Return the place of an index on an axis."""
        dx, dy = self.direction(rank)
        return self.centre[0] + self.length(value) * dx, self.centre[1] + self.length(value) * dy

    def end(self, rank: int) -> tuple[float, float]:
        """Return the place of an axis's own index."""
        return self.point(rank, self.axes.rows["indice"].iloc[rank])

    def runs(self) -> list[list[int]]:
        """Return the ranks of neighbouring axes that have an index, all round and back when every axis has one."""
        present = [level != "absent" for level in self.axes.rows["niveau"]]
        count = len(present)
        if all(present):
            return [[*range(count), 0]]
        turn = [(present.index(False) + step) % count for step in range(count)]
        return [list(run) for has_index, run in groupby(turn, key=present.__getitem__) if has_index]


def _draw_radar(planche: Planche, axes: Axes) -> float:
    radius = planche.width / 2 - ROOM_OF_NUMBERS if planche.narrow else RADIUS
    rose = Rose(axes, (planche.width / 2, 0.0), radius)
    labels = _labels(planche, rose)
    top = min([-radius, *(label.top for label in labels)])
    rose = replace(rose, centre=(planche.width / 2, MARGIN - top))
    _put_rose(planche, rose)
    _put_values(planche, rose)
    for label in labels:
        label.write(planche, MARGIN - top)
    bottom = MARGIN - top + max([radius, *(label.bottom for label in labels)])
    bottom = put_key(planche, bottom + planche.leading / 2, _key(planche, axes))
    if planche.narrow:
        bottom = _put_list(planche, axes, bottom + MARGIN)
    scale = f"Les rayons vont de {indice(0)}, au centre, à {indice(axes.maximum)}, au bord."
    return put_note(planche, 0, bottom + MARGIN, " ".join([scale, axes.off_scale(), axes.without_index()]))


def _labels(planche: Planche, rose: Rose) -> list[Etiquette]:
    """Return the names of the axes and their indices around the circle, none over another; numbers when narrow."""
    found = []
    for rank, row in enumerate(rose.axes.rows.itertuples()):
        (dx, dy), reach = rose.direction(rank), rose.radius + BEYOND_CIRCLE
        if planche.narrow:
            x, y = rose.centre[0] + (reach + 2) * dx, (reach + 2) * dy
            found.append(Etiquette(x, y, "center", (), str(rank + 1), planche.couleurs.texte, planche.leading))
        else:
            found.append(radial_label(planche, (dx, dy), reach, f"{rank + 1}. {row.libelle}", *_value(planche, row)))
    return found if planche.narrow else spread_around(found, planche)


def _value(planche: Planche, row: object) -> tuple[str, str]:
    """Return what is written for an index, and its colour."""
    if row.niveau == "absent":
        return "sans indice", planche.couleurs.absence
    return row.texte, planche.couleurs.territoire


def _put_rose(planche: Planche, rose: Rose) -> None:
    """Put the surface, the axes, the circles, then the polygon, open at an axis without an index, and its marks."""
    colours, radar = planche.couleurs, rose.axes.radar
    for run in rose.runs():
        planche.polygon([rose.centre, *(rose.end(rank) for rank in run)], planche.shade(-1))
    ends = [rose.point(rank, rose.axes.maximum) for rank in range(len(rose.axes.rows))]
    planche.rule([place for end in ends for place in (rose.centre, end)], colours.filet, 0.5)
    planche.circle(rose.centre, rose.radius, colours.filet, 0.5)
    for value in (radar.seuil_bas, radar.seuil_haut):
        planche.circle(rose.centre, rose.length(value), colours.secondaire, 0.9, "tirets")
    planche.circle(rose.centre, rose.length(BASE), colours.reference, 1.2)
    for run in rose.runs():
        if len(run) > 1:
            planche.rule([rose.end(rank) for rank in run], colours.territoire, 1.6)
    inside = []
    for row in rose.axes.present.itertuples():
        if rose.axes.shown(row.indice) == row.indice:
            inside.append(rose.end(row.Index))
        else:
            planche.arrow(*rose.end(row.Index), rose.direction(row.Index), colours.territoire)
    planche.marks(planche.axes, [x for x, _ in inside], [y for _, y in inside], colours.territoire)


def _put_values(planche: Planche, rose: Rose) -> None:
    """Write the value of each circle on it, where the polygon is farthest and no other value is near."""
    colours, radar, taken, count = planche.couleurs, rose.axes.radar, [], len(rose.axes.rows)
    for value, colour in ((BASE, colours.reference), (radar.seuil_bas, colours.secondaire),
                          (radar.seuil_haut, colours.secondaire)):  # fmt: skip
        near = {(other + step) % count for other in taken for step in (-1, 0, 1)}
        free = [rank for rank in range(count) if rank not in near] or [r for r in range(count) if r not in taken]
        chosen = max(free, key=lambda rank, value=value: _distance(rose, rank, value))
        taken.append(chosen)
        x, y = rose.point(chosen + 0.5, value)
        planche.write(x, y, seuil(value), ha="center", color=colour, bold=value == BASE, hide=True)


def _distance(rose: Rose, rank: int, value: float) -> float:
    """Return how far the polygon passes from a circle, halfway between an axis and the next one; or a lone mark."""
    count = len(rose.axes.rows)
    lengths = [rose.length(rose.axes.rows["indice"].iloc[place % count]) for place in (rank, rank + 1)]
    alone = [length for length in lengths if length == length]
    if len(alone) < len(lengths):
        return min((abs(length - rose.length(value)) for length in alone), default=inf)
    total = sum(lengths)
    crossing = 2 * lengths[0] * lengths[1] * cos(pi / count) / total if total else 0.0
    return abs(crossing - rose.length(value))


def _key(planche: Planche, axes: Axes) -> list[Cle]:
    """Return a sample of each line with its name."""
    colours, radar = planche.couleurs, axes.radar
    thresholds = f"Seuils : {seuil(radar.seuil_bas)} et {seuil(radar.seuil_haut)}"
    shown = (
        (axes.contexte.territoire.nom, colours.territoire, 1.6, "plein"),
        (axes.reference, colours.reference, 1.2, "plein"),
        (thresholds, colours.secondaire, 0.9, "tirets"),
    )
    return [Cle(text, SAMPLE, partial(_put_sample, planche, colour, width, style), colour, gras=True)
            for text, colour, width, style in shown]  # fmt: skip


def _put_sample(planche: Planche, color: str, width: float, style: str, x: float, y: float) -> None:
    planche.rule([(x, y), (x + SAMPLE, y)], color, width, style)
    if color == planche.couleurs.territoire:
        planche.marks(planche.axes, [x + SAMPLE / 2], [y], color)


def _put_list(planche: Planche, axes: Axes, top: float) -> float:
    """Write the names behind the numbers, with their indices at the right, and return the bottom."""
    rows, lead = list(axes.rows.itertuples()), planche.leading
    left = planche.measure(f"{len(rows)}.", bold=True) + MARGIN
    right = max(planche.measure(_value(planche, row)[0], bold=True) for row in rows) + 2 * MARGIN
    y = top
    for rank, row in enumerate(rows, start=1):
        lines = planche.wrap(row.libelle, planche.width - left - right, 3)
        planche.write(left - MARGIN, y + lead / 2, f"{rank}.", ha="right", bold=True)
        planche.write_lines(left, y + len(lines) * lead / 2, lines)
        value, colour = _value(planche, row)
        planche.write(planche.width, y + lead / 2, value, ha="right", bold=True, color=colour)
        y += len(lines) * lead + 1.5
    return y
