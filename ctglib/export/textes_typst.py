"""The texts of a page written for Typst: pandoc reads them letter by letter, so it only carries their places.

What pandoc would write of a text is the text itself, escaped: a Typst string says the same. Headings stay with it,
since it names them by their words, and so does code, whose blanks count.
"""

from __future__ import annotations

import re
from html import unescape

from ctglib.export.chaines_typst import entre_guillemets, secables
from ctglib.export.tables_typst import OUVRANT as TABLE

# No font of ours has them. Where the text stands in a string already, « filtre.lua » changes the first of a place.
OUVRANT, CITE, FERMANT = "\ue002", "\ue003", "\ue004"
BALISE = r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
MORCEAU = re.compile(
    rf"<(?P<garde>h[1-6]|code|pre)\b.*?</(?P=garde)>|<!--.*?-->|{BALISE}|(?P<texte>(?:[^<&]|&#?\w+;)+)", re.DOTALL
)
ALT = re.compile(r'(<img src="dessin-\d+\.svg" alt=")([^"]+)')
BLANCS = " \t\r\n"
PLACE = re.compile(f"([{OUVRANT}{CITE}])(\\d+){FERMANT}")


def extraire(corps: str) -> tuple[str, tuple[str, ...]]:
    """Return a body whose texts, and alternative texts of drawings, are only places, and these texts."""
    textes: list[str] = []

    def placer(texte: str) -> str:
        textes.append(secables(unescape(texte)))
        return f"{OUVRANT}{len(textes) - 1}{FERMANT}"

    def morceau(found: re.Match[str]) -> str:
        texte = found["texte"] or ""
        middle = texte.strip(BLANCS)
        if not middle or TABLE in middle:
            return found[0]
        before, _, after = texte.partition(middle)
        return before + placer(middle) + after

    return MORCEAU.sub(morceau, ALT.sub(lambda found: found[1] + placer(found[2]), corps)), tuple(textes)


def remettre(typst: str, textes: tuple[str, ...]) -> str:
    """Return a Typst text with its texts in their places: strings, or the inside of one."""

    def ecrire(found: re.Match[str]) -> str:
        inside = entre_guillemets(textes[int(found[2])])
        return inside if found[1] == CITE else f'#"{inside}";'

    return PLACE.sub(ecrire, typst)
