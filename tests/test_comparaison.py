"""A territory beside its reference."""

from __future__ import annotations

import pandas as pd
import pytest
from analyse_exemple import UNITES, indicateur, lignes

from ctglib.calculs.comparaison import COLONNES, comparer

INDICATEURS = {
    item.id: item
    for item in (
        indicateur("part"),
        indicateur("effectif", "nombre"),
        indicateur("potentiel", "euros_par_habitant"),
        indicateur("evolution_part", bornes=(-100, None)),
    )
}


def _comparer(*rows: tuple) -> pd.DataFrame:
    return comparer(lignes(*rows), INDICATEURS, UNITES, "01001", "01").set_index("indicateur")


def test_deux_taux_different_en_points_et_l_ecart_relatif_se_rapporte_a_la_reference() -> None:
    table = _comparer(
        ("part", "01001", 2020, 15.9, None, "pourcent", "A"),
        ("part", "01", 2020, 15.1, None, "pourcent", "A"),
    )

    assert table.loc["part", "ecart"] == 0.8
    assert table.loc["part", "ecart_type"] == "points"
    assert table.loc["part", "ecart_relatif"] == pytest.approx(100 * 0.8 / 15.1)


def test_deux_montants_par_habitant_different_en_pourcentage() -> None:
    table = _comparer(
        ("potentiel", "01001", 2020, 1100.0, None, "euros_par_habitant", "A"),
        ("potentiel", "01", 2020, 1000.0, None, "euros_par_habitant", "A"),
    )

    assert table.loc["potentiel", "ecart"] == pytest.approx(10)
    assert table.loc["potentiel", "ecart_type"] == "pourcent"


def test_deux_effectifs_ne_se_comparent_que_par_leur_variation() -> None:
    table = _comparer(
        ("effectif", "01001", 2020, 100.0, 3.0, "nombre", "A"),
        ("effectif", "01", 2020, 9000.0, -1.5, "nombre", "A"),
    )

    assert table.loc["effectif", ["ecart", "ecart_relatif"]].isna().all()
    assert table.loc["effectif", "ecart_variation"] == 4.5


def test_une_valeur_absente_ne_donne_aucun_ecart() -> None:
    table = _comparer(
        ("potentiel", "01001", 2020, 1038.0, None, "euros_par_habitant", "A"),
        ("potentiel", "01", 2020, None, None, "euros_par_habitant", "O"),
    )

    assert pd.isna(table.loc["potentiel", "ecart"])
    assert table.loc["potentiel", "statut_reference"] == "O"


def test_une_croissance_ne_se_rapporte_pas_a_une_autre() -> None:
    table = _comparer(
        ("evolution_part", "01001", 2020, 3.6, None, "pourcent", "A"),
        ("evolution_part", "01", 2020, -2.6, None, "pourcent", "A"),
    )

    assert table.loc["evolution_part", "ecart"] == 6.2
    assert pd.isna(table.loc["evolution_part", "ecart_relatif"])


def test_une_reference_nulle_ne_donne_pas_d_ecart_relatif() -> None:
    table = _comparer(
        ("part", "01001", 2020, 0.2, None, "pourcent", "A"),
        ("part", "01", 2020, 0.0, None, "pourcent", "A"),
    )

    assert table.loc["part", "ecart"] == 0.2
    assert pd.isna(table.loc["part", "ecart_relatif"])


def test_deux_annees_differentes_ne_se_comparent_pas() -> None:
    table = _comparer(
        ("part", "01001", 2020, 15.9, None, "pourcent", "A"),
        ("part", "01", 2019, 15.1, None, "pourcent", "A"),
    )

    assert pd.isna(table.loc["part", "ecart"])
    assert table.loc["part", "valeur_reference"] == 15.1


def test_l_annee_la_plus_recente_est_retenue() -> None:
    table = _comparer(
        ("part", "01001", 2019, 10.0, None, "pourcent", "A"),
        ("part", "01001", 2020, 15.9, None, "pourcent", "A"),
        ("part", "01", 2020, 15.1, None, "pourcent", "A"),
    )

    assert table.loc["part", "valeur"] == 15.9


def test_les_lignes_suivent_l_ordre_du_catalogue_et_les_arguments_restent_intacts() -> None:
    observations = lignes(
        ("effectif", "01001", 2020, 1.0, None, "nombre", "A"),
        ("part", "01001", 2020, 1.0, None, "pourcent", "A"),
    )
    before = observations.copy()

    table = comparer(observations, INDICATEURS, UNITES, "01001", "01")

    assert list(table["indicateur"]) == ["part", "effectif"]
    assert tuple(table.columns) == COLONNES
    pd.testing.assert_frame_equal(observations, before)
