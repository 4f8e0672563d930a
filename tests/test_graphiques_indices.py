"""The chart of the indices of vulnerability draws every axis, its index, the reference and the
thresholds.
"""

from __future__ import annotations

import pytest
from dessin_svg import mots, racine
from essais import exemples
from graphiques_exemple import LIBELLES, LONG, TAILLES, VIDE, dessins, figure_des_indices, verifier
from hypothesis import given
from hypothesis import strategies as st

from ctglib.document.figure import charte

VALEUR = st.one_of(st.just(VIDE), st.floats(0, 150).map(lambda value: round(value, 1)))
CAS_INDICES = {
    "ordinaire": [(105.0, 100.0), (128.0, 100.0), (66.0, 100.0), (100.0, 100.0)],
    "treize": [(80.0 + 6 * rank, 100.0) for rank in range(13)],
    "vingt": [(60.0 + 5 * rank, 100.0) for rank in range(20)],
    "toutes égales": [(50.0, 50.0)] * 13,
    "toutes nulles": [(0.0, 50.0)] * 5,
    "hors échelle": [(5.0, 0.1), (50.0, 50.0), (0.0, 20.0), (61.0, 60.0)],
    "des absences": [(VIDE, 50.0), (50.0, 50.0), (60.0, VIDE), (40.0, 50.0), (3.0, 0.0)],
    "une seule présence": [(VIDE, 50.0), (60.0, 50.0), (60.0, VIDE)],
    "rien que des absences": [(VIDE, 50.0)] * 3,
}


@pytest.mark.parametrize("valeurs", CAS_INDICES.values(), ids=CAS_INDICES)
def test_les_indices_tiennent_dans_leur_cadre_sans_texte_sur_un_autre(
    valeurs: list[tuple[float, float]],
) -> None:
    verifier(figure_des_indices(valeurs, LONG))


@pytest.mark.parametrize("libelle", LIBELLES.values(), ids=LIBELLES)
def test_les_indices_tiennent_dans_leur_cadre_quels_que_soient_leurs_libelles(libelle: str) -> None:
    figure = figure_des_indices(CAS_INDICES["des absences"], libelle)

    verifier(figure)
    assert "<script" not in figure.html


@given(st.lists(st.tuples(VALEUR, VALEUR), min_size=3, max_size=15))
@exemples(15)
def test_des_indices_quelconques_tiennent_dans_leur_cadre(
    valeurs: list[tuple[float, float]],
) -> None:
    verifier(figure_des_indices(valeurs))


@pytest.mark.parametrize("taille", TAILLES)
def test_chaque_axe_est_nomme_avec_son_indice_la_reference_et_les_seuils(taille: str) -> None:
    said = mots(dessins(figure_des_indices(CAS_INDICES["treize"]))[taille])

    for rank in range(13):
        assert f"Axe {rank}" in said
        assert f" {80 + 6 * rank} " in f" {said} "
    for expected in ("Ain = 100", "80", "120", "Seuil"):
        assert expected in said


@pytest.mark.parametrize("taille", TAILLES)
def test_les_points_sont_ranges_du_plus_haut_indice_au_plus_bas(taille: str) -> None:
    said = mots(dessins(figure_des_indices(CAS_INDICES["ordinaire"]))[taille])

    assert sorted(range(4), key=lambda rank: said.index(f"Axe {rank}")) == [1, 0, 3, 2]


@pytest.mark.parametrize("taille", TAILLES)
def test_un_axe_absent_est_nomme_avec_sa_raison(taille: str) -> None:
    figure = figure_des_indices(CAS_INDICES["des absences"])
    said = mots(dessins(figure)[taille])

    reasons = (
        "Axe 0 (non transmis à Exemple), Axe 2 (non transmis dans l'Ain) et Axe 4 (valeur nulle)"
    )
    assert f"Sans indice\u00a0: {reasons}." in said
    assert f"Sans indice : {reasons}." in figure.alt


@pytest.mark.parametrize("taille", TAILLES)
def test_un_indice_hors_de_l_echelle_garde_sa_valeur_et_le_dessin_le_dit(taille: str) -> None:
    said = mots(dessins(figure_des_indices(CAS_INDICES["hors échelle"]))[taille])

    assert "5\u202f000" in said
    assert "s'arrête à 240" in said
    assert "s'arrête" not in mots(dessins(figure_des_indices(CAS_INDICES["ordinaire"]))[taille])


def test_le_texte_de_remplacement_et_la_lecture_des_indices_disent_les_vrais_chiffres() -> None:
    figure = figure_des_indices(
        [(51.5, 34.1), (36.0, 30.0), (34.1, 51.5), (10.0, 10.0)], renverse=True
    )

    assert "Au seuil haut (120) ou au-delà : « Axe 2 (rapport inverse) » 151." in figure.alt
    assert "Au seuil bas (80) ou en deçà : « Axe 0 (rapport inverse) » 66." in figure.alt
    assert (
        "Entre les deux : « Axe 3 (rapport inverse) » 100, « Axe 1 (rapport inverse) » 83."
        in figure.alt
    )
    assert figure.lecture == (
        "en 2020, « Axe 2 (rapport inverse) » : 34,1\u202f% à Exemple, 51,5\u202f% dans l'Ain, soit un indice de 151 "
        "(Ain = 100)."
    )
    assert list(figure.tableau.cellules["texte"]) == ["66", "83", "151", "100"]


def test_une_valeur_contredite_porte_sa_marque_et_n_est_jamais_la_plus_forte() -> None:
    figure = figure_des_indices([(30.0, 10.0), (25.0, 10.0), (10.0, 10.0)], doutes=("i0",))

    assert "« Axe 1 » 250, « Axe 0 (à vérifier) » 300" in figure.alt
    assert figure.lecture.startswith("en 2020, « Axe 1 »")
    assert all("à vérifier" in mots(svg) for svg in dessins(figure).values())


def test_les_indices_n_emploient_que_les_couleurs_de_la_charte() -> None:
    known = {*charte().couleurs.model_dump().values(), *charte().degrade, "none"}
    figure = figure_des_indices(CAS_INDICES["hors échelle"])

    used = {
        item.get(kind) for item in racine(figure.svg_large).iter() for kind in ("fill", "stroke")
    } - {None}

    assert used <= known
