"""Write ``ctglib/export/polices.css``, the fonts that every page carries, cut once: ``python
docs/polices.py``.
"""

from __future__ import annotations

import base64
from io import BytesIO

from ctglib.document.signes import FAMILLE, SECOURS, fichiers, signes_de
from ctglib.donnees.ecriture import ecrire
from ctglib.export.html import POLICES

# What any French report may hold, and what reports say with a shape beside a word; a rarer sign
# that our fonts have is in the PDF, and on a page is drawn by a font of the reader's system.
SIGNES = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset(
    "\u202f\u2212–—‘’“”…€œŒ•→←↑↓↗↘≥≤≈×✓√\ufffd●▲■◆▼○◇△□▽"
)
TRAITS = ("kern", "tnum", "liga")  # of the layout: kerning, figures of one width, ligatures


def feuille() -> str:
    """Return the ``@font-face`` rules; signs that the family lacks come from the one that completes
    it.
    """
    lacking = SIGNES - {chr(code) for code in signes_de(FAMILLE, "400")}
    cuts = ((FAMILLE, "400", SIGNES), (FAMILLE, "600", SIGNES), (SECOURS, "400", lacking))
    return "\n".join(_regle(*cut) for cut in cuts)


def _regle(famille: str, graisse: str, caracteres: frozenset[str]) -> str:
    content = base64.b64encode(_en_woff(_couper(famille, graisse, caracteres))).decode("ascii")
    return (
        f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:normal;font-display:block;'
        f'src:url(data:font/woff;base64,{content}) format("woff")}}'
    )


def _couper(famille: str, graisse: str, caracteres: frozenset[str]) -> bytes:
    from uharfbuzz import Blob, Face, SubsetFlags, SubsetInput, SubsetInputSets, subset

    wanted = SubsetInput()
    wanted.flags = SubsetFlags.NO_HINTING | SubsetFlags.DESUBROUTINIZE | SubsetFlags.NOTDEF_OUTLINE
    wanted.sets(SubsetInputSets.UNICODE).update(map(ord, caracteres))
    wanted.sets(SubsetInputSets.LAYOUT_FEATURE_TAG).update(
        int.from_bytes(name.encode(), "big") for name in TRAITS
    )
    face = Face(Blob.from_file_path(str(fichiers()[famille, graisse, "normal"])))
    return subset(face, wanted).blob.data


def _en_woff(police: bytes) -> bytes:
    from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter

    read = SFNTReader(BytesIO(police))
    buffer = BytesIO()
    written = SFNTWriter(buffer, len(read.tables), read.sfntVersion, flavor="woff")
    for table in read.tables:
        written[table] = read[table]
    written.close()
    return buffer.getvalue()


if __name__ == "__main__":
    ecrire({POLICES: feuille().encode("ascii")})
