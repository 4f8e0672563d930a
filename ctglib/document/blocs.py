"""The blocks that a cell of a report shows: frozen objects without any HTML, PDF or Word.

A text (``Texte``) is a string, or a tuple of pieces (``Morceau``) when some of it is strong or is a
link. An executed notebook keeps the blocks as JSON (``en_json``), which is all that exporters read
(``de_json``).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pandas as pd

from ctglib.document.affichage import ECRIVAINS
from ctglib.donnees.montrable import Montrable

MIME = "application/vnd.ctg.document+json"


@dataclass(frozen=True)
class Gras:
    """Strong words."""

    texte: str


@dataclass(frozen=True)
class Lien:
    """Words that lead to an address: of the network, or of a file beside the report."""

    texte: str
    adresse: str


@dataclass(frozen=True)
class Renvoi:
    """A reference to a table or a figure by its anchor (« figure-etats »), shown as its number."""

    ancre: str
    autres: tuple[str, ...] = ()  # tried in turn when the report does not have the first
    entre_parentheses: bool = False  # « (tableau 2) »; left out when the report has none of them
    sinon: Lien | None = None  # what stands there when the report has none of them
    texte: str = ""  # « tableau 2 », once the report is assembled


Morceau = str | Gras | Lien | Renvoi
Texte = str | tuple[Morceau, ...]


class Bloc(Montrable):
    """What a cell can show.

    ``bloc + autre`` is the group of both. An empty group and a table without rows are false in a
    condition, and show nothing.
    """

    @property
    def pieces(self) -> tuple[Bloc, ...]:
        """The blocks of a group; of any other block, itself alone."""
        return (self,)

    def __add__(self, autre: Bloc) -> Groupe:
        return Groupe((*self.pieces, *autre.pieces))

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        """Return what JupyterLab shows, and what the exporters read."""
        bloc_en_json = en_json(self)
        return {
            "text/html": ECRIVAINS["text/html"](de_json(bloc_en_json)),
            "text/plain": type(self).__name__,
            MIME: bloc_en_json,
        }

    @property
    def html(self) -> str:
        """What JupyterLab shows: the HTML of the page, but for the numbers of captions."""
        return str(self._repr_mimebundle_()["text/html"])


@dataclass(frozen=True)
class Groupe(Bloc):
    """Several blocks in a row."""

    pieces: tuple[Bloc, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __getitem__(self, nom: str) -> Bloc:
        """Retourne le tableau ou la figure de ce nom, par exemple
        ``fiche.indicateurs()["cibles"]``.

        Raises:
            ValueError: Le groupe n'en a pas de ce nom ; le message donne ceux qu'il a.
        """
        pieces = self._pieces_nommees
        if nom not in pieces:
            raise ValueError(
                f"« {nom} » n'est pas là. Tableaux et figures : {', '.join(pieces) or 'aucun'}."
            )
        return pieces[nom]

    def __contains__(self, nom: str) -> bool:
        return nom in self._pieces_nommees

    @property
    def _pieces_nommees(self) -> dict[str, Bloc]:
        """Its tables and figures by name: the other blocks have none."""
        pieces = {}
        for piece in feuilles(self.pieces):
            nom = getattr(piece, "nom", "")
            if nom:
                pieces[nom] = piece
        return pieces


@dataclass(frozen=True)
class Titre(Bloc):
    """A heading: of a report (1), of a chapter (2), of a part of it (3)."""

    texte: str
    niveau: int = 3
    ancre: str = ""  # given when the report is assembled


# What a paragraph may be, by its class: in small; under the title of a first page; a large number,
# what stands under it, what it is worth; what announces the paragraph that follows.
CLASSES = ("note", "chapo", "chiffre", "detail", "verdict", "intitule")


@dataclass(frozen=True)
class Paragraphe(Bloc):
    """A paragraph; ``classe`` says what it is where it is not plain text (see ``CLASSES``)."""

    texte: Texte
    classe: str = ""


QUESTIONS = "questions"


@dataclass(frozen=True)
class Liste(Bloc):
    """A list, one text an item; ``classe`` is « messages » for the large one of a first page, and
    ``QUESTIONS`` for the answers to the questions that were put.
    """

    items: tuple[Texte, ...]
    ordonnee: bool = False
    classe: str = ""


@dataclass(frozen=True)
class Encadre(Bloc):
    """Paragraphs set apart: a warning, or the words of somebody else, whom ``auteur`` names."""

    paragraphes: tuple[Texte, ...]
    citation: bool = False
    auteur: str = ""


@dataclass(frozen=True)
class Colonnes(Bloc):
    """Blocks side by side where the page is wide enough; ``classe`` is « constats » for those of a
    first page, each under its number.
    """

    blocs: tuple[Bloc, ...]
    classe: str = ""


@dataclass(frozen=True)
class Dessin(Bloc):
    """A figure as it was drawn: what a document carries of it (see ``Figure``)."""

    nom: str
    titre: str
    alt: str
    svg_large: str  # for a page of 17 cm
    svg_etroit: str  # for a telephone, 8.5 cm wide
    lecture: str
    source: str
    tableau: Bloc | None = None  # its numbers: a ``Tableau``, whose module needs this one
    numero: str = ""  # « Figure 1 », once the report is assembled


@dataclass(frozen=True)
class Logo:
    """A party and its logo, PNG or SVG; without a file, its name stands in a neutral frame."""

    nom: str
    contenu: bytes | None

    @property
    def suffixe(self) -> str:
        """« png » or « svg »."""
        if self.contenu is not None and self.contenu.startswith(b"\x89PNG"):
            return "png"
        return "svg"


@dataclass(frozen=True)
class Couverture(Bloc):
    """The cover; an empty one is that of a document without cover, and is false in a condition."""

    sujet: str = ""
    territoire: str = ""
    mentions: tuple[tuple[str, str], ...] = ()  # label, text
    logos: tuple[Logo, ...] = ()
    source: str = ""
    # For the metadata (ISO). It is a date of the content, not of today: a report made again from
    # the same data has the same bytes.
    date: str = ""
    avertissement: str = ""  # set apart when not empty
    complement: str = ""  # ends the title of the page: the year, which no notebook has in its title
    sigles: tuple[tuple[str, str], ...] = ()  # abbreviations: the page lists those that are used
    breve: bool = False  # few pages: on paper it is set closer, and has no table of contents

    def __bool__(self) -> bool:
        return self != SANS_COUVERTURE


SANS_COUVERTURE = Couverture()


@dataclass(frozen=True)
class Piece(Bloc):
    """A file that a report carries: where it lies beside the page, its bytes, and what it is."""

    adresse: str
    contenu: bytes
    libelle: str


def morceaux(texte: Texte) -> tuple[Morceau, ...]:
    """Return the pieces of a text: of a string, itself alone."""
    return (texte,) if isinstance(texte, str) else texte


# What a cell of code of a notebook calls.
paragraphe = Paragraphe
sous_titre = Titre


def feuilles(blocs: Iterable[Bloc]) -> Iterator[Bloc]:
    """Yield blocks without their groups, in reading order."""
    for bloc in blocs:
        if isinstance(bloc, Groupe):
            yield from feuilles(bloc.pieces)
        else:
            yield bloc


def liste(phrases: Iterable[Any]) -> Bloc:
    """Return a list, one item for each sentence that is not empty; an empty group without any."""
    items = tuple(phrase for phrase in phrases if phrase)
    return Liste(items) if items else Groupe()


def citation(paroles: str, auteur: str) -> Bloc:
    """Return the words of somebody else, one paragraph for each line, with their author."""
    lignes = tuple(ligne for ligne in paroles.splitlines() if ligne.strip())
    return Encadre(lignes, citation=True, auteur=auteur)


def suite(blocs: Iterable[Bloc | None]) -> Groupe | None:
    """Return the blocks as a group, without None nor the empty ones; None when none is left."""
    blocs_non_vides = tuple(bloc for bloc in blocs if bloc)
    return Groupe(blocs_non_vides) if blocs_non_vides else None


# The classes of the objects of a document, by the name that JSON gives them under « genre ». The
# module ``tableau``, which needs this one, adds ``Tableau`` and ``Colonne``.
GENRES: dict[str, type] = {
    classe.__name__: classe
    for classe in (
        Gras,
        Lien,
        Renvoi,
        Groupe,
        Titre,
        Paragraphe,
        Liste,
        Encadre,
        Colonnes,
        Dessin,
        Logo,
        Couverture,
        Piece,
    )
}


def en_json(objet: Any) -> object:
    """Return an object of a document as what JSON can write, for ``de_json`` to read back.

    A block is {"genre": its class, and its fields}; a table of pandas and bytes have a « genre » of
    their own. A chart (``Figure``) is written as its drawings (``Dessin``).

    Raises:
        TypeError: The object is none of those of a document.
    """
    if objet is None or isinstance(objet, (str, int)):
        return objet
    if isinstance(objet, (tuple, list)):
        return [en_json(element) for element in objet]
    if isinstance(objet, pd.DataFrame):
        lignes = [
            [_valeur_en_json(valeur) for valeur in ligne]
            for ligne in objet.itertuples(index=False, name=None)
        ]
        return {"genre": "table", "colonnes": [str(nom) for nom in objet.columns], "lignes": lignes}
    if isinstance(objet, bytes):
        return {"genre": "octets", "base64": base64.b64encode(objet).decode("ascii")}
    bloc = getattr(objet, "bloc", objet)  # a chart has one
    genre = type(bloc).__name__
    if GENRES.get(genre) is not type(bloc):
        raise TypeError(f"« {type(objet).__name__} » n'est pas un objet d'un document")
    champs: dict[str, object] = {"genre": genre}
    for champ in fields(bloc):
        if champ.name != "ecrire":  # a function, of a column: its cells are written already
            champs[champ.name] = en_json(getattr(bloc, champ.name))
    return champs


def _valeur_en_json(valeur: Any) -> str | float | None:
    """Return a value of a table as JSON: None if missing, a number, or a text (a day in ISO)."""
    if isinstance(valeur, str):
        return valeur
    if pd.isna(valeur):
        return None
    if hasattr(valeur, "item"):  # a number of numpy
        valeur = valeur.item()
    if isinstance(valeur, (str, int, float)):
        return valeur
    if isinstance(valeur, date):
        return valeur.isoformat()[:10]
    return str(valeur)


def de_json(ecrit: Any) -> Any:
    """Return the object that ``en_json`` wrote; its lists are tuples.

    Raises:
        KeyError: Its « genre » is none of those of a document.
    """
    if isinstance(ecrit, list):
        return tuple(de_json(element) for element in ecrit)
    if not isinstance(ecrit, dict):
        return ecrit
    genre = ecrit["genre"]
    if genre == "table":
        return pd.DataFrame(ecrit["lignes"], columns=ecrit["colonnes"], dtype=object)
    if genre == "octets":
        return base64.b64decode(ecrit["base64"])
    champs = {nom: de_json(valeur) for nom, valeur in ecrit.items() if nom != "genre"}
    return GENRES[genre](**champs)
