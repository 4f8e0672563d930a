"""Short series: read on means of years, with what chance alone moves."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from ctglib import ouvrir, ouvrir_bilan
from ctglib.blocs.territoire import en_moyennes, notes_des_moyennes
from ctglib.calculs.comparaison import dans_le_hasard
from ctglib.calculs.territoire import moyennes
from ctglib.donnees.modeles.catalogue import PetiteSerie

PERIODES = PetiteSerie(avant=(2015, 2019), depuis=2021, pourquoi="2020 est un pic")


def _lire(valeurs: dict[int, float]) -> dict[str, object]:
    return moyennes(
        pd.DataFrame({"annee": list(valeurs), "valeur": list(valeurs.values()), "note": ""}),
        PERIODES,
        2,
    )


@pytest.mark.parametrize(
    ("apres", "lecture"),
    [(150, "trop_peu"), (141, "trop_peu"), (139, "baisse"), (171, "trop_peu"), (174, "hausse")],
)
def test_un_ecart_de_moyennes_n_a_de_sens_qu_au_dela_du_hasard(apres: float, lecture: str) -> None:
    found = _lire(dict.fromkeys(range(2015, 2020), 156.0) | dict.fromkeys(range(2021, 2026), apres))

    assert found["lecture"] == lecture


def test_l_annee_entre_les_deux_periodes_ne_compte_dans_aucune() -> None:
    assert _lire({2015: 100, 2020: 900, 2021: 100})["moyenne"] == 100


def test_la_seconde_periode_glisse_et_n_est_pas_plus_longue_que_la_premiere() -> None:
    found = _lire({2015: 100, **dict.fromkeys(range(2021, 2029), 100.0)})

    assert found["periode"] == "2024 à 2028"


@pytest.mark.parametrize("valeurs", [{2015: 100}, {2021: 100}, {2020: 100}, {}])
def test_sans_l_une_des_periodes_rien_ne_se_compare(valeurs: dict[int, float]) -> None:
    assert _lire(valeurs) == {}


@pytest.mark.parametrize(
    ("valeur", "variation", "hasard"),
    [(177, 6.0, True), (15261, -13.9, False), (145, 119.7, False)],
)
def test_une_variation_se_compare_a_ce_que_le_hasard_deplace(
    valeur: float, variation: float, hasard: bool
) -> None:
    assert bool(dans_le_hasard(valeur / (1 + variation / 100), valeur, 2)) is hasard


def test_le_diagnostic_n_imprime_pas_la_variation_d_une_petite_serie_que_le_hasard_explique() -> (
    None
):
    rows = ouvrir("demonstration").comparaison.set_index("indicateur")

    row = rows.loc["naissances"]

    assert (row["valeur"], pd.isna(row["variation"]), row["variation_reference"]) == (
        196,
        True,
        -6.4,
    )
    assert row["note"].startswith("Petite série")
    assert rows.loc["enfants_aeeh", "variation"] == 28.4


def test_le_bilan_dit_les_moyennes_et_ce_que_le_hasard_deplace() -> None:
    bilan = ouvrir_bilan("demonstration", 2025)
    rows = bilan.territoire.rangees

    row = next(row for row in rows.itertuples() if row.indicateur == "insee_naissances")
    said = en_moyennes(row).replace("\u202f", " ")
    note = notes_des_moyennes(rows, bilan.etude.contexte)[0].replace("\u202f", " ")

    assert said == (
        "174 par an en moyenne de 2021 à 2025, 182 de 2015 à 2019 (\u22124 %), "
        "ce qui n'excède pas ce que le hasard donne à de tels nombres"
    )
    assert pd.isna(row.variation_depart)
    assert "le hasard seul déplace un tel nombre d'environ 26" in note


def test_une_moyenne_qui_monte_le_dit_par_un_signe() -> None:
    serie = SimpleNamespace(
        periode_avant="2015 à 2019",
        moyenne_avant=100.0,
        periode="2021",
        moyenne=150.0,
        variation_des_moyennes=50.0,
        lecture="hausse",
    )

    dit = en_moyennes(serie).replace("\u202f", " ")

    assert dit == "150 par an en moyenne en 2021, 100 de 2015 à 2019 (+50 %)"
