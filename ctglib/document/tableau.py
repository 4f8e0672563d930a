"""A table of a report: what is shown, what its CSV carries, its caption and its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from ctglib.calculs.ecriture import nombre
from ctglib.document.blocs import GENRES, Bloc
from ctglib.document.typographie import RIEN, nombre_court
from ctglib.donnees.ecriture import ecrire as ecrire_fichiers
from ctglib.donnees.ecriture import en_csv
from ctglib.secret.garde import verifier_la_sortie

# With what a text begins that a spreadsheet would run as a formula.
DEBUTS_DE_FORMULE = ("=", "+", "-", "@", "\t", "\r")
# The same in the middle of a text, after a sign at which some spreadsheets begin a cell: that of a
# French Windows splits a CSV on « ; », between quotes too. The group: that sign, then blanks.
SEPARATEUR_PUIS_FORMULE = re.compile(r"([;\t\r\n]\s*)(?=[=+@-])")

# What writes a cell: it takes the value of the cell when the data have a column of that name, else
# the whole row (a Series).
Ecriture = Callable[[Any], str]


@dataclass(frozen=True)
class Colonne:
    """A column of a table."""

    cle: str  # its name in the data
    libelle: str  # its header, with its unit
    numerique: bool = False  # aligned on the right
    groupe: str = ""  # the title above its header, shared with its neighbours; "" for none
    ecrire: Ecriture | None = None  # writes its cells; None: as ``ecrire_valeur`` does
    largeur: int = 0  # the least, on paper, in points: room for what is filled in by hand


@dataclass(frozen=True, repr=False)
class Tableau(Bloc):
    """A captioned, sourced table."""

    nom: str  # letters, digits, hyphens: the anchor and the name of the CSV
    titre: str  # caption, without its number: subject, territories, year
    colonnes: tuple[Colonne, ...]  # those shown; the first one heads the rows
    cellules: pd.DataFrame  # what is shown, as text, one column a ``Colonne.cle``
    donnees: pd.DataFrame  # what the CSV carries, unrounded, same rows or more
    source: str  # producer and document, as a sentence
    # The title of the group of each row; a new title opens a new group.
    groupes: tuple[str, ...] | None = None
    # What each row is known by when a Word file is read back: hidden there, nowhere else.
    reperes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    classe: str = ""
    donnees_de: str = ""  # the figure whose numbers these are: captioned « Données de la figure n »
    ecran: bool = False  # for the HTML page and its CSV alone: paper names it, and it has no number
    numero: str = ""  # given when the report is assembled
    # names and titles of the columns of the CSV that are not shown, for who reads it alone
    titres_du_csv: tuple[tuple[str, str], ...] = ()

    @classmethod
    def de(cls, frame: pd.DataFrame, colonnes: Iterable[Colonne], **reste: Any) -> Tableau:
        """Return a table whose cells and CSV both come from ``frame``.

        Args:
            frame: One row for each row of the table; an absent value is missing, and shown as a
                dash unless ``ecrire`` says why it is absent.
            colonnes: How each column is shown; the other columns of the frame are in the CSV alone.
            reste: The other arguments of a table; ``donnees`` among them where the CSV has other
                rows or columns.

        Raises:
            ValueError: A column is neither in the frame nor written from the row.

        Examples:
            >>> taux = pd.DataFrame({"annee": [2024, 2025], "taux": [59.4312, None]})
            >>> colonnes = [
            ...     Colonne("annee", "Année", ecrire=str),
            ...     Colonne("taux", "Taux (%)", numerique=True),
            ... ]
            >>> tableau = Tableau.de(taux, colonnes, nom="taux", titre="Taux", source="Caf")
            >>> list(tableau.lignes()), tableau.csv()
            ([('2024', '59,4312'), ('2025', '–')], 'annee,taux\\n2024,59.4312\\n2025,\\n')
        """
        colonnes = tuple(colonnes)
        absentes = [
            colonne.cle
            for colonne in colonnes
            if colonne.cle not in frame.columns and colonne.ecrire is None
        ]
        if absentes:
            presentes = ", ".join(map(str, frame.columns))
            raise ValueError(
                f"Tableau « {reste['nom']} » : pas de colonne {', '.join(absentes)} "
                f"dans les données ({presentes})."
            )
        lignes = [ligne for _, ligne in frame.iterrows()]
        cellules = {}
        for colonne in colonnes:
            ecrire = colonne.ecrire or ecrire_valeur
            # A column that the data lack is written from whole rows.
            valeurs = frame[colonne.cle] if colonne.cle in frame.columns else lignes
            cellules[colonne.cle] = [ecrire(valeur) for valeur in valeurs]
        arguments = {"donnees": frame, **reste}
        return cls(colonnes=colonnes, cellules=pd.DataFrame(cellules), **arguments)

    def __bool__(self) -> bool:
        return len(self.cellules) > 0

    def __repr__(self) -> str:
        return (
            f"Tableau « {self.titre} », {len(self.cellules)} lignes. "
            'Ensuite : .donnees, .exporter("table.csv").'
        )

    def sans_colonne_vide(self) -> Tableau:
        """Return the table without the columns whose cells are all « – »."""
        remplies = [
            colonne for colonne in self.colonnes if self.cellules[colonne.cle].ne(RIEN).any()
        ]
        return replace(self, colonnes=tuple(remplies))

    def lignes(self) -> Iterator[tuple[object, ...]]:
        """Yield the cells as shown, row by row, in the order of the columns: ("2024", "59,4")."""
        return zip(*(self.cellules[colonne.cle] for colonne in self.colonnes), strict=True)

    def corps(self) -> list[tuple[str, list[tuple[object, ...]]]]:
        """Return the rows in groups: [("Santé", [row, row]), ("Logement", [row])].

        Rows that follow each other under the same title are one group; a table without groups is
        one group, whose title is "".
        """
        titres = self.groupes or ("",) * len(self.cellules)
        lignes_titrees = zip(titres, self.lignes(), strict=True)
        corps = []
        for titre, groupe in groupby(lignes_titrees, key=lambda ligne_titree: ligne_titree[0]):
            lignes = [ligne for _, ligne in groupe]
            corps.append((titre or "", lignes))
        return corps

    def entetes(self) -> list[list[tuple[Colonne | str, int, int]]]:
        """Return the rows of the header, one or two: two where some columns share a title.

        A cell is (column, columns spanned, rows spanned); in the first of two rows it may be
        (shared title, columns spanned, 1), and the columns under it are in the second row.
        """
        if not any(colonne.groupe for colonne in self.colonnes):
            return [[(colonne, 1, 1) for colonne in self.colonnes]]
        premiere: list[tuple[Colonne | str, int, int]] = []
        for titre, voisines in groupby(self.colonnes, key=lambda colonne: colonne.groupe):
            colonnes = list(voisines)
            if titre:
                premiere.append((titre, len(colonnes), 1))
            else:
                premiere += [(colonne, 1, 2) for colonne in colonnes]
        seconde: list[tuple[Colonne | str, int, int]] = [
            (colonne, 1, 1) for colonne in self.colonnes if colonne.groupe
        ]
        return [premiere, seconde]

    def csv(self) -> str:
        """Return the data, headers first, as the text of a CSV: comma, decimal point.

        No text is run by a spreadsheet as a formula (see ``neutraliser``). A row that is all empty,
        to be filled by hand in the document, is left out: it is no data.
        """
        lignes = []
        for rangee in self.donnees.itertuples(index=False, name=None):
            ligne = [neutraliser(valeur) for valeur in rangee]
            if any(valeur != "" for valeur in ligne):
                lignes.append(ligne)
        return en_csv([self.donnees.columns, *lignes])

    def exporter(self, chemin: str | Path) -> Path:
        """Write the data as CSV where an analyst wants them, and return the path.

        Raises:
            EcritureImpossible: The file cannot be written.
            ExportRefuse: The notebook opened what closes its exits.
        """
        verifier_la_sortie()
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
    **reste: Any,
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
            f"Tableau « {nom} » : aucune ligne ; dire plutôt, en une phrase, ce qui manque et "
            "pourquoi."
        )
    donnees = frame.reset_index() if frame.index.name else frame
    if not colonnes:
        colonnes = [
            Colonne(cle, str(cle), numerique=pd.api.types.is_numeric_dtype(donnees[cle]))
            for cle in donnees.columns
        ]
    return Tableau.de(donnees, colonnes, nom=nom, titre=titre, source=source, **reste)


def decimales(combien: int, *, signe: bool = False) -> Ecriture:
    """Return what writes the numbers of a column with ``combien`` decimals, « – » if missing.

    Examples:
        >>> ecrire = decimales(1, signe=True)
        >>> ecrire(4.26), ecrire(float("nan"))
        ('+4,3', '–')
    """
    return lambda valeur: RIEN if pd.isna(valeur) else nombre(valeur, combien, signe)


def ecrire_valeur(valeur: Any) -> str:
    """Return a value as a French reader expects it: « 1 234,5 », « 30/06/2024 », « – » if missing.

    A text stays as it is, and a boolean is written as Python does.
    """
    if isinstance(valeur, str):
        return valeur
    if pd.isna(valeur):
        return RIEN
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, (int, float)) and not isinstance(valeur, bool):
        return nombre_court(valeur)
    return str(valeur)


def neutraliser(valeur: Any) -> object:
    """Return a value as it is written in a CSV or a workbook, so that no text is run as a formula.

    A formula at the beginning of a text, or after a semicolon, a tab or an end of line in it, gets
    an apostrophe before it: a spreadsheet then shows a text. A missing value (None, NaN, NaT)
    is an empty text. A moment, which pandas makes of a date, is its day: its hour is left out.
    Numbers, days and booleans stay as they are.

    Examples:
        >>> neutraliser("=1+1"), neutraliser("oui ; =1+1"), neutraliser("Lens"), neutraliser(-3)
        ("'=1+1", "oui ; '=1+1", 'Lens', -3)
        >>> neutraliser(None), neutraliser(pd.Timestamp(2024, 6, 30))
        ('', datetime.date(2024, 6, 30))
    """
    if isinstance(valeur, str):
        texte = f"'{valeur}" if valeur.startswith(DEBUTS_DE_FORMULE) else valeur
        return SEPARATEUR_PUIS_FORMULE.sub(r"\1'", texte)
    if valeur is None or pd.isna(valeur):
        return ""
    if isinstance(valeur, datetime):
        return valeur.date()
    return valeur
