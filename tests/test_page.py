"""The HTML page of a report."""

from __future__ import annotations

import re
from html import unescape

import nbformat
import pytest
from carnet_exemple import PIEGES, carnet, tableau

from ctglib.export import ExporteurHTML
from ctglib.export.page import assembler, avec_sigles, numeroter


@pytest.fixture(scope="module")
def html() -> str:
    return ExporteurHTML().from_notebook_node(carnet())[0]


def test_la_page_a_un_seul_h1_et_se_dit_en_francais(html: str) -> None:
    assert len(re.findall(r"<h1\b", html)) == 1
    assert '<html lang="fr">' in html


def test_la_page_ne_demande_rien_au_dehors(html: str) -> None:
    sans_espaces_de_noms = html.replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert "http" not in re.sub(r"http-equiv", "", sans_espaces_de_noms)
    assert "<script" not in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize("piege", PIEGES[:-1])
def test_un_texte_de_la_donnee_reste_du_texte(html: str, piege: str) -> None:
    cells = [unescape(cell) for cell in re.findall(r'<th scope="row">(.*?)</th>', html, re.DOTALL)]

    assert piege in cells


def test_les_legendes_sont_numerotees_dans_l_ordre_de_lecture() -> None:
    corps = (
        '<span class="numero" data-suite="tableau"></span>A'
        '<span class="numero" data-suite="figure" data-nom="x"></span>B'
        '<span class="numero" data-suite="donnees" data-de="x"></span>C'
        '<span class="numero" data-suite="tableau"></span>D<a class="renvoi" href="#figure-x"></a>'
    )

    text = re.sub(r"<[^>]+>", "", numeroter(corps)).replace("\u00a0", " ")

    assert text == "Tableau 1. AFigure 1. BDonnées de la figure 1. CTableau 2. Dfigure 1"


def test_le_sommaire_mene_a_chaque_titre(html: str) -> None:
    liens = re.findall(r'<li><a href="#([\w-]+)">', html)

    assert liens == ["synthese", "cadrage", "sources"]
    assert all(f'id="{lien}"' in html for lien in liens)


def test_aucune_ancre_n_est_donnee_deux_fois(html: str) -> None:
    ancres = re.findall(r' id="([^"]+)"', html)

    assert len(ancres) == len(set(ancres))


def test_chaque_tableau_a_son_csv_et_aucune_cellule_n_y_est_une_formule() -> None:
    csv = assembler(carnet()).tableaux["essai"]

    assert csv.splitlines()[0] == "a,b,c,d"
    assert not re.search(r"^[=+@]", csv, re.MULTILINE)
    assert "'=1+1" in csv and "'+4,9" in csv


def test_un_nombre_negatif_reste_un_nombre_dans_le_csv() -> None:
    cells = tableau().cellules.head(1)
    numbers = cells.assign(b=-3.5)

    csv = tableau().__class__(**{**tableau().__dict__, "cellules": cells, "donnees": numbers}).csv()

    assert ",-3.5," in csv


def test_le_meme_carnet_donne_la_meme_page(html: str) -> None:
    assert ExporteurHTML().from_notebook_node(carnet())[0] == html


def test_la_police_est_dans_la_page(html: str) -> None:
    assert html.count("@font-face") >= 2
    assert "src:url(data:font/woff;base64," in html


def test_une_section_dont_les_cellules_ne_montrent_rien_disparait() -> None:
    notebook = carnet()
    vide = nbformat.v4.new_code_cell("rien()")
    question = nbformat.v4.new_markdown_cell("## Sans réponse\n\nQuelle question ?")
    notebook.cells += [question, vide, nbformat.v4.new_markdown_cell("## Prose seule\n\nUn texte.")]

    page = assembler(notebook)

    assert "Sans réponse" not in page.corps and "Quelle question" not in page.corps
    assert "Sans réponse" not in [entree.titre for entree in page.sommaire]
    assert "Prose seule" in page.corps


def test_un_chapitre_dont_toutes_les_parties_sont_vides_disparait_avec_elles() -> None:
    notebook = carnet()
    cells = [
        ("## Vide\n\nPourquoi ?", None),
        ("### Une partie", "rien()"),
        ("### Une autre", "rien()"),
        ("## Suite", None),
    ]
    for text, code in cells:
        notebook.cells.append(nbformat.v4.new_markdown_cell(text))
        notebook.cells += [nbformat.v4.new_code_cell(code)] if code else []

    page = assembler(notebook)

    assert "Vide" not in page.corps and "Pourquoi" not in page.corps
    assert "Suite" in page.corps


@pytest.mark.parametrize(
    ("corps", "attendu"),
    [
        ("<h2>A</h2><p>Le RSA et la RSAE</p>", "<h2>A</h2><p>Le RSA et la RSAE</p>NOTE"),
        (
            "<h2>A</h2><h2>B</h2><h2>C</h2><p>RSA</p><h2>D</h2>",
            "<h2>A</h2><h2>B</h2><h2>C</h2><p>RSA</p>NOTE<h2>D</h2>",
        ),
        ('<p title="RSA">Rien</p>', '<p title="RSA">Rien</p>'),
    ],
    ids=["à la fin d'une page", "avant les sources", "aucun"],
)
def test_un_rapport_ne_donne_que_les_sigles_qu_il_emploie(corps: str, attendu: str) -> None:
    found = avec_sigles(corps, [("AAH", "allocation"), ("RSA", "revenu <de> solidarité")])

    note = '<p class="note">Sigles\u00a0: RSA, revenu &lt;de&gt; solidarité.</p>'
    assert found == attendu.replace("NOTE", note)
