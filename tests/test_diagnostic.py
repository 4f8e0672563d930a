"""The diagnostic of the real convention, as its readers get it: HTML in a browser, PDF, CSV, twice the same bytes."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path
from subprocess import CompletedProcess

import pikepdf
import pytest
from ligne_de_commande import produire
from navigateur import ouvrir_page
from test_pdf import noeuds, texte_du_pdf

NOMBRE = re.compile(r"\d")
# Only violations are told in full: describing thousands of sound elements is half of the time.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def rapport(production: tuple[CompletedProcess[str], Path]) -> Path:
    """The folder of the convention."""
    return production[1] / "harnes"


@pytest.fixture(scope="module")
def html(rapport: Path) -> str:
    return (rapport / "diagnostic.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pdf(rapport: Path) -> pikepdf.Pdf:
    return pikepdf.open(rapport / "diagnostic.pdf")


def octets(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder by its relative path."""
    return {path.relative_to(dossier).as_posix(): path.read_bytes() for path in dossier.rglob("*") if path.is_file()}


def test_deux_productions_dans_deux_dossiers_donnent_les_memes_octets(rapport: Path, tmp_path: Path) -> None:
    autre = produire(tmp_path / "un dossier, ailleurs {1}", "diagnostic")

    assert octets(autre) == octets(rapport)


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", [360, 1400])
def test_axe_ne_trouve_rien_et_la_page_ne_deborde_pas(rapport: Path, largeur: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with ouvrir_page(rapport / "diagnostic.html", largeur) as (page, demandes):
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options=AXE)
        width = page.evaluate("document.documentElement.scrollWidth")

    faults = [(fault["id"], fault["nodes"][0]["target"]) for fault in found.response["violations"]]
    assert faults == []
    assert demandes == []
    assert width <= largeur


@pytest.mark.navigateur
def test_un_dessin_et_un_seul_est_montre_par_graphique(rapport: Path) -> None:
    montres = {}
    for largeur in (360, 1400):
        with ouvrir_page(rapport / "diagnostic.html", largeur) as (page, _):
            montres[largeur] = page.evaluate(
                "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('.dessin')]"
                ".filter(d => d.getBoundingClientRect().height > 0).map(d => d.className).join())"
            )

    assert set(montres[360]) == {"dessin etroit"}
    assert set(montres[1400]) == {"dessin large"}
    assert len(montres[360]) == len(montres[1400]) > 8


def test_la_page_suit_les_themes_de_l_annexe_1(html: str) -> None:
    titres = [unescape(titre) for titre in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)]

    assert titres[:2] == ["Sommaire", "Synthèse"]
    for theme in ("Données de cadrage", "Petite enfance", "Logement et habitat", "Indicateurs de précarité"):
        assert theme in titres
    assert titres[-1] == "Sources et limites"


def test_chaque_figure_dit_ce_qu_elle_montre_avec_ses_chiffres(html: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)

    for figure in figures:
        alts = set(re.findall(r'aria-label="([^"]*)"', figure))
        assert len(alts) == 1
        assert NOMBRE.search(alts.pop())
        assert re.search(r'<p class="lecture"><strong>Lecture\W*</strong>.*\d', figure)
        assert 'class="source"' in figure


def test_chaque_tableau_a_legende_entetes_et_source(html: str) -> None:
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)

    assert len(tables) > 20
    for table in tables:
        assert table.startswith("<table><caption")
        assert 'scope="col"' in table and 'scope="row"' in table
    assert html.count('<div class="tableau') == html.count("<table>")


def test_le_pdf_porte_titres_tableaux_figures_et_signets(pdf: pikepdf.Pdf, html: str) -> None:
    kinds = Counter(str(node.S) for node in noeuds(pdf.Root.StructTreeRoot))
    with pdf.open_outline() as outline:
        signets = [item.title for item in outline.root]

    assert kinds["/Table"] == html.count("<table>")
    assert kinds["/Figure"] == html.count("<figure")
    assert kinds["/TH"] > kinds["/Table"] * 3
    assert "Synthèse" in signets
    assert str(pdf.Root.Lang).startswith("fr")


def test_la_synthese_tient_sur_la_premiere_page(rapport: Path, tmp_path: Path) -> None:
    pages = texte_du_pdf((rapport / "diagnostic.pdf").read_bytes(), tmp_path).split("\f")

    assert "Synthèse" in pages[0]
    assert "Sommaire" in pages[1]


def test_les_csv_des_tableaux_sont_a_cote_du_rapport(rapport: Path, html: str) -> None:
    csv = {path.stem for path in (rapport / "diagnostic").glob("*.csv")}

    tableaux = set(re.findall(r'id="tableau-([\w-]+)"', html))
    assert tableaux == csv
    assert {"coherence", "affirmations", "corrections"} <= csv
