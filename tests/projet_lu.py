"""The draft of the annexes of the next convention, read from its Word file as its reader has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph


@dataclass
class Tableau:
    """A table of the draft: its caption, its source, its rows by title of column, with its group."""

    legende: str
    rangees: list[dict[str, str]] = field(default_factory=list)
    source: str = ""


@dataclass
class Brouillon:
    """The draft as its reader has it."""

    octets: bytes
    titres: list[tuple[int, str]] = field(default_factory=list)
    textes: list[str] = field(default_factory=list)
    tableaux: list[Tableau] = field(default_factory=list)

    @property
    def texte(self) -> str:
        """Return all that is written in it."""
        morceaux = [titre for _, titre in self.titres] + self.textes
        for tableau in self.tableaux:
            morceaux += [tableau.legende, tableau.source]
            for rangee in tableau.rangees:
                morceaux += [*rangee, *rangee.values()]
        return "\n".join(morceaux).replace("\xa0", " ")

    def nommes(self, mots: str) -> list[Tableau]:
        """Return the tables whose caption has these words."""
        return [tableau for tableau in self.tableaux if mots in tableau.legende]

    def rangees(self, mots: str) -> list[dict[str, str]]:
        """Return the rows of the tables whose caption has these words."""
        return [rangee for tableau in self.nommes(mots) for rangee in tableau.rangees]


def lire(path: Path) -> Brouillon:
    """Read a draft, block by block in reading order."""
    lu = Brouillon(path.read_bytes())
    word = docx.Document(BytesIO(lu.octets))
    for bloc in word.iter_inner_content():
        if isinstance(bloc, Table):
            lu.tableaux[-1].rangees = _rangees(bloc)
            continue
        assert isinstance(bloc, Paragraph)
        style = str(bloc.style.name) if bloc.style else ""
        if style.startswith("Heading"):
            lu.titres.append((int(style[-1]), bloc.text.replace("\xa0", " ")))
        elif style == "Table Caption":
            lu.tableaux.append(Tableau(bloc.text))
        elif style == "Source":
            lu.tableaux[-1].source = bloc.text
        else:
            lu.textes.append(bloc.text)
    return lu


def _rangees(table: Table) -> list[dict[str, str]]:
    entetes: list[list[str]] = []
    rangees = []
    groupe = ""
    for row in table.rows:
        cellules = [cell.text.replace("\xa0", " ") for cell in row.cells]
        if row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
            entetes.append(cellules)
        elif len(set(cellules)) == 1 and len(cellules) > 1:
            groupe = cellules[0]
        else:
            titres = [" ".join(dict.fromkeys(colonne)) for colonne in zip(*entetes, strict=True)]
            rangees.append({"": groupe, **dict(zip(titres, cellules, strict=True))})
    return rangees
