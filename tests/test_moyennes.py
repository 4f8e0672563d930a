"""Short series: read on means of years, with what chance alone moves."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from ctglib import ouvrir, ouvrir_bilan
from ctglib.blocs.territoire import en_moyennes, notes_des_moyennes
from ctglib.calculs.comparaison import dans_le_hasard
from ctglib.calculs.territoire import moyennes, tendance
from ctglib.donnees.modeles.catalogue import PetiteSerie
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.yaml_strict import charger_yaml

PERIODES = PetiteSerie(avant=(2015, 2019), depuis=2021, pourquoi="2020 est un pic")


def _lire(valeurs: dict[int, float]) -> dict[str, object]:
    return moyennes(
        pd.DataFrame({"annee": list(valeurs), "valeur": list(valeurs.values()), "note": ""}),
        PERIODES,
        charger_yaml("catalogue/evaluation.yaml", Evaluation).seuils,
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


def test_la_variation_que_le_hasard_explique_est_imprimee_avec_sa_note_et_lue_nulle_part() -> None:
    etude = ouvrir("demonstration")
    rows = etude.comparaison.set_index("indicateur")
    tableau = etude.tableau("petite_enfance")

    imprimees = {
        str(rangee[0]): [str(cellule) for cellule in rangee] for rangee in tableau.lignes()
    }

    assert imprimees["Naissances domiciliées (h)"][4] == "+8,9\u202f%"
    assert any(note.startswith("(h) Variation que la convention imprime") for note in tableau.notes)
    assert list(rows.index[rows["au_hasard"]]) == ["naissances"]
    assert pd.isna(etude.constats_surs.loc["naissances", "variation"])
    assert etude.constats_surs.loc["naissances", "variation_reference"] == -6.4
    assert etude.constats_surs.loc["enfants_aeeh", "variation"] == 28.4


SIX_ANS = {2020: 196, 2021: 190, 2022: 182, 2023: 174, 2024: 165, 2025: 158}
ONZE_ANS = dict(
    zip(range(2015, 2026), (167, 140, 165, 173, 135, 177, 160, 143, 150, 155, 144), strict=True)
)


@pytest.mark.parametrize(("serie", "z"), [(SIX_ANS, -2.4), (ONZE_ANS, -1.0)])
def test_une_tendance_se_compare_a_ce_que_le_hasard_donne(serie: dict[int, int], z: float) -> None:
    trouve = tendance(pd.Series(list(serie)), pd.Series(list(serie.values())))

    assert round(trouve, 1) == z


def test_une_baisse_de_six_ans_est_dite_et_cinq_ans_ne_disent_rien() -> None:
    avant = dict.fromkeys(range(2015, 2020), 182.0)

    six = _lire(avant | SIX_ANS)
    cinq = _lire({2015: 182.0} | {annee: SIX_ANS[annee] for annee in range(2022, 2026)})
    abrupts = _lire({2015: 400.0, 2022: 300.0, 2023: 250.0, 2024: 200.0, 2025: 150.0})
    harnes = _lire(ONZE_ANS)

    assert (six["lecture"], six["tendance"], six["periode_de_la_tendance"]) == (
        "baisse_recente",
        "baisse",
        "2020 à 2025",
    )
    assert (six["periode_connue"], six["tendance_connue"]) == ("2015 à 2025", "")
    assert six["part_de_l_extreme"]
    assert (cinq["lecture"], cinq["tendance"]) == ("trop_peu", "")
    assert abrupts["tendance"] == ""
    assert (harnes["lecture"], harnes["tendance"]) == ("trop_peu", "")


def test_une_baisse_que_toutes_les_annees_montrent_n_est_pas_que_recente() -> None:
    longue = dict(zip(range(2015, 2020), (260.0, 250.0, 240.0, 230.0, 220.0), strict=True))

    trouve = _lire(longue | SIX_ANS)

    assert (trouve["lecture"], trouve["tendance_connue"]) == ("baisse", "baisse")
    assert not trouve["part_de_l_extreme"]


def test_le_bilan_dit_les_moyennes_et_ce_que_le_hasard_deplace() -> None:
    bilan = ouvrir_bilan("demonstration", 2025)
    rows = bilan.territoire.rangees

    row = next(row for row in rows.itertuples() if row.indicateur == "insee_naissances")
    said = en_moyennes(row, bilan.etude.contexte).replace("\u202f", " ")
    note = notes_des_moyennes(rows, bilan.etude.contexte)[0].replace("\u202f", " ")

    assert said == (
        "174 par an en moyenne de 2021 à 2025, 184 de 2015 à 2020 (\u22126 %), un écart à la "
        "portée du hasard ; de 2020 à 2025, à partir de l'année la plus haute, une baisse d'année en "
        "année qui excède ce que le hasard donne ; de 2015 à 2025, aucune tendance qui l'excède"
    )
    assert pd.isna(row.variation_depart)
    assert "le hasard seul fait bouger un tel nombre de moins de 37" in note


@pytest.mark.parametrize(
    ("convention", "dit"),
    [
        ("demonstration", "Haute-Brume, entre les mêmes périodes : \u22129 %."),
        (
            "harnes",
            "Pas-de-Calais, de la moyenne de 2015 à 2020, à celle de 2021 à 2024, dernière année "
            "connue : \u221210 %.",
        ),
    ],
)
def test_la_petite_serie_de_la_reference_est_dite_ou_sa_raison(convention: str, dit: str) -> None:
    bilan = ouvrir_bilan(convention, 2025)

    note = notes_des_moyennes(bilan.territoire.rangees, bilan.etude.contexte)[0]

    assert dit in note.replace("\u202f", " ").replace("\u00a0", " ")


def test_une_moyenne_qui_monte_le_dit_par_un_signe() -> None:
    serie = SimpleNamespace(
        periode_avant="2015 à 2019",
        moyenne_avant=100.0,
        periode="2021",
        moyenne=150.0,
        variation_des_moyennes=50.0,
        moyennes_au_hasard=False,
        tendance="",
        periode_de_la_tendance="",
        periode_connue="",
        tendance_connue="",
        part_de_l_extreme=False,
        lecture="hausse",
    )

    dit = en_moyennes(serie, ouvrir_bilan("demonstration", 2025).etude.contexte).replace(
        "\u202f", " "
    )

    assert dit == "150 par an en moyenne en 2021, 100 de 2015 à 2019 (+50 %)"
