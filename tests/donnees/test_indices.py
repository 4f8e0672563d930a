"""The indices of the radar of Harnes, worked out by hand from annexe 1."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ctglib import ouvrir
from ctglib.calculs.comparaison import ranger

CAS = yaml.safe_load(
    (Path(__file__).parents[1] / "cas" / "radar_harnes.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_les_indices_sont_ceux_que_les_chiffres_donnent(cas: dict) -> None:
    table = ouvrir("harnes").indices

    far = table[table["niveau"] == cas["niveau"]]
    assert dict(zip(far["indicateur"], far["indice"].round(), strict=True)) == cas["indices"]


def test_la_capacite_provisoire_et_contredite_n_est_pas_la_premiere_vulnerabilite() -> None:
    table = ouvrir("harnes").indices

    ranked = ranger(table)

    assert ranked.iloc[0]["indicateur"] == "part_rsa"
    assert (
        ranked.iloc[-1]["libelle"]
        == "Manque de places d'accueil (rapport inverse, provisoire, à vérifier)"
    )
