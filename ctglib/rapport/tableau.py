"""A table of a report: what is shown, what its CSV carries, its caption and its source."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import ecrire
from ctglib.rapport.blocs import texte

if TYPE_CHECKING:
    import pandas as pd

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
        for groupe, row in zip(groupes, self.cellules.to_dict("records"), strict=True):
            if groupe != previous:
                rows.append("</tbody><tbody>" if rows else "<tbody>")
                if groupe:
                    span = len(self.colonnes)
                    head = f'<th scope="rowgroup" colspan="{span}"><span>{texte(groupe)}</span></th>'
                    rows.append(f'<tr class="groupe">{head}</tr>')
            previous = groupe
            head, *others = self.colonnes
            cells = [f'<th scope="row">{texte(row[head.cle])}</th>']
            cells += [f"<td{_classe(colonne)}>{texte(row[colonne.cle])}</td>" for colonne in others]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return "".join(rows) + "</tbody>" if rows else "<tbody></tbody>"

    def csv(self) -> str:
        """Return the data as CSV (comma, point, UTF-8); a text that a spreadsheet would run is neutralised."""
        return self.donnees.map(neutraliser).to_csv(index=False, lineterminator="\n")

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
            "text/plain": f"{self.titre}\n{self.cellules.to_string(index=False)}",
            MIME_TABLEAUX: {self.nom: self.csv()},
        }


def neutraliser(valeur: object) -> object:
    """Return a text that no spreadsheet takes for a formula; numbers are left as they are."""
    if isinstance(valeur, str) and valeur[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + valeur
    return valeur


def _classe(colonne: Colonne) -> str:
    return ' class="nombre"' if colonne.numerique else ""


def _titre_de_colonne(colonne: Colonne, rowspan: int) -> str:
    span = f' rowspan="{rowspan}"' if rowspan > 1 else ""
    return f'<th scope="col"{span}{_classe(colonne)}>{texte(colonne.libelle)}</th>'
