"""Values as shades of one colour: a heat map of rows and columns, a map of communes.

What has no value is hatched.
"""

from collections.abc import Sequence
from functools import partial
from math import cos, radians
from textwrap import fill
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from ctglib.calculs.ecriture import INSECABLE
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte
from ctglib.document.typographie import RIEN, compter, nombre_court
from ctglib.graphiques.planche import (
    GUTTER,
    Block,
    Legende,
    Planche,
    assemble,
    dire,
    sur_une_planche,
)

LINES = 3
MARGIN = 4.0
BETWEEN_CELLS = 2.0
BETWEEN_BLOCKS = 12.0
SHADES_OF_A_GRID = 5
CLASSES = 5  # of a map
LARGEUR_DES_MOTS = 22  # signs of a line of the key
CONTOURS = "IGN, Admin Express COG"  # to be named under every map


def grille(cellules: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]) -> Figure | None:
    """Return the heat map of a table, None when no cell has a value.

    Rows and columns are in the order in which they come; a cell that comes twice has its last row.

    - ``cellules``: one row a cell: ``ligne``, ``colonne``, ``valeur`` (NaN when missing), ``texte``
      (what is written: the value, or the word of its absence) and, if wanted, ``signe``, written
      before it. Colour goes from zero, or from the lowest value when it is negative, to the highest
      one.
    """
    if not cellules["valeur"].notna().any():
        return None
    liste = cellules.astype({"ligne": str, "colonne": str, "texte": str, "valeur": "Float64"})
    if "signe" in liste:
        signes = liste["signe"].where(liste["signe"].notna(), "").astype(str)
        liste["texte"] = signes.where(signes.eq(""), signes + INSECABLE) + liste["texte"]
    lignes = list(dict.fromkeys(liste["ligne"]))
    colonnes = list(dict.fromkeys(liste["colonne"]))
    croisement = liste.drop_duplicates(["ligne", "colonne"], keep="last")
    croisement = croisement.set_index(["ligne", "colonne"])
    textes = croisement["texte"].unstack().reindex(index=lignes, columns=colonnes)
    valeurs = croisement["valeur"].unstack().reindex(index=lignes, columns=colonnes)

    phrases = []
    for ligne, textes_de_la_ligne in textes.iterrows():
        presents = textes_de_la_ligne.dropna()
        mots = ", ".join(f"{colonne} {texte}" for colonne, texte in presents.items())
        phrases.append(f"{ligne} : {mots}.")

    textes = textes.fillna(RIEN)
    teintes = _teintes(valeurs.astype("float64"))

    def draw(planche: Planche) -> float:
        left = min(planche.left, planche.widest(lignes) + GUTTER)
        widest_word = max(
            planche.widest_word(colonnes),
            planche.widest_word(textes.to_numpy().ravel().tolist(), bold=True),
        )
        put_block = partial(_put_block, planche, textes, teintes)
        need = widest_word + 2 * MARGIN
        bottom = planche.put_blocks(colonnes, left, need, BETWEEN_BLOCKS, put_block)
        return planche.put_note(left, bottom + 4, dire("plus_fonce"))

    cles = [f"c{rang}" for rang in range(len(colonnes))]
    nombre_de_lignes = compter(len(lignes), "ligne")
    nombre_de_colonnes = compter(len(colonnes), "colonne")
    plus_haute = liste["valeur"].idxmax()
    ligne = liste.at[plus_haute, "ligne"]
    colonne = liste.at[plus_haute, "colonne"]
    return assemble(
        contexte,
        sur_une_planche(draw),
        **legende,
        alt=f"{nombre_de_lignes}, {nombre_de_colonnes}. {' '.join(phrases)}",
        lecture=f"« {ligne} », {colonne} : {liste.at[plus_haute, 'texte']}.",
        colonnes={"ligne": "Ligne", **dict(zip(cles, colonnes, strict=True))},
        lignes=textes.set_axis(cles, axis=1).rename_axis("ligne").reset_index(),
        donnees=cellules,
    )


def _teintes(valeurs: pd.DataFrame) -> pd.DataFrame:
    """Return how strong the shade of each value is, from 0 to 1; NaN stays.

    0 is zero, or the lowest value when it is negative; 1 is the highest value.
    """
    minimum = min(0.0, np.nanmin(valeurs.to_numpy()))
    maximum = np.nanmax(valeurs.to_numpy())
    if maximum > minimum:
        return (valeurs - minimum) / (maximum - minimum)
    return valeurs * 0.0


def _put_block(
    planche: Planche,
    textes: pd.DataFrame,
    teintes: pd.DataFrame,
    colonnes: Sequence[str],
    block: Block,
) -> float:
    """Put the heads of some columns and their cells in each row; return the bottom of the block.

    ``textes`` and ``teintes`` (see ``_teintes``) have the same rows and columns.
    """
    textes = textes[list(colonnes)]
    teintes = teintes[list(colonnes)]
    left, top, column_width = block
    lead = planche.leading
    room = column_width - 2 * MARGIN
    width = column_width - BETWEEN_CELLS
    heads = [planche.wrap(colonne, room, LINES) for colonne in colonnes]
    bottom_of_heads = top + max(len(head) for head in heads) * lead
    for rank, head in enumerate(heads):
        x = left + (rank + 0.5) * column_width
        y = bottom_of_heads - len(head) * lead / 2
        planche.write_lines(x, y, head, ha="center", color=planche.couleurs.secondaire)
    cells = []
    for textes_de_la_ligne in textes.to_numpy():
        cells.append([planche.wrap(texte, room, LINES, bold=True) for texte in textes_de_la_ligne])
    most_lines = max(len(lines) for row in cells for lines in row)
    height = most_lines * lead + MARGIN
    middles, bottom = planche.put_rows(textes.index.tolist(), bottom_of_heads + 4, mark=height)
    shades = planche.shades(SHADES_OF_A_GRID)[::-1]  # from light to strong
    for y, row, teintes_de_la_ligne in zip(middles, cells, teintes.to_numpy(), strict=True):
        for rank, (lines, teinte) in enumerate(zip(row, teintes_de_la_ligne, strict=True)):
            x = left + rank * column_width
            shade = None if pd.isna(teinte) else shades[round(teinte * (len(shades) - 1))]
            planche.rectangle(x, y - height / 2, width, height, shade)  # hatched without a value
            ink = planche.ink(shade) if shade else planche.couleurs.absence
            planche.write_lines(
                x + width / 2, y, lines, ha="center", bold=True, color=ink, hide=not shade
            )
    return bottom


def tracer_carte(ax: Axes, communes: pd.DataFrame, *, legende: str, entouree: str = "") -> None:
    """Draw a map of communes on axes, which lose their frame.

    The values are cut in ``CLASSES`` classes of nearly as many communes, the highest in the
    strongest shade.

    Args:
        ax: Axes of matplotlib.
        communes: One row a commune: ``code``, ``contour`` (rings of longitudes and latitudes),
            ``valeur`` (NaN for none).
        legende: The title of the key.
        entouree: The code of the commune whose border is drawn over the others, "" for none.
    """
    couleurs = charte().couleurs
    valeurs = communes["valeur"]
    sans_valeur = communes[valeurs.isna()]
    if len(sans_valeur):
        libelle = dire("sans_valeur")
        _colorer(ax, sans_valeur, libelle, facecolor="none", edgecolor=couleurs.filet, hatch="////")
    nombre_de_classes = min(CLASSES, valeurs.nunique())
    if nombre_de_classes:
        classes = communes.groupby(
            pd.qcut(valeurs, nombre_de_classes, duplicates="drop"), observed=True
        )
        teintes = charte().degrade[: len(classes)][::-1]  # from light to strong
        for (_, de_la_classe), teinte in zip(classes, teintes, strict=True):
            minimum = nombre_court(round(float(de_la_classe["valeur"].min()), 1))
            maximum = nombre_court(round(float(de_la_classe["valeur"].max()), 1))
            libelle = minimum if minimum == maximum else f"{minimum} à {maximum}"
            _colorer(ax, de_la_classe, libelle, facecolor=teinte, edgecolor=couleurs.fond)
    if entouree:
        commune = communes[communes["code"].eq(entouree)]
        _colorer(ax, commune, "", facecolor="none", edgecolor=couleurs.texte, linewidth=1.8)
    latitudes = [contour[:, 1].mean() for contours in communes["contour"] for contour in contours]
    latitude_moyenne = sum(latitudes) / len(latitudes)
    ax.autoscale_view()
    ax.set_aspect(1 / cos(radians(latitude_moyenne)))  # a degree of longitude is shorter there
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), title=fill(legende, LARGEUR_DES_MOTS))


def _colorer(ax: Axes, communes: pd.DataFrame, libelle: str, **style: object) -> None:
    """Put communes on axes in a style; the key has their label, unless it is empty."""
    contours = [contour for contours in communes["contour"] for contour in contours]
    polygones = PolyCollection(contours)
    # matplotlib's key leaves out what begins with « _ ».
    polygones.set(**{"linewidth": 0.4, "label": libelle or "_", **style})
    ax.add_collection(polygones)
