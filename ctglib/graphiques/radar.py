"""The indices of vulnerability as a dot plot: one row an axis, sorted, the reference at 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, ranger
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.planche import DASHES, assemble
from ctglib.graphiques.rangees import LINE_OF_NAMES, SANS_ZERO, left_of_marks, put_axis, put_names, put_note, put_rows

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.graphiques.planche import Planche

BASE = 100.0
CEILING = 2.0  # a drawing stops at so many times the high threshold, so that one index does not crush the others
GRADUATIONS = 8
BESIDE, UNDER_HEADER = 7.0, 10.0


def points_indices(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the dot plot of the indices, the highest first, doubtful ones last; axes without an index are named.

    - ``indices``: rows of ``ctglib.calculs.radar.indices``.
    - ``radar``: the thresholds.
    The other arguments are those of ``planche.assemble``.
    """
    here, there, told = contexte.territoire, contexte.reference, list(indices.itertuples())
    rows = indices.reset_index(drop=True).assign(
        axe=[f"{rank}. {row.libelle}" for rank, row in enumerate(told, start=1)],
        an=["–" if pd.isna(row.annee) else str(int(row.annee)) for row in told],
        texte=[_indice(row.indice) if row.niveau != "absent" else "–" for row in told],
        ici=[contexte.valeur(row.indicateur, row.valeur, row.statut) or "valeur absente" for row in told],
        la=[contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference) or "valeur absente"
            for row in told],
    )  # fmt: skip
    present, absent = ranger(rows[rows["niveau"] != "absent"]), rows[rows["niveau"] == "absent"]
    without = [f"{row.libelle} ({_reason(row, contexte)})" for row in absent.itertuples()]
    said = f"Sans indice : {enumerer(without)}." if without else ""
    reference = f"{there.nom} = {_indice(BASE)}"
    lecture = said
    if len(present):
        row = present.iloc[0]
        lecture = (
            f"en {row['an']}, « {row['libelle']} » : {row['ici']} {here.a}, {row['la']} {there.a}, "
            f"soit un indice de {row['texte']} ({reference})."
        )
    parts = [f"Points, {len(rows)} axes, {here.nom}, {reference}."]
    for niveau, words in (("haut", f"Au seuil haut ({_seuil(radar.seuil_haut)}) ou au-delà"),
                          ("bas", f"Au seuil bas ({_seuil(radar.seuil_bas)}) ou en deçà"),
                          ("proche", "Entre les deux")):  # fmt: skip
        items = [f"« {row.libelle} » {row.texte}" for row in present[present["niveau"] == niveau].itertuples()]
        parts += [f"{words} : {', '.join(items)}."] if items else []
    columns = (
        Colonne("axe", "Axe"),
        Colonne("an", "Année", numerique=True),
        Colonne("ici", here.nom, numerique=True),
        Colonne("la", there.nom, numerique=True),
        Colonne("texte", f"Indice ({reference})", numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw(planche, present, radar, reference, said), nom=nom, titre=titre,
        alt=" ".join(filter(None, (*parts, said))), lecture=lecture, colonnes=columns, lignes=rows, donnees=indices,
    )  # fmt: skip


def _indice(valeur: float) -> str:
    return nombre(valeur, DECIMALES_INDICE)


def _seuil(valeur: float) -> str:
    return nombre(valeur, 0 if valeur == int(valeur) else 1)


def _reason(row: object, contexte: Contexte) -> str:
    """Return why an axis has no index."""
    if pd.isna(row.valeur):
        return f"{row.ici} {contexte.territoire.a}"
    if pd.isna(row.valeur_reference):
        return f"{row.la} {contexte.reference.a}"
    return "valeur nulle" if 0 in (row.valeur, row.valeur_reference) else "années différentes"


def _draw(planche: Planche, rows: pd.DataFrame, radar: Radar, reference: str, without: str) -> float:
    bottom, remarks = 0.0, [without]
    if len(rows):
        step = round_step(max(*rows["indice"], radar.seuil_haut, BASE) / GRADUATIONS)
        most = min(-(-max(*rows["indice"], radar.seuil_haut, BASE) // step) * step, CEILING * radar.seuil_haut)
        placed = rows.assign(place=rows["indice"].clip(0.0, most))
        bottom = _put_points(planche, placed, radar, reference)
        if placed["place"].ne(placed["indice"]).any():
            remarks.insert(0, "Une flèche marque un indice hors de l'échelle, qui s'arrête à "
                              f"{_indice(most)} : sa valeur est écrite.")  # fmt: skip
    for remark in filter(None, remarks):
        bottom = put_note(planche, left_of_marks(planche), bottom, remark)
    return bottom


def _put_points(planche: Planche, rows: pd.DataFrame, radar: Radar, reference: str) -> float:
    colours, second = planche.couleurs, LINE_OF_NAMES + planche.leading
    top = second + UNDER_HEADER
    rangees = put_rows(planche, rows["libelle"], top)
    margin = planche.widest(rows["texte"], bold=True) + BESIDE
    values = [*rows["place"], radar.seuil_bas, radar.seuil_haut, BASE]
    scale = echelle(values, rangees.left + margin, planche.width - margin)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, top - 2, rangees.bottom)
    axes.vlines([radar.seuil_bas, radar.seuil_haut], top - 2, rangees.bottom + 3, colors=colours.secondaire,
                linewidth=0.9, linestyle=DASHES["tirets"])  # fmt: skip
    axes.vlines(BASE, top - 2, rangees.bottom + 3, colors=colours.reference, linewidth=1.2)
    named = (("Seuil bas", radar.seuil_bas), ("Seuil haut", radar.seuil_haut))
    names = [(scale.place(value), f"{name} : {_seuil(value)}", colours.secondaire) for name, value in named]
    put_names(planche, LINE_OF_NAMES, names)
    (line,) = planche.wrap(reference, planche.width, 1, bold=True)
    half = planche.measure(line, bold=True) / 2
    planche.write(min(max(scale.place(BASE), half), planche.width - half), second, line, ha="center", bold=True,
                  color=colours.reference)  # fmt: skip
    placed = rows.assign(y=rangees.middles)
    axes.hlines(placed["y"], BASE, placed["place"], colors=colours.filet, linewidth=2.4)
    inside = placed[placed["place"] == placed["indice"]]
    planche.marks(axes, inside["place"], inside["y"], colours.territoire)
    for row in placed.itertuples():
        x, side = scale.place(row.place), 1 if row.indice >= BASE else -1
        if row.place != row.indice:
            planche.arrow(x, row.y, side, colours.territoire)
        planche.write(x + side * BESIDE, row.y, row.texte, ha="left" if side > 0 else "right", bold=True, hide=True,
                      color=colours.territoire)  # fmt: skip
    return bottom if scale.low <= 0 <= scale.high else put_note(planche, rangees.left, bottom, SANS_ZERO)
