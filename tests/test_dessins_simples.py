"""What must hold for every drawing on plain axes: all that it has is read, nothing covers nothing, and
what is provisional, absent or broken is told apart without colour.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import pytest
from dessin_svg import chevauchements, debords, mots, tailles
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin

from ctglib.document.figure import charte, charter_style, svg
from ctglib.graphiques.barres import barres
from ctglib.graphiques.courbes import Panneau, courbes, panneaux, par_nom, remarques
from ctglib.graphiques.feuille import feuille
from ctglib.graphiques.pente import pente
from ctglib.graphiques.points import Marque, points

VIDE = float("nan")
ANNEES = pd.DataFrame(
    [
        ("Harnes", 2021, 1234.0, "A", "1 234", False),
        ("Harnes", 2022, 1300.0, "A", "1 300", False),
        ("Harnes", 2023, VIDE, "L", "non transmis", False),
        ("Harnes", 2024, 900.0, "A", "900", True),
        ("Harnes", 2025, 950.0, "P", "950", False),
        ("Communauté d'agglomération de Lens - Liévin", 2021, 1240.0, "A", "1 240", False),
        ("Communauté d'agglomération de Lens - Liévin", 2025, 955.0, "A", "955", False),
        ("Pas-de-Calais", 2021, 1238.0, "A", "1 238", False),
        ("Pas-de-Calais", 2025, 952.0, "E", "952", False),
    ],
    columns=["libelle", "annee", "valeur", "statut", "texte", "rupture"],
).assign(raison="Nouvelle définition.")
SEULE = ANNEES[ANNEES["libelle"].eq("Harnes")]
RANGEES = pd.DataFrame(
    [
        ("Quartier prioritaire de la commune", VIDE, "secret"),
        ("Reste de la commune", 174.0, "174"),
        ("Autre commune", 18.0, "18"),
        ("Aucune", 0.0, "0"),
    ],
    columns=["libelle", "valeur", "texte"],
)


def _panneaux(dessin: Dessin) -> None:
    series = [
        Panneau(nom, "", annees, remarques({"": annees}))
        for nom, annees in par_nom(ANNEES, par="libelle").items()
    ]
    panneaux(series, dessin, "Une note.")


def _points(ax: Axes | None = None) -> Axes:
    couleur = charte().couleurs.territoire
    return points(RANGEES, ax, marques=[Marque("valeur", "Harnes", couleur, "texte")])


DESSINS: dict[str, tuple[Callable[[], Axes], pd.DataFrame]] = {
    "une courbe": (lambda: courbes(SEULE), SEULE),
    "des courbes": (lambda: courbes(ANNEES), ANNEES.groupby("libelle").tail(1)),
    "une pente": (
        lambda: pente(ANNEES),
        ANNEES[ANNEES["annee"].isin([2021, 2025])],
    ),
    "des barres": (lambda: barres(RANGEES), RANGEES),
    "des points": (_points, RANGEES),
}


def _svg(dessin: Dessin) -> str:
    with charter_style():
        return svg(dessin, "essai", "Ce que montre le dessin.", "large")


def _lisible(texte: str) -> str:
    return texte.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("nom", DESSINS)
def test_un_dessin_se_lit_en_entier(nom: str) -> None:
    tracer, table = DESSINS[nom]

    axes = tracer()

    assert isinstance(axes, Axes)
    dessin = axes.get_figure(root=True)
    assert dessin is not None
    trace = _svg(dessin)
    assert debords(trace) == []
    assert chevauchements(trace) == []
    assert min(tailles(trace)) >= 9
    dit = _lisible(mots(trace))
    assert [texte for texte in table["texte"] if texte not in dit] == []
    noms = table["libelle"] if nom != "une courbe" else []
    assert [mot for libelle in noms for mot in libelle.split(" ") if mot not in dit] == []


@pytest.mark.parametrize("taille", ["large", "etroit"])
def test_des_panneaux_se_lisent_en_entier(taille: str) -> None:
    with charter_style():
        dessin = feuille(taille)
        _panneaux(dessin)

    trace = _svg(dessin)

    assert debords(trace) == []
    assert chevauchements(trace) == []
    assert all(nom in _lisible(mots(trace)) for nom in ("Harnes", "Pas-de-Calais", "Une note."))


def test_un_statut_se_distingue_sans_couleur() -> None:
    axes = courbes(SEULE)

    dit = _lisible(mots(_svg(axes.figure)))
    assert "2023 : non transmis" in dit
    assert "2025 : valeur provisoire" in dit
    assert "Rupture de série en 2024 : nouvelle définition" in dit
    pleine = axes.get_lines()[0]
    creuse = axes.get_lines()[1]
    fond = charte().couleurs.fond
    assert (creuse.get_markerfacecolor(), pleine.get_markerfacecolor() == fond) == (fond, False)
    hachures = [collection.get_hatch() for collection in axes.collections]
    assert any(hachures)
    joints = [
        (debut, fin)
        for (debut, avant), (fin, apres) in pairwise(
            zip(pleine.get_xdata(), pleine.get_ydata(), strict=True)
        )
        if avant == avant and apres == apres
    ]
    assert joints == [(2021, 2022), (2024, 2025)]


def test_une_barre_absente_est_hachuree_et_dite() -> None:
    axes = barres(RANGEES)

    assert [bool(barre.get_hatch()) for barre in axes.patches] == [True, False, False, False]


def test_le_meme_dessin_a_les_memes_octets() -> None:
    un, autre = (_svg(courbes(ANNEES).figure) for _ in range(2))

    assert un == autre
