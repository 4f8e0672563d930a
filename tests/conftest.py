"""Fixtures of the whole suite."""

from __future__ import annotations

import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from ligne_de_commande import ctg

from ctglib.donnees.lecture import VARIABLE

DEPOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def depot() -> Path:
    """The folder of the project."""
    return DEPOT


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    """The diagnostic of Harnes made once for the suite: how the command ended, and the folder it wrote to."""
    dossier = tmp_path_factory.mktemp("rapports")
    done = ctg("produire", "diagnostic", "--convention", "harnes", "--sortie", "sortie", dossier=dossier)
    return done, dossier / "sortie"


@pytest.fixture
def donnees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data folder, which a test may damage: the library reads it instead of the real one."""
    copie = tmp_path / "donnees"
    shutil.copytree(DEPOT / "data", copie)
    monkeypatch.setenv(VARIABLE, str(copie))
    return copie
