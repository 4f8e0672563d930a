"""What the check of the convention finds in its text: each trap, and each sentence judged."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler
from ctglib.donnees.dossier import Dossier, lire_dossier

PIEGES = yaml.safe_load(
    (Path(__file__).parents[1] / "cas" / "coherence_pieges.yaml").read_text(encoding="utf-8")
)
CONTREDITES = {"capacite_superieure", "jeunesse_nature", "parentalite_nature", "avs_nature"}


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier("harnes")


@pytest.fixture(scope="module")
def constats(dossier: Dossier) -> pd.DataFrame:
    return controler(dossier)


@pytest.mark.parametrize("piege", PIEGES, ids=[piege["nom"] for piege in PIEGES])
def test_un_piege_de_la_convention_sort_d_une_regle(piege: dict, constats: pd.DataFrame) -> None:
    row = constats.set_index("cle").loc[piege["cle"]]

    assert row["regle"] == piege["regle"]
    assert row["statut"] == piege.get("statut", "ouvert")
    for text in ("ecrit", "calcule"):
        assert piege[text] in _lisible(row[text])


def test_les_constats_sont_tries_et_aucune_declaration_n_est_perimee(
    constats: pd.DataFrame,
) -> None:
    shown = constats[constats["statut"].isin(["ouvert", "justifie"])]
    ranks = shown["gravite"].map({"a_corriger": 0, "a_verifier": 1, "information": 2})

    assert constats["cle"].is_unique
    assert list(constats["numero"]) == list(range(1, len(constats) + 1))
    assert ranks.is_monotonic_increasing
    assert not set(constats["regle"]) & {
        "correction_obsolete",
        "justification_obsolete",
        "lecture_non_declaree",
    }


def test_chaque_phrase_recoit_un_verdict_et_un_calcul(dossier: Dossier) -> None:
    judged = juger(dossier).set_index("id")

    assert list(judged.index) == [item.id for item in dossier.affirmations]
    assert (judged["calcul"] != "").all()
    assert set(judged.index[judged["verdict"] == "contredite"]) >= CONTREDITES


def _lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2212", "-")
