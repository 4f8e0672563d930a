"""The dictionary says what the catalogue says."""

from __future__ import annotations

import runpy

import pytest
from fichiers_suivis import DEPOT

from ctglib.donnees.dossier import Catalogue, lire_dossier


@pytest.fixture(scope="module")
def ecrit() -> str:
    return (DEPOT / "docs" / "dictionnaire.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return lire_dossier("harnes").catalogue


def test_le_dictionnaire_est_a_jour(catalogue: Catalogue, ecrit: str) -> None:
    dictionnaire = runpy.run_path(str(DEPOT / "docs" / "dictionnaire.py"))["dictionnaire"]

    assert dictionnaire(catalogue) == ecrit, "lancer : make dictionnaire"


def test_chaque_indicateur_y_est_une_fois(catalogue: Catalogue, ecrit: str) -> None:
    comptes = {nom: ecrit.count(f"<br>`{nom}` |") for nom in catalogue.mesures}

    assert set(comptes.values()) == {1}
