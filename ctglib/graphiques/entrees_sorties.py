"""Entries above, exits below, year by year on one scale, and under each year the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, nombre
from ctglib.graphiques.echelle import Echelle, blocks
from ctglib.graphiques.planche import assemble
from ctglib.graphiques.rangees import GUTTER

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

ENTREES, SORTIES, SOLDE = "Entrées", "Sorties", "Solde"
SENS = {"entrees": 1, "sorties": -1}
SANS_SOLDE = "inconnu"
HEIGHT = 110.0  # of the longest entry and the longest exit together
PART_OF_A_BAR, WIDEST_BAR = 0.62, 46.0
SQUARE = 10.0  # of what is absent
LINES = 3
MARGIN = 5.0
BETWEEN_BLOCKS = 14.0
AT_LEAST = 3  # years in a block, even when a word must then be cut


def entrees_sorties(
    mouvements: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure | None:
    """Return the bars of each year; None when no year has an entry or an exit that is known.

    - ``mouvements``: one row a year: ``annee``, ``entrees``, ``sorties`` (counts, NaN with the absence that
      ``statut_entrees`` and ``statut_sorties`` tell).
    The other arguments are those of ``planche.assemble``.
    """
    if not mouvements[["entrees", "sorties"]].notna().any(axis=None):
        return None
    rows = mouvements.sort_values("annee", kind="stable").reset_index(drop=True)
    rows = rows.assign(solde=rows["entrees"] - rows["sorties"], an=[str(int(year)) for year in rows["annee"]])
    for name in SENS:
        pairs = zip(rows[name], rows[f"statut_{name}"], strict=True)
        rows[f"texte_{name}"] = [contexte.absence(why) if pd.isna(value) else nombre(value) for value, why in pairs]
    rows["texte_solde"] = [SANS_SOLDE if pd.isna(value) else nombre(value, signe=True) for value in rows["solde"]]
    complete = rows[rows["solde"].notna()]
    row = (complete if len(complete) else rows.dropna(subset=["entrees", "sorties"], how="all")).iloc[-1]
    said = [f"{row.an} : entrées {row.texte_entrees}, sorties {row.texte_sorties}, solde {row.texte_solde}."
            for row in rows.itertuples()]  # fmt: skip
    columns = (
        Colonne("an", "Année"),
        Colonne("texte_entrees", ENTREES, numerique=True),
        Colonne("texte_sorties", SORTIES, numerique=True),
        Colonne("texte_solde", SOLDE, numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw(planche, rows), nom=nom, titre=titre, source=source,
        alt=f"Entrées et sorties sur {compter(len(rows), 'année')}. {' '.join(said)}",
        lecture=f"en {row['an']}, entrées : {row['texte_entrees']} ; sorties : {row['texte_sorties']} ; "
                f"solde : {row['texte_solde']}.",
        colonnes=columns, lignes=rows,
        donnees=rows[["annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde"]],
    )  # fmt: skip


def _draw(planche: Planche, rows: pd.DataFrame) -> float:
    left = planche.widest((ENTREES, SORTIES, SOLDE), bold=True) + GUTTER
    width = planche.width - left
    texts = [*rows["texte_entrees"], *rows["texte_sorties"], *rows["texte_solde"], *rows["an"]]
    parts = blocks(range(len(rows)), width,
                   min(planche.widest_word(texts, bold=True) + 2 * MARGIN, width / AT_LEAST))  # fmt: skip
    longest = sum(value for name in SENS if (value := rows[name].max()) > 0)
    unit = HEIGHT / max(longest, 1.0)
    size, top = width / len(parts[0]), 0.0
    for ranks in parts:
        top = _put_block(planche, rows.iloc[list(ranks)], (left, top, size), unit) + BETWEEN_BLOCKS
    return top - BETWEEN_BLOCKS


def _put_block(planche: Planche, rows: pd.DataFrame, place: tuple[float, float, float], unit: float) -> float:
    """Put some years: what enters above the axis, what leaves below, then the balance and the year."""
    (left, top, size), lead, colours = place, planche.leading, planche.couleurs
    lines = {name: [planche.wrap(text, size - MARGIN, LINES, bold=True) for text in rows[f"texte_{name}"]]
             for name in (*SENS, "solde")}  # fmt: skip
    lengths = {name: rows[name].fillna(SQUARE / unit) * unit for name in SENS}
    reach = {name: max(length + len(text) * lead + 4 for length, text in zip(lengths[name], lines[name], strict=True))
             for name in SENS}  # fmt: skip
    zero = top + reach["entrees"]
    bottom = zero + reach["sorties"]
    across = Echelle(0, len(rows), left, left + size * len(rows))
    axes = planche.plot(across, Echelle(-reach["sorties"] / unit, reach["entrees"] / unit, bottom, top))
    colour = {"entrees": colours.territoire, "sorties": planche.shade[1]}
    width = min(PART_OF_A_BAR * size, WIDEST_BAR)
    for name, side in SENS.items():
        known = [rank for rank, value in enumerate(rows[name]) if value > 0]
        heights = [side * value for value in rows[name] if value > 0]
        axes.bar([rank + 0.5 for rank in known], heights, width / size, color=colour[name], clip_on=False)
        for rank, (value, length, text) in enumerate(zip(rows[name], lengths[name], lines[name], strict=True)):
            x, absent = across.place(rank + 0.5), pd.isna(value)
            if absent:
                planche.rectangle(x - width / 2, zero - length if side > 0 else zero, width, length, None)
            middle = zero - side * (length + 3 + len(text) * lead / 2)
            style = {"color": colours.absence} if absent else {"bold": True}
            planche.write_lines(x, middle, text, ha="center", **style)
    axes.axhline(0, color=colours.texte, linewidth=0.8, clip_on=False)
    planche.write(0, zero - 8, ENTREES, bold=True, color=colours.territoire)
    planche.write(0, zero + 9, SORTIES, bold=True, color=colours.secondaire)
    planche.rule([(0, bottom + 1), (planche.width, bottom + 1)], colours.filet, 0.5)
    years = bottom + 6
    for rank, (year, text) in enumerate(zip(rows["an"], lines["solde"], strict=True)):
        x = across.place(rank + 0.5)
        planche.write(x, years + lead / 2, year, ha="center", color=colours.secondaire)
        planche.write_lines(x, years + lead + 2 + len(text) * lead / 2, text, ha="center", bold=True)
    planche.write(0, years + lead * 1.5 + 2, SOLDE, bold=True)
    return years + lead + 2 + max(map(len, lines["solde"])) * lead
