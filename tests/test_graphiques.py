"""The charts draw every value of the data, in both sizes, without a text that leaves the frame or
covers another.
"""

from __future__ import annotations

import pandas as pd
import pytest
from analyse_exemple import ICI, LA, UNITES, contexte, indicateur
from dessin_svg import mots, racine
from essais import exemples
from graphiques_exemple import (
    LIBELLES,
    LONG,
    TAILLES,
    VIDE,
    dessins,
    figure_en_halteres,
    observations,
    verifier,
)
from hypothesis import given
from hypothesis import strategies as st

from ctglib.calculs.comparaison import comparer
from ctglib.document.figure import charte
from ctglib.graphiques.points import haltere

CAS = {
    "ordinaire": [(15.9, 15.1), (37.0, 44.4), (59.4, 53.9)],
    "toutes égales": [(8.7, 8.7)] * 4,
    "une seule rangée": [(8.7, 8.7)],
    "toutes nulles": [(0.0, 0.0), (0.0, 0.0)],
    "presque égales": [(36.3, 36.4), (0.0, 0.1), (99.9, 100.0)],
    "négatives": [(-12.4, 3.6), (-0.4, -45.9), (17.6, -4.3)],
    "un côté absent": [(15.9, VIDE), (VIDE, 44.4), (59.4, 53.9)],
    "rien d'un côté, et zéro de l'autre": [(VIDE, 0.0), (VIDE, 1.0)],
    "rien que des absences": [(VIDE, VIDE), (VIDE, 44.4)],
    "très différentes": [(0.1, 99.9), (0.2, 0.1), (12000.5, 80.0)],
    "treize": [(10.0 + rank, 10.0 + 2 * (rank % 5)) for rank in range(13)],
}
VALEUR = st.one_of(st.just(VIDE), st.floats(0, 150).map(lambda value: round(value, 1)))
PAIRES = st.lists(st.tuples(VALEUR, VALEUR), min_size=1, max_size=6)


@pytest.mark.parametrize("valeurs", CAS.values(), ids=CAS)
def test_une_haltere_tient_dans_son_cadre_sans_texte_sur_un_autre(
    valeurs: list[tuple[float, float]],
) -> None:
    verifier(figure_en_halteres(valeurs, LONG))


@pytest.mark.parametrize("libelle", LIBELLES.values(), ids=LIBELLES)
def test_une_haltere_tient_dans_son_cadre_quels_que_soient_ses_libelles(libelle: str) -> None:
    figure = figure_en_halteres(CAS["un côté absent"], libelle)

    verifier(figure)
    assert "<script" not in figure.html


@given(PAIRES)
@exemples(15)
def test_une_haltere_de_valeurs_quelconques_tient_dans_son_cadre(
    valeurs: list[tuple[float, float]],
) -> None:
    verifier(figure_en_halteres(valeurs))


@pytest.mark.parametrize("taille", TAILLES)
def test_une_haltere_nomme_chaque_indicateur_et_ecrit_ses_deux_valeurs_et_son_ecart(
    taille: str,
) -> None:
    said = mots(dessins(figure_en_halteres([(15.9, 15.1), (37.0, 44.4)]))[taille])

    for expected in (
        "0 Part",
        "1 Part",
        "15,9\u202f%",
        "15,1\u202f%",
        "+0,8",
        "37,0\u202f%",
        "44,4\u202f%",
        "−7,4",
    ):
        assert expected in said
    for expected in (ICI.nom, LA.nom, "Écart, en points"):
        assert expected in said


@pytest.mark.parametrize("taille", TAILLES)
def test_une_haltere_range_les_ecarts_du_plus_haut_au_plus_bas(taille: str) -> None:
    said = mots(
        dessins(figure_en_halteres([(10.0, 20.0), (30.0, 10.0), (5.0, VIDE), (12.0, 10.0)]))[taille]
    )

    assert [said.index(f"{rank} Part") for rank in (1, 3, 0, 2)] == sorted(
        said.index(f"{rank} Part") for rank in range(4)
    )


@pytest.mark.parametrize("taille", TAILLES)
def test_une_valeur_absente_est_un_mot_et_n_a_pas_d_ecart(taille: str) -> None:
    figure = figure_en_halteres([(15.9, VIDE), (37.0, 44.4)])

    assert "non transmis" in mots(dessins(figure)[taille])
    assert list(figure.tableau.cellules["texte_ecart"]) == ["−7,4\u00a0points", "–"]


def test_deux_taux_pour_cent_partagent_une_echelle_et_le_disent() -> None:
    items = {"i0": indicateur("i0"), "i1": indicateur("i1", "pour_100")}
    rows = pd.concat(
        [observations([(20.0, 30.0)]), observations([(0, 0), (34.1, 51.5)], "pour_100").iloc[2:]]
    )
    table = comparer(rows, items, UNITES, ICI.code, LA.code)

    figure = haltere(table, contexte(items), nom="essai", titre="Un titre")

    verifier(figure)
    assert "Échelle commune, en\u202f% et pour 100." in mots(figure.svg_large)
    assert "34,1\u00a0pour 100" in mots(figure.svg_etroit)


def test_une_haltere_refuse_des_unites_sans_echelle_commune() -> None:
    items = {"i0": indicateur("i0"), "i1": indicateur("i1", "euros_par_habitant")}
    rows = pd.concat(
        [
            observations([(20.0, 30.0)]),
            observations([(0, 0), (1038, 1200)], "euros_par_habitant").iloc[2:],
        ]
    )
    table = comparer(rows, items, UNITES, ICI.code, LA.code)

    with pytest.raises(ValueError, match="ne mêle pas ces unités : euros_par_habitant, pourcent"):
        haltere(table, contexte(items), nom="essai", titre="Un titre")


def test_l_echelle_d_une_haltere_part_de_zero_pour_que_l_ecart_se_compare() -> None:
    assert "0\u202f%" in mots(figure_en_halteres([(25.5, 28.2), (34.9, 31.8)]).svg_large).split(" ")


def test_le_texte_de_remplacement_et_la_lecture_d_une_haltere_disent_les_vrais_chiffres() -> None:
    figure = figure_en_halteres([(15.9, 15.1), (37.0, 44.4)])

    assert "2 indicateurs" in figure.alt
    for expected in (
        "15,9\u202f%",
        "15,1\u202f%",
        "37,0\u202f%",
        "44,4\u202f%",
        "−7,4\u00a0points",
    ):
        assert expected in figure.alt
    assert figure.lecture.startswith(
        "en 2020, « 0 Part » : 15,9\u202f% à Exemple, 15,1\u202f% dans l'Ain"
    )
    assert list(figure.tableau.donnees["valeur"]) == [15.9, 37.0]


def test_une_haltere_n_emploie_que_les_couleurs_de_la_charte() -> None:
    known = {*charte().couleurs.model_dump().values(), "none"}
    figure = figure_en_halteres(CAS["un côté absent"])

    used = {
        item.get(kind) for item in racine(figure.svg_large).iter() for kind in ("fill", "stroke")
    } - {None}

    assert used <= known
