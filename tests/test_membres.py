"""The communes of an EPCI side by side: counts as published, and a whole whose shares are those of
the sums.
"""

from __future__ import annotations

import pandas as pd

from ctglib.blocs.territoire import en_parts
from ctglib.donnees import publiques
from ctglib.donnees.modeles.rapports import MembresDuTerritoire

REGLES = MembresDuTerritoire(sur="foyers", parts=("rsa",), plancher=100)


def test_la_part_de_l_ensemble_est_celle_des_sommes_et_non_la_moyenne_des_parts() -> None:
    counts = pd.DataFrame({"foyers": [1000.0, 200.0], "rsa": [100.0, 60.0]}, index=["a", "b"])

    table = en_parts(counts, REGLES, "tout")

    assert table["foyers"].to_list() == [1000, 200, 1200]
    assert table["part_rsa"].round(2).to_list() == [10, 30, 13.33]


def test_une_petite_commune_n_a_pas_de_part_et_un_effectif_absent_laisse_l_ensemble_absent() -> (
    None
):
    counts = pd.DataFrame({"foyers": [1000.0, 99.0], "rsa": [float("nan"), 60.0]}, index=["a", "b"])

    table = en_parts(counts, REGLES, "tout")

    assert table["part_rsa"].isna().all()
    assert table.loc["tout", "foyers"] == 1099


def test_les_effectifs_d_un_epci_sont_la_somme_de_ses_membres_et_manquent_avec_l_un_d_eux() -> None:
    def lire(*members: str) -> pd.DataFrame:
        rows = publiques.observations(["cnaf_foyers_rsa"], "246200364", "62", members)
        return rows[rows["territoire"].eq("246200364")].set_index("annee")

    parts = publiques.lire("cnaf_foyers_rsa", ["62413", "62498"]).groupby("annee")["valeur"].sum()

    assert lire("62413", "62498")["valeur"].to_dict() == parts.to_dict()
    assert lire("62413", "62498", "62396").loc[2024, "statut"] == "O"
