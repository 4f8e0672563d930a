"""Each kind of page in the light, in the dark, in forced colours and on paper: axe finds nothing
there, contrasts included, and a drawing keeps its paper and its inks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from carnet_exemple import carnet
from navigateur import AXE, Navigateur, deplier, fautes, largeur_du_document
from rapports_produits import PORTRAITS, Production, Rapport

from ctglib.export.document import assembler
from ctglib.export.html import composer

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODES = {
    "clair": {"color_scheme": "light"},
    "sombre": {"color_scheme": "dark"},
    "couleurs imposées": {"color_scheme": "dark", "forced_colors": "active"},
    "papier": {"color_scheme": "dark", "media": "print"},
}
ORDINAIRE = {"color_scheme": "light", "forced_colors": "none", "media": "screen"}
ECRAN = 1280
BLANC = "rgb(255, 255, 255)"
# Of each drawing that is seen: its paper, and the inks of its texts.
ENCRES = """() => [...document.querySelectorAll('.dessin svg')]
  .filter(svg => svg.getBoundingClientRect().height > 0)
  .map(svg => [getComputedStyle(svg).backgroundColor,
    [...new Set([...svg.querySelectorAll('text')].map(t => getComputedStyle(t).fill))].sort()])"""
FOND = "() => getComputedStyle(document.body).backgroundColor"
GENRES = (
    *(Rapport("demonstration", cle) for cle in ("2025/bilan", "2025/fiche-2", "diagnostic")),
    *(Rapport("demonstration", cle) for cle in ("evaluation-finale", "controle", "dossier")),
    *(Rapport("demonstration", "en-clair"), Rapport("harnes", "2024/bilan"), PORTRAITS[0]),
)


class Vue(NamedTuple):
    """What was seen of a page in a mode."""

    fautes: list[tuple[str, object]]
    dessins: list[tuple[str, list[str]]]
    fond: str
    large: int


def regarder(page: Page) -> dict[str, Vue]:
    """Return what is seen of a page in each mode, all that can be unfolded being so."""
    vues = {}
    deplier(page)
    try:
        for nom, mode in MODES.items():
            page.emulate_media(**{**ORDINAIRE, **mode})
            vues[nom] = Vue(
                fautes(page, AXE),
                page.evaluate(ENCRES),
                page.evaluate(FOND),
                largeur_du_document(page),
            )
    finally:
        page.emulate_media(**ORDINAIRE)  # the page serves the tests that follow
    return vues


def verifier(vues: dict[str, Vue]) -> None:
    """Check that a page can be read in each mode."""
    assert {nom: vue.fautes for nom, vue in vues.items() if vue.fautes} == {}
    assert max(vue.large for vue in vues.values()) <= ECRAN
    clair = vues["clair"].dessins
    assert all(papier == BLANC for papier, _ in clair)
    for mode in ("sombre", "couleurs imposées", "papier"):
        assert vues[mode].dessins == clair, (
            f"{mode} : les dessins gardent leur papier et leur encre"
        )
    assert vues["sombre"].fond != vues["clair"].fond


@pytest.mark.navigateur
def test_une_page_se_lit_dans_chaque_mode(tmp_path: Path, navigateur: Navigateur) -> None:
    fichier = tmp_path / "page.html"
    fichier.write_text(composer(assembler(carnet())), encoding="utf-8")

    vues, _ = navigateur.lire(fichier, ECRAN, regarder)

    assert vues["clair"].dessins
    verifier(vues)


@pytest.mark.complet
@pytest.mark.navigateur
@pytest.mark.parametrize("rapport", GENRES, ids=str)
def test_chaque_genre_de_page_se_lit_dans_chaque_mode(
    rapports_produits: Production, rapport: Rapport, navigateur: Navigateur
) -> None:
    vues, _ = navigateur.lire(rapports_produits.chemin(rapport, "html"), ECRAN, regarder)

    verifier(vues)


@pytest.mark.complet
@pytest.mark.navigateur
def test_le_portail_se_lit_dans_chaque_mode(
    rapports_produits: Production, navigateur: Navigateur
) -> None:
    vues, _ = navigateur.lire(rapports_produits.sortie / "index.html", ECRAN, regarder)

    verifier(vues)


@pytest.mark.complet
@pytest.mark.navigateur
@pytest.mark.parametrize("annee", [2023, 2025])
def test_la_couverture_a_trois_lignes_et_le_premier_dessin_est_au_premier_ecran(
    rapports_produits: Production, annee: int, navigateur: Navigateur
) -> None:
    def lire(page: Page) -> dict[str, float]:
        return page.evaluate(
            """() => ({
              couverture: document.querySelector('.couverture').getBoundingClientRect().height,
              dessin: document.querySelector('.dessin svg').getBoundingClientRect().top,
              bords: [...document.querySelectorAll('.barre ul, .couverture .sujet, main, footer dl')]
                .map(e => Math.round(e.getBoundingClientRect().right)),
            })"""
        )

    page = rapports_produits.chemin(Rapport("demonstration", f"{annee}/bilan"), "html")
    vu, _ = navigateur.lire(page, ECRAN, lire)

    assert vu["couverture"] <= 120
    assert vu["dessin"] < 900 - 100, "on voit le dessin, non sa seule légende"
    assert len(set(vu["bords"])) == 1, "tout s'arrête au même bord à droite"
