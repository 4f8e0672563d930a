"""The verdict on a sentence of the text, worked out from the tables."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from analyse_exemple import ICI, LA, SEUILS, UNITES, indicateur, lignes

from ctglib.calculs.affirmations import COLONNES, juger
from ctglib.donnees.modeles.convention import Affirmation

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "affirmations.yaml").read_text(encoding="utf-8")
)
INDICATEURS = {
    item.id: item
    for item in (
        *(indicateur(f"part_{x}", libelle=f"Part {x}", arrondi_source=0.1) for x in "ab"),
        *(indicateur(f"nombre_{x}", "nombre", libelle=f"Nombre {x}") for x in "ab"),
        *(indicateur(f"montant_{x}", "euros", libelle=f"Montant {x}") for x in "ab"),
    )
}


PERIODICITES = (
    SimpleNamespace(indicateur="nombre_b", periodicite="annuelle", pourquoi="Versée en août."),
)


def verdict(cas: dict) -> pd.Series:
    phrase = {
        "id": "phrase",
        "section": "1.1",
        "resume": "Une phrase",
        "territoire": ICI.code,
        **cas["phrase"],
    }
    values = [(ICI.code, cas["ici"]), (LA.code, cas.get("la", {}))]
    rows = lignes(
        *(
            (
                name,
                code,
                cas.get("annees", {}).get(code, 2020),
                value,
                None,
                INDICATEURS[name].unite,
                "A",
            )
            for code, told in values
            for name, value in told.items()
        )
    )
    words = SimpleNamespace(
        indicateurs=INDICATEURS,
        seuils=SEUILS,
        unites=UNITES,
        territoires={place.code: place for place in (ICI, LA)},
        relations=SimpleNamespace(periodicites=PERIODICITES),
    )
    judged = juger(
        SimpleNamespace(
            catalogue=words, annexe1=rows, affirmations=(Affirmation.model_validate(phrase),)
        )
    )
    assert tuple(judged.columns) == COLONNES
    return judged.iloc[0]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_phrase_recoit_le_verdict_et_le_calcul_de_l_exemple(cas: dict) -> None:
    found = verdict(cas)

    assert (found["verdict"], _lisible(found["calcul"])) == (cas["verdict"], cas["calcul"])


def test_deux_annees_differentes_ne_se_comparent_pas() -> None:
    cas = {
        "phrase": {"operateur": "superieur", "indicateurs": ["part_a"], "reference": LA.code},
        "ici": {"part_a": 15.9},
        "la": {"part_a": 15.1},
        "annees": {LA.code: 2018},
    }

    assert verdict(cas)["verdict"] == "inverifiable"


def _lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2212", "-")
