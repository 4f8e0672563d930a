"""The cover of a report: who, where, when, in which state, with both parties' logos (article 9)."""

from __future__ import annotations

from dataclasses import dataclass

from ctglib.document.blocs import Bloc


@dataclass(frozen=True)
class Logo:
    """A party and its logo, PNG or SVG; while the file is absent its name stands in a neutral frame."""

    nom: str
    contenu: bytes | None

    @property
    def suffixe(self) -> str:
        """« png » or « svg »."""
        return "png" if (self.contenu or b"").startswith(b"\x89PNG") else "svg"


@dataclass(frozen=True)
class Couverture(Bloc):
    """What the cover says; ``mentions`` are pairs (label, text), ``avertissement`` is set apart when not empty.

    ``sigles`` are the abbreviations of the project and what they mean: the page lists those that the report uses.
    ``date`` (ISO) is the date the report bears in its metadata: that of its content, so that the same report made again
    has the same bytes. ``complement`` ends the title of the page: the year, which no notebook can write in its heading.
    ``breve``: a report of few pages, which on paper is set closer and has no table of contents.
    """

    sujet: str
    territoire: str
    mentions: tuple[tuple[str, str], ...]
    logos: tuple[Logo, ...]
    source: str
    date: str
    avertissement: str = ""
    complement: str = ""
    sigles: tuple[tuple[str, str], ...] = ()
    breve: bool = False
