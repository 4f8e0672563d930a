"""The desk served by ``ctg ouvrir`` in a process of its own, and a browser or a hostile program that
asks it for pages.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from navigateur import AXE, OPTIONS, fautes, largeur_du_document, trouver_chromium

from ctglib.donnees.lecture import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

ADRESSE = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
ATTENTE = 120_000  # milliseconds, on a loaded machine


@dataclass(frozen=True)
class Reponse:
    """What the server answered."""

    code: int
    entetes: dict[str, str]
    texte: str


@dataclass
class BureauOuvert:
    """A desk that is up: its address has its token."""

    adresse: str
    dossier: Path  # where the command was typed
    donnees: Path
    processus: subprocess.Popen[str]

    @property
    def hote(self) -> str:
        return urlsplit(self.adresse).netloc

    @property
    def token(self) -> str:
        return self.adresse.partition("token=")[2]

    def demander(
        self,
        methode: str,
        chemin: str,
        corps: bytes = b"",
        *,
        connu: bool = True,
        **entetes: str,
    ) -> Reponse:
        """Return what the server answers a request, with the token in its header where ``connu``.

        A header is written with « _ » for its hyphens.
        """
        lien = http.client.HTTPConnection(self.hote, timeout=60)
        dits = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
        if connu:
            dits.setdefault("Authorization", f"token {self.token}")
        try:
            lien.request(methode, chemin, body=corps or None, headers=dits)
            rendu = lien.getresponse()
            texte = rendu.read().decode("utf-8", errors="replace")
            return Reponse(rendu.status, dict(rendu.getheaders()), comme_on_le_tape(texte))
        finally:
            lien.close()


@contextmanager
def ouvrir(dossier: Path, donnees: Path, *options: str) -> Iterator[BureauOuvert]:
    """Serve the desk from a folder, over a copy of the data, until the block ends."""
    env = {**os.environ, VARIABLE: str(donnees), "HOME": str(dossier)}
    processus = subprocess.Popen(
        [sys.executable, "-m", "ctglib", "ouvrir", "--sans-navigateur", *options],
        env=env,
        cwd=dossier,
        stdout=subprocess.PIPE,
        stderr=(dossier / "erreurs.txt").open("w"),
        encoding="utf-8",
    )
    try:
        assert processus.stdout is not None
        for line in processus.stdout:
            found = ADRESSE.search(line)
            if found:
                yield BureauOuvert(found[0], dossier, donnees, processus)
                break
        else:
            raise AssertionError((dossier / "erreurs.txt").read_text(encoding="utf-8"))
    finally:
        processus.terminate()
        processus.communicate(timeout=60)


def conduire(lire: Callable[[Page], None], **contexte: object) -> None:
    """Drive a browser, in a thread of its own: the loop of playwright must not be seen here."""
    with ThreadPoolExecutor(1) as fil:
        fil.submit(_conduire, trouver_chromium(), lire, contexte).result()


def _conduire(chromium: str, lire: Callable[[Page], None], contexte: dict) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        page = navigateur.new_context(**contexte).new_page()
        page.set_default_timeout(ATTENTE)
        lire(page)
        navigateur.close()


def texte(page: Page, ou: str) -> str:
    """Return what is read somewhere in a page, its spaces as one types them."""
    return comme_on_le_tape(page.inner_text(ou))


def comme_on_le_tape(texte: str) -> str:
    """Return a text with plain spaces for its no-break ones."""
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


def examiner(page: Page) -> None:
    """Be sure that a page is accessible, and no wider than its window, in each mode."""
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        assert fautes(page, AXE) == [], f"{page.url}, {mode}"
    page.emulate_media(color_scheme="light", forced_colors="active")
    assert fautes(page, AXE) == [], f"{page.url}, couleurs forcées"
    page.emulate_media(color_scheme="light", forced_colors="none")
    for largeur in (360, 1280):
        page.set_viewport_size({"width": largeur, "height": 900})
        assert largeur_du_document(page) <= largeur, f"{page.url}, {largeur}"
