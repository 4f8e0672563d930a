"""A heat map: rows and columns, the value written in each cell, what is missing hatched and said in a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, compter
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.nuances import encre
from ctglib.graphiques.paquets import paquets, plus_long_mot
from ctglib.graphiques.rangees import GOUTTIERE, gauche_des_marques, poser_note, poser_rangees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

PLUS_FONCE = "Plus la case est foncée, plus la valeur est élevée."
LIGNES = 3
MARGE = 4.0
ENTRE_CASES = 2.0
ENTRE_PAQUETS = 12.0
AU_MOINS = 3  # columns in a block, even when a word must then be cut
TIRET = "–"


@dataclass(frozen=True)
class Case:
    """A cell: its text, and its place from 0 to 1 between the lowest and the highest value, None without one."""

    texte: str
    rang: float | None


def grille(cellules: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure | None:
    """Return the heat map, rows and columns in the order in which they come; None when no cell has a value.

    Args:
        cellules: One row a cell: ``ligne``, ``colonne``, ``valeur`` (NaN when missing), ``texte`` (what is written: the
            value, or the word of its absence) and, if wanted, ``signe``, written before it. Colour goes from zero, or
            from the lowest value when it is negative, to the highest one.
        contexte: The source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    if not cellules["valeur"].notna().any():
        return None
    rows = cellules.assign(
        valeur=cellules["valeur"].astype("Float64").astype("float64"),
        ligne=cellules["ligne"].astype(str),
        colonne=cellules["colonne"].astype(str),
        ecrit=[_ecrit(row) for row in cellules.to_dict("records")],
    )
    names, columns = list(dict.fromkeys(rows["ligne"])), list(dict.fromkeys(rows["colonne"]))
    cases = _cases(rows)
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, names, columns, cases),
        alt=_alt(names, columns, cases),
        lecture=_lecture(rows),
        chiffres=_chiffres(names, columns, cases, cellules),
    )


def _ecrit(row: Mapping[str, object]) -> str:
    sign = row.get("signe")
    return f"{sign}{INSECABLE}{row['texte']}" if isinstance(sign, str) and sign else str(row["texte"])


def _cases(rows: pd.DataFrame) -> dict[tuple[str, str], Case]:
    low, high = min(0.0, rows["valeur"].min()), rows["valeur"].max()
    spread = high - low
    return {
        (row.ligne, row.colonne): Case(
            row.ecrit, None if pd.isna(row.valeur) else (row.valeur - low) / spread if spread else 0.0
        )
        for row in rows.itertuples()
    }


def _dessiner(
    planche: Planche, lignes: Sequence[str], colonnes: Sequence[str], cases: Mapping[tuple[str, str], Case]
) -> float:
    left = _gauche(planche, lignes)
    words = max(plus_long_mot(planche, colonnes), plus_long_mot(planche, [case.texte for case in cases.values()], True))
    width = planche.largeur - left
    blocks = paquets(colonnes, width, min(words + 2 * MARGE, width / AU_MOINS))
    top, size = 0.0, width / len(blocks[0])
    for block in blocks:
        top = _bloc(planche, (top, size), lignes, block, cases) + ENTRE_PAQUETS
    return poser_note(planche, left, top - ENTRE_PAQUETS + 4, PLUS_FONCE)


def _gauche(planche: Planche, lignes: Sequence[str]) -> float:
    """Return where the cells start: short labels leave them their room."""
    widest = max(planche.mesurer(line) for line in lignes) + GOUTTIERE
    return min(gauche_des_marques(planche), widest)


def _bloc(
    planche: Planche, place: tuple[float, float], lignes: Sequence[str], colonnes: Sequence[str],
    cases: Mapping[tuple[str, str], Case],
) -> float:  # fmt: skip
    """Put the heads of some columns and their cells in each row, and return the bottom of the block."""
    (top, size), lead, left = place, planche.interligne, _gauche(planche, lignes)
    heads = [planche.couper(column, size - 2 * MARGE, LIGNES) for column in colonnes]
    head = max(map(len, heads)) * lead
    for rank, lines in enumerate(heads):
        y = top + head - len(lines) * lead / 2
        planche.paragraphe(left + (rank + 0.5) * size, y, lines, ancre="center", couleur=planche.couleurs.secondaire)
    texts = {
        key: planche.couper(case.texte, size - 2 * MARGE, LIGNES, gras=True)
        for key, case in cases.items()
        if key[1] in colonnes
    }
    height = max(map(len, texts.values())) * lead + MARGE
    rangees = poser_rangees(planche, lignes, top + head + 4, marque=height)
    for y, name in zip(rangees.centres, lignes, strict=True):
        for rank, column in enumerate(colonnes):
            cell = (left + rank * size, y - height / 2, size - ENTRE_CASES, height)
            case = cases.get((name, column), Case(TIRET, None))
            _case(planche, cell, case, texts.get((name, column), [TIRET]))
    return rangees.bas


def _case(planche: Planche, place: tuple[float, float, float, float], case: Case, lignes: Sequence[str]) -> None:
    x, y, width, height = place
    shades = planche.degrade("territoire")[::-1]
    colour = None if case.rang is None else shades[round(case.rang * (len(shades) - 1))]
    planche.rectangle(x, y, width, height, couleur=colour, hachure=colour is None)
    style = (
        {"couleur": planche.couleurs.absence, "fond": True} if colour is None else {"couleur": encre(planche, colour)}
    )
    planche.paragraphe(x + width / 2, y + height / 2, lignes, ancre="center", gras=True, **style)


def _alt(lignes: Sequence[str], colonnes: Sequence[str], cases: Mapping[tuple[str, str], Case]) -> str:
    """Return every row with its cells: there is no shorter way to say a grid."""
    said = []
    for line in lignes:
        cells = [f"{column} {cases[line, column].texte}" for column in colonnes if (line, column) in cases]
        said.append(f"{line} : {', '.join(cells)}.")
    return f"{compter(len(lignes), 'ligne')}, {compter(len(colonnes), 'colonne')}. {' '.join(said)}"


def _lecture(rows: pd.DataFrame) -> str:
    row = rows.loc[rows["valeur"].idxmax()]
    return f"« {row['ligne']} », {row['colonne']} : {row['ecrit']}."


def _chiffres(
    lignes: Sequence[str], colonnes: Sequence[str], cases: Mapping[tuple[str, str], Case], cellules: pd.DataFrame
) -> Chiffres:
    columns = (Colonne("ligne", "Ligne"), *(Colonne(f"c{rank}", name, True) for rank, name in enumerate(colonnes)))
    rows = [
        {"ligne": line, **{f"c{rank}": _dire(cases, line, column) for rank, column in enumerate(colonnes)}}
        for line in lignes
    ]
    return Chiffres(columns, pd.DataFrame(rows, columns=[column.cle for column in columns]), cellules)


def _dire(cases: Mapping[tuple[str, str], Case], ligne: str, colonne: str) -> str:
    case = cases.get((ligne, colonne))
    return TIRET if case is None else case.texte
