"""Prose blocks: paragraphs, lists and key figures made of generated sentences, escaped here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ctglib.document.typographie import ponctuer

if TYPE_CHECKING:
    from collections.abc import Iterable


CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Bloc:
    """A piece of HTML whose every value has been escaped."""

    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __add__(self, other: Bloc) -> Bloc:
        return Bloc(self.html + other.html)


@dataclass(frozen=True)
class ChiffreCle:
    """A key figure: its value as text, what it is, and the landmark that makes it readable."""

    valeur: str
    libelle: str
    repere: str


def texte(valeur: object) -> str:
    """Return a value as HTML text: escaped, with French spacing, and without control characters."""
    return escape(ponctuer(CONTROLES.sub("\ufffd", str(valeur))))


def paragraphe(phrase: str, classe: str = "") -> Bloc:
    """Return one paragraph."""
    attribut = f' class="{classe}"' if classe else ""
    return Bloc(f"<p{attribut}>{texte(phrase)}</p>")


def liste(phrases: Iterable[str], classe: str = "") -> Bloc:
    """Return a list, one item a sentence; nothing when there is none."""
    items = "".join(f"<li>{texte(phrase)}</li>" for phrase in phrases)
    attribut = f' class="{classe}"' if classe else ""
    return Bloc(f"<ul{attribut}>{items}</ul>" if items else "")


def sous_titre(titre: str) -> Bloc:
    """Return a heading of the third level, listed in the table of contents."""
    return Bloc(f"<h3>{texte(titre)}</h3>")


def avertissement(phrase: str) -> Bloc:
    """Return a sentence set apart: a working hypothesis, fictional data."""
    return Bloc(f'<div class="avertissement"><p>{texte(phrase)}</p></div>')


def citation(paroles: str, auteur: str) -> Bloc:
    """Return words of someone else, one paragraph a line, and who said them."""
    lines = "".join(f"<p>{texte(line)}</p>" for line in paroles.splitlines() if line.strip())
    return Bloc(f'<blockquote>{lines}<p class="source">{texte(auteur)}</p></blockquote>')


def chiffres_cles(chiffres: Iterable[ChiffreCle]) -> Bloc:
    """Return the key figures as a list of value, subject and landmark."""
    items = "".join(
        f'<li><strong class="valeur">{texte(c.valeur)}</strong> <span class="libelle">{texte(c.libelle)}</span> '
        f'<span class="repere">{texte(c.repere)}</span></li>'
        for c in chiffres
    )
    return Bloc(f'<div class="chiffres"><ul>{items}</ul></div>')


def colonnes(*blocs: Bloc) -> Bloc:
    """Return blocks side by side where the page is wide enough."""
    return Bloc(
        '<div class="colonnes">' + "".join(f'<div class="colonne">{bloc.html}</div>' for bloc in blocs) + "</div>"
    )
