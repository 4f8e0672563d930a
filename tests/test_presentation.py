"""The slides of a report: ten at most, each a sentence and what shows it, the same in PowerPoint
and in PDF.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from import_exemple import avec_libreoffice, libreoffice
from lecture_pdf import noeuds, pages_du_pdf
from pptx import Presentation
from rapports_produits import Production, Rapport, choisir

from ctglib.document.blocs import Couverture, Dessin, Titre
from ctglib.donnees.modeles.catalogue import Charte
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export.diapositives import MODELE, diapositives
from ctglib.export.document import Document
from ctglib.export.word import POINTS_PAR_POUCE

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

RAPPORTS = (
    *choisir(nom="diagnostic"),
    *choisir(nom="evaluation-finale"),
    *choisir(nom="bilan", annee=2025),
    *choisir("harnes", "bilan", 2026),
)
MOT = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>'
)


@pytest.fixture(scope="module", params=RAPPORTS, ids=str)
def rapport(request: pytest.FixtureRequest) -> Rapport:
    return request.param


@pytest.fixture(scope="module")
def jeu(rapports_produits: Production, rapport: Rapport) -> Presentation:
    return Presentation(rapports_produits.chemin(rapport, "presentation.pptx"))


def test_dix_diapositives_au_plus_chacune_avec_son_titre_et_ses_notes(jeu: Presentation) -> None:
    slides = list(jeu.slides)
    titles = [slide.shapes.title.text for slide in slides]

    assert 4 <= len(slides) <= 10
    assert all(titles) and len(set(titles)) == len(titles)
    shown = [
        slide
        for slide in slides[1:]
        if any(shape.shape_type == 13 or shape.has_table for shape in slide.shapes)
    ]
    assert all("du rapport" in slide.notes_slide.notes_text_frame.text for slide in shown)


def test_chaque_image_dit_ce_qu_elle_montre_et_chaque_preuve_a_sa_source(jeu: Presentation) -> None:
    for slide in list(jeu.slides)[1:]:
        pictures = [shape for shape in slide.shapes if shape.shape_type == 13]
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert all(picture._element.nvPicPr.cNvPr.get("descr") for picture in pictures)
        assert not pictures or any(text.startswith("Source\u00a0:") for text in texts)


def test_aucun_texte_n_est_plus_petit_que_ce_qu_on_lit_de_loin(jeu: Presentation) -> None:
    for slide in list(jeu.slides)[1:]:
        for shape in slide.shapes:
            if shape.has_text_frame and not shape.text_frame.text.startswith("Source"):
                sizes = [
                    run.font.size.pt
                    for paragraph in shape.text_frame.paragraphs
                    for run in paragraph.runs
                ]
                assert min(sizes, default=18) >= 18


def test_les_textes_d_un_graphique_se_lisent_autant_que_sa_source(jeu: Presentation) -> None:
    for slide in list(jeu.slides)[1:]:
        for shape in slide.shapes:
            if shape.shape_type == 13:
                largeur_du_dessin = shape.image.size[0] / POINTS_PAR_POUCE * 72
                assert shape.width.pt / largeur_du_dessin * 9 >= 12 - 0.05


@pytest.mark.parametrize(
    ("large", "etroit", "montre"),
    [
        ("482 150", "241 400", "482 150"),  # a wide chart fills the width
        ("482 400", "241 200", "241 200"),  # that of the telephone is read from further
        ("482 900", "241 900", None),  # neither can be read
    ],
)
def test_un_graphique_est_montre_sous_celui_de_ses_deux_dessins_qui_se_lit_le_mieux(
    large: str, etroit: str, montre: str | None
) -> None:
    svgs = [f'<svg viewBox="0 0 {vue}" font-size="9px"></svg>' for vue in (large, etroit)]
    dessin = Dessin("moyens", "Les moyens", "Des barres", *svgs, "", "Caf")
    document = Document("Essai", Couverture(), (Titre("En bref", 2), dessin))

    vues = [page.corps.svg_large for page in diapositives(document)]

    assert vues == [svg for svg in svgs if montre and f"0 {montre}" in svg]


@pytest.fixture(scope="module")
def ouverts(
    rapports_produits: Production, tmp_path_factory: pytest.TempPathFactory
) -> dict[Rapport, Path]:
    """The slides as LibreOffice prints them, opened all at once: it is long to start."""
    folder = tmp_path_factory.mktemp("diapositives")
    copies = {one: folder / f"{str(one).replace('/', '-')}.pptx" for one in RAPPORTS}
    for one, copy in copies.items():
        shutil.copyfile(rapports_produits.chemin(one, "presentation.pptx"), copy)
    libreoffice(copies.values(), folder, "pdf")
    return {one: copy.with_suffix(".pdf") for one, copy in copies.items()}


@avec_libreoffice
def test_libreoffice_l_ouvre_et_rien_n_y_deborde(
    ouverts: dict[Rapport, Path], rapport: Rapport, jeu: Presentation
) -> None:
    made = ouverts[rapport]
    done = subprocess.run(
        ["pdftotext", "-bbox", made, "-"], capture_output=True, text=True, check=True
    )
    pages = done.stdout.split("<page ")[1:]
    assert len(pages) == len(jeu.slides)
    for page in pages:
        words = [
            (float(right), float(bottom), text) for _, _, right, bottom, text in MOT.findall(page)
        ]
        foot = min((bottom for _, bottom, text in words if text == "Source"), default=540.0)
        assert [text for right, bottom, text in words if right > 960 or bottom > 540] == []
        assert [
            text for _, bottom, text in words if foot - 4 > bottom > foot - 12 and text != "Source"
        ] == []


def test_le_pdf_dit_la_meme_chose_et_ses_images_ont_leur_texte(
    rapports_produits: Production, rapport: Rapport, jeu: Presentation
) -> None:
    path = rapports_produits.chemin(rapport, "presentation.pdf")
    pages = [" ".join(page.split()) for page in pages_du_pdf(path)]

    assert len(pages) == len(jeu.slides)
    for page, slide in zip(pages, jeu.slides, strict=True):
        assert " ".join(slide.shapes.title.text.split())[:40] in page
    with pikepdf.open(path) as pdf:
        figures = [node for node in noeuds(pdf.Root.StructTreeRoot) if node.S == "/Figure"]
        assert all(str(node.get("/Alt", "")) for node in figures)


def test_les_listes_d_un_jeu_ont_une_seule_taille_et_ne_renvoient_a_rien(jeu: Presentation) -> None:
    lists = [slide.placeholders[1] for slide in jeu.slides if slide.slide_layout.name == "Liste"]
    sizes = {
        run.font.size
        for shape in lists
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
    }
    said = " ".join(shape.text_frame.text for shape in lists)

    assert len(sizes) == 1
    assert not re.search(r"\((?:tableau|figure|contrôle de|bilan annuel)", said)


def test_l_entete_des_tableaux_a_la_couleur_de_la_charte() -> None:
    parts = Presentation(str(MODELE)).part.package.iter_parts()
    (theme,) = (part.blob for part in parts if part.content_type.endswith("theme+xml"))

    (accent,) = re.findall(rb'<a:accent1>\s*<a:srgbClr val="(\w+)"', theme)

    assert (
        f"#{accent.decode().lower()}"
        == charger_yaml("catalogue/charte.yaml", Charte).couleurs.territoire
    )
