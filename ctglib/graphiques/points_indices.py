"""Dot plot of the radar's indices: the line of the reference at 100, the two thresholds, one row an axis, sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.radar import ranger
from ctglib.graphiques import indices as indices_communs
from ctglib.graphiques.echelle import echelle
from ctglib.graphiques.indices import BASE, Axes, axes, seuil
from ctglib.graphiques.rangees import (
    LIGNE_DES_NOMS,
    SANS_ZERO,
    gauche_des_marques,
    poser_au_dessus,
    poser_axe,
    poser_noms,
    poser_note,
    poser_rangees,
)

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

ECART_DU_TEXTE = 7.0
SOUS_L_ENTETE = 10.0


def points_indices(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the dot plot of the indices, the highest first, doubtful ones last; axes without an index are named.

    Args:
        indices: Rows of ``ctglib.calculs.radar.indices``.
        radar: The thresholds.
        contexte: The words, the two territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    found = axes(indices, radar, contexte)
    return indices_communs.figure(found, lambda planche: _dessiner(planche, found), "Points", nom=nom, titre=titre)


def _dessiner(planche: Planche, axes: Axes) -> float:
    rows = ranger(axes.presents)
    bottom = _points(planche, axes, rows) if len(rows) else 0.0
    for remark in (axes.hors_echelle(), axes.sans_indice()):
        if remark:
            bottom = poser_note(planche, gauche_des_marques(planche), bottom, remark)
    return bottom


def _points(planche: Planche, axes: Axes, rows: pd.DataFrame) -> float:
    top = LIGNE_DES_NOMS + planche.interligne + SOUS_L_ENTETE
    rangees = poser_rangees(planche, list(rows["libelle"]), top)
    margin = max(planche.mesurer(text, gras=True) for text in rows["texte"]) + ECART_DU_TEXTE
    values = [*(axes.place(value) for value in rows["indice"]), axes.radar.seuil_bas, axes.radar.seuil_haut, BASE]
    scale = echelle(values, rangees.gauche + margin, planche.largeur - margin, zero=False)
    bottom = poser_axe(planche, scale, top - 2, rangees.bas)
    _reperes(planche, axes, scale, (top - 2, rangees.bas + 3))
    for y, row in zip(rangees.centres, rows.itertuples(), strict=True):
        _point(planche, axes, scale, y, row)
    return bottom if scale.part_de_zero else poser_note(planche, rangees.gauche, bottom, SANS_ZERO)


def _reperes(planche: Planche, axes: Axes, scale: Echelle, hauteurs: tuple[float, float]) -> None:
    """Put the line of the reference and those of the thresholds, with their names on two lines above."""
    colours, names = planche.couleurs, []
    for name, value in (("Seuil bas", axes.radar.seuil_bas), ("Seuil haut", axes.radar.seuil_haut)):
        x = scale.x(value)
        planche.trait([(x, y) for y in hauteurs], colours.secondaire, 0.9, "tirets")
        names.append((x, f"{name} : {seuil(value)}", colours.secondaire))
    poser_noms(planche, LIGNE_DES_NOMS, names)
    x = scale.x(BASE)
    planche.trait([(x, y) for y in hauteurs], colours.reference, 1.2)
    poser_au_dessus(
        planche, x, LIGNE_DES_NOMS + planche.interligne, axes.reference, couleur=colours.reference, gras=True
    )


def _point(planche: Planche, axes: Axes, scale: Echelle, y: float, row: object) -> None:
    place = axes.place(row.indice)
    x, side = scale.x(place), 1 if row.indice >= BASE else -1
    colour = planche.couleurs.territoire
    planche.trait([(scale.x(BASE), y), (x, y)], planche.couleurs.filet, 2.4)
    if place == row.indice:
        planche.marque(x, y, "disque", colour)
    else:
        planche.fleche(x, y, (side, 0), colour)
    anchor = "left" if side > 0 else "right"
    planche.texte(x + side * ECART_DU_TEXTE, y, row.texte, ancre=anchor, couleur=colour, gras=True, fond=True)
