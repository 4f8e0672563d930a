"""The formulas of the catalogue."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ctglib.donnees import formules

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "calculs.yaml").read_text(encoding="utf-8"))
EFFECTIFS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=8
)


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_exemple_donne_le_resultat_ecrit(cas: dict) -> None:
    table = pd.DataFrame(cas["valeurs"], dtype="float64")
    if cas.get("agreger"):
        table = table.sum(skipna=False).to_frame().T.set_axis(["groupe"])

    result = formules.appliquer(cas["calcul"], cas["entrees"], table)

    expected = pd.Series(cas["attendu"], dtype="float64")
    pd.testing.assert_series_equal(
        result.round(6), expected, check_names=False, check_index_type=False
    )


@given(EFFECTIFS)
def test_le_taux_d_un_groupe_reste_entre_le_plus_bas_et_le_plus_haut(
    effectifs: list[tuple[int, int]],
) -> None:
    counts = pd.DataFrame(effectifs, columns=["numerateur", "denominateur"], dtype="float64")
    total = counts.sum().to_frame().T

    rates = formules.ratio_pour_100(counts["numerateur"], counts["denominateur"])
    whole = formules.ratio_pour_100(total["numerateur"], total["denominateur"])[0]

    assert rates.min() * (1 - 1e-12) <= whole <= rates.max() * (1 + 1e-12)


def test_une_formule_inconnue_est_refusee() -> None:
    with pytest.raises(KeyError, match="moyenne"):
        formules.appliquer("moyenne", {}, pd.DataFrame())
