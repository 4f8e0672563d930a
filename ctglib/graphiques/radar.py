"""The indices of vulnerability as a dot plot: one row an axis, sorted, the reference at 100."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, ranger
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.rangees import (
    LINE_OF_NAMES,
    SANS_ZERO,
    left_of_marks,
    put_axis,
    put_names,
    put_note,
    put_rows,
    write_over,
)

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class Axes:
    """The axes, ready to be drawn.

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
        """Return the name of the line at 100."""
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
        contexte, lambda planche: _draw_points(planche, axes), nom=nom, titre=titre, alt=_alt(axes),
        lecture=_lecture(axes), chiffres=_chiffres(axes),
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


def _alt(axes: Axes) -> str:
    low, high = seuil(axes.radar.seuil_bas), seuil(axes.radar.seuil_haut)
    parts = []
    for niveau, words in (("haut", f"Au seuil haut ({high}) ou au-delà"), ("bas", f"Au seuil bas ({low}) ou en deçà"),
                          ("proche", "Entre les deux")):  # fmt: skip
        kept = ranger(axes.present[axes.present["niveau"] == niveau])
        items = [f"« {row.libelle} » {row.texte}" for row in kept.itertuples()]
        parts += [f"{words} : {', '.join(items)}."] if items else []
    opening = f"Points, {len(axes.rows)} axes, {axes.contexte.territoire.nom}, {axes.reference}."
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
