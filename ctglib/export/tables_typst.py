"""The tables of a page written for Typst: widths from what the columns hold, headers tagged, rows kept whole.

Pandoc knows one processor and takes half of its time to read cells that hold plain text. A table is read here instead,
and pandoc only carries its place.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.export.chaines_typst import entre_guillemets, secables
from ctglib.export.suite_de_table import hauteur

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
OUVRANT, FERMANT = "\ue000", "\ue001"  # no font of ours has them: a text of the data never holds them
PLACE = re.compile(f"{OUVRANT}(\\d+){FERMANT}")

SIGNES_PAR_LIGNE = 118  # characters of 8.5 pt that fit in the width of an A4 page with margins of 20 mm
MARGES = 3  # the same for the inside margins of a cell
MOT_AU_PLUS = 20  # a column need not be wider for one word
COLONNE_AU_MOINS = 4
ENTETE_AU_PLUS = 14
LIGNES_COURTES, SIGNES_COURTS = 16, 1300  # a table of no more rows and of no more text than that is never cut
MARGE_BASSE = 4  # pt: under the text of a cell, as « rapport.typ » has it
SIGNES_D_UN_BLOC = 800  # a row whose cells hold less than that is never cut between two pages


@dataclass(frozen=True)
class Cellule:
    """A cell: its text, how it spans, and the column where it begins."""

    texte: str
    nombre: bool
    colonne: int
    colonnes: int
    lignes: int


Lignes = tuple[tuple[Cellule, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table: caption, rows of the header, rows of the bodies."""

    titre: str
    tete: Lignes
    corps: Lignes

    @property
    def largeur(self) -> int:
        """How many columns it has."""
        return max((cell.colonne + cell.colonnes for row in (*self.tete, *self.corps) for cell in row), default=1)


def extraire(corps: str) -> tuple[str, tuple[str, ...]]:
    """Return a body whose tables are only places, and the tables as Typst."""
    tables: list[str] = []

    def placer(found: re.Match[str]) -> str:
        tables.append(ecrire(lire(found[0]), hauteur(corps, found.end())))
        return f'<div class="table-ecrite"><p>{OUVRANT}{len(tables) - 1}{FERMANT}</p></div>'

    return TABLE.sub(placer, corps), tuple(tables)


def remettre(texte: str, tables: tuple[str, ...]) -> str:
    """Return a Typst text with its tables in their places."""
    return PLACE.sub(lambda found: tables[int(found[1])], texte)


def lire(source: str) -> Table:
    """Return a table from its HTML; what cells hold is read as text."""
    from lxml.html import fragment_fromstring

    element = fragment_fromstring(source)
    captions = element.findall("caption")
    bodies = [part for part in element if part.tag in ("tbody", "tfoot", "tr")]
    heads = [row for head in element.findall("thead") for row in head.iter("tr")]
    return Table(
        titre=_texte(captions[0]) if captions else "",
        tete=_placer(heads),
        corps=tuple(row for body in bodies for row in _placer(body.iter("tr"))),
    )


def _placer(rows: Iterator[HtmlElement] | list[HtmlElement]) -> Lignes:
    """Return rows whose cells know their column, the spans of earlier rows counted."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for rank, row in enumerate(rows):
        column, cells = 0, []
        for cell in row:
            while (rank, column) in taken:
                column += 1
            wide, high = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            taken |= {(rank + down, column + across) for down in range(high) for across in range(wide)}
            cells.append(Cellule(_texte(cell), "nombre" in cell.get("class", "").split(), column, wide, high))
            column += wide
        placed.append(tuple(cells))
    return tuple(placed)


def _texte(element: HtmlElement) -> str:
    return secables(element.text_content())


def ecrire(table: Table, sous: float = 0.0) -> str:
    """Return a table as Typst; a long one keeps its last row on the page of what follows, ``sous`` points high."""
    widths = ", ".join(f"{width:.1f}fr" for width in largeurs(table))
    signs = sum(len(cell.texte) for row in table.corps for cell in row)
    short = len(table.corps) <= LIGNES_COURTES and signs <= SIGNES_COURTS
    below = 0.0 if short else sous
    text = (
        "figure(kind: table, numbering: none, supplement: none, outlined: false, "
        f"caption: [{_en_typst(table.titre)}], table(columns: ({widths},), {_tete(table)},\n{_corps(table, below)}\n))"
    )
    if short:
        return f"#court({text})"
    return f"#reserve\n#{text}" + (f"\n#fin({below:g}pt)" if below else "")


def _en_typst(texte: str) -> str:
    return f'#"{entre_guillemets(texte)}"' if texte else ""


def _contenu(texte: str) -> str:
    """Return the text as an argument: Typst takes a bare string as it is, and has nothing to read in it."""
    return f'"{entre_guillemets(texte)}"' if texte else "[]"


def _tete(table: Table) -> str:
    cells = [
        _cellule(cell, [f"align: {_cote(cell)} + bottom"], f"tete({_contenu(cell.texte)})")
        for row in table.tete
        for cell in row
    ]
    return f"table.header({' '.join(cells)})"


def _cote(cellule: Cellule) -> str:
    return "right" if cellule.nombre else "center" if cellule.colonnes > 1 else "left"


def _corps(table: Table, sous: float) -> str:
    """Return the rows; under the last one room is kept, which ``fin`` gives back."""
    lines = []
    for rank, row in enumerate(table.corps, start=1):
        if len(row) == 1 and row[0].colonnes > 1:
            head = f"table.cell(colspan: {row[0].colonnes})[#groupe[{_en_typst(row[0].texte)}]]"
            lines.append(f"table.header(level: 2, {head}),")
            continue
        whole = all(len(cell.texte) < SIGNES_D_UN_BLOC for cell in row)
        for cell in row:
            options = ["breakable: false"] * whole + ["align: right + top"] * cell.nombre
            options += [f"inset: (bottom: {MARGE_BASSE + sous:g}pt), stroke: none"] * (
                rank == len(table.corps) and sous > 0
            )
            lines.append(_cellule(cell, options, _contenu(cell.texte)))
    return "\n".join(lines)


def _cellule(cellule: Cellule, options: list[str], contenu: str) -> str:
    spans = [f"colspan: {cellule.colonnes}"] * (cellule.colonnes > 1)
    spans += [f"rowspan: {cellule.lignes}"] * (cellule.lignes > 1)
    return f"table.cell({', '.join([*spans, *options, contenu])}),"


def largeurs(table: Table) -> list[float]:
    """Return the weights of the columns; headers keep their words whole as long as the rows still fit on one line."""
    nombres = {cell.colonne for row in table.corps for cell in row if cell.nombre}
    words, cells, totals = _mesures(table, serre=False)
    widths, left = _repartir(table, nombres, words, totals)
    needed = sum(cells.get(column, 0) + MARGES for column in range(table.largeur) if column not in nombres)
    if needed <= left:
        return widths
    words, _, totals = _mesures(table, serre=True)
    return _repartir(table, nombres, words, totals)[0]


def _mesures(table: Table, *, serre: bool) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """Return of each column its longest unbreakable piece, its longest cell, all its text.

    Headers may break at a hyphen when ``serre``.
    """
    words: dict[int, int] = {}
    cells: dict[int, int] = {}
    totals: dict[int, int] = {}
    for rows, heading in ((table.tete, True), (table.corps, False)):
        for cell in (cell for row in rows for cell in row if cell.colonnes == 1):
            column, length = cell.colonne, len(cell.texte)
            least = min(math.ceil(length / 3), ENTETE_AU_PLUS) if heading else COLONNE_AU_MOINS
            longest = max((min(len(word), MOT_AU_PLUS) for word in _mots(cell, heading, serre)), default=0)
            words[column] = max(words.get(column, COLONNE_AU_MOINS), least, longest)
            cells[column] = max(cells.get(column, 0), length)
            totals[column] = totals.get(column, 0) + length
    return words, cells, totals


def _mots(cellule: Cellule, entete: bool, serre: bool) -> list[str]:
    if entete and serre:
        return re.findall(r"[^ \n-]+-?", cellule.texte)
    if not entete and cellule.nombre:
        return [cellule.texte]
    return cellule.texte.split(" ")


def _repartir(
    table: Table, nombres: set[int], mots: dict[int, int], totaux: dict[int, int]
) -> tuple[list[float], float]:
    """Return the weights, and what is left to texts: numbers take what they need, texts share the rest.

    They share it by the root of what they hold.
    """
    columns = range(table.largeur)
    needs = {column: mots.get(column, COLONNE_AU_MOINS) + MARGES for column in columns}
    left = SIGNES_PAR_LIGNE - sum(needs[column] for column in columns if column in nombres)
    parts = {column: math.sqrt(totaux.get(column, 1) + 1) for column in columns if column not in nombres}
    total = sum(parts.values())
    return [
        max(left * parts[column] / total, needs[column]) if column in parts else needs[column] for column in columns
    ], left
