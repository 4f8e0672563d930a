"""What every report of both conventions holds, as a PDF: its standards, its tags, what its pages
say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import unescape

import lxml.html
import pikepdf
import pytest
from lecture_pdf import lignes_par_page, noeuds, remplissage
from rapports_produits import PORTRAITS, RAPPORTS, Production, Rapport
from renvois import est_tout_a_l_ecran
from test_tous_les_rapports import FICTIVE, FICTIVES

PAGES_DU_DIAGNOSTIC = 14
pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


@pytest.fixture(scope="module", params=(*RAPPORTS, *PORTRAITS), ids=str)
def rapport(request: pytest.FixtureRequest) -> Rapport:
    """Each report in turn: pytest runs all the tests of one before those of the next."""
    return request.param


@pytest.fixture(scope="module")
def pdf(rapports_produits: Production, rapport: Rapport) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(rapports_produits.chemin(rapport, "pdf")) as opened:
        yield opened


@pytest.fixture(scope="module")
def balises(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return noeuds(pdf.Root.StructTreeRoot)


@pytest.fixture(scope="module")
def page(rapports_produits: Production, rapport: Rapport) -> lxml.html.HtmlElement:
    """The same report as a page."""
    return lxml.html.document_fromstring(rapports_produits.html(rapport))


def portees(cellule: pikepdf.Dictionary) -> set[str]:
    """Return what a header is the header of."""
    attributes = cellule.get("/A", [])
    entries = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return {str(entry.Scope) for entry in entries if "/Scope" in entry}


def test_le_pdf_se_declare_pdf_a_2a_et_pdf_ua_1(pdf: pikepdf.Pdf) -> None:
    metadata = pdf.open_metadata()

    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
    assert metadata["pdfuaid:part"] == "1"
    assert pdf.Root.MarkInfo.Marked


def test_il_porte_le_titre_de_la_page_et_se_dit_en_francais(
    pdf: pikepdf.Pdf, page: lxml.html.HtmlElement
) -> None:
    assert pdf.open_metadata()["dc:title"] == page.findtext(".//h1")
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.Root.Lang).startswith("fr")


def test_ses_signets_sont_les_chapitres_de_la_page(
    pdf: pikepdf.Pdf, page: lxml.html.HtmlElement
) -> None:
    with pdf.open_outline() as outline:
        bookmarks = [unescape(item.title) for item in outline.root]
    chapters = [
        title.text_content()
        for title in page.findall(".//main//h2")
        if not est_tout_a_l_ecran(title)  # paper has neither its tables nor it
    ]

    assert [title for title in bookmarks if title in chapters] == chapters


def test_chaque_tableau_et_chaque_figure_de_la_page_y_est_balise(
    balises: list[pikepdf.Dictionary], page: lxml.html.HtmlElement
) -> None:
    kinds = Counter(str(node.S) for node in balises)
    logos = len(page.findall(".//img[@class='logo']"))

    on_screen = page.xpath("//details[contains(@class, 'donnees')]//table")
    assert kinds["/Table"] == len(page.findall(".//table")) - len(on_screen)
    assert kinds["/Figure"] == len(page.findall(".//figure")) + logos
    assert kinds["/H1"] >= 1


def test_chaque_tableau_y_a_ses_entetes_de_colonnes_et_de_lignes(
    balises: list[pikepdf.Dictionary],
) -> None:
    for table in (node for node in balises if node.S == "/Table"):
        cells = noeuds(table)
        headers = [node for node in cells if node.S == "/TH"]
        rows = [node for node in cells if node.S == "/TR"]

        assert [node for node in headers if not portees(node)] == []
        found = Counter(scope for node in headers for scope in portees(node))
        assert found["/Column"] >= 2
        assert found["/Row"] >= 1
        assert [row for row in rows if not any(cell.S == "/TH" for cell in noeuds(row))] == []


def test_chaque_figure_y_a_le_texte_de_remplacement_de_la_page(
    balises: list[pikepdf.Dictionary], page: lxml.html.HtmlElement
) -> None:
    alts = [str(node.Alt) for node in balises if node.S == "/Figure"]
    said = [
        figure.xpath(".//*[@aria-label]")[0].get("aria-label")
        for figure in page.findall(".//figure")
    ]

    assert all(alts)
    assert [alt for alt in said if alt not in alts] == []


def test_chaque_page_de_la_commune_fictive_le_dit_et_aucune_de_l_autre(
    rapports_produits: Production, rapport: Rapport, pdf: pikepdf.Pdf
) -> None:
    pages = rapports_produits.pages(rapport)
    expected = range(len(pdf.pages)) if rapport.convention == FICTIVE else ()

    assert len(pages) == len(pdf.pages)
    assert [rank for rank, text in enumerate(pages) if FICTIVES in text] == list(expected)


def test_aucun_tableau_n_est_coupe_pour_une_ou_deux_lignes(
    balises: list[pikepdf.Dictionary],
) -> None:
    rows = [lignes_par_page(node) for node in balises if node.S == "/Table"]

    assert [pages for pages in rows if len(pages) > 1 and min(pages[0], pages[-1]) < 3] == []


def test_chaque_page_sauf_la_derniere_est_au_moins_a_moitie_pleine(
    rapports_produits: Production, rapport: Rapport
) -> None:
    filled = remplissage(rapports_produits.chemin(rapport, "pdf"))

    assert [page for page, share in enumerate(filled[:-1], 1) if share < 0.5] == []


def test_un_diagnostic_tient_en_quatorze_pages(rapport: Rapport, pdf: pikepdf.Pdf) -> None:
    if rapport.nom == "diagnostic":
        assert len(pdf.pages) <= PAGES_DU_DIAGNOSTIC
