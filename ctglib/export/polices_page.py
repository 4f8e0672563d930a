"""The fonts that a page carries inside it."""

from __future__ import annotations

import base64
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from ctglib.document.polices import FAMILLE, SECOURS
from ctglib.export.polices_coupees import COURANTS, SIGNES, a_garder, couper, couverts

if TYPE_CHECKING:
    from collections.abc import Iterable

GRAISSES = (("400", "normal"), ("600", "normal"))


def feuille_de_polices(texte: Iterable[str]) -> str:
    """Return the ``@font-face`` rules of a page; signs that the family lacks come from the fallback family."""
    kept = a_garder(texte)
    rules = [_regle(FAMILLE, graisse, style, kept) for graisse, style in GRAISSES]
    manquants = (frozenset(texte) - COURANTS) & couverts(SECOURS) - couverts(FAMILLE)
    if manquants:
        rules.append(_regle(SECOURS, "400", "normal", manquants | (SIGNES - couverts(FAMILLE))))
    return "\n".join(rules)


@lru_cache(maxsize=8)
def _regle(famille: str, graisse: str, style: str, caracteres: frozenset[str]) -> str:
    content = base64.b64encode(_en_woff(couper(famille, graisse, style, caracteres))).decode("ascii")
    return (
        f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:{style};font-display:block;'
        f'src:url(data:font/woff;base64,{content}) format("woff")}}'
    )


def _en_woff(police: bytes) -> bytes:
    from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter

    lue, buffer = SFNTReader(BytesIO(police)), BytesIO()
    ecrite = SFNTWriter(buffer, len(lue.tables), lue.sfntVersion, flavor="woff")
    for table in lue.tables:
        ecrite[table] = lue[table]
    ecrite.close()
    return buffer.getvalue()
