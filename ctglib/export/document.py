"""A report ready to be written: title, cover, body with its numbers, assembled from what an
executed notebook shows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, count, takewhile
from typing import TYPE_CHECKING

import pandas as pd
from mistune import create_markdown

from ctglib.calculs.ecriture import INSECABLE, minuscule
from ctglib.document import blocs as objets
from ctglib.document.blocs import (
    Bloc,
    Dessin,
    Lien,
    Liste,
    Morceau,
    Paragraphe,
    Texte,
    Titre,
    feuilles,
    morceaux,
)
from ctglib.document.tableau import Tableau
from ctglib.donnees.lecture import sans_accents
from ctglib.secret import MIME as BRUT

if TYPE_CHECKING:
    from nbformat import NotebookNode

LIRE_PROSE = create_markdown(renderer=None, plugins=["table"])  # tokens
CHAPITRE = 2
SOUS_SECTION = 3
# what refers, on paper, to a table for the screen, which has no number
PAGE_WEB = "tableau de la page web"
CHAPITRES_D_UNE_PAGE = (
    4  # a report of no more has no chapter of sources, and no table of contents on paper
)
MUETS = ("blank_line", "thematic_break")
CACHES = (
    "nom",
    "ancre",
    "adresse",
    "classe",
    "cle",
    "donnees",
    "donnees_de",
)  # fields that no reader sees
HORS = {
    "block_html": "du HTML",
    "inline_html": "du HTML",
    "image": "une image",
    "table": "un tableau",
    "link": "un lien qui n'est ni une page du réseau, ni un fichier du rapport",
}
ADRESSE = re.compile(r"(?:https?:|mailto:|(?![a-z][a-z0-9+.-]*:))", re.IGNORECASE)
# What a notebook may show that no report can carry, by type and text: what it is, what to write;
# the first one found.
INCONNUS = {
    r"image/|application/pdf|<Axes|<Figure |<matplotlib\.": "une image ou une figure matplotlib seule, sans titre ni texte ; "
    "terminez la cellule par figure_de(ax, nom=…, titre=…, alt=…, source=…), importée de ctglib",
    r"text/html|application/vnd\.dataresource": "un tableau pandas ou du HTML seul, sans source ; "
    "terminez la cellule par tableau(df, nom=…, titre=…, source=…)",
    "": "une valeur ou un texte seul ; terminez la cellule par paragraphe(…), ou supprimez cet affichage",
}


class CarnetImpubliable(ValueError):
    """A notebook shows what a report cannot carry; the message says where and what to write, in
    French.
    """


@dataclass(frozen=True, repr=False)
class Document:
    """A report ready to be written: headings have their anchors; tables, charts and references
    their numbers.
    """

    titre: str
    couverture: objets.Couverture
    corps: tuple[Bloc, ...]

    def __repr__(self) -> str:
        return f"Document « {self.titre} », {len(self.corps)} blocs. Ensuite : .tableaux, .dessins."

    @cached_property
    def chapitres(self) -> tuple[Titre, ...]:
        """What the table of contents lists."""
        return tuple(
            bloc for bloc in self.corps if isinstance(bloc, Titre) and bloc.niveau == CHAPITRE
        )

    @property
    def premiere_page(self) -> tuple[Bloc, ...]:
        """What comes before its second chapter."""
        second = next(iter(self.chapitres[1:]), None)
        return tuple(takewhile(lambda bloc: bloc is not second, self.corps))

    @property
    def court(self) -> bool:
        """Whether it has so few chapters, or pages, that a table of contents would be longer than
        the way to them.
        """
        return len(self.chapitres) <= CHAPITRES_D_UNE_PAGE or self.couverture.breve

    @cached_property
    def tableaux(self) -> dict[str, str]:
        """The CSV behind its tables and its charts, by name."""
        return {table.nom: table.csv() for table in tableaux_de(self.corps)}

    @property
    def dessins(self) -> tuple[Dessin, ...]:
        """Its charts."""
        return tuple(bloc for bloc in tout(self.corps) if isinstance(bloc, Dessin))

    @property
    def pieces(self) -> dict[str, bytes]:
        """The files that it carries with it, by address."""
        return {
            bloc.adresse: bloc.contenu
            for bloc in tout(self.corps)
            if isinstance(bloc, objets.Piece)
        }

    @property
    def papier(self) -> tuple[Bloc, ...]:
        """Its body on paper, where a table for the screen and a file are only named; charts have no
        table.
        """

        def dire(texte: Texte) -> Texte:
            return tuple(
                PAGE_WEB if isinstance(run, Lien) and run.adresse.startswith("#tableau-") else run
                for run in morceaux(texte)
            )

        def nommer(bloc: Bloc) -> Bloc:
            if isinstance(bloc, objets.Piece):
                return Paragraphe(f"Fichier joint : {bloc.libelle} ({bloc.adresse}).")
            if isinstance(bloc, Tableau) and bloc.ecran:
                return Paragraphe(
                    f"Dans la page HTML et le fichier {bloc.nom}.csv : {minuscule(bloc.titre)}.",
                    "note",
                )
            return _redire(bloc, dire)

        return tuple(_changer(bloc, nommer) for bloc in self.corps)

    @property
    def resume(self) -> Document:
        """Its cover and its first chapter, to be sent alone: what it refers to is named, and is in
        the whole.
        """
        first = [
            _changer(bloc, lambda leaf: _redire(leaf, en_clair)) for bloc in self.premiere_page
        ]
        first.append(
            Paragraphe(
                f"Les tableaux et les figures cités sont ceux du rapport « {self.titre} ».", "note"
            )
        )
        first = _avec_sigles(first, self.couverture.sigles)
        return replace(self, titre=f"{self.titre}, en une page", corps=tuple(first))

    @property
    def instant(self) -> datetime:
        """The date it bears, which is that of its content, never the clock's."""
        return datetime.fromisoformat(self.couverture.date or "2000-01-01").replace(tzinfo=UTC)

    @property
    def rappel(self) -> str:
        """What the head of every page recalls of the warnings of the cover: the beginning of each,
        on one line.
        """
        warnings = self.couverture.avertissement.split(" – ")
        return "".join(f"{warning.partition(' : ')[0]} – " for warning in warnings if warning)


def legende(objet: Dessin | Tableau) -> str:
    """Return a caption with its number."""
    return f"{objet.numero}. {objet.titre}" if objet.numero else objet.titre


def en_clair(texte: Texte) -> str:
    """Return a text without what its runs say beside their words; a reference is the number of what
    it names.
    """
    return "".join(run if isinstance(run, str) else run.texte for run in morceaux(texte))


def tout(corps: Iterable[Bloc]) -> Iterator[Bloc]:
    """Yield the blocks, those that stand side by side among them."""
    for bloc in feuilles(corps):
        if isinstance(bloc, objets.Colonnes):
            yield from tout(bloc.blocs)
        else:
            yield bloc


def tableaux_de(corps: Iterable[Bloc]) -> list[Tableau]:
    """Return the tables, those of the charts among them."""
    shown = (bloc.tableau if isinstance(bloc, Dessin) else bloc for bloc in tout(corps))
    return [bloc for bloc in shown if isinstance(bloc, Tableau)]


# From an executed notebook.


@dataclass
class _Section:
    """A Markdown cell, and what the cells of code after it show."""

    texte: list[Bloc] = field(default_factory=list)
    cellules: int = 0
    montre: list[Bloc] = field(default_factory=list)

    @property
    def niveau(self) -> int:
        """The level of its own heading, 0 when it begins with none."""
        return self.texte[0].niveau if self.texte and isinstance(self.texte[0], Titre) else 0

    def pieces(self, parties: Iterable[_Section] = ()) -> list[Bloc]:
        """Return its blocks: none when it has a heading of its own and nothing is left under it but
        its own words.

        A section without cells of code stays, unless it is a chapter whose parts are all empty.
        """
        shown = [bloc for bloc in feuilles(self.montre) if bloc]
        mute = self.cellules and not shown and self.niveau in (CHAPITRE, SOUS_SECTION)
        parts = [part.pieces() for part in parties if self.niveau == CHAPITRE and not self.cellules]
        return [] if mute or (parts and not any(parts)) else [*self.texte, *shown]


def assembler(carnet: NotebookNode) -> Document:
    """Return the document of an executed notebook: its prose and what its cells show, never their
    code.

    A section whose cells show nothing is left out, and so is a chapter whose sections all are: a
    report without data on a subject does not keep its heading. ``CarnetImpubliable`` names all the
    cells that show what no report can carry.
    """
    sections = [_Section()]
    faults = []
    cover = objets.SANS_COUVERTURE
    rank = 0
    for cell in carnet.cells:
        rank += "injected-parameters" not in cell.get("metadata", {}).get("tags", ())
        place = f"- cellule {rank}, « {next(iter(cell.source.strip().splitlines()), '')} » : "
        if cell.cell_type == "markdown":
            try:
                sections.append(
                    _Section([bloc for token in LIRE_PROSE(cell.source) for bloc in _blocs(token)])
                )
            except ProseImpossible as error:
                faults.append(
                    f"{place}contient {error} ; écrivez-le en prose, ou montrez-le par une cellule de code."
                )
            continue
        sections[-1].cellules += 1
        # A library may warn on stderr, on one machine and not on another: nobody meant to show it.
        outputs = [
            (one, one.get("data", {}))
            for one in cell.get("outputs", [])
            if one.get("name") != "stderr"
        ]
        if others := [one for one, data in outputs if not {objets.MIME, BRUT} & data.keys()]:
            faults.append(place + _ce_qui_est_montre(others))
        for shown in (
            objets.de_json(data[objets.MIME]) for _, data in outputs if objets.MIME in data
        ):
            if isinstance(shown, objets.Couverture):
                cover = shown
            else:
                sections[-1].montre.append(shown)
    body = []
    for rank, section in enumerate(sections, start=1):
        body += section.pieces(
            takewhile(lambda other: other.niveau == SOUS_SECTION, sections[rank:])
        )
    # The CSV of one would hide that of the other.
    faults += [
        f"- deux tableaux portent le nom « {nom} » ; donnez-leur deux noms."
        for nom, met in Counter(table.nom for table in tableaux_de(body)).items()
        if met > 1
    ]
    if faults:
        raise CarnetImpubliable(
            "Le carnet montre ce qu'un rapport ne peut pas publier :\n" + "\n".join(faults)
        )
    return document_de(body, cover)


def _ce_qui_est_montre(outputs: list[NotebookNode]) -> str:
    """Return what outputs of a cell are, and what to write instead."""
    shown = [output.get("data", {}) for output in outputs]
    kinds = " ".join(f"{' '.join(data)} {data.get('text/plain', '')}" for data in shown).strip()
    if not kinds:
        return f"écrit « {outputs[0].get('text', '').strip()[:60]} » hors du rapport ; supprimez cet affichage."
    return (
        f"montre {next(what for pattern, what in INCONNUS.items() if re.search(pattern, kinds))}."
    )


class ProseImpossible(ValueError):
    """A Markdown cell holds what no object of a document says; the message names it, in French."""


def _blocs(jeton: dict) -> Iterator[Bloc]:
    kind = jeton["type"]
    if kind == "heading":
        yield Titre(en_clair(_prose(jeton["children"])), min(jeton["attrs"]["level"], 3))
    elif kind in ("paragraph", "block_text"):
        yield Paragraphe(_prose(jeton["children"]))
    elif kind == "list":
        yield Liste(tuple(_items(jeton)), ordonnee=jeton["attrs"]["ordered"])
    elif kind == "block_quote":
        yield objets.Encadre(
            tuple(_prose(one["children"]) for one in jeton["children"] if "children" in one), True
        )
    elif kind == "block_code":
        yield from (Paragraphe(line) for line in jeton["raw"].splitlines() if line.strip())
    elif not (kind in MUETS or (kind == "block_html" and jeton["raw"].startswith("<!--"))):
        raise ProseImpossible(HORS.get(kind, kind))


def _items(jeton: dict) -> Iterator[Texte]:
    """Yield the items of a list; those of a list inside it follow theirs."""
    for child in (child for item in jeton["children"] for child in item["children"]):
        if child["type"] == "list":
            yield from _items(child)
        elif child["type"] not in MUETS:
            yield _prose(child.get("children", []))


def _prose(jetons: list[dict]) -> Texte:
    return _texte(_jetons(jetons))


def _texte(runs: Iterable[Morceau]) -> Texte:
    """Return a text: a string when nothing in it is strong nor leads elsewhere."""
    joined: list[Morceau] = [""]
    for run in runs:
        if isinstance(run, str) and isinstance(joined[-1], str):
            joined[-1] += run
        else:
            joined.append(run)
    return joined[0] if len(joined) == 1 else tuple(run for run in joined if run)


def _jetons(jetons: list[dict]) -> Iterator[Morceau]:
    for token in jetons:
        kind = token["type"]
        if kind in ("text", "codespan"):
            yield token["raw"]
        elif kind in ("softbreak", "linebreak"):
            yield " "
        elif kind == "strong":
            yield objets.Gras(en_clair(_prose(token["children"])))
        elif kind == "link" and ADRESSE.match(token["attrs"]["url"]):
            yield Lien(en_clair(_prose(token["children"])), token["attrs"]["url"])
        elif kind == "emphasis":
            yield from _jetons(token["children"])
        else:
            raise ProseImpossible(HORS.get(kind, kind))


# Numbers, anchors, references, abbreviations.


def document_de(
    blocs: Iterable[Bloc], couverture: objets.Couverture = objets.SANS_COUVERTURE
) -> Document:
    """Return the document of some blocks; its title is the heading of the first level."""
    corps = list(feuilles(blocs))
    first = next(
        (bloc for bloc in corps if isinstance(bloc, Titre) and bloc.niveau == 1),
        Titre("Rapport", 1),
    )
    others = (
        bloc for bloc in corps if bloc is not first
    )  # another title of the first level opens a chapter
    blocks = [
        replace(bloc, niveau=max(bloc.niveau, CHAPITRE)) if isinstance(bloc, Titre) else bloc
        for bloc in others
    ]
    blocks = _avec_sigles(blocks, couverture.sigles)
    numbers = _numeros(blocks)
    screen = {
        f"tableau-{table.nom}": table.titre.partition(",")[0]
        for table in tableaux_de(blocks)
        if table.ecran
    }
    taken: set[str] = set()

    def suivre(run: Morceau) -> tuple[Morceau, ...]:
        """Return a run; a reference is to a number, else to the title of a table for the screen,
        else elsewhere.
        """
        if not isinstance(run, objets.Renvoi):
            return (run,)
        names = (run.ancre, *run.autres)
        shown = next(
            (Lien(f"« {screen[name]} »", f"#{name}") for name in names if name in screen), run.sinon
        )
        found = next(
            (objets.Renvoi(name, texte=numbers[name].lower()) for name in names if name in numbers),
            shown,
        )
        return (
            ((" (", found, ")") if found else ())
            if run.entre_parentheses
            else (found or run.ancre,)
        )

    def achever(bloc: Bloc) -> Bloc:
        if isinstance(bloc, Titre):
            base = sans_accents(bloc.texte).replace(" ", "-") or "section"
            free = next(
                name
                for name in chain([base], (f"{base}-{rank}" for rank in count(2)))
                if name not in taken
            )
            taken.add(free)
            return replace(bloc, ancre=free)
        if isinstance(bloc, Tableau):
            return replace(bloc, numero=numbers.get(f"tableau-{bloc.nom}", ""))
        if isinstance(bloc, Dessin):
            own = None if bloc.tableau is None else achever(bloc.tableau)
            return replace(bloc, numero=numbers[f"figure-{bloc.nom}"], tableau=own)
        return _redire(
            bloc, lambda texte: _texte(found for run in morceaux(texte) for found in suivre(run))
        )

    return Document(
        first.texte + couverture.complement,
        couverture,
        tuple(_changer(bloc, achever) for bloc in blocks),
    )


def _changer(bloc: Bloc, changer: Callable[[Bloc], Bloc]) -> Bloc:
    """Return a block changed, those that stand side by side or in a group one by one."""
    match bloc:
        case objets.Colonnes(inside) | objets.Groupe(inside):
            return type(bloc)(tuple(_changer(one, changer) for one in inside))
    return changer(bloc)


def _redire(bloc: Bloc, dire: Callable[[Texte], Texte]) -> Bloc:
    """Return a block whose texts are said otherwise; one without texts stays as it is."""
    match bloc:
        case Paragraphe(texte):
            return replace(bloc, texte=dire(texte))
        case Liste(items):
            return replace(bloc, items=tuple(map(dire, items)))
        case objets.Encadre(paragraphes):
            return replace(bloc, paragraphes=tuple(map(dire, paragraphes)))
    return bloc


def _avec_sigles(corps: list[Bloc], sigles: tuple[tuple[str, str], ...]) -> list[Bloc]:
    """Return the body with the abbreviations that it uses: before its last chapter, the sources, or
    at its end.
    """
    said = " ".join(_mots(tuple(corps)))
    used = [
        f"{name}, {meaning}"
        for name, meaning in sigles
        if re.search(rf"\b{re.escape(name)}\b", said)
    ]
    if not used:
        return corps
    chapters = [
        rank
        for rank, bloc in enumerate(corps)
        if isinstance(bloc, Titre) and bloc.niveau == CHAPITRE
    ]
    place = chapters[-1] if len(chapters) > CHAPITRES_D_UNE_PAGE else len(corps)
    return [
        *corps[:place],
        Paragraphe("Sigles : " + " ; ".join(used) + ".", "note"),
        *corps[place:],
    ]


def _mots(objet: object) -> Iterator[str]:
    """Yield every text that a reader sees of an object."""
    if isinstance(objet, str):
        yield objet
    elif isinstance(objet, tuple):
        for item in objet:
            yield from _mots(item)
    elif isinstance(objet, pd.DataFrame):
        yield from map(str, objet.to_numpy().ravel())
    elif is_dataclass(objet):
        for item in fields(objet):
            if item.name not in CACHES:
                value = getattr(objet, item.name)
                yield from _mots(
                    re.sub(r"<[^>]+>", " ", value) if item.name.startswith("svg_") else value
                )


def _numeros(corps: list[Bloc]) -> dict[str, str]:
    """Return the numbers of captions, in the order of reading, by anchor; a table for the screen
    has none.
    """
    figures = [bloc.nom for bloc in tout(corps) if isinstance(bloc, Dessin)]
    tables = [table.nom for table in tableaux_de(corps) if not (table.donnees_de or table.ecran)]
    numbers = {
        f"figure-{name}": f"Figure{INSECABLE}{rank}" for rank, name in enumerate(figures, start=1)
    }
    numbers |= {
        f"tableau-{name}": f"Tableau{INSECABLE}{rank}" for rank, name in enumerate(tables, start=1)
    }
    for table in tableaux_de(corps):
        if table.donnees_de:
            rank = numbers.get(f"figure-{table.donnees_de}", "").removeprefix("Figure")
            numbers[f"tableau-{table.nom}"] = f"Données de la figure{rank}"
    return numbers
