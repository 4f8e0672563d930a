"""The prose of a notebook: a Markdown cell becomes the same objects as what the cells of code show."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ctglib.document.blocs import Bloc, Encadre, Gras, Lien, Liste, Paragraphe, Titre

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ctglib.document.blocs import Morceau, Texte

MUETS = ("blank_line", "thematic_break")
HORS = {
    "block_html": "du HTML",
    "inline_html": "du HTML",
    "image": "une image",
    "table": "un tableau",
    "link": "un lien qui n'est ni une page du réseau, ni un fichier du rapport",
}
ADRESSE = re.compile(r"(?:https?:|mailto:|(?![a-z][a-z0-9+.-]*:))", re.IGNORECASE)


class ProseImpossible(ValueError):
    """A Markdown cell holds what no object of a document says; the message names it, in French."""


@lru_cache(maxsize=1)
def _lecteur() -> Callable[[str], list[dict]]:
    from mistune import create_markdown

    return create_markdown(renderer=None, plugins=["table"])


def lire(source: str) -> tuple[Bloc, ...]:
    """Return the blocks of a Markdown cell.

    Raises:
        ProseImpossible: It holds HTML, an image or a table.
    """
    return tuple(block for token in _lecteur()(source) for block in _blocs(token))


def _blocs(jeton: dict) -> Iterator[Bloc]:
    kind = jeton["type"]
    if kind == "heading":
        yield Titre(_nu(_texte(jeton["children"])), min(jeton["attrs"]["level"], 3))
    elif kind in ("paragraph", "block_text"):
        yield Paragraphe(_texte(jeton["children"]))
    elif kind == "list":
        yield Liste(tuple(_items(jeton)), ordonnee=jeton["attrs"]["ordered"])
    elif kind == "block_quote":
        yield Encadre(tuple(_texte(child["children"]) for child in jeton["children"] if "children" in child), True)
    elif kind == "block_code":
        yield from (Paragraphe(line) for line in jeton["raw"].splitlines() if line.strip())
    elif not (kind in MUETS or (kind == "block_html" and jeton["raw"].startswith("<!--"))):
        raise ProseImpossible(HORS.get(kind, kind))


def _items(jeton: dict) -> Iterator[Texte]:
    """Yield the items of a list; those of a list inside it follow theirs."""
    for item in jeton["children"]:
        for child in item["children"]:
            if child["type"] == "list":
                yield from _items(child)
            elif child["type"] not in MUETS:
                yield _texte(child.get("children", []))


def _texte(jetons: list[dict]) -> Texte:
    """Return a text: a string when nothing in it is strong nor leads elsewhere."""
    runs: list[Morceau] = []
    for run in _morceaux(jetons):
        if isinstance(run, str) and runs and isinstance(runs[-1], str):
            runs[-1] += run
        else:
            runs.append(run)
    if all(isinstance(run, str) for run in runs):
        return "".join(runs)
    return tuple(runs)


def _morceaux(jetons: list[dict]) -> Iterator[Morceau]:
    for token in jetons:
        kind = token["type"]
        if kind in ("text", "codespan"):
            yield token["raw"]
        elif kind in ("softbreak", "linebreak"):
            yield " "
        elif kind == "strong":
            yield Gras(_nu(_texte(token["children"])))
        elif kind == "link" and ADRESSE.match(token["attrs"]["url"]):
            yield Lien(_nu(_texte(token["children"])), token["attrs"]["url"])
        elif kind == "emphasis":
            yield from _morceaux(token["children"])
        else:
            raise ProseImpossible(HORS.get(kind, kind))


def _nu(texte: Texte) -> str:
    """Return a text without what its runs say beside their words."""
    return texte if isinstance(texte, str) else "".join(run if isinstance(run, str) else run.texte for run in texte)
