"""What a bilan knows: the latest millésime, revisions, public figures by then."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import rupture
from essais import exemples
from evaluation_exemple import (
    ICI,
    catalogue,
    convention,
    evaluer,
    indicateur,
    observations,
    par_annee,
    prevu,
)
from hypothesis import given
from hypothesis import strategies as st

from ctglib.calculs.suivi import (
    CLE,
    REVISIONS,
    a_la_date,
    annees,
    avec_reperes,
    contexte_connu,
    revisions,
    series,
)

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "evaluation_suivi.yaml").read_text(encoding="utf-8")
)
LIGNES = st.dictionaries(
    st.tuples(st.integers(2022, 2026), st.integers(2023, 2026)),
    st.one_of(st.integers(0, 9), st.sampled_from("LQ")),
)


def _lignes(valeurs: list) -> pd.DataFrame:
    return observations(
        *(
            {"annee": annee, "millesime": millesime, "statut": valeur}
            if isinstance(valeur, str)
            else {"annee": annee, "millesime": millesime, "valeur": valeur}
            for annee, millesime, valeur in valeurs
        )
    )


def _liste(table: pd.DataFrame) -> list[list[object]]:
    names = ["annee", "valeur_ancienne", "statut_ancien", "valeur", "statut"]
    return [
        [None if pd.isna(cell) else cell for cell in row]
        for row in table[names].itertuples(index=False)
    ]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_les_revisions_d_un_bilan_sont_celles_de_l_exemple(cas: dict) -> None:
    found = revisions(_lignes(cas["lignes"]), cas["annee"], debut=cas.get("debut", 2023))

    assert tuple(found.columns) == REVISIONS
    assert _liste(found) == cas["attendu"]


@exemples(60)
@given(LIGNES, st.integers(2024, 2026))
def test_deux_bilans_de_suite_s_accordent_ou_la_revision_est_dite(
    valeurs: dict, annee: int
) -> None:
    rows = _lignes([[*key, valeur] for key, valeur in valeurs.items() if key[0] <= key[1]])

    before, now = (
        {
            row.annee: (row.valeur if row.valeur == row.valeur else row.statut)
            for row in a_la_date(rows, year).itertuples()
        }
        for year in (annee - 1, annee)
    )

    told = set(revisions(rows, annee, debut=2023)["annee"])
    years = range(2022, annee)
    assert told == {year for year in years if before.get(year, "L") != now.get(year, "L")}


@exemples(30)
@given(LIGNES, st.integers(2023, 2026))
def test_un_bilan_ne_lit_qu_une_ligne_par_valeur_et_rien_de_plus_tard(
    valeurs: dict, annee: int
) -> None:
    found = a_la_date(_lignes([[*key, valeur] for key, valeur in valeurs.items()]), annee)

    assert not found.duplicated(list(CLE)).any()
    assert (found["millesime"] <= annee).all()
    assert (found["annee"] <= annee).all()


def test_une_revision_d_une_entree_revise_l_indicateur_calcule_et_dit_pourquoi() -> None:
    ratio = indicateur("taux", calcul="quotient", entrees={"numerateur": "x", "denominateur": "y"})
    rows = observations(
        {"annee": 2023, "valeur": 50},
        {"annee": 2023, "indicateur": "y", "valeur": 2},
        {"annee": 2023, "millesime": 2024, "indicateur": "y", "valeur": 4, "note": "Poste oublié"},
    )

    found = revisions(rows, 2024, debut=2023, indicateurs=(ratio,))

    assert list(found["indicateur"]) == ["taux", "y"]
    assert list(found["valeur_ancienne"]) == [25, 2]
    assert list(found["valeur"]) == [12.5, 4]
    assert list(found["note"]) == ["", "Poste oublié"]


def test_un_bilan_lit_le_chiffre_public_de_son_annee_paru_l_annee_suivante() -> None:
    rows = _lignes([[2022, 2023, 100], [2023, 2024, 110], [2024, 2025, 120]])

    found = contexte_connu(rows, 2023)

    assert list(found[["annee", "valeur"]].iloc[-1]) == [2023, 110]


def test_un_chiffre_public_paru_plus_tard_est_au_bilan_suivant() -> None:
    rows = _lignes([[2021, 2023, 50], [2022, 2025, 52]])

    assert [contexte_connu(rows, year)["annee"].max() for year in (2023, 2024)] == [2021, 2022]


def test_la_serie_connue_a_toutes_ses_annees_sous_leur_dernier_millesime() -> None:
    rows = _lignes([[2022, 2023, 100], [2022, 2024, 101], [2022, 2026, 999], [2023, 2024, 110]])

    found = contexte_connu(rows, 2023)

    assert list(found["annee"]) == [2022, 2023]
    assert list(found["valeur"]) == [101, 110]


def test_une_serie_a_dessiner_se_coupe_a_l_annee_de_sa_rupture_et_a_elle_seule() -> None:
    words = catalogue(indicateur(ruptures=[rupture(2024)]))
    rows = par_annee({2023: 4, 2024: 9, 2025: 8})
    known = series(rows, words.indicateurs_fiches.values(), territoire=ICI, annee=2025)
    table = annees(known, words, ["x"], annees=(2023, 2025))

    dessinee = avec_reperes(table, evaluer(convention(prevu()), words, rows, (), 2025), words, ())

    assert dict(zip(dessinee["annee"], dessinee["rupture"], strict=True)) == {
        2023: False,
        2024: True,
        2025: False,
    }
