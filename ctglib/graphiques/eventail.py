"""A fan: years that are known, then those to come, as a range around a centre, up to those that are
refused.

Plain axes of matplotlib.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ctglib.document.figure import charte, charter_style
from ctglib.document.typographie import nombre_court
from ctglib.graphiques.feuille import dire

OPACITE = 0.25


def eventail(table: pd.DataFrame, ax: Axes) -> Axes:
    """Return axes with the known years as a line, the range of those to come around its centre,
    and a dotted line where the years that are refused begin. What the range is worth is to be said
    beside (« bande_de_l_eventail »).

    Args:
        table: One row a year of one place, in order: annee, valeur (missing of a year to come),
            bas, central, haut (missing of a known year, or of one that has no range).
        ax: Where to draw.
    """
    couleurs = charte().couleurs
    connues = table[table["valeur"].notna()]
    a_venir = table[table["bas"].notna()]
    # The fan opens at the last known year.
    ouverture = connues.iloc[[-1]]
    ouverture = ouverture.assign(
        bas=ouverture["valeur"], central=ouverture["valeur"], haut=ouverture["valeur"]
    )
    ouvert = pd.concat([ouverture, a_venir])
    annees = ouvert["annee"].to_numpy(int)
    with charter_style():
        (trait,) = ax.plot(
            connues["annee"].to_numpy(int), connues["valeur"].to_numpy(float), marker="o"
        )
        couleur = trait.get_color()
        ax.fill_between(
            annees,
            ouvert["bas"].to_numpy(float),
            ouvert["haut"].to_numpy(float),
            color=couleur,
            alpha=OPACITE,
            linewidth=0,
        )
        ax.plot(annees, ouvert["central"].to_numpy(float), color=couleur, linestyle="--", marker="")
        limite = int(annees[-1])
        derniere = a_venir.iloc[-1]
        haut = derniere["haut"]
        # The last known value, then the three numbers of the last year, which keep apart where the
        # range is narrow.
        derniere_connue = connues.iloc[-1]
        ax.annotate(
            nombre_court(float(derniere_connue["valeur"])),
            (int(derniere_connue["annee"]), float(derniere_connue["valeur"])),
            (0, 8),
            textcoords="offset points",
            ha="center",
        )
        for borne, place in (("bas", "top"), ("central", "center"), ("haut", "bottom")):
            ax.annotate(
                nombre_court(derniere[borne]),
                (limite, derniere[borne]),
                (6, 0),
                textcoords="offset points",
                va=place,
            )
        ax.set_ylim(0, 1.1 * max(connues["valeur"].max(), haut))
        if table["annee"].max() > limite:
            ax.axvline(limite, color=couleurs.secondaire, linewidth=1.0, linestyle=":")
            ax.annotate(
                dire("au_dela_refuse"),
                (limite, 1),
                (-4, -2),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="right",
                va="top",
                color=couleurs.secondaire,
            )
        ax.spines[:].set_visible(False)
        ax.patch.set_visible(False)
        ax.tick_params(length=0)
        ax.yaxis.grid(True)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(lambda valeur, _: nombre_court(round(valeur, 6)))
        ax.margins(x=0.12)
    return ax
