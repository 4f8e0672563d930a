"""A text as Typst takes it: between quotes, its blanks made one, its long words able to break."""

from __future__ import annotations

import re

BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
MOT_LONG, COUPURE = 30, 10  # a longer word may break: after a sign that parts it, or every so many characters


def entre_guillemets(texte: str) -> str:
    """Return what stands between the quotes of a Typst string."""
    return texte.replace("\\", "\\\\").replace('"', '\\"')


def secables(texte: str) -> str:
    """Return a text whose words can all break, so that none runs out of its place."""
    words = BLANCS.sub(" ", texte).strip(" ").split(" ")
    return " ".join(_secable(word) if len(word) > MOT_LONG else word for word in words)


def _secable(mot: str) -> str:
    """Return a word that may break after a sign that parts it, as in a path, or anywhere when it has none."""
    pieces, count = [], 0
    for sign in mot:
        pieces.append(sign)
        count = COUPURE if sign in "/_." else count + 1
        if count == COUPURE:
            pieces.append("\u200b")
            count = 0
    return "".join(pieces)
