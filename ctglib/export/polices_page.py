"""The fonts a page needs, cut down to the characters it holds and carried inside it."""

from __future__ import annotations

import base64
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from ctglib.rapport.polices import FAMILLE, SECOURS, fichiers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fontTools.ttLib import TTFont

# What any French report may hold: one subset serves every page of a run, whatever its words.
COURANTS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) | frozenset(
    "\u202f\u2212–—‘’“”…€œŒ•→←↑↓≥≤≈×✓"
)
# What reports say with a shape beside a word: always in, so that the subsets of a run stay the same two.
SIGNES = frozenset("●▲■◆▼○◇△□▽")
GRAISSES = (("400", "normal"), ("600", "normal"))
Coupe = tuple[str, str, str, frozenset[str]]
_regles: dict[Coupe, str] = {}


def feuille_de_polices(texte: Iterable[str]) -> str:
    """Return the ``@font-face`` rules of a page; signs that the family lacks come from the fallback family."""
    asked = frozenset(texte) - COURANTS
    kept = COURANTS | ((asked | SIGNES) & _couverts(FAMILLE))
    rules = [_regle(FAMILLE, graisse, style, kept) for graisse, style in GRAISSES]
    manquants = (asked & _couverts(SECOURS)) - _couverts(FAMILLE)
    if manquants:
        rules.append(_regle(SECOURS, "400", "normal", manquants | (SIGNES - _couverts(FAMILLE))))
    return "\n".join(rules)


def regles_courantes() -> dict[Coupe, str]:
    """Return what every page holds, worked out once; ``amorcer`` hands it to another process."""
    feuille_de_polices(SIGNES)
    return dict(_regles)


def amorcer(regles: dict[Coupe, str]) -> None:
    """Take from another process what every page holds: cutting a font takes a fifth of a second."""
    _regles.update(regles)


def caracteres_connus() -> frozenset[str]:
    """Return the characters that one of the two families can draw."""
    return _couverts(FAMILLE) | _couverts(SECOURS)


@lru_cache(maxsize=4)
def _couverts(famille: str) -> frozenset[str]:
    return frozenset(map(chr, _ouvrir(fichiers()[famille, "400", "normal"]).getBestCmap()))


def _ouvrir(chemin: Path) -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(chemin, lazy=True, recalcTimestamp=False)


def _regle(famille: str, graisse: str, style: str, caracteres: frozenset[str]) -> str:
    key = famille, graisse, style, caracteres
    if key not in _regles:
        _regles[key] = _couper(*key)
    return _regles[key]


def _couper(famille: str, graisse: str, style: str, caracteres: frozenset[str]) -> str:
    from fontTools.subset import Options, Subsetter

    options = Options(hinting=False, desubroutinize=True, layout_features=["kern", "tnum", "liga"], notdef_outline=True)
    options.drop_tables += ["FFTM"]
    font = _ouvrir(fichiers()[famille, graisse, style])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, caracteres)))
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = BytesIO()
    font.save(buffer)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'@font-face{{font-family:"{famille}";font-weight:{graisse};font-style:{style};font-display:block;'
        f'src:url(data:font/woff;base64,{content}) format("woff")}}'
    )
