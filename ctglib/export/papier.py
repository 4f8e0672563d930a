"""What paper and word processors share: one drawing a chart, its numbers in an annex, the fonts, the files beside."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ctglib.document.polices import fichiers
from ctglib.export.polices_coupees import a_garder, couper

if TYPE_CHECKING:
    from pathlib import Path

    import typst

    from ctglib.export.page import Page

ETROIT = re.compile(r'<div class="dessin etroit" hidden>.*?</div>', re.DOTALL)
DESSIN = re.compile(r"<svg\b[^>]*>.*?</svg>", re.DOTALL)
ALT = re.compile(r'aria-label="([^"]*)"')
DONNEES = re.compile(r'<details class="donnees"><summary>.*?</summary>(.*?)</details>', re.DOTALL)
SECTIONS_SANS_SOMMAIRE = 3
PARAGRAPHE = re.compile(r'<p class="([\w-]+)">(.*?)</p>', re.DOTALL)


def preparer(corps: str) -> str:
    """Return the body for paper: one drawing a chart, its numbers in an annex, classes that pandoc keeps."""
    annexe = DONNEES.findall(corps)
    corps = DONNEES.sub("", ETROIT.sub("", corps))
    premier, titre, reste = corps.partition("<h2 ")
    second = reste.find("<h2 ")
    if not est_court(corps):
        corps = premier + titre + reste[:second] + '<div class="sommaire"></div>' + reste[second:]
    if annexe:
        corps += "<h2>Annexe : les chiffres des graphiques</h2>" + "".join(annexe)
    corps = PARAGRAPHE.sub(r'<div class="\1"><p>\2</p></div>', corps)
    return re.sub(r"<(/?)h([23])\b", lambda m: f"<{m.group(1)}h{int(m.group(2)) - 1}", corps)


def est_court(corps: str) -> bool:
    """Tell whether a report has so few sections that a table of contents would be longer than the way to them."""
    return corps.count("<h2 ") <= SECTIONS_SANS_SOMMAIRE


def ecrire_dessins(corps: str, root: Path) -> str:
    """Write the drawings beside the document and return the body that names them."""
    rang = 0

    def image(match: re.Match[str]) -> str:
        nonlocal rang
        rang += 1
        (root / f"dessin-{rang}.svg").write_text(match.group(0), encoding="utf-8")
        alt = ALT.search(match.group(0))
        return f'<img src="dessin-{rang}.svg" alt="{alt.group(1) if alt else ""}">'

    return DESSIN.sub(image, corps)


def instant(page: Page) -> datetime:
    """Return the date the report bears, which is that of its content, never the clock's."""
    return datetime.fromisoformat(page.couverture.get("date", "2000-01-01")).replace(tzinfo=UTC)


def ecrire_logo(adresse: str, nom: str, root: Path) -> str:
    """Write a logo beside the document and return its file's name, empty when there is no logo."""
    if not adresse:
        return ""
    kind, _, content = adresse.removeprefix("data:image/").partition(";base64,")
    path = root / f"{nom}.{'png' if kind == 'png' else 'svg'}"
    path.write_bytes(base64.b64decode(content))
    return path.name


def polices_typst(root: Path, signes: frozenset[str]) -> typst.Fonts:
    """Return our fonts and no other, written beside the document with the characters that it shows.

    Their own folders hold each style twice, and Typst would choose by itself.
    """
    import typst

    folder = root / "polices"
    folder.mkdir()
    caracteres = a_garder(signes)
    for police, path in fichiers().items():
        (folder / path.name).write_bytes(couper(*police, caracteres))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def en_tete(avertissement: str) -> str:
    """Return what the head of every page recalls of the warnings of the cover: the beginning of each, on one line."""
    return "".join(f"{warning.partition(' : ')[0]} – " for warning in avertissement.split(" – ") if warning)
