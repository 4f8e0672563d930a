"""Two years side by side: a line a name from its value in the first to its value in the last."""

from math import isnan

import pandas as pd
from matplotlib.axes import Axes

from ctglib.document.figure import charte, charter_style
from ctglib.graphiques.courbes import MARQUES, par_nom
from ctglib.graphiques.feuille import (
    ENTRE_LIGNES,
    INTERLIGNE,
    POINTS_PAR_POUCE,
    couper,
    ecarter,
    feuille,
    figure_de,
    largeur_de,
    lignes_de,
)

HAUTEUR = 200.0  # points
LARGEUR_D_UN_BOUT = 150.0  # points: a name and its value, on each side
PART_D_UN_BOUT = 0.4  # of the width, at most
A_COTE = 8.0  # points between a mark and what is written


def pente(
    table: pd.DataFrame, ax: Axes | None = None, *, y: str = "valeur", par: str = "libelle"
) -> Axes:
    """Return axes with the first and the last year of each name, joined unless a break parts them.

    A provisional value is hollow; a name that lacks one of the two years has its word there.

    Args:
        table: The rows of ``courbes``.
        ax: Where to draw; new axes as wide as a page by default.
        y: The column of the values.
        par: The column of the names.
    """
    with charter_style():
        axes = ax
        if axes is None:
            dessin = feuille()
            axes = dessin.add_subplot()
            dessin.set_figheight((HAUTEUR + 4 * INTERLIGNE) / POINTS_PAR_POUCE)
        lignes = par_nom(table, y, par)
        annees = [annee.annee for de_la_ligne in lignes.values() for annee in de_la_ligne]
        premiere = min(annees)
        derniere = max(annees)
        bouts: dict[int, list[tuple[float, str, str]]] = {premiere: [], derniere: []}
        for rang, (nom, de_la_ligne) in enumerate(lignes.items()):
            marque = MARQUES[rang % len(MARQUES)]
            rompue = any(annee.rupture for annee in de_la_ligne[1:])
            extremes = [annee for annee in de_la_ligne if annee.annee in bouts]
            (trait,) = axes.plot(
                [annee.annee for annee in extremes],
                [annee.valeur for annee in extremes],
                marker=marque,
                linestyle="" if rompue else "-",
                label=nom,
            )
            couleur = str(trait.get_color())
            for annee in extremes:
                if isnan(annee.valeur):
                    continue
                if annee.provisoire:
                    fond = charte().couleurs.fond
                    axes.plot(
                        [annee.annee],
                        [annee.valeur],
                        marker=marque,
                        markerfacecolor=fond,
                        markeredgecolor=couleur,
                    )
                texte = annee.ecrite if annee.annee == premiere else f"{annee.ecrite}  {nom}"
                bouts[annee.annee].append((annee.valeur, texte, couleur))
        axes.set_xticks([premiere, derniere], [str(premiere), str(derniere)])
        axes.spines[:].set_visible(False)
        axes.patch.set_visible(False)
        axes.tick_params(length=0)
        axes.yaxis.set_visible(False)
        axes.margins(x=0.08, y=0.12)
        mise_en_page = figure_de(axes).get_layout_engine()
        if mise_en_page is not None:
            mise_en_page.execute(figure_de(axes))
        _ecrire_les_bouts(axes, premiere, bouts[premiere], -1)
        _ecrire_les_bouts(axes, derniere, bouts[derniere], 1)
    return axes


def _ecrire_les_bouts(
    axes: Axes, annee: int, bouts: list[tuple[float, str, str]], cote: int
) -> None:
    """Write what stands at the marks of a year, on their left (−1) or right (1), without any
    covering another.
    """
    bouts = sorted(bouts)
    points_par_pixel = POINTS_PAR_POUCE / figure_de(axes).dpi
    milieux = [
        float(axes.transData.transform((annee, valeur))[1]) * points_par_pixel
        for valeur, _, _ in bouts
    ]
    place = min(LARGEUR_D_UN_BOUT, PART_D_UN_BOUT * largeur_de(axes))
    textes = [couper(texte, place) for _, texte, _ in bouts]
    hauteurs = [lignes_de(texte) * INTERLIGNE for texte in textes]
    bas = [milieu - hauteur / 2 for milieu, hauteur in zip(milieux, hauteurs, strict=True)]
    places = ecarter(bas, hauteurs, 1.0)
    for rang, (valeur, _, couleur) in enumerate(bouts):
        axes.annotate(
            textes[rang],
            (annee, valeur),
            (A_COTE * cote, places[rang] + hauteurs[rang] / 2 - milieux[rang]),
            textcoords="offset points",
            ha="right" if cote < 0 else "left",
            va="center",
            linespacing=ENTRE_LIGNES,
            color=couleur,
        )
