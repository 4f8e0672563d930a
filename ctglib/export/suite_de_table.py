"""The notes and the source under a table, kept on the page of its last row: never alone at the top of the next one."""

from __future__ import annotations

import math
import re

SUITE = re.compile(r'(?:\s|</div>)*((?:<div class="(?:note|source)"><p>.*?</p></div>\s*)+)', re.DOTALL)
LIGNE = re.compile(r"<p>(.*?)</p>", re.DOTALL)
BALISE = re.compile(r"<[^>]+>|&#?\w+;")

SIGNES_PAR_LIGNE = 105  # characters of 8.5 pt in the width of an A4 page, few enough never to count a line short
HAUTEUR, ENTRE = 11.5, 5.0  # pt: of a line, and above a paragraph; see « rapport.typ »


def hauteur(corps: str, debut: int) -> float:
    """Return the height in points of the notes and of the source that follow a table, 0 when nothing does.

    Args:
        corps: The page, as ``ctglib.export.papier.preparer`` returns it.
        debut: Where the table ends in it.
    """
    found = SUITE.match(corps, debut)
    if found is None:
        return 0.0
    paragraphs = [len(BALISE.sub("x", text)) for text in LIGNE.findall(found[1])]
    lines = [max(1, math.ceil(count / SIGNES_PAR_LIGNE)) for count in paragraphs]
    return sum(ENTRE + HAUTEUR * count for count in lines)
