"""A page opened in Debian's Chromium, without a network, as a reader sees it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPTIONS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
)


@contextmanager
def ouvrir_page(fichier: Path, largeur: int) -> Iterator[tuple[Page, list[str]]]:
    """Yield the page at a width, and the list of addresses it asked for, its own excepted."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("chromium est nécessaire aux tests de page")
        pytest.skip("chromium n'est pas installé : la page n'est pas ouverte dans un navigateur")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        page = browser.new_page(viewport={"width": largeur, "height": 900})
        demandes: list[str] = []
        page.on("request", lambda request: demandes.append(request.url))
        page.goto(fichier.resolve().as_uri())
        page.wait_for_load_state("networkidle")
        yield page, [url for url in demandes if url != fichier.resolve().as_uri() and not url.startswith("data:")]
        browser.close()
