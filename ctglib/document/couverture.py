"""The cover of a report: who, where, when, in which state, with both parties' logos (article 9)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from ctglib.document.blocs import texte

MIME_COUVERTURE = "application/vnd.ctg.couverture+json"


@dataclass(frozen=True)
class Logo:
    """A party and its logo; while the file is absent its name stands in a neutral frame."""

    nom: str
    contenu: bytes | None

    def adresse(self) -> str:
        """Return the logo as a data address, empty while there is none."""
        if self.contenu is None:
            return ""
        kind = "png" if self.contenu.startswith(b"\x89PNG") else "svg+xml"
        return f"data:image/{kind};base64,{base64.b64encode(self.contenu).decode('ascii')}"


@dataclass(frozen=True)
class Couverture:
    """What the cover says; ``mentions`` are pairs (label, text), ``avertissement`` is set apart when not empty.

    ``sigles`` are the abbreviations of the project and what they mean: the page lists those that the report uses.
    ``date`` (ISO) is the date the report bears in its metadata: that of its content, so that the same report made again
    has the same bytes. ``complement`` ends the title of the page: the year, which no notebook can write in its heading.
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

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        rows = "".join(f"<li>{texte(nom)} : {texte(valeur)}</li>" for nom, valeur in self.mentions)
        return {
            "text/html": f"<p><strong>{texte(self.sujet)}</strong></p><ul>{rows}</ul>",
            "text/plain": self.sujet,
            MIME_COUVERTURE: {
                "sujet": self.sujet,
                "territoire": self.territoire,
                "mentions": [list(mention) for mention in self.mentions],
                "logos": [{"nom": logo.nom, "adresse": logo.adresse()} for logo in self.logos],
                "source": self.source,
                "date": self.date,
                "avertissement": self.avertissement,
                "complement": self.complement,
                "sigles": [list(sigle) for sigle in self.sigles],
            },
        }
