"""``publiccode.yml`` says what the project's own files say, and nothing that nobody said."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from fichiers_suivis import DEPOT

FICHIER = DEPOT / "publiccode.yml"
ADRESSE = re.compile(r"https?:|www\.|\S@\S")
A_DIRE = ("url", "maintenance", "mainCopyrightOwner", "releaseDate")


@pytest.fixture(scope="module")
def dit() -> dict:
    return yaml.safe_load(FICHIER.read_text(encoding="utf-8"))


def test_le_nom_la_version_et_la_licence_sont_ceux_du_projet(dit: dict) -> None:
    projet = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    licence = (DEPOT / "LICENCE").read_text(encoding="utf-8")
    nom, _, version = dit["legal"]["license"].partition("-")

    assert dit["publiccodeYmlVersion"] == "0.4"
    assert dit["name"] == projet["name"]
    assert dit["softwareVersion"] == projet["version"]
    assert projet.get("license", dit["legal"]["license"]) == dit["legal"]["license"]
    assert licence.startswith(f"EUROPEAN UNION PUBLIC LICENCE v. {version}\n{nom} ")
    assert f"{nom} {version}" in (DEPOT / "README.md").read_text(encoding="utf-8")


def test_les_descriptions_ont_la_longueur_de_la_norme(dit: dict) -> None:
    assert set(dit["description"]) == {"fr", "en"}
    for description in dit["description"].values():
        assert 0 < len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
        assert all(isinstance(fonction, str) for fonction in description["features"])


def test_aucune_adresse_n_est_inventee_et_ce_qui_manque_est_dit(dit: dict) -> None:
    ecrit = FICHIER.read_text(encoding="utf-8")
    commentaires = "\n".join(ligne for ligne in ecrit.splitlines() if ligne.startswith("#"))

    assert ADRESSE.findall(ecrit) == []
    for champ in A_DIRE:
        assert f"« {champ} »" in commentaires
        assert champ not in dit and champ not in dit["legal"]
