"""From the page to a PDF that is PDF/A-2a and PDF/UA-1 at once: pandoc writes Typst, Typst composes."""

from __future__ import annotations

import base64
import json
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.export.balises import marquer_entetes_de_lignes
from ctglib.export.polices_page import caracteres_connus
from ctglib.rapport.polices import fichiers

if TYPE_CHECKING:
    from ctglib.export.page import Page

MODELE = Path(__file__).parent / "modeles" / "pdf"
NORMES = ["a-2a", "ua-1"]
ETROIT = re.compile(r'<div class="dessin etroit" hidden>.*?</div>', re.DOTALL)
DESSIN = re.compile(r"<svg\b[^>]*>.*?</svg>", re.DOTALL)
ALT = re.compile(r'aria-label="([^"]*)"')
DONNEES = re.compile(r'<details class="donnees"><summary>.*?</summary>(.*?)</details>', re.DOTALL)
PARAGRAPHE = re.compile(r'<p class="([\w-]+)">(.*?)</p>', re.DOTALL)


def composer(page: Page) -> bytes:
    """Return the PDF of a page. Same page, same bytes: no clock, no name of a folder enters it.

    Raises:
        typst.TypstError: The document does not hold under both standards (an alternative text is missing, a title…).
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        root = Path(folder)
        corps = _ecrire_dessins(preparer(page.corps), root)
        (root / "corps.typ").write_text('#import "rapport.typ": *\n' + _en_typst(corps), encoding="utf-8")
        (root / "donnees.json").write_text(json.dumps(_donnees(page, root), ensure_ascii=False), encoding="utf-8")
        shutil.copy(MODELE / "rapport.typ", root)
        (root / "principal.typ").write_text(
            '#import "rapport.typ": *\n#show: rapport.with(json("donnees.json"))\n#include "corps.typ"\n',
            encoding="utf-8",
        )
        polices = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[_copier_polices(root)]
        )
        compiler = typst.Compiler(input=root / "principal.typ", root=root, font_paths=polices)
        pdf = compiler.compile(format="pdf", pdf_standards=NORMES, timestamp=_instant(page))
    return marquer_entetes_de_lignes(pdf)


def preparer(corps: str) -> str:
    """Return the body for paper: one drawing a chart, its numbers in an annex, classes that pandoc keeps."""
    annexe = DONNEES.findall(corps)
    corps = DONNEES.sub("", ETROIT.sub("", corps))
    premier, titre, reste = corps.partition("<h2 ")
    second = reste.find("<h2 ")
    if second >= 0:
        corps = premier + titre + reste[:second] + '<div class="sommaire"></div>' + reste[second:]
    if annexe:
        corps += "<h2>Annexe : les chiffres des graphiques</h2>" + "".join(annexe)
    corps = PARAGRAPHE.sub(r'<div class="\1"><p>\2</p></div>', corps)
    return re.sub(r"<(/?)h([23])\b", lambda m: f"<{m.group(1)}h{int(m.group(2)) - 1}", corps)


def _ecrire_dessins(corps: str, root: Path) -> str:
    """Write the drawings beside the document and return the body that names them."""
    rang = 0

    def image(match: re.Match[str]) -> str:
        nonlocal rang
        rang += 1
        (root / f"dessin-{rang}.svg").write_text(match.group(0), encoding="utf-8")
        alt = ALT.search(match.group(0))
        return f'<img src="dessin-{rang}.svg" alt="{alt.group(1) if alt else ""}">'

    return DESSIN.sub(image, corps)


def _en_typst(corps: str) -> str:
    import pypandoc

    connus = caracteres_connus()
    corps = "".join(sign if sign in connus or sign in "\n\t" else "\ufffd" for sign in corps)
    return pypandoc.convert_text(
        corps, "typst", format="html", extra_args=["--wrap=none", f"--lua-filter={MODELE / 'filtre.lua'}"]
    )


def _donnees(page: Page, root: Path) -> dict:
    couverture = page.couverture
    logos = [
        {"nom": logo["nom"], "adresse": _ecrire_logo(logo["adresse"], f"logo-{rang}", root)}
        for rang, logo in enumerate(couverture.get("logos", []), start=1)
    ]
    avertissement = couverture.get("avertissement", "")
    return {
        "titre": page.titre,
        "sujet": couverture.get("sujet", ""),
        "territoire": couverture.get("territoire", ""),
        "mentions": couverture.get("mentions", []),
        "logos": logos,
        "source": couverture.get("source", ""),
        "avertissement": avertissement,
        "avertissement-court": f"{avertissement} – " if avertissement else "",
        "auteurs": [logo["nom"] for logo in logos],
        "mots": ["convention territoriale globale", couverture.get("territoire", "")],
    }


def _instant(page: Page) -> datetime:
    """Return the date the report bears, which PDF/A asks for: that of its content, never the clock's."""
    return datetime.fromisoformat(page.couverture.get("date", "2000-01-01")).replace(tzinfo=UTC)


def _ecrire_logo(adresse: str, nom: str, root: Path) -> str:
    if not adresse:
        return ""
    kind, _, content = adresse.removeprefix("data:image/").partition(";base64,")
    path = root / f"{nom}.{'png' if kind == 'png' else 'svg'}"
    path.write_bytes(base64.b64decode(content))
    return path.name


def _copier_polices(root: Path) -> str:
    """Copy the few files in use: their folders hold each style twice, and Typst would choose by itself."""
    folder = root / "polices"
    folder.mkdir()
    for path in fichiers().values():
        shutil.copy(path, folder)
    return str(folder)
