"""What a browser sees of a report: what axe finds, what stands out of its place, what is asked of
the network.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from navigateur import (
    AXE,
    HAUTEUR,
    SANS_CONTRASTE,
    Navigateur,
    deplier,
    fautes,
    largeur_du_document,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

TELEPHONE = 360
ECRAN = 1280
GRAND_ECRAN = 1400
# On a telephone a row is a card: no frame scrolls sideways, and nothing stands out of what holds
# it.
DEBORDS = """() => {
  const large = document.documentElement.clientWidth;
  const nom = e => e.tagName + ' ' + e.id + ' ' + e.textContent.trim().slice(0, 60);
  const vus = (selecteur, garder) => [...document.querySelectorAll(selecteur)]
    .filter(e => e.getBoundingClientRect().height > 0 && garder(e)).map(nom);
  const dehors = e => { const r = e.getBoundingClientRect(); return r.left < -0.5 || r.right > large + 0.5; };
  const deborde = e => e.scrollWidth > e.clientWidth + 1;
  const horsDuDessin = e => {
    const r = e.getBoundingClientRect(), s = e.ownerSVGElement.getBoundingClientRect();
    return r.left < s.left - 1 || r.right > s.right + 1 || r.top < s.top - 4 || r.bottom > s.bottom + 4;
  };
  return {
    page: vus('.cadre, figure, .dessin svg, .chiffres, .colonnes, caption, p, li, dd, h1, h2, h3', dehors),
    cellules: vus('td, th', deborde),
    dessins: vus('.dessin svg text', horsDuDessin),
    defilent: vus('.cadre', deborde),
    libres: vus('table', e => !['auto', 'scroll'].includes(getComputedStyle(e.parentElement).overflowX)),
  };
}"""
# The texts of a drawing are measured anew only when it is painted at its new size.
REDESSINE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
DESSINS = """() => [...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('.dessin')]
  .filter(d => d.getBoundingClientRect().height > 0).map(d => d.className).join())"""


@dataclass(frozen=True)
class Inspection:
    """What was seen of a report.

    Attributes:
        fautes: What axe finds at the width of a telephone; contrasts, which tables that scroll hide
            from it, are seen on a large screen.
        largeurs: How wide the document is, by width of the window.
        debords: By width, what stands out: of the page, of its cell, of its drawing; the frames
            that scroll; the tables that nothing keeps.
        dessins: By width, the class of the drawings that each figure shows.
    """

    fautes: list[tuple[str, object]]
    largeurs: dict[int, int]
    debords: dict[int, dict[str, list[str]]]
    dessins: dict[int, list[str]]


def inspecter(navigateur: Navigateur, fichier: Path) -> Future[tuple[Inspection, list[str]]]:
    """Look at a report at both widths, when its turn comes."""
    return navigateur.demander(fichier, TELEPHONE, _inspecter)


def regarder_les_contrastes(
    navigateur: Navigateur, fichier: Path, largeur: int = GRAND_ECRAN
) -> Future:
    """Let axe apply all its rules to a report."""

    def lire(page: Page) -> list[tuple[str, object]]:
        deplier(page)
        return fautes(page, AXE)

    return navigateur.demander(fichier, largeur, lire)


def _inspecter(page: Page) -> Inspection:
    deplier(page)
    found = fautes(page, SANS_CONTRASTE)
    largeurs = {}
    debords = {}
    dessins = {}
    for largeur in (TELEPHONE, ECRAN):
        page.set_viewport_size({"width": largeur, "height": HAUTEUR})
        page.evaluate(REDESSINE)
        largeurs[largeur] = largeur_du_document(page)
        debords[largeur] = page.evaluate(DEBORDS)
        dessins[largeur] = page.evaluate(DESSINS)
    return Inspection(found, largeurs, debords, dessins)
