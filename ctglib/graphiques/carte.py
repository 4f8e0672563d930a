"""A map of communes, coloured by value in classes of as many communes; one without a value is hatched."""

from __future__ import annotations

from math import cos, radians
from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.collections import PolyCollection

from ctglib.document.figure import charte
from ctglib.document.typographie import nombre_court

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = 5
LARGEUR_DES_MOTS = 22  # signs of a line of the key
SANS_VALEUR = "sans valeur"
CONTOURS = "IGN, Admin Express COG"  # to be named under every map


def tracer_carte(ax: Axes, communes: pd.DataFrame, *, legende: str, entouree: str = "") -> None:
    """Draw communes on axes.

    Args:
        ax: The axes, which lose their frame.
        communes: code, contour (rings of longitudes and latitudes), valeur (NaN for none).
        legende: Title of the key.
        entouree: Code of the commune whose border is drawn over the others.
    """
    colours, values = charte().couleurs, communes["valeur"]
    known = min(CLASSES, values.nunique())
    classes = pd.qcut(values, known, duplicates="drop") if known else values
    lots = [(kept, rows) for kept, rows in communes.groupby(classes, observed=True)] if known else []
    shades = charte().degrade[: len(lots)][::-1]
    if values.isna().any():
        _colorer(ax, communes[values.isna()], SANS_VALEUR, facecolor="none", edgecolor=colours.filet, hatch="////")
    for (_, rows), shade in zip(lots, shades, strict=True):
        ends = [nombre_court(round(float(value), 1)) for value in (rows["valeur"].min(), rows["valeur"].max())]
        _colorer(ax, rows, " à ".join(dict.fromkeys(ends)), facecolor=shade, edgecolor=colours.fond)
    if entouree:
        own = communes[communes["code"].eq(entouree)]
        _colorer(ax, own, "", facecolor="none", edgecolor=colours.texte, linewidth=1.8)
    latitudes = [ring[:, 1].mean() for rings in communes["contour"] for ring in rings]
    ax.autoscale_view()
    ax.set_aspect(1 / cos(radians(sum(latitudes) / len(latitudes))))
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), title=fill(legende, LARGEUR_DES_MOTS))


def _colorer(ax: Axes, communes: pd.DataFrame, libelle: str, **style: object) -> None:
    rings = [ring for rings in communes["contour"] for ring in rings]
    ax.add_collection(PolyCollection(rings, **{"linewidth": 0.4, "label": libelle or "_", **style}))
