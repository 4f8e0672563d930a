"""Pages opened in Debian's Chromium, without a network, as a reader sees them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright, Request

T = TypeVar("T")
HAUTEUR = 900
OPTIONS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
)
# Only violations are told in full: describing thousands of sound elements is half of the time.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}
SANS_CONTRASTE = {**AXE, "rules": {"color-contrast": {"enabled": False}}}


class Fenetre:
    """One Chromium, in a thread of its own: the loop that playwright runs must not be seen by the
    other tests.

    All is opened in one page, one thing after the other: to open another page takes as long as to
    read it.
    """

    def __init__(self, chromium: str) -> None:
        self._fil = ThreadPoolExecutor(1)
        self._playwright, self._page = self._fil.submit(_demarrer, chromium).result()

    def demander(
        self, fichier: Path, largeur: int, lire: Callable[[Page], T]
    ) -> Future[tuple[T, list[str]]]:
        """Open a page and read it, when its turn comes; see :meth:`Navigateur.demander`."""
        return self._fil.submit(_lire, self._page, fichier, largeur, lire)

    def fermer(self) -> None:
        """End the browser, and what drives it."""
        self._fil.submit(
            lambda: (self._page.context.browser.close(), self._playwright.stop())
        ).result()
        self._fil.shutdown()


class Navigateur:
    """The browsers of a session of tests, one a core."""

    def __init__(self) -> None:
        chromium = trouver_chromium()
        self._fenetres = [Fenetre(chromium) for _ in range(min(2, os.cpu_count() or 1))]
        self._tour = cycle(self._fenetres)

    def demander(
        self, fichier: Path, largeur: int, lire: Callable[[Page], T]
    ) -> Future[tuple[T, list[str]]]:
        """Open a page, in another thread, and read it.

        Args:
            fichier: The page.
            largeur: Width of the window.
            lire: What reads the page once it is there.

        Returns:
            What was read, and the addresses that the page asked for, its own excepted: to come.
        """
        return next(self._tour).demander(fichier, largeur, lire)

    def lire(self, fichier: Path, largeur: int, lire: Callable[[Page], T]) -> tuple[T, list[str]]:
        """Open a page, and read it now."""
        return self.demander(fichier, largeur, lire).result()

    def fermer(self) -> None:
        """End them."""
        for fenetre in self._fenetres:
            fenetre.fermer()


def fautes(page: Page, options: dict[str, object]) -> list[tuple[str, object]]:
    """Return what axe finds in a page: the rule, and the first element that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=options).response["violations"]
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found]


def deplier(page: Page) -> None:
    """Show all that a reader can unfold."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def largeur_du_document(page: Page) -> int:
    """Return how wide a page is."""
    return page.evaluate("document.documentElement.scrollWidth")


def trouver_chromium() -> str:
    """Return the program; the test is skipped, with its reason, where it is not installed."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("chromium est nécessaire aux tests de page")
        pytest.skip("chromium n'est pas installé : la page n'est pas ouverte dans un navigateur")
    return chromium


def _demarrer(chromium: str) -> tuple[Playwright, Page]:
    from playwright.sync_api import sync_playwright

    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(
        executable_path=chromium, args=list(OPTIONS)
    ).new_page()


def _lire(
    page: Page, fichier: Path, largeur: int, lire: Callable[[Page], T]
) -> tuple[T, list[str]]:
    demandes: list[str] = []
    adresse = fichier.resolve().as_uri()

    def noter(request: Request) -> None:
        demandes.append(request.url)

    page.on("request", noter)
    try:
        page.set_viewport_size({"width": largeur, "height": HAUTEUR})
        page.goto(adresse)
        lu = lire(page)
    finally:
        page.remove_listener("request", noter)
    return lu, [url for url in demandes if url != adresse and not url.startswith("data:")]
