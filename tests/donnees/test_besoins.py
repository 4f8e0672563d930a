"""The needs that the diagnostic of Harnes shows, and which fiche answers them."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ctglib import ouvrir


@cache
def besoins() -> pd.DataFrame:
    return ouvrir("harnes").besoins_lus


def test_la_capacite_d_accueil_est_le_premier_besoin_et_la_fiche_1_y_repond() -> None:
    first = besoins().iloc[0]

    assert first["indicateur"] == "capacite_accueil"
    assert "1" in first["fiches"].split(";")


def test_le_rsa_et_les_services_absents_sont_des_besoins_que_l_acte_laisse_a_part() -> None:
    read = set(besoins()["indicateur"])
    taken = {theme for enjeu in ouvrir("harnes").convention.enjeux for theme in enjeu.themes}

    assert {"part_rsa", "part_dependance_100", "part_bas_revenus", "part_dependance_50"} <= read
    assert {"laep", "clas", "centres_sociaux"} <= read
    outside = besoins()[besoins()["enjeu"].eq("")]
    assert not set(outside["theme"]) & taken
    assert list(outside.loc[outside["ecart_relatif"].notna(), "ecart_relatif"].abs()) == sorted(
        outside["ecart_relatif"].dropna().abs(), reverse=True
    )


def test_une_part_qui_n_est_pas_defavorable_n_est_pas_un_besoin() -> None:
    assert "part_moins_3_parents_actifs" not in set(besoins()["indicateur"])
