"""``reports/index.html``: what was produced, in both formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.production.ecriture import ecrire

if TYPE_CHECKING:
    from collections.abc import Iterator

TITRE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
MODELES = Path(__file__).parent / "modeles"


@dataclass(frozen=True)
class Produit:
    """A report found in the output folder; addresses are relative to the portal."""

    titre: str
    html: str
    pdf: str
    tableaux: tuple[str, ...]


def ecrire_portail(sortie: Path) -> Path:
    """Write the portal of an output folder and return its path."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from ctglib.export.exporteurs import MODELES as MODELES_DES_PAGES
    from ctglib.export.polices_page import feuille_de_polices

    produits = {folder.name: list(_produits(folder, sortie)) for folder in sorted(sortie.glob("*/"))}
    environment = Environment(
        loader=FileSystemLoader(MODELES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    html = environment.get_template("portail.html.j2").render(
        produits={nom: listing for nom, listing in produits.items() if listing},
        polices=feuille_de_polices(""),
        style=(MODELES_DES_PAGES / "ctg" / "page.css").read_text(encoding="utf-8"),
    )
    portail = sortie / "index.html"
    ecrire({portail: html.encode("utf-8")})
    return portail


def _produits(folder: Path, sortie: Path) -> Iterator[Produit]:
    noms = {path.with_suffix("") for kind in ("*.html", "*.pdf") for path in folder.rglob(kind)}
    for base in sorted(noms):
        html, pdf = base.with_suffix(".html"), base.with_suffix(".pdf")
        yield Produit(
            titre=_titre(html) if html.exists() else base.name,
            html=html.relative_to(sortie).as_posix() if html.exists() else "",
            pdf=pdf.relative_to(sortie).as_posix() if pdf.exists() else "",
            tableaux=tuple(path.relative_to(sortie).as_posix() for path in sorted(base.glob("*.csv"))),
        )


def _titre(html: Path) -> str:
    with html.open(encoding="utf-8") as file:
        match = TITRE.search(file.read(4096))
    return unescape(match.group(1)) if match else html.stem
