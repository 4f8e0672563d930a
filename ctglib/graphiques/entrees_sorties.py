"""Entries above, exits below, year by year on one scale, and under each year the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.paquets import paquets, plus_long_mot
from ctglib.graphiques.rangees import GOUTTIERE

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

ENTREES, SORTIES, SOLDE = "Entrées", "Sorties", "Solde"
SANS_SOLDE = "inconnu"
HAUTEUR = 110.0  # of the longest entry and the longest exit together
PART_DE_BARRE = 0.62
BARRE_MAXIMALE = 46.0
CASE = 10.0
SUR_LA_BARRE = 8.0
LIGNES = 3
MARGE = 5.0
ENTRE_PAQUETS = 14.0
AU_MOINS = 3  # years in a block, even when a word must then be cut


def entrees_sorties(
    mouvements: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure | None:
    """Return the bars of each year; None when no year has an entry or an exit that is known.

    Args:
        mouvements: One row a year: ``annee``, ``entrees``, ``sorties`` (counts, NaN with the absence that
            ``statut_entrees`` and ``statut_sorties`` tell).
        contexte: The words and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    if not mouvements[["entrees", "sorties"]].notna().any(axis=None):
        return None
    rows = mouvements.sort_values("annee", kind="stable").reset_index(drop=True)
    rows = rows.assign(
        solde=rows["entrees"] - rows["sorties"],
        texte_entrees=[_texte(row.entrees, row.statut_entrees, contexte) for row in rows.itertuples()],
        texte_sorties=[_texte(row.sorties, row.statut_sorties, contexte) for row in rows.itertuples()],
    )
    rows = rows.assign(
        texte_solde=[SANS_SOLDE if pd.isna(value) else nombre(value, signe=True) for value in rows["solde"]]
    )
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, rows),
        alt=_alt(rows),
        lecture=_lecture(rows),
        chiffres=_chiffres(rows),
    )


def _texte(valeur: float, statut: str, contexte: Contexte) -> str:
    return contexte.absence(statut) if pd.isna(valeur) else nombre(valeur)


def _dessiner(planche: Planche, rows: pd.DataFrame) -> float:
    left = max(planche.mesurer(name, gras=True) for name in (ENTREES, SORTIES, SOLDE)) + GOUTTIERE
    width = planche.largeur - left
    texts = [*rows["texte_entrees"], *rows["texte_sorties"], *rows["texte_solde"], *rows["annee"].astype(str)]
    need = min(plus_long_mot(planche, texts, gras=True) + 2 * MARGE, width / AU_MOINS)
    blocks = paquets(list(rows.itertuples()), width, need)
    highest = [rows[name].max() for name in ("entrees", "sorties")]
    unit = HAUTEUR / max(sum(value for value in highest if value > 0), 1.0)
    top, size = 0.0, width / len(blocks[0])
    for block in blocks:
        top = _bloc(planche, block, (left, top, size), unit) + ENTRE_PAQUETS
    return top - ENTRE_PAQUETS


def _bloc(planche: Planche, rows: list, place: tuple[float, float, float], unit: float) -> float:
    """Put some years: what enters above the axis, what leaves below, then the balance and the year."""
    (left, top, size), lead = place, planche.interligne
    heights = {
        name: [_hauteur(planche, getattr(row, name), getattr(row, f"texte_{name}"), size, unit) for row in rows]
        for name in ("entrees", "sorties")
    }
    zero = top + max(heights["entrees"])
    bottom = zero + max(heights["sorties"])
    middles = [left + (rank + 0.5) * size for rank in range(len(rows))]
    for x, row in zip(middles, rows, strict=True):
        _barre(planche, (x, zero, size), (row.entrees, row.texte_entrees), -unit)
        _barre(planche, (x, zero, size), (row.sorties, row.texte_sorties), unit)
    planche.trait([(left, zero), (left + size * len(rows), zero)], planche.couleurs.texte, 0.8)
    planche.texte(0, zero - 8, ENTREES, gras=True, couleur=planche.couleurs.territoire)
    planche.texte(0, zero + 9, SORTIES, gras=True, couleur=planche.couleurs.secondaire)
    soldes = [planche.couper(row.texte_solde, size - MARGE, LIGNES, gras=True) for row in rows]
    years = bottom + 6
    planche.trait([(0, bottom + 1), (planche.largeur, bottom + 1)], planche.couleurs.filet, 0.5)
    for x, row, lines in zip(middles, rows, soldes, strict=True):
        planche.texte(x, years + lead / 2, str(int(row.annee)), ancre="center", couleur=planche.couleurs.secondaire)
        planche.paragraphe(x, years + lead + 2 + len(lines) * lead / 2, lines, ancre="center", gras=True)
    planche.texte(0, years + lead * 1.5 + 2, SOLDE, gras=True)
    return years + lead + 2 + max(map(len, soldes)) * lead


def _hauteur(planche: Planche, valeur: float, texte: str, largeur: float, unit: float) -> float:
    """Return how far from the axis a bar and its text go."""
    lines = planche.couper(texte, largeur - MARGE, LIGNES, gras=True)
    return (CASE if pd.isna(valeur) else valeur * unit) + len(lines) * planche.interligne + 4


def _barre(planche: Planche, place: tuple[float, float, float], mesure: tuple[float, str], unit: float) -> None:
    """Put a bar from the axis, upwards when the unit is negative, and its text beyond its end."""
    (x, zero, size), (value, text), absent = place, mesure, pd.isna(mesure[0])
    side = 1.0 if unit > 0 else -1.0
    length = CASE if absent else value * abs(unit)
    width = min(PART_DE_BARRE * size, BARRE_MAXIMALE)
    colour = planche.couleurs.territoire if side < 0 else planche.degrade("territoire")[1]
    start = zero - length if side < 0 else zero
    if length:
        planche.rectangle(x - width / 2, start, width, length, couleur=colour, hachure=absent)
    lines = planche.couper(text, size - MARGE, LIGNES, gras=True)
    middle = zero + side * (length + 3 + len(lines) * planche.interligne / 2)
    words = planche.couleurs.absence if absent else planche.couleurs.texte
    planche.paragraphe(x, middle, lines, ancre="center", gras=not absent, couleur=words)


def _alt(rows: pd.DataFrame) -> str:
    said = " ".join(
        f"{int(row.annee)} : entrées {row.texte_entrees}, sorties {row.texte_sorties}, solde {row.texte_solde}."
        for row in rows.itertuples()
    )
    return f"Entrées et sorties sur {compter(len(rows), 'année')}. {said}"


def _lecture(rows: pd.DataFrame) -> str:
    complete = rows[rows["solde"].notna()]
    row = (complete if len(complete) else rows.dropna(subset=["entrees", "sorties"], how="all")).iloc[-1]
    return (
        f"en {int(row['annee'])}, entrées : {row['texte_entrees']} ; sorties : {row['texte_sorties']} ; "
        f"solde : {row['texte_solde']}."
    )


def _chiffres(rows: pd.DataFrame) -> Chiffres:
    columns = (
        Colonne("annee", "Année"),
        Colonne("texte_entrees", ENTREES, numerique=True),
        Colonne("texte_sorties", SORTIES, numerique=True),
        Colonne("texte_solde", SOLDE, numerique=True),
    )
    cells = rows[[column.cle for column in columns]].assign(annee=[str(int(year)) for year in rows["annee"]])
    kept = ["annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde"]
    return Chiffres(columns, cells, rows[kept])
