"""What the reports of the fiches always have, and how their tests read a page."""

from __future__ import annotations

import re
from html import unescape

FICHES = (1, 2, 3, 4)
SECTIONS = (
    "Ce que dit la convention",
    "Où en sont les actions",
    "Ce que disent les indicateurs",
    "En détail",
    "Les moyens",
    "L'appréciation des parties",
    "Ce qui manque",
    "Limites",
)


def sections(html: str) -> list[str]:
    """Return the chapters of a page, its table of contents and its first page left out: the title
    of that one is what it finds.
    """
    return [unescape(titre) for titre in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)][2:]
