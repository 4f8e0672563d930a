"""The charts of a year's evaluation: what they show, what they say of what is missing, and that
nothing is covered.
"""

from __future__ import annotations

import re

import pandas as pd
import pytest
from dessin_svg import mots, racine
from essais import exemples
from graphiques_annuels_exemple import (
    EXEMPLES,
    GRILLE,
    PARTS,
    SERIES,
    VIDE,
    dessiner,
    lisible,
    tableau_grille,
    tableau_mouvements,
    tableau_parts,
    tableau_series,
)
from graphiques_exemple import LIBELLES, TAILLES, dessins, verifier
from hypothesis import given
from hypothesis import strategies as st

from ctglib.document.figure import Figure, charte

COULEURS = charte().couleurs


def lignes_de(svg: str, couleur: str) -> int:
    """Return how many lines of that colour join points."""
    drawn = [
        item
        for item in racine(svg).iter()
        if item.get("stroke") == couleur and item.get("fill") == "none"
    ]
    return sum(len(re.findall("M[^M]*L", item.get("d", ""))) for item in drawn)


# Any of them.


@pytest.mark.parametrize("forme", EXEMPLES)
def test_un_graphique_annuel_tient_dans_son_cadre_et_ne_change_ni_d_octets_ni_sa_table(
    forme: str,
) -> None:
    table = EXEMPLES[forme].copy(deep=True)

    figure = dessiner(forme, table)

    verifier(figure)
    assert dessins(figure) == dessins(dessiner(forme, table))
    pd.testing.assert_frame_equal(table, EXEMPLES[forme])
    assert figure.tableau.donnees_de == "essai"
    assert len(figure.tableau.cellules) > 0
    assert (figure.source, dessiner(forme, table, source="une autre").source) == (
        "exemple",
        "une autre",
    )
    for said in (
        figure.alt,
        figure.lecture,
        figure.tableau.html,
        *map(mots, dessins(figure).values()),
    ):
        assert "nan" not in lisible(said).lower().split()


@pytest.mark.parametrize("forme", EXEMPLES)
def test_une_table_vide_ne_donne_pas_de_graphique(forme: str) -> None:
    assert dessiner(forme, EXEMPLES[forme].iloc[:0]) is None


def test_un_rapport_montre_la_figure_comme_un_analyste_l_a_annotee() -> None:
    annotee = dessiner("trajectoires", SERIES)

    annotee.axes[0].annotate("Repère", (2024, 60))

    assert "Repère" in mots(annotee.bloc.svg_large)
    assert "Repère" not in mots(dessiner("trajectoires", SERIES).bloc.svg_large)


RIEN = {
    "trajectoires": SERIES.assign(valeur=VIDE, statut="L"),
    "parts": PARTS.assign(part=VIDE, effectif=VIDE, statut="L"),
    "grille": GRILLE.assign(valeur=VIDE, texte="non transmis"),
    "entrees_sorties": tableau_mouvements((2023, "L", "L"), (2024, "L", "Q")),
}


@pytest.mark.parametrize("forme", RIEN)
def test_une_table_sans_aucune_valeur_ne_donne_pas_de_graphique(forme: str) -> None:
    assert dessiner(forme, RIEN[forme]) is None


def _difficiles(nom: str) -> dict[str, pd.DataFrame]:
    given = {2023: 1.0, 2024: VIDE, 2025: (123456789.0, "P")}
    return {
        "trajectoires": tableau_series(
            *[
                (nom, "euros_par_habitant", part, given, 2e9, 2030, 2025)
                for part in ("", nom, "b", "c", "d")
            ]
        ),
        "parts": tableau_parts(
            (nom, {nom: 4.0, f"{nom} 2": "Q", "c": 1.0, f"{nom} 3": 0.0}), ("b", {nom: 1.0})
        ),
        "grille": tableau_grille(
            (nom, {nom: 1, "b": nom, f"{nom} 2": 12000}), (f"{nom} 2", {"c": 3})
        ),
        "entrees_sorties": tableau_mouvements(
            *((year, 987654321.0, 1.0) for year in range(2010, 2026))
        ),
    }


@pytest.mark.parametrize("forme", EXEMPLES)
@pytest.mark.parametrize("nom", LIBELLES.values(), ids=LIBELLES)
def test_un_libelle_difficile_ne_couvre_rien_et_ne_deborde_pas(forme: str, nom: str) -> None:
    figure = dessiner(forme, _difficiles(nom)[forme])

    verifier(figure)
    assert "<script" not in figure.html


# The panels.


@pytest.mark.parametrize("taille", TAILLES)
def test_un_panneau_dit_ses_bouts_sa_cible_ses_absences_et_sa_rupture(taille: str) -> None:
    said = lisible(mots(dessins(dessiner("trajectoires", SERIES))[taille]))

    for expected in (
        "62",
        "55",
        "Cible : 60 en 2026",
        "2024 : non transmis",
        "2024 et 2025 : non transmis",
        "2025 : valeur provisoire",
        "Rupture de série en 2024",
        "18 250 €",
        "mercredis",
        "Chaque panneau a sa propre échelle ; elle part de zéro là où un trait est tiré",
    ):
        assert expected in said


def test_une_serie_sans_valeur_n_a_pas_de_panneau_et_est_nommee() -> None:
    figure = dessiner("trajectoires", SERIES)

    assert "Jamais transmis" not in mots(figure.svg_large)
    for said in (figure.alt, figure.lecture):
        assert "Sans aucune valeur, donc sans panneau : « Jamais transmis »." in lisible(said)


def _une_serie(values: dict, rupture: int | None = None, cible: float | None = None) -> Figure:
    table = tableau_series(("Un", "nombre", "", values, cible, 2026 if cible else None, rupture))
    return dessiner("trajectoires", table)


@pytest.mark.parametrize("taille", TAILLES)
@pytest.mark.parametrize(
    ("valeurs", "rupture", "attendu"),
    [
        ({2022: 5.0, 2023: 6.0, 2024: 7.0, 2025: 8.0}, None, 1),
        ({2022: 5.0, 2023: 6.0, 2024: 7.0, 2025: 8.0}, 2024, 2),
        ({2021: 5.0, 2022: 6.0, 2023: VIDE, 2024: 7.0, 2025: 8.0}, None, 2),
        ({2022: 5.0, 2024: VIDE, 2025: 8.0}, None, 0),
        ({2022: 5.0, 2023: 6.0}, 2022, 1),
    ],
    ids=["joints", "rupture", "absence", "points isolés", "rupture avant le premier point"],
)
def test_une_rupture_et_une_absence_coupent_la_ligne(
    taille: str, valeurs: dict, rupture: int, attendu: int
) -> None:
    svg = dessins(_une_serie(valeurs, rupture))[taille]

    assert lignes_de(svg, COULEURS.territoire) == attendu


def test_une_valeur_provisoire_est_un_point_creux() -> None:
    firm, provisional = (
        _une_serie({2024: 5.0, 2025: (8.0, status)}).svg_large for status in ("A", "P")
    )

    hollow = [
        sum(
            item.get("fill") == COULEURS.fond and item.get("stroke") == COULEURS.territoire
            for item in racine(svg).iter()
        )
        for svg in (firm, provisional)
    ]
    assert hollow == [0, 2]  # the point, and the remark that explains it


def test_une_unite_longue_se_dit_sous_le_titre_et_non_a_chaque_point() -> None:
    table = tableau_series(
        ("Un", "euros_par_habitant", "été", {2024: 5.0, 2025: 8.0}, None, None, None)
    )

    figure = dessiner("trajectoires", table)

    said = lisible(mots(figure.svg_large))
    assert "été, € par habitant" in said
    assert {"5", "8"} <= set(said.split(" "))
    assert said.count("€") == 1
    assert "8 € par habitant en 2025" in lisible(figure.alt)


def _hauteurs(figure: Figure) -> list[float]:
    """Return where the points are, from 0 at the bottom of the axes to 1 at their top."""
    (plot,) = figure.axes
    low, high = plot.get_ylim()
    ends = [line.get_ydata() for line in plot.get_lines() if line.get_linestyle() == "-"]
    return [(value - low) / (high - low) for value in ends[0]]


def test_une_pente_qui_compte_n_est_pas_dessinee_a_plat() -> None:
    first, last = _hauteurs(_une_serie({2022: 1800.0, 2023: 1300.0}))

    assert first - last > 0.5


def test_une_variation_d_un_centieme_ne_remplit_pas_le_panneau() -> None:
    first, last = _hauteurs(_une_serie({2022: 3170.0, 2023: 3160.0}))

    assert 0 < first - last < 0.1


@pytest.mark.parametrize(
    ("valeurs", "dit"),
    [
        ({2022: 3.0, 2023: 12.0}, "L'échelle part de zéro."),
        ({2022: 90.0, 2023: 95.0}, "L'échelle ne part pas de zéro."),
    ],
)
def test_le_panneau_dit_si_son_echelle_part_de_zero(valeurs: dict, dit: str) -> None:
    assert dit in lisible(mots(_une_serie(valeurs).svg_large))


@given(
    st.lists(
        st.lists(
            st.one_of(st.just(VIDE), st.floats(-50, 2000).map(round).map(float)),
            min_size=1,
            max_size=9,
        ),
        min_size=1,
        max_size=4,
    ),
    st.one_of(st.none(), st.floats(0, 3000).map(round).map(float)),
)
@exemples(15)
def test_des_series_quelconques_tiennent_dans_leur_cadre(
    series: list[list[float]], cible: float | None
) -> None:
    table = tableau_series(
        *[
            (
                "Un",
                "pourcent",
                "",
                {2018 + rank: value for rank, value in enumerate(values)},
                cible,
                2026,
                2020,
            )
            for values in series
        ]
    )

    figure = dessiner("trajectoires", table)

    if figure is not None:
        verifier(figure)


def test_chaque_bout_d_une_serie_se_lit_meme_sans_place_pres_de_son_point() -> None:
    values = {2000 + rank: 1_000_000.0 * (1 + rank % 2) for rank in range(26)}

    figure = _une_serie(values)

    verifier(figure)
    for svg in dessins(figure).values():
        said = lisible(mots(svg))
        assert "1 000 000" in said
        assert "2 000 000" in said
