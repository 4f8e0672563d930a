"""From the page to an editable Word document: pandoc writes it, python-docx gives it our look, header and footer."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.export.papier import ecrire_dessins, ecrire_logo, instant, polices_typst, preparer
from ctglib.export.tables_typst import TABLE, lire

if TYPE_CHECKING:
    from ctglib.export.page import Page

POINTS_PAR_POUCE = 200  # sharp on paper, and a report stays under a few megabytes
LARGEUR_DESSIN = "17cm"
LARGEUR_LOGO = "3.5cm"
STYLE_LEGENDE = "Image Caption"
STYLES = {"note": "Note", "source": "Source", "avertissement": "Avertissement"}


def composer_word(page: Page) -> bytes:
    """Return the Word document of a page: headings, captions, alternative texts, tables with their header rows.

    Charts become PNG images. Same page, same bytes: every date is the report's.
    """
    from ctglib.export.word_style import habiller

    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        root = Path(folder)
        corps = _styler(_deplier_figures(ecrire_dessins(preparer(page.corps), root)))
        corps = _en_images(_entete(page, root) + corps, page.signes, root)
        (root / "corps.html").write_text(corps, encoding="utf-8")
        _pandoc(page, root)
        tables = [lire(source) for source in TABLE.findall(corps)]
        document = habiller((root / "rapport.docx").read_bytes(), page, tables)
    return _dater(document, page)


def _deplier_figures(corps: str) -> str:
    """Return the body with its charts as paragraphs in a row: Word would set the parts of a figure side by side."""

    def deplier(match: re.Match[str]) -> str:
        legende = re.search(r"<figcaption>(.*?)</figcaption>", match.group(1), re.DOTALL)
        suite = match.group(1).replace(legende.group(0), "")
        return f'<div data-custom-style="{STYLE_LEGENDE}"><p>{legende.group(1)}</p></div>{suite}'

    return re.sub(r"<figure[^>]*>(.*?)</figure>", deplier, corps, flags=re.DOTALL)


def _styler(corps: str) -> str:
    """Return the body whose notes and sources have a style of their own, and key figures their landmark apart."""
    for classe, style in STYLES.items():
        corps = corps.replace(f'<div class="{classe}">', f'<div data-custom-style="{style}">')
    return re.sub(r'<span class="repere">(.+?)</span>', r"(\1)", corps, flags=re.DOTALL)


def _entete(page: Page, root: Path) -> str:
    """Return the cover as HTML: logos, what the convention is, the mentions, the warning."""
    couverture = page.couverture
    logos = []
    for rang, logo in enumerate(couverture.get("logos", []), start=1):
        nom = ecrire_logo(logo["adresse"], f"logo-{rang}", root)
        alt = escape(f"Logo : {logo['nom']}", quote=True)
        logos.append(f'<img src="{nom}" alt="{alt}">' if nom else f"<strong>{escape(logo['nom'])}</strong>")
    mentions = "<br>".join(
        f"<strong>{escape(nom)}</strong> : {escape(valeur)}" for nom, valeur in couverture.get("mentions", [])
    )
    territoire, sujet = escape(couverture.get("territoire", "")), escape(couverture.get("sujet", ""))
    avertissement = escape(couverture.get("avertissement", ""))
    warning = f'<div data-custom-style="Avertissement"><p>{avertissement}</p></div>' if avertissement else ""
    pieces = [" – ".join(logos), f"<strong>{territoire}</strong> – {sujet}", mentions]
    return "".join(f"<p>{piece}</p>" for piece in pieces if piece) + warning


def _en_images(corps: str, signes: frozenset[str], root: Path) -> str:
    """Write every SVG as PNG, which Word shows everywhere, and return the body that names the PNG files."""
    import typst

    noms = list(dict.fromkeys(re.findall(r'src="((?:dessin|logo)-\d+)\.svg"', corps)))
    if noms:
        pages = "\n#pagebreak()\n".join(f'#image("{nom}.svg")' for nom in noms)
        source = root / "images.typ"
        source.write_text(f"#set page(width: auto, height: auto, margin: 0pt)\n{pages}\n", encoding="utf-8")
        compiler = typst.Compiler(input=source, root=root, font_paths=polices_typst(root, signes))
        images = compiler.compile(format="png", ppi=POINTS_PAR_POUCE)
        for nom, image in zip(noms, [images] if isinstance(images, bytes) else images, strict=True):
            (root / f"{nom}.png").write_bytes(image)
    corps = re.sub(r'src="(dessin-\d+)\.svg"', rf'width="{LARGEUR_DESSIN}" src="\1.png"', corps)
    return re.sub(r'src="(logo-\d+)\.(?:svg|png)"', rf'width="{LARGEUR_LOGO}" src="\1.png"', corps)


def _pandoc(page: Page, root: Path) -> None:
    import pypandoc

    subprocess.run(
        [
            pypandoc.get_pandoc_path(),
            "corps.html",
            "--from=html",
            "--to=docx",
            "--output=rapport.docx",
            f"--metadata=title:{page.titre}",
            "--metadata=lang:fr-FR",
        ],
        cwd=root,
        check=True,
        capture_output=True,
    )


def _dater(document: bytes, page: Page) -> bytes:
    """Return the same archive with every entry at the report's date, so that the bytes do not tell the hour."""
    date = max(instant(page).timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, date), source.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
