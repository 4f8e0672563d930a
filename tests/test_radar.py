"""The indices of the radar."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import lignes, radar
from hypothesis import given
from hypothesis import strategies as st

from ctglib.analyse.radar import COLONNES, indices
from ctglib.donnees.modeles.catalogue import AxeRadar, Radar

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "radar.yaml").read_text(encoding="utf-8"))
TRANSFORMATIONS = st.sampled_from(["direct", "inverse", "complement_100"])
TAUX = st.floats(0.1, 99.9)


def _radar(transformation: str) -> Radar:
    axe = {"indicateur": "x", "libelle": "Un axe", "transformation": transformation}
    autres = [AxeRadar(indicateur=nom, libelle=nom) for nom in ("y", "z")]
    return radar(AxeRadar(**axe), *autres)


def _indices(ici: float | None, la: float | None, transformation: str, annee_la: int = 2020) -> pd.DataFrame:
    rows = lignes(("x", "01001", 2020, ici, None, "pourcent", "A"), ("x", "01", annee_la, la, None, "pourcent", "A"))
    return indices(rows, _radar(transformation), "01001", "01")


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_axe_donne_l_indice_ecrit(cas: dict) -> None:
    found = _indices(cas["valeur_ici"], cas["valeur_la"], cas["transformation"], cas.get("annee_la", 2020)).iloc[0]

    written = None if pd.isna(found["indice"]) else round(found["indice"], 1)
    assert (written, found["niveau"]) == (cas["indice"], cas["niveau"])


@given(TAUX, TRANSFORMATIONS)
def test_deux_valeurs_egales_font_toujours_cent(taux: float, transformation: str) -> None:
    assert _indices(taux, taux, transformation)["indice"][0] == pytest.approx(100)


@given(TAUX, TAUX, st.floats(0.01, 100), st.sampled_from(["direct", "inverse"]))
def test_changer_d_echelle_des_deux_cotes_ne_change_rien(
    ici: float, la: float, echelle: float, transformation: str
) -> None:
    once = _indices(ici, la, transformation)["indice"][0]
    scaled = _indices(ici * echelle, la * echelle, transformation)["indice"][0]

    assert scaled == pytest.approx(once)


@given(st.one_of(st.none(), TAUX), TRANSFORMATIONS)
def test_un_cote_absent_rend_l_indice_absent(taux: float | None, transformation: str) -> None:
    assert _indices(taux, None, transformation)["niveau"][0] == "absent"
    assert _indices(None, taux, transformation)["niveau"][0] == "absent"


@given(TAUX, TAUX)
def test_une_lecture_inversee_change_de_cote(ici: float, la: float) -> None:
    direct = _indices(ici, la, "direct")["indice"][0]
    inverse = _indices(ici, la, "inverse")["indice"][0]

    assert direct * inverse == pytest.approx(100 * 100)


def test_les_axes_gardent_l_ordre_du_fichier_et_un_axe_sans_ligne_est_absent() -> None:
    table = _indices(10.0, 10.0, "direct")

    assert tuple(table.columns) == COLONNES
    assert list(table["indicateur"]) == ["x", "y", "z"]
    assert list(table["niveau"]) == ["proche", "absent", "absent"]


def test_le_complement_montre_les_valeurs_transformees() -> None:
    row = _indices(36.8, 47.8, "complement_100").iloc[0]

    assert (round(row["valeur"], 1), round(row["valeur_reference"], 1)) == (63.2, 52.2)
