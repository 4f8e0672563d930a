"""What a comparison says once directions, breaks and thresholds are applied."""

from __future__ import annotations

import pandas as pd
import pytest
from analyse_exemple import SEUILS, UNITES, indicateur, lignes, rupture

from ctglib.calculs.comparaison import comparer, constats


def _constat(
    ici: float | None, la: float | None, *, annee: int = 2020, statut: str = "A", **autres: object
) -> pd.Series:
    item = indicateur("part", **autres)
    rows = lignes(
        ("part", "01001", annee, ici, -27.2, "pourcent", statut),
        ("part", "01", annee, la, -21.4, "pourcent", "A"),
    )
    table = comparer(rows, {"part": item}, UNITES, "01001", "01")
    return constats(table, {"part": item}, theme_de={"part": "theme"}, seuils=SEUILS).iloc[0]


@pytest.mark.parametrize(
    ("ici", "sens", "position", "lecture"),
    [
        (16.0, "baisse", "superieur", "defavorable"),
        (16.0, "hausse", "superieur", "favorable"),
        (14.0, "baisse", "inferieur", "favorable"),
        (14.0, "hausse", "inferieur", "defavorable"),
        (16.0, "neutre", "superieur", "neutre"),
        (16.0, "maintien", "superieur", "neutre"),
        (15.2, "baisse", "similaire", "neutre"),
    ],
)
def test_le_sens_d_un_ecart_vient_du_catalogue(
    ici: float, sens: str, position: str, lecture: str
) -> None:
    constat = _constat(ici, 15.0, sens=sens)

    assert (constat["position"], constat["sens"]) == (position, lecture)


def test_un_ecart_egal_au_seuil_n_est_plus_similaire() -> None:
    assert _constat(15.5, 15.0)["position"] == "superieur"
    assert _constat(15.4, 15.0)["position"] == "similaire"


def test_un_ecart_egal_a_la_part_notable_de_la_reference_est_une_force_ou_un_besoin() -> None:
    assert _constat(21.0, 20.0, sens="baisse")["sens"] == "defavorable"
    assert _constat(20.9, 20.0, sens="baisse")["sens"] == "neutre"


def test_une_valeur_absente_rend_le_constat_incomparable() -> None:
    constat = _constat(15.5, None)

    assert (constat["position"], constat["sens"]) == ("incomparable", "neutre")
    assert pd.isna(constat["valeur_reference"])


@pytest.mark.parametrize(
    ("annee", "dedans"), [(2020, True), (2016, True), (2021, False), (2015, False)]
)
def test_une_rupture_compte_si_elle_tombe_dans_les_cinq_ans(annee: int, dedans: bool) -> None:
    constat = _constat(22.4, 17.5, annee=annee, ruptures=[rupture(2016)])

    assert constat["rupture"] == ("réforme d'exemple" if dedans else "")


def test_une_valeur_provisoire_le_dit() -> None:
    assert _constat(22.4, 17.5, statut="P")["provisoire"]
    assert not _constat(22.4, 17.5)["provisoire"]
