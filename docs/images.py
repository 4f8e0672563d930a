"""Write ``docs/images``, what README shows of the reports: those of the demonstration, which says
nothing of anybody.

``python docs/images.py build/site``, once ``ctg produire`` has made the reports there. Chromium and
the packages of the tests are needed.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from ctglib.donnees.ecriture import ecrire

DOSSIER = Path(__file__).parent / "images"
CHROMIUM = "chromium"
DEMONSTRATION = "demonstration"


class Vue(NamedTuple):
    """A picture: of which page, through which window, in the light or in the dark."""

    page: str
    largeur: int
    hauteur: int
    sombre: bool = False
    ancre: str = ""  # of what stands at the top


VUES = {
    "portail": Vue("index.html", 1280, 1000, ancre=DEMONSTRATION),
    "fiche": Vue(f"{DEMONSTRATION}/2025/fiche-2.html", 1280, 900),
    "sombre": Vue(f"{DEMONSTRATION}/2025/fiche-1.html", 1280, 900, sombre=True),
    "telephone": Vue(f"{DEMONSTRATION}/2025/fiche-2.html", 360, 720),
}
QUALITE = 70
LARGEUR = 960  # of a picture, at most
PATIENCE = 300_000  # milliseconds: a page takes one second, but where nothing is left for it


def photographier(page: Page, adresse: str, vue: Vue) -> bytes:
    """Return a picture as WebP: the same page, through the same Chromium, gives the same bytes."""
    page.set_viewport_size({"width": vue.largeur, "height": vue.hauteur})
    page.emulate_media(color_scheme="dark" if vue.sombre else "light")
    page.goto(f"{adresse}#{vue.ancre}" if vue.ancre else adresse)
    page.evaluate("() => document.fonts.ready")
    image = Image.open(BytesIO(page.screenshot()))
    image.thumbnail((LARGEUR, vue.hauteur), Image.Resampling.LANCZOS)
    flux = BytesIO()
    image.save(flux, "WEBP", quality=QUALITE, method=6)
    return flux.getvalue()


def main(site: Path) -> None:
    """Write the pictures of a folder of reports."""
    chromium = which(CHROMIUM)
    if chromium is None:
        raise SystemExit("chromium n'est pas installé : les images ne peuvent pas être prises.")
    images = {}
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = navigateur.new_page()
        page.set_default_timeout(PATIENCE)
        for nom, vue in VUES.items():
            adresse = (site / vue.page).resolve().as_uri()
            images[DOSSIER / f"{nom}.webp"] = photographier(page, adresse, vue)
        navigateur.close()
    DOSSIER.mkdir(exist_ok=True)
    ecrire(images)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
