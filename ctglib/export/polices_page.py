"""The fonts a page needs, cut down to the characters it holds and carried inside it."""

from __future__ import annotations

import base64
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from ctglib.rapport.polices import FAMILLE, SECOURS, face, signes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uharfbuzz import Face

# What any French report may hold: one subset serves every page of a run, whatever its words.
COURANTS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset(
    "\u202f\u2212–—‘’“”…€œŒ•→←↑↓≥≤≈×✓"
)
# What reports say with a shape beside a word: always in, so that the subsets of a run stay the same two.
SIGNES = frozenset("●▲■◆▼○◇△□▽")
GRAISSES = (("400", "normal"), ("600", "normal"))
TRAITS = ("kern", "tnum", "liga")  # of the layout: kerning, figures of one width, ligatures


def feuille_de_polices(texte: Iterable[str]) -> str:
    """Return the ``@font-face`` rules of a page; signs that the family lacks come from the fallback family."""
    asked = frozenset(texte) - COURANTS
    kept = COURANTS | ((asked | SIGNES) & _couverts(FAMILLE))
    rules = [_regle(FAMILLE, graisse, style, kept) for graisse, style in GRAISSES]
    manquants = (asked & _couverts(SECOURS)) - _couverts(FAMILLE)
    if manquants:
        rules.append(_regle(SECOURS, "400", "normal", manquants | (SIGNES - _couverts(FAMILLE))))
    return "\n".join(rules)


def caracteres_connus() -> frozenset[str]:
    """Return the characters that one of the two families can draw."""
    return _couverts(FAMILLE) | _couverts(SECOURS)


@lru_cache(maxsize=4)
def _couverts(famille: str) -> frozenset[str]:
    return frozenset(map(chr, signes(famille, "400")))


@lru_cache(maxsize=8)
def _regle(famille: str, graisse: str, style: str, caracteres: frozenset[str]) -> str:
    content = base64.b64encode(_en_woff(_couper(face(famille, graisse, style), caracteres))).decode("ascii")
    return (
        f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:{style};font-display:block;'
        f'src:url(data:font/woff;base64,{content}) format("woff")}}'
    )


def _couper(police: Face, caracteres: frozenset[str]) -> bytes:
    from uharfbuzz import SubsetFlags, SubsetInput, SubsetInputSets, subset

    demande = SubsetInput()
    demande.flags = SubsetFlags.NO_HINTING | SubsetFlags.DESUBROUTINIZE | SubsetFlags.NOTDEF_OUTLINE
    for nature, gardes in (
        (SubsetInputSets.UNICODE, map(ord, caracteres)),
        (SubsetInputSets.LAYOUT_FEATURE_TAG, (int.from_bytes(nom.encode(), "big") for nom in TRAITS)),
    ):
        demande.sets(nature).set(set(gardes))
    return subset(police, demande).blob.data


def _en_woff(police: bytes) -> bytes:
    from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter

    lue, buffer = SFNTReader(BytesIO(police)), BytesIO()
    ecrite = SFNTWriter(buffer, len(lue.tables), lue.sfntVersion, flavor="woff")
    for table in lue.tables:
        ecrite[table] = lue[table]
    ecrite.close()
    return buffer.getvalue()
