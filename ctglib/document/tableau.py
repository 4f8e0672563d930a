"""A table of a report: what is shown, what its CSV carries, its caption and its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from pandas import NA

from ctglib.document.blocs import texte
from ctglib.donnees.ecriture import ecrire, en_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

FORMULES = ("=", "+", "-", "@", "\t", "\r")
# Where a program that splits on « ; » would begin a cell, quotes or not.
CELLULE_D_UN_AUTRE = re.compile(r"([;\t\r\n]\s*)(?=[=+@-])")
MIME_TABLEAUX = "application/vnd.ctg.tableaux+json"


@dataclass(frozen=True)
class Colonne:
    """A column: ``cle`` names it in the data, ``libelle`` heads it (with its unit), ``groupe`` spans neighbours."""

    cle: str
    libelle: str
    numerique: bool = False
    groupe: str = ""


@dataclass(frozen=True)
class Tableau:
    """A captioned, sourced table; its number is given when the report is assembled.

    Args:
        nom: Short name (letters, digits, hyphens): the anchor and the name of the CSV.
        titre: Caption, without its number: subject, territories, year.
        colonnes: The columns shown; the first one heads the rows.
        cellules: What is shown, as text, one column a ``Colonne.cle``.
        donnees: What the CSV carries, unrounded, same rows or more.
        source: Producer and document, as a sentence.
        groupes: Title of the group of each row, or None; a new title opens a new group.
        notes: Sentences under the table.
        classe: Extra class for the style.
        donnees_de: Name of the figure whose numbers these are: captioned « Données de la figure n ».
    """

    nom: str
    titre: str
    colonnes: tuple[Colonne, ...]
    cellules: pd.DataFrame
    donnees: pd.DataFrame
    source: str
    groupes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    classe: str = ""
    donnees_de: str = ""

    def html(self) -> str:
        """Return the table as HTML; every value is escaped here."""
        serie = (
            f'data-suite="donnees" data-de="{escape(self.donnees_de)}"'
            if self.donnees_de
            else f'data-suite="tableau" data-nom="{escape(self.nom)}"'
        )
        caption = f'<caption id="titre-{self.nom}"><span class="numero" {serie}></span>{texte(self.titre)}</caption>'
        notes = "".join(f'<p class="note">{texte(note)}</p>' for note in self.notes)
        classe = f"tableau {self.classe}".strip()
        return (
            f'<div class="{classe}" id="tableau-{self.nom}">'
            f'<div class="cadre" role="region" tabindex="0" aria-labelledby="titre-{self.nom}">'
            f"<table>{caption}<thead>{self._entete()}</thead>{self._corps()}</table></div>"
            f'{notes}<p class="source">{texte("Source : " + self.source)}</p></div>'
        )

    def _entete(self) -> str:
        if not any(colonne.groupe for colonne in self.colonnes):
            return "<tr>" + "".join(_titre_de_colonne(colonne, 1) for colonne in self.colonnes) + "</tr>"
        first, second, previous = [], [], None
        for colonne in self.colonnes:
            if not colonne.groupe:
                first.append(_titre_de_colonne(colonne, 2))
            else:
                if colonne.groupe != previous:
                    span = sum(other.groupe == colonne.groupe for other in self.colonnes)
                    first.append(f'<th scope="colgroup" colspan="{span}">{texte(colonne.groupe)}</th>')
                second.append(_titre_de_colonne(colonne, 1))
            previous = colonne.groupe
        return f"<tr>{''.join(first)}</tr><tr>{''.join(second)}</tr>"

    def _corps(self) -> str:
        rows, previous = [], None
        groupes = self.groupes or ("",) * len(self.cellules)
        _, *others = self.colonnes
        for groupe, (first, *values) in zip(groupes, self._lignes(), strict=True):
            if groupe != previous:
                rows.append("</tbody><tbody>" if rows else "<tbody>")
                if groupe:
                    span = len(self.colonnes)
                    title = f'<th scope="rowgroup" colspan="{span}"><span>{texte(groupe)}</span></th>'
                    rows.append(f'<tr class="groupe">{title}</tr>')
            previous = groupe
            cells = [f'<th scope="row">{texte(first)}</th>']
            cells += [f"<td{_classe(col)}>{texte(value)}</td>" for col, value in zip(others, values, strict=True)]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return "".join(rows) + "</tbody>" if rows else "<tbody></tbody>"

    def _lignes(self) -> Iterator[tuple[object, ...]]:
        """Return what is shown, row by row, in the order of the columns."""
        return zip(*(self.cellules[colonne.cle] for colonne in self.colonnes), strict=True)

    def csv(self) -> str:
        """Return the data as CSV (comma, point, UTF-8); a text that a spreadsheet would run is neutralised."""
        rows = ([*map(_en_csv, row)] for row in self.donnees.itertuples(index=False, name=None))
        return en_csv([self.donnees.columns, *rows])

    def exporter(self, chemin: str | Path) -> Path:
        """Write the data as CSV where an analyst wants them, and return the path.

        Raises:
            EcritureImpossible: The file cannot be written.
        """
        path = Path(chemin)
        ecrire({path: self.csv().encode("utf-8")})
        return path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {
            "text/html": self.html(),
            "text/plain": "\n".join([self.titre, *(" | ".join(map(str, row)) for row in self._lignes())]),
            MIME_TABLEAUX: {self.nom: self.csv()},
        }


def _en_csv(valeur: object) -> object:
    """Return a value as the CSV has it: nothing for what is missing, no text that a spreadsheet takes for a formula."""
    if isinstance(valeur, str):
        text = f"'{valeur}" if valeur.startswith(FORMULES) else valeur
        return CELLULE_D_UN_AUTRE.sub(r"\1'", text)
    if valeur is None or valeur is NA or valeur != valeur:
        return ""
    return valeur.date() if isinstance(valeur, datetime) else valeur


def _classe(colonne: Colonne) -> str:
    return ' class="nombre"' if colonne.numerique else ""


def _titre_de_colonne(colonne: Colonne, rowspan: int) -> str:
    span = f' rowspan="{rowspan}"' if rowspan > 1 else ""
    return f'<th scope="col"{span}{_classe(colonne)}>{texte(colonne.libelle)}</th>'
