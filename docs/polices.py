"""Write ``ctglib/export/polices.css``, the fonts that every page carries, cut once.

``python docs/polices.py``
"""

from __future__ import annotations

import base64
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from ctglib.document.signes import FAMILLE, SECOURS, fichiers, signes_de
from ctglib.donnees.ecriture import ecrire
from ctglib.export.html import POLICES

# What any French report may hold, and what reports say with a shape beside a word; a rarer sign
# that our fonts have is in the PDF, and on a page is drawn by a font of the reader's system.
SIGNES = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset(
    "\u202f\u2212–—‘’“”…€œŒ•→←↑↓↗↘≥≤≈×✓√\ufffd●▲■◆▼○◇△□▽"
)
TRAITS = ["kern", "tnum", "liga"]  # of the layout: kerning, figures of one width, ligatures


def feuille() -> str:
    """Return the ``@font-face`` rules.

    Signs that the family lacks come from the one that completes it.
    """
    signes_absents = SIGNES - {chr(code) for code in signes_de(FAMILLE, "400")}
    regles = [
        _regle(FAMILLE, "400", SIGNES),
        _regle(FAMILLE, "600", SIGNES),
        _regle(SECOURS, "400", signes_absents),
    ]
    return "\n".join(regles)


def _regle(famille: str, graisse: str, signes: frozenset[str]) -> str:
    police = base64.b64encode(_couper(famille, graisse, signes)).decode("ascii")
    return (
        f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:normal;'
        f"font-display:block;src:url(data:font/woff;base64,{police}) "
        f'format("woff")}}'
    )


def _couper(famille: str, graisse: str, signes: frozenset[str]) -> bytes:
    """Return a font that has these signs and no others, as WOFF."""
    options = Options(hinting=False, layout_features=TRAITS, flavor="woff", notdef_outline=True)
    coupe = Subsetter(options)
    coupe.populate(text="".join(sorted(signes)))
    police = TTFont(fichiers()[famille, graisse, "normal"], recalcTimestamp=False)
    coupe.subset(police)
    police.flavor = "woff"
    tampon = BytesIO()
    police.save(tampon)
    return tampon.getvalue()


if __name__ == "__main__":
    ecrire({POLICES: feuille().encode("ascii")})
