"""A figure of a report is one of matplotlib: it can be taken up, saved with its title and source,
or come from one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from dessin_svg import cadre, mots, racine, textes
from graphiques_exemple import HOSTILE, figure_en_halteres
from lecture_pdf import pages_du_pdf
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure as FigureMatplotlib

from ctglib.document.figure import Figure, figure_de

REQUIS = {"nom": "essai", "titre": "Un titre", "alt": "Deux points, 1 et 2.", "source": "Caf, 2020"}


def _analyse(titre: str = "") -> FigureMatplotlib:
    drawing = FigureMatplotlib(figsize=(6, 4))
    axes = drawing.subplots()
    pd.Series([1.0, 2.0], index=[2023, 2024]).plot(ax=axes, marker="o", title=titre)
    axes.set_ylabel("Foyers allocataires")
    return drawing


def _figure() -> Figure:
    return figure_en_halteres([(15.9, 15.1), (37.0, 44.4)])


def test_les_axes_d_une_figure_sont_en_donnees_et_se_reprennent() -> None:
    figure = _figure()

    (plot,) = [axes for axes in figure.axes if axes.get_xlim()[1] < 100]
    drawn = sorted(value for line in plot.get_lines() for value in line.get_xdata())
    assert drawn == [15.1, 15.9, 37.0, 44.4]

    plot.annotate("Repère", (37.0, 40.0))

    assert "Repère" in mots(figure.svg_large)


@pytest.mark.parametrize("extension", ["png", "svg", "pdf"])
def test_une_image_enregistree_porte_son_titre_son_territoire_et_sa_source(
    tmp_path: Path, extension: str
) -> None:
    path = _figure().enregistrer(tmp_path / f"x.{extension}")

    if extension == "png":
        assert path.read_bytes()[:4] == b"\x89PNG"
        return
    content = (
        path.read_text(encoding="utf-8") if extension == "svg" else " ".join(pages_du_pdf(path))
    )
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))
    for expected in ("Un titre – Exemple", "Source : exemple", "Écart, en points"):
        assert expected in said


@pytest.mark.parametrize("extension", ["png", "svg", "pdf"])
def test_une_image_enregistree_deux_fois_a_les_memes_octets(tmp_path: Path, extension: str) -> None:
    figure = _figure()
    before = figure.svg_large

    one, other = (figure.enregistrer(tmp_path / f"{nom}.{extension}").read_bytes() for nom in "ab")

    assert one == other
    assert figure.svg_large == before


@pytest.mark.parametrize("nom", ["x.jpg", "x", "x.docx"])
def test_une_extension_inconnue_est_refusee_en_disant_lesquelles_vont(
    tmp_path: Path, nom: str
) -> None:
    with pytest.raises(ValueError, match=r"\.png, \.svg, \.pdf ou \.csv"):
        _figure().enregistrer(tmp_path / nom)

    assert list(tmp_path.iterdir()) == []


def test_une_figure_d_analyste_devient_une_figure_de_rapport() -> None:
    for given in (_analyse(), _analyse().axes[0]):
        figure = figure_de(given, **REQUIS, lecture="2 en 2024.")

        for taille, width in (("large", 17.0), ("etroit", 8.5)):
            svg = getattr(figure, f"svg_{taille}")
            assert cadre(svg)[0] == pytest.approx(width * 72 / 2.54, abs=0.01)
            assert racine(svg).get("aria-label") == REQUIS["alt"]
            assert "Foyers allocataires" in mots(svg)
            assert all(box.droite <= cadre(svg)[0] + 1 for box in textes(svg))
        assert "Un titre" in figure.html
        assert "details" not in figure.html
        assert figure.svg_large == figure.svg_large


def test_une_figure_d_analyste_reste_comme_elle_etait(tmp_path: Path) -> None:
    drawing = _analyse()

    figure = figure_de(drawing, **REQUIS)
    figure.enregistrer(tmp_path / "x.png")

    assert tuple(drawing.get_size_inches()) == (6, 4)
    assert len(drawing.texts) == 0


def test_une_figure_de_pyplot_n_est_montree_qu_une_fois() -> None:
    pyplot.switch_backend("agg")
    pyplot.close("all")  # what other tests left
    _, axes = pyplot.subplots()
    axes.plot([1, 2])

    svg = figure_de(axes, **REQUIS).svg_large

    assert "<path" in svg
    assert pyplot.get_fignums() == []


def test_un_titre_hostile_d_analyste_reste_du_texte() -> None:
    svg = figure_de(_analyse(HOSTILE.replace("$", "")), **REQUIS).svg_large

    assert "<script" not in svg
    racine(svg)


@pytest.mark.parametrize("absent", ["titre", "alt", "source", "nom"])
def test_une_figure_sans_titre_sans_alternative_ou_sans_source_est_refusee(absent: str) -> None:
    with pytest.raises(ValueError, match=f"Figure refusée : « {absent} » manque"):
        figure_de(_analyse(), **{**REQUIS, absent: " "})


ABSENT = float("nan")
SANS_VALEUR = {
    "courbe": lambda axes: axes.plot([2023, 2024], [ABSENT, ABSENT], label="Foyers"),
    "courbe vide": lambda axes: axes.plot([], [], label="Foyers"),
    "barres": lambda axes: axes.bar([2023, 2024], [ABSENT, ABSENT]),
    "points": lambda axes: axes.scatter([2023, 2024], [ABSENT, ABSENT]),
}


@pytest.mark.parametrize("tracer", SANS_VALEUR.values(), ids=SANS_VALEUR)
def test_des_axes_sans_aucune_valeur_sont_refuses(tracer: Callable[[Axes], object]) -> None:
    drawing = FigureMatplotlib()
    tracer(drawing.add_subplot())

    with pytest.raises(
        ValueError, match="Figure refusée : aucune valeur n'y est tracée ; dire plutôt"
    ):
        figure_de(drawing, **REQUIS)

    drawing.axes[0].plot([2023, 2024], [ABSENT, 12])  # beside it, one value is enough
    assert figure_de(drawing, **REQUIS).titre == REQUIS["titre"]


def test_toutes_les_fautes_d_une_figure_sont_dites_ensemble() -> None:
    with pytest.raises(ValueError, match=r"« str » trouvé ; « titre » manque.*« alt » manque"):
        figure_de("une image", **{**REQUIS, "titre": "", "alt": ""})
