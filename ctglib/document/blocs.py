"""What a cell of a report shows: frozen objects that know their content, and nothing of HTML, PDF
or Word.

A text is a string, or a tuple of runs where some of it is strong, or leads elsewhere. An executed
notebook keeps the objects as JSON, which is all that exporters read.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from ctglib.document.tableau import Tableau

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
    """A reference to a table or to a figure, by its anchor (« figure-etats »): its number stands
    for it.
    """

    ancre: str
    autres: tuple[str, ...] = ()  # tried in turn when the report has not the first
    entre_parentheses: bool = False  # left out when it has none
    sinon: Lien | None = None  # where to go when it has none
    texte: str = ""  # that number, once the report is assembled


Morceau = str | Gras | Lien | Renvoi
Texte = str | tuple[Morceau, ...]


class Bloc(Montrable):
    """What a cell can show.

    Blocks add up; an empty group and a table without rows are false, and show nothing.
    """

    @property
    def pieces(self) -> tuple[Bloc, ...]:
        """What it is made of: itself, unless it is a group."""
        return (self,)

    def __add__(self, autre: Bloc) -> Groupe:
        return Groupe((*self.pieces, *autre.pieces))

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        """Return what JupyterLab shows, and what the exporters read."""
        from ctglib.export.html import ecrire_html  # the one import that goes up

        written = en_json(self)
        return {
            "text/html": str(ecrire_html(de_json(written))),
            "text/plain": type(self).__name__,
            MIME: written,
        }

    @property
    def html(self) -> str:
        """What JupyterLab shows: the HTML that its page will have, but for the numbers of captions."""
        return self._repr_mimebundle_()["text/html"]


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
        found = {piece.nom: piece for piece in feuilles(self.pieces) if getattr(piece, "nom", "")}
        if nom not in found:
            raise ValueError(
                f"« {nom} » n'est pas là. Tableaux et figures : {', '.join(found) or 'aucun'}."
            )
        return found[nom]

    def __contains__(self, nom: str) -> bool:
        return any(getattr(piece, "nom", "") == nom for piece in feuilles(self.pieces))


@dataclass(frozen=True)
class Titre(Bloc):
    """A heading: of a report (1), of a chapter (2), of a part of it (3); its anchor comes with the
    assembly.
    """

    texte: str
    niveau: int = 3
    ancre: str = ""


@dataclass(frozen=True)
class Paragraphe(Bloc):
    """A paragraph; ``classe`` is « note » when it stands in small."""

    texte: Texte
    classe: str = ""


@dataclass(frozen=True)
class Liste(Bloc):
    """A list, one text an item; ``classe`` is « messages » when it stands in large on a first page."""

    items: tuple[Texte, ...]
    ordonnee: bool = False
    classe: str = ""


@dataclass(frozen=True)
class Encadre(Bloc):
    """Paragraphs set apart: a warning, or, when ``auteur`` says whose they are, words of someone
    else.
    """

    paragraphes: tuple[Texte, ...]
    citation: bool = False
    auteur: str = ""


@dataclass(frozen=True)
class Colonnes(Bloc):
    """Blocks side by side where the page is wide enough."""

    blocs: tuple[Bloc, ...]


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
    tableau: Tableau | None = None
    numero: str = ""  # « Figure 1 », once the report is assembled


@dataclass(frozen=True)
class Logo:
    """A party and its logo, PNG or SVG; while the file is absent its name stands in a neutral
    frame.
    """

    nom: str
    contenu: bytes | None

    @property
    def suffixe(self) -> str:
        """« png » or « svg »."""
        return "png" if (self.contenu or b"").startswith(b"\x89PNG") else "svg"


@dataclass(frozen=True)
class Couverture(Bloc):
    """What the cover says; that of a document without cover says nothing, and is false."""

    sujet: str = ""
    territoire: str = ""
    mentions: tuple[tuple[str, str], ...] = ()  # label, text
    logos: tuple[Logo, ...] = ()
    source: str = ""
    # in the metadata (ISO): that of its content, so that the same report made again has the same
    # bytes
    date: str = ""
    avertissement: str = ""  # set apart when not empty
    complement: str = (
        ""  # ends the title of the page: the year, which no notebook can write in its heading
    )
    sigles: tuple[
        tuple[str, str], ...
    ] = ()  # what abbreviations mean: the page lists those that the report uses
    breve: bool = (
        False  # a report of few pages: on paper it is set closer, and has no table of contents
    )

    def __bool__(self) -> bool:
        return self != SANS_COUVERTURE


SANS_COUVERTURE = Couverture()


@dataclass(frozen=True)
class Piece(Bloc):
    """A file that a report carries with it: where it lies beside the page, its bytes, and what it
    is.
    """

    adresse: str
    contenu: bytes
    libelle: str


def morceaux(texte: Texte) -> tuple[Morceau, ...]:
    """Return the runs of a text."""
    return (texte,) if isinstance(texte, str) else texte


# what a cell of code calls
paragraphe = Paragraphe
sous_titre = Titre


def feuilles(blocs: Iterable[Bloc]) -> Iterator[Bloc]:
    """Yield blocks without their groups, in reading order."""
    for bloc in blocs:
        if isinstance(bloc, Groupe):
            yield from feuilles(bloc.pieces)
        else:
            yield bloc


def liste(phrases: Iterable[object]) -> Bloc:
    """Return a list, one item a sentence, without those that are empty; nothing when there is none."""
    items = tuple(filter(None, phrases))
    return Liste(items) if items else Groupe()


def citation(paroles: str, auteur: str) -> Bloc:
    """Return words of someone else, one paragraph a line, and who said them."""
    return Encadre(
        tuple(line for line in paroles.splitlines() if line.strip()), citation=True, auteur=auteur
    )


def suite(blocs: Iterable[Bloc | None]) -> Groupe | None:
    """Return blocks one after the other, without those that show nothing; None when there is
    nothing.
    """
    shown = tuple(bloc for bloc in blocs if bloc)
    return Groupe(shown) if shown else None


GENRES = {
    name: kind for name, kind in globals().items() if is_dataclass(kind)
}  # and those of ``tableau``


def en_json(objet: object) -> object:
    """Return an object as JSON, of a figure what was drawn; a TypeError for what is none of ours."""
    if objet is None or isinstance(objet, (str, int)):
        return objet
    if isinstance(objet, (tuple, list)):
        return [en_json(item) for item in objet]
    if isinstance(objet, pd.DataFrame):
        rows = [
            [_valeur(value) for value in row] for row in objet.itertuples(index=False, name=None)
        ]
        return {"genre": "table", "colonnes": [str(name) for name in objet.columns], "lignes": rows}
    if isinstance(objet, bytes):
        return {"genre": "octets", "base64": base64.b64encode(objet).decode("ascii")}
    shown = getattr(objet, "bloc", objet)
    genre = type(shown).__name__
    if GENRES.get(genre) is not type(shown):
        raise TypeError(f"« {type(objet).__name__} » n'est pas un objet d'un document")
    said = {
        field.name: en_json(getattr(shown, field.name))
        for field in fields(shown)
        if field.name != "ecrire"
    }
    return {"genre": genre, **said}


def _valeur(valeur: object) -> object:
    """Return the value of a cell: its type lasts, since a number and a text are not written alike
    in a CSV.
    """
    if not isinstance(valeur, str) and pd.isna(valeur):
        return None
    plain = valeur.item() if hasattr(valeur, "item") else valeur  # of numpy
    if isinstance(plain, (str, int, float)):
        return plain
    return plain.isoformat()[:10] if isinstance(plain, date) else str(plain)


def de_json(ecrit: object) -> object:
    """Return the object that was written by ``en_json``; a KeyError for what is none of ours."""
    if isinstance(ecrit, list):
        return tuple(de_json(item) for item in ecrit)
    if not isinstance(ecrit, dict):
        return ecrit
    if ecrit["genre"] == "table":
        return pd.DataFrame(ecrit["lignes"], columns=ecrit["colonnes"], dtype=object)
    if ecrit["genre"] == "octets":
        return base64.b64decode(ecrit["base64"])
    return GENRES[ecrit["genre"]](
        **{name: de_json(value) for name, value in ecrit.items() if name != "genre"}
    )
