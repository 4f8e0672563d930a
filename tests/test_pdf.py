"""The PDF of a report: both standards, its tags, its bytes."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from carnet_exemple import carnet
from lecture_pdf import noeuds, pages_du_pdf

from ctglib.export import ExporteurPDF


@pytest.fixture(scope="module")
def octets() -> bytes:
    return ExporteurPDF().from_notebook_node(carnet())[0]


@pytest.fixture(scope="module")
def pdf(octets: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(octets))


def test_le_pdf_se_declare_pdf_a_2a_et_pdf_ua_1(pdf: pikepdf.Pdf) -> None:
    metadata = pdf.open_metadata()

    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
    assert metadata["pdfuaid:part"] == "1"


def test_le_pdf_a_un_titre_une_langue_et_des_signets(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        titres = [item.title for item in outline.root]

    assert pdf.open_metadata()["dc:title"] == "Diagnostic d'essai"
    assert str(pdf.Root.Lang).startswith("fr")
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert "Cadrage" in titres


def test_les_balises_disent_titres_tableaux_et_figures(pdf: pikepdf.Pdf) -> None:
    kinds = Counter(str(node.S) for node in noeuds(pdf.Root.StructTreeRoot))

    assert kinds["/H1"] >= 3
    assert kinds["/Table"] == 1  # the numbers of the chart are for HTML and CSV
    assert kinds["/Caption"] >= 2
    assert kinds["/Figure"] == 2  # the chart and the logo that has a file


def test_chaque_figure_a_son_texte_de_remplacement(pdf: pikepdf.Pdf) -> None:
    alts = [str(node.Alt) for node in noeuds(pdf.Root.StructTreeRoot) if node.S == "/Figure"]

    assert alts == ["Logo\u00a0: Caf du Pas-de-Calais", "Deux points : 12 et 15 % & plus"]


def test_colonnes_et_lignes_ont_leurs_entetes(pdf: pikepdf.Pdf) -> None:
    portees = Counter()
    for node in (node for node in noeuds(pdf.Root.StructTreeRoot) if node.S == "/TH"):
        attributes = node.A if isinstance(node.A, pikepdf.Array) else [node.A]
        portees.update(str(entry.Scope) for entry in attributes if "/Scope" in entry)

    assert portees["/Column"] >= 7
    assert portees["/Row"] >= 60


def test_le_meme_carnet_donne_les_memes_octets(octets: bytes) -> None:
    assert ExporteurPDF().from_notebook_node(carnet())[0] == octets


def test_un_texte_de_la_donnee_reste_du_texte(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "rapport.pdf").write_bytes(octets)
    text = "\f".join(pages_du_pdf(tmp_path / "rapport.pdf"))

    for piege in (
        "<script>alert(1)</script>",
        "{{7*7}}",
        "$x$ et $$y$$",
        "#let x = 1",
        "=1+1",
        "[a](b) *c* _d_",
    ):
        assert piege in text
    assert text.replace("\n", "").count("m") >= 2 * 5000
