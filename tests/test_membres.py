"""The communes of an EPCI side by side: counts as published, and a whole whose shares are those of
the sums.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

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


AVEC_UN_HAMEAU = ("62413", "62498", "62396")  # in 2024, the last one, a hamlet, has no count


def _somme_des_membres(*membres: str) -> dict[int, tuple[float, str, str]]:
    """Return the sum, its status and its note, by year."""
    rows = publiques.observations(["cnaf_foyers_rsa"], "246200364", "62", membres)
    rows = rows[rows["territoire"].eq("246200364")]
    columns = (rows[column].to_list() for column in ("valeur", "statut", "note"))
    return dict(zip(rows["annee"].to_list(), zip(*columns, strict=True), strict=True))


def test_les_effectifs_d_un_epci_sont_la_somme_de_ses_membres() -> None:
    parts = publiques.lire("cnaf_foyers_rsa", ["62413", "62498"]).groupby("annee")["valeur"].sum()

    found = _somme_des_membres("62413", "62498")

    assert {year: value for year, (value, _, _) in found.items()} == parts.to_dict()
    assert {status for _, status, _ in found.values()} == {"A"}


def test_un_hameau_qui_manque_laisse_a_l_epci_sa_somme_connue_estimee_et_bornee() -> None:
    known, _, _ = _somme_des_membres("62413", "62498")[2024]

    found = _somme_des_membres(*AVEC_UN_HAMEAU)

    value, status, note = found[2024]
    assert (value, status) == (known, "E")
    # 17 inhabitants of 21 000 are missing: nearly all is known, and all is not.
    assert note.startswith("somme de 2 communes sur 3, 99,9 % des habitants ; ")
    # At most all 17 inhabitants of the hamlet are added.
    assert note.endswith(f" ; de {known:.0f} à {known + 17:.0f} en tout")
    assert found[2023][1:] == ("A", "somme de 3 communes")


@pytest.mark.parametrize(("au_moins", "statut"), [(0.9, "E"), (1.0, "O")])
def test_sous_la_part_qu_il_faut_connaitre_la_somme_d_un_epci_manque(
    monkeypatch: pytest.MonkeyPatch, au_moins: float, statut: str
) -> None:
    rules = publiques.lire_les_sommes()
    assert rules.membres_connus_au_moins == 0.9
    other = rules.model_copy(update={"membres_connus_au_moins": au_moins})
    monkeypatch.setattr(publiques, "lire_les_sommes", lambda: other)

    value, status, _ = _somme_des_membres(*AVEC_UN_HAMEAU)[2024]

    assert (status, math.isnan(value)) == (statut, statut == "O")
