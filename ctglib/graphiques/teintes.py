"""Values as shades: a heat map of rows and columns, a map of communes; without a value, hatched and
said in a word.
"""

from math import cos, radians
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from ctglib.calculs.ecriture import INSECABLE
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte
from ctglib.document.typographie import RIEN, compter, nombre_court
from ctglib.graphiques.planche import GUTTER, Planche, assemble, dire

LINES = 3
MARGIN = 4.0
BETWEEN_CELLS = 2.0
BETWEEN_BLOCKS = 12.0
CLASSES = 5
LARGEUR_DES_MOTS = 22  # signs of a line of the key
CONTOURS = "IGN, Admin Express COG"  # to be named under every map


def grille(cellules: pd.DataFrame, contexte: Contexte, **legende: str) -> Figure | None:
    """Return the heat map, rows and columns in the order in which they come; None when no cell has
    a value.

    - ``cellules``: one row a cell: ``ligne``, ``colonne``, ``valeur`` (NaN when missing), ``texte``
      (what is written: the value, or the word of its absence) and, if wanted, ``signe``, written
      before it. Colour goes from zero, or from the lowest value when it is negative, to the highest
      one.
    """
    if not cellules["valeur"].notna().any():
        return None
    rows = cellules.astype({"ligne": str, "colonne": str, "texte": str, "valeur": "Float64"})
    if "signe" in rows:
        signs = rows["signe"].where(rows["signe"].notna(), "").astype(str)
        rows["texte"] = signs.where(signs.eq(""), signs + INSECABLE) + rows["texte"]
    best = rows.loc[rows["valeur"].idxmax()]
    cells = rows.drop_duplicates(["ligne", "colonne"], keep="last").set_index(["ligne", "colonne"])
    lines = list(dict.fromkeys(rows["ligne"]))
    columns = list(dict.fromkeys(rows["colonne"]))
    texts, values = (
        cells[name].unstack().reindex(index=lines, columns=columns) for name in ("texte", "valeur")
    )
    said = [
        f"{line} : {', '.join(f'{column} {text}' for column, text in row.dropna().items())}."
        for line, row in texts.iterrows()
    ]
    texts = texts.fillna(RIEN)
    values = values.astype("float64")
    keys = [f"c{rank}" for rank in range(len(columns))]

    def draw(planche: Planche) -> float:
        low = min(0.0, values.min(axis=None))
        high = values.max(axis=None)
        ranks = (values - low) / (high - low) if high > low else values * 0.0
        left = min(planche.left, planche.widest(texts.index) + GUTTER)
        words = max(
            planche.widest_word(texts.columns),
            planche.widest_word(texts.to_numpy().ravel(), bold=True),
        )
        bottom = planche.put_blocks(
            columns,
            left,
            words + 2 * MARGIN,
            BETWEEN_BLOCKS,
            lambda shown, place: _put_block(planche, place, texts[shown], ranks[shown]),
        )
        return planche.put_note(left, bottom + 4, dire("plus_fonce"))

    return assemble(
        contexte,
        draw,
        **legende,
        alt=f"{compter(len(lines), 'ligne')}, {compter(len(columns), 'colonne')}. {' '.join(said)}",
        lecture=f"« {best['ligne']} », {best['colonne']} : {best['texte']}.",
        colonnes={"ligne": "Ligne", **dict(zip(keys, columns, strict=True))},
        lignes=texts.set_axis(keys, axis=1).rename_axis("ligne").reset_index(),
        donnees=cellules,
    )


def _put_block(
    planche: Planche, place: tuple[float, float, float], texts: pd.DataFrame, ranks: pd.DataFrame
) -> float:
    """Put the heads of some columns and their cells in each row, and return the bottom of the
    block.
    """
    room = place[2] - 2 * MARGIN
    lead = planche.leading
    (left, top, size) = place
    heads = [planche.wrap(column, room, LINES) for column in texts.columns]
    head = max(map(len, heads)) * lead
    for rank, lines in enumerate(heads):
        y = top + head - len(lines) * lead / 2
        planche.write_lines(
            left + (rank + 0.5) * size, y, lines, ha="center", color=planche.couleurs.secondaire
        )
    written = [
        [planche.wrap(text, room, LINES, bold=True) for text in row] for row in texts.to_numpy()
    ]
    height = max(len(lines) for row in written for lines in row) * lead + MARGIN
    width = size - BETWEEN_CELLS
    shades = planche.shades(5)[::-1]
    middles, bottom = planche.put_rows(texts.index, top + head + 4, mark=height)
    for y, row, places in zip(middles, written, ranks.to_numpy(), strict=True):
        for rank, (lines, shade) in enumerate(zip(row, places, strict=True)):
            x = left + rank * size
            colour = None if pd.isna(shade) else shades[round(shade * (len(shades) - 1))]
            planche.rectangle(x, y - height / 2, width, height, colour)  # hatched without a value
            style = (
                {"color": planche.ink(colour)}
                if colour
                else {"color": planche.couleurs.absence, "hide": True}
            )
            planche.write_lines(x + width / 2, y, lines, ha="center", bold=True, **style)
    return bottom


def tracer_carte(ax: Axes, communes: pd.DataFrame, *, legende: str, entouree: str = "") -> None:
    """Draw communes on axes, which lose their frame.

    ``communes`` have code, contour (rings of longitudes and latitudes) and valeur (NaN for none);
    the border of that of code ``entouree`` is drawn over the others. ``legende`` is the title of
    the key.
    """
    colours = charte().couleurs
    values = communes["valeur"]
    known = min(CLASSES, values.nunique())
    classes = pd.qcut(values, known, duplicates="drop") if known else values
    lots = (
        [(kept, rows) for kept, rows in communes.groupby(classes, observed=True)] if known else []
    )
    shades = charte().degrade[: len(lots)][::-1]
    if len(missing := communes[values.isna()]):
        _colorer(
            ax,
            missing,
            dire("sans_valeur"),
            facecolor="none",
            edgecolor=colours.filet,
            hatch="////",
        )
    for (_, rows), shade in zip(lots, shades, strict=True):
        ends = [
            nombre_court(round(float(value), 1))
            for value in (rows["valeur"].min(), rows["valeur"].max())
        ]
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
