"""The fonts cut down to the characters that a report holds: the page carries them, Typst lays out faster with them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ctglib.document.polices import FAMILLE, SECOURS, face, signes

if TYPE_CHECKING:
    from collections.abc import Iterable

# What any French report may hold: one subset serves every page of a run, whatever its words.
COURANTS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset(
    "\u202f\u2212–—‘’“”…€œŒ•→←↑↓≥≤≈×✓"
)
# What reports say with a shape beside a word: always in, so that the subsets of a run stay the same.
SIGNES = frozenset("●▲■◆▼○◇△□▽")
TRAITS = ("kern", "tnum", "liga")  # of the layout: kerning, figures of one width, ligatures


def a_garder(texte: Iterable[str]) -> frozenset[str]:
    """Return the characters to keep for a text: the same for all texts but those with a rare one."""
    return COURANTS | SIGNES | (caracteres_connus() & frozenset(texte))


@lru_cache(maxsize=1)
def caracteres_connus() -> frozenset[str]:
    """Return the characters that one of the two families can draw."""
    return couverts(FAMILLE) | couverts(SECOURS)


@lru_cache(maxsize=4)
def couverts(famille: str) -> frozenset[str]:
    """Return the characters that a family can draw."""
    return frozenset(map(chr, signes(famille, "400")))


@lru_cache(maxsize=16)
def couper(famille: str, graisse: str, style: str, caracteres: frozenset[str]) -> bytes:
    """Return a font of the project (see ``rapport.polices``) that holds only some characters."""
    from uharfbuzz import SubsetFlags, SubsetInput, SubsetInputSets, subset

    demande = SubsetInput()
    demande.flags = SubsetFlags.NO_HINTING | SubsetFlags.DESUBROUTINIZE | SubsetFlags.NOTDEF_OUTLINE
    demande.sets(SubsetInputSets.UNICODE).update(map(ord, caracteres))
    # Beside those that writing as such needs, which it keeps by itself.
    demande.sets(SubsetInputSets.LAYOUT_FEATURE_TAG).update(int.from_bytes(nom.encode(), "big") for nom in TRAITS)
    return subset(face(famille, graisse, style), demande).blob.data
