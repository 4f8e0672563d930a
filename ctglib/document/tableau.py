"""A table of a report: what is shown, what its CSV carries, its caption and its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import pandas as pd

from ctglib.calculs.ecriture import nombre
from ctglib.document.blocs import GENRES, Bloc
from ctglib.document.typographie import RIEN, nombre_court
from ctglib.donnees.ecriture import ecrire as ecrire_fichiers
from ctglib.donnees.ecriture import en_csv

FORMULES = ("=", "+", "-", "@", "\t", "\r")
# Where a program that splits on « ; » would begin a cell, quotes or not.
CELLULE_D_UN_AUTRE = re.compile(r"([;\t\r\n]\s*)(?=[=+@-])")


@dataclass(frozen=True)
class Colonne:
    """A column of a table."""

    cle: str  # names it in the data
    libelle: str  # heads it, with its unit
    numerique: bool = False
    groupe: str = ""  # spans neighbours
    ecrire: Callable[[object], str] | None = (
        None  # what is shown of a value; of the row, where the data have none
    )
    largeur: int = (
        0  # what it takes at least on paper, in points: room for what is filled in by hand
    )


@dataclass(frozen=True, repr=False)
class Tableau(Bloc):
    """A captioned, sourced table."""

    nom: str  # letters, digits, hyphens: the anchor and the name of the CSV
    titre: str  # caption, without its number: subject, territories, year
    colonnes: tuple[Colonne, ...]  # those shown; the first one heads the rows
    cellules: pd.DataFrame  # what is shown, as text, one column a ``Colonne.cle``
    donnees: pd.DataFrame  # what the CSV carries, unrounded, same rows or more
    source: str  # producer and document, as a sentence
    groupes: tuple[str, ...] | None = (
        None  # title of the group of each row; a new title opens a new group
    )
    notes: tuple[str, ...] = ()
    classe: str = ""
    donnees_de: str = ""  # the figure whose numbers these are: captioned « Données de la figure n »
    ecran: bool = False  # for the HTML page and its CSV alone: paper names it, and it has no number
    numero: str = ""  # given when the report is assembled

    @classmethod
    def de(cls, frame: pd.DataFrame, colonnes: Iterable[Colonne], **reste: object) -> Tableau:
        """Return a table whose cells and CSV come from one frame; a ValueError names the columns
        that it lacks.

        Args:
            frame: A row a row of the table; what is absent is missing, and shown as a dash unless
                ``ecrire`` says why.
            colonnes: How each column is shown; those of the frame that are not told are in the CSV
                alone.
            reste: The other arguments of a table; ``donnees`` among them where the CSV has other
                rows or columns.

        Examples:
            >>> rates = pd.DataFrame({"annee": [2024, 2025], "taux": [59.4312, None]})
            >>> shown = [Colonne("annee", "Année", ecrire=str), Colonne("taux", "Taux (%)", numerique=True)]
            >>> table = Tableau.de(rates, shown, nom="taux", titre="Taux", source="Caf")
            >>> list(table.lignes()), table.csv()
            ([('2024', '59,4312'), ('2025', '–')], 'annee,taux\\n2024,59.4312\\n2025,\\n')
        """
        columns = tuple(colonnes)
        if lost := [c.cle for c in columns if c.cle not in frame.columns and not c.ecrire]:
            name = reste["nom"]
            known = ", ".join(map(str, frame.columns))
            raise ValueError(
                f"Tableau « {name} » : pas de colonne {', '.join(lost)} dans les données ({known})."
            )
        rows = [row for _, row in frame.iterrows()]
        cells = {
            column.cle: [
                (column.ecrire or ecrire_valeur)(value) for value in frame.get(column.cle, rows)
            ]
            for column in columns
        }
        return cls(**{"donnees": frame, **reste}, colonnes=columns, cellules=pd.DataFrame(cells))

    def __bool__(self) -> bool:
        return len(self.cellules) > 0

    def __repr__(self) -> str:
        return f'Tableau « {self.titre} », {len(self.cellules)} lignes. Ensuite : .donnees, .exporter("table.csv").'

    def sans_colonne_vide(self) -> Tableau:
        """Return the table without the columns that have nothing but dashes."""
        told = tuple(column for column in self.colonnes if self.cellules[column.cle].ne(RIEN).any())
        return replace(self, colonnes=told)

    def lignes(self) -> Iterator[tuple[object, ...]]:
        """Return what is shown, row by row, in the order of the columns."""
        return zip(*(self.cellules[colonne.cle] for colonne in self.colonnes), strict=True)

    def corps(self) -> list[tuple[str, list[tuple[object, ...]]]]:
        """Return the rows by group, each with its title, which is empty when there is none."""
        groupes = self.groupes or ("",) * len(self.cellules)
        pairs = groupby(zip(groupes, self.lignes(), strict=True), key=lambda pair: pair[0])
        return [(title or "", [row for _, row in rows]) for title, rows in pairs]

    def entetes(self) -> list[list[tuple[Colonne | str, int, int]]]:
        """Return the rows of the header: a column, or the title of several, with the columns and
        the rows it spans.
        """
        if not any(colonne.groupe for colonne in self.colonnes):
            return [[(colonne, 1, 1) for colonne in self.colonnes]]
        first: list[tuple[Colonne | str, int, int]] = []
        for title, neighbours in groupby(self.colonnes, key=lambda colonne: colonne.groupe):
            columns = list(neighbours)
            first += [(title, len(columns), 1)] if title else [(column, 1, 2) for column in columns]
        return [first, [(column, 1, 1) for column in self.colonnes if column.groupe]]

    def csv(self) -> str:
        """Return the data as CSV (comma, point, UTF-8); a text that a spreadsheet would run is
        neutralised.
        """
        rows = ([*map(neutraliser, row)] for row in self.donnees.itertuples(index=False, name=None))
        return en_csv([self.donnees.columns, *rows])

    def exporter(self, chemin: str | Path) -> Path:
        """Write the data as CSV where an analyst wants them; return the path, or raise
        ``EcritureImpossible``.
        """
        path = Path(chemin)
        ecrire_fichiers({path: self.csv().encode("utf-8")})
        return path


GENRES.update(Colonne=Colonne, Tableau=Tableau)


def tableau(
    frame: pd.DataFrame,
    nom: str,
    titre: str,
    source: str,
    colonnes: Sequence[Colonne] = (),
    **reste: object,
) -> Tableau:
    """Retourne le tableau d'un rapport à partir d'un DataFrame : légende, source, CSV à côté du
    rapport.

    Args:
        frame: Les données, une ligne par ligne du tableau ; un index nommé devient la première
            colonne.
        nom: Nom court, en minuscules, sans espace : celui du fichier CSV.
        titre: La légende : de quoi, où, quand, en quelle unité.
        source: Qui produit ces données, et dans quel document.
        colonnes: Comment montrer chaque colonne ; sans elles, toutes le sont, sous leur nom.
        reste: Les autres arguments d'un ``Tableau`` : notes, groupes…

    Raises:
        ValueError: Une colonne manque, ou il n'y a aucune ligne.
    """
    if frame.empty:
        raise ValueError(
            f"Tableau « {nom} » : aucune ligne ; dire plutôt, en une phrase, ce qui manque et pourquoi."
        )
    shown = frame.reset_index() if frame.index.name else frame
    told = colonnes or [
        Colonne(name, str(name), pd.api.types.is_numeric_dtype(shown[name]))
        for name in shown.columns
    ]
    return Tableau.de(shown, told, nom=nom, titre=titre, source=source, **reste)


def decimales(combien: int, *, signe: bool = False) -> Callable[[float], str]:
    """Return what writes a number of a column with so many decimals, a dash for none."""
    return lambda value: RIEN if pd.isna(value) else nombre(value, combien, signe)


def ecrire_valeur(valeur: object) -> str:
    """Return a value as a French reader expects it: « 1 234,5 », a dash for what is absent."""
    if isinstance(valeur, str):
        return valeur
    if pd.isna(valeur):
        return RIEN
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    return (
        nombre_court(valeur)
        if isinstance(valeur, (int, float)) and not isinstance(valeur, bool)
        else str(valeur)
    )


def neutraliser(valeur: object) -> object:
    """Return a value for a spreadsheet: nothing for what is missing, no text that it would take for
    a formula.
    """
    if isinstance(valeur, str):
        text = f"'{valeur}" if valeur.startswith(FORMULES) else valeur
        return CELLULE_D_UN_AUTRE.sub(r"\1'", text)
    if valeur is None or pd.isna(valeur):
        return ""
    return valeur.date() if isinstance(valeur, datetime) else valeur
