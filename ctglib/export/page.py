"""The page of a report, assembled from an executed notebook: title, cover, contents, body with numbered captions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from itertools import takewhile
from typing import TYPE_CHECKING

from ctglib.document.blocs import texte
from ctglib.document.couverture import MIME_COUVERTURE
from ctglib.document.tableau import MIME_TABLEAUX
from ctglib.document.typographie import INSECABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbformat import NotebookNode

CHAPITRE, SOUS_SECTION = 2, 3
CHAPITRES_D_UNE_PAGE = 3  # a report of no more has no chapter of sources
TITRE = re.compile(r"<h([23])[^>]*>(.*?)</h\1>", re.DOTALL)
NUMERO = re.compile(r'<span class="numero" data-suite="(\w+)"(?: data-(?:nom|de)="([^"]*)")?></span>')
RENVOI = re.compile(r'<a class="renvoi" href="#(figure|tableau)-([\w-]+)"></a>')


@dataclass(frozen=True)
class Entree:
    """A line of the table of contents."""

    niveau: int
    ancre: str
    titre: str


@dataclass(frozen=True)
class Page:
    """A report ready to be laid out; ``corps`` is HTML in which every value of the data has been escaped."""

    titre: str
    corps: str
    sommaire: tuple[Entree, ...]
    couverture: dict = field(default_factory=dict)
    tableaux: dict[str, str] = field(default_factory=dict)

    @cached_property
    def signes(self) -> frozenset[str]:
        """The characters that it shows, those of its markup among them."""
        return frozenset(unescape(self.corps)).union(self.titre, str(self.couverture))


def assembler(notebook: NotebookNode) -> Page:
    """Return the page of an executed notebook: its prose and what its cells show, never their code.

    Only three kinds of output are known: HTML, the cover, and the CSV behind tables. Any other is left out, so that the
    text of a library never reaches a reader. A section whose cells show nothing is left out too, and a chapter whose
    sections all are: a report without data on a subject does not keep its heading.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    markdown = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True))
    sections = [_Section("")]
    couverture: dict = {}
    tableaux: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            sections.append(_Section(markdown.render(cell.source).strip()))
            continue
        sections[-1].cellules += 1
        for output in cell.get("outputs", []):
            bundle = output.get("data", {})
            tableaux.update(bundle.get(MIME_TABLEAUX, {}))
            if MIME_COUVERTURE in bundle:
                couverture = bundle[MIME_COUVERTURE]
            elif "text/html" in bundle:
                sections[-1].montre.append("".join(bundle["text/html"]))
    pieces = [piece for section in _retenues(sections) for piece in section.pieces()]
    return _page("\n".join(pieces), couverture, tableaux)


def _retenues(sections: list[_Section]) -> list[_Section]:
    """Return the sections without the chapters of which nothing is left but their heading.

    A chapter is a heading of the second level, and the sections of the third that follow it.
    """
    kept = []
    for rank, section in enumerate(sections):
        parts = list(takewhile(lambda other: other.niveau == SOUS_SECTION, sections[rank + 1 :]))
        bare = section.niveau == CHAPITRE and not section.cellules
        if not (bare and parts and not any(part.pieces() for part in parts)):
            kept.append(section)
    return kept


@dataclass
class _Section:
    """A markdown cell and what the code cells after it show."""

    texte: str
    cellules: int = 0
    montre: list[str] = field(default_factory=list)

    @property
    def niveau(self) -> int:
        """Return the level of its own heading, 2 or 3, or 0 when it begins with none."""
        heading = re.match(r"<h([23])\b", self.texte)
        return int(heading.group(1)) if heading else 0

    def pieces(self) -> list[str]:
        """Return the HTML of the section: nothing when it has a heading of its own and all its cells show nothing."""
        shown = [piece for piece in self.montre if piece]
        if self.cellules and not shown and self.niveau:
            return []
        return [piece for piece in (self.texte, *shown) if piece]


def _page(corps: str, couverture: dict, tableaux: dict[str, str]) -> Page:
    titre = re.search(r"<h1[^>]*>(.*?)</h1>", corps, re.DOTALL)
    corps = re.sub(r"<h1[^>]*>.*?</h1>\s*", "", corps, flags=re.DOTALL)
    corps, sommaire = _ancrer(avec_sigles(numeroter(corps), couverture.get("sigles", ())))
    return Page(
        titre=(_sans_balises(titre.group(1)) if titre else "Rapport") + couverture.get("complement", ""),
        corps=corps,
        sommaire=sommaire,
        couverture=couverture,
        tableaux=tableaux,
    )


def numeroter(corps: str) -> str:
    """Return the body with its captions numbered in the order of reading, and the references to them filled in."""
    counters = {"tableau": 0, "figure": 0}
    rangs: dict[tuple[str, str], int] = {}

    def numero(match: re.Match[str]) -> str:
        serie, nom = match.group(1), match.group(2) or ""
        if serie == "donnees":
            return f'<span class="numero">Données de la figure{INSECABLE}{rangs.get(("figure", nom), "")}.</span> '
        counters[serie] += 1
        rangs[serie, nom] = counters[serie]
        return f'<span class="numero">{serie.capitalize()}{INSECABLE}{counters[serie]}.</span> '

    def renvoi(match: re.Match[str]) -> str:
        serie, nom = match.groups()
        rang = rangs.get((serie, nom), "")
        return f'<a href="#{serie}-{nom}">{serie}{INSECABLE}{rang}</a>'

    return RENVOI.sub(renvoi, NUMERO.sub(numero, corps))


def avec_sigles(corps: str, sigles: Iterable[Sequence[str]]) -> str:
    """Return the body with the abbreviations that its text uses: before its last chapter, the sources, or at its end.

    Args:
        corps: The body.
        sigles: Pairs (abbreviation, meaning).
    """
    said = unescape(re.sub(r"<[^>]+>", " ", corps))
    # Most are not there, and looking for a word is much longer than looking for its letters.
    there = [(name, meaning) for name, meaning in sigles if name in said]
    used = [f"{name}, {meaning}" for name, meaning in there if re.search(rf"\b{re.escape(name)}\b", said)]
    if not used:
        return corps
    note = f'<p class="note">{texte("Sigles : " + " ; ".join(used) + ".")}</p>'
    last = corps.rfind("<h2") if corps.count("<h2") > CHAPITRES_D_UNE_PAGE else -1
    return corps + note if last < 0 else corps[:last] + note + corps[last:]


def _ancrer(corps: str) -> tuple[str, tuple[Entree, ...]]:
    entrees: list[Entree] = []
    pris: set[str] = set()

    def ancre(match: re.Match[str]) -> str:
        niveau, contenu = int(match.group(1)), match.group(2).strip()
        titre = _sans_balises(contenu)
        nom = _ancre_libre(titre, pris)
        entrees.append(Entree(niveau, nom, titre))
        return f'<h{niveau} id="{nom}">{contenu}</h{niveau}>'

    return TITRE.sub(ancre, corps), tuple(entrees)


def _ancre_libre(titre: str, pris: set[str]) -> str:
    ascii_text = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-") or "section"
    rang, nom = 2, base
    while nom in pris:
        rang, nom = rang + 1, f"{base}-{rang}"
    pris.add(nom)
    return nom


def _sans_balises(contenu: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", contenu)).strip()
