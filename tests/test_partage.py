"""What the reports of a production share: worked out once, its reads told each time, gone with the production."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctglib.donnees.lecture import VARIABLE as DONNEES
from ctglib.donnees.lecture import enregistrer, existe, lire_octets, lister
from ctglib.donnees.partage import VARIABLE, ouvrir_partage, partager


@pytest.fixture
def donnees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dossier").mkdir()
    (tmp_path / "a.txt").write_text("un", encoding="utf-8")
    monkeypatch.setenv(DONNEES, str(tmp_path))
    return tmp_path


def calculer() -> str:
    existe("absent.txt")
    lister("dossier")
    return lire_octets("a.txt").decode()


def test_le_second_a_le_resultat_du_premier_et_ses_lectures(donnees: Path) -> None:
    with ouvrir_partage():
        with enregistrer() as premier:
            trouve = partager("x", calculer)
        (donnees / "a.txt").write_text("deux", encoding="utf-8")
        with enregistrer() as second:
            repris = partager("x", calculer)

    assert (trouve, repris) == ("un", "un")
    assert second == premier
    assert set(second.lus) == {"a.txt"}
    assert second.absents == {"absent.txt"}


def test_deux_noms_ou_deux_dossiers_de_donnees_ne_partagent_rien(
    donnees: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    autre = tmp_path_factory.mktemp("autre")
    (autre / "dossier").mkdir()
    (autre / "a.txt").write_text("autre", encoding="utf-8")

    with ouvrir_partage():
        ici = partager("x", calculer)
        sous_un_autre_nom = partager("y", lambda: "y")
        monkeypatch.setenv(DONNEES, str(autre))
        ailleurs = partager("x", calculer)

    assert (ici, sous_un_autre_nom, ailleurs) == ("un", "y", "autre")


def test_hors_d_une_production_rien_n_est_garde(donnees: Path) -> None:
    partager("x", calculer)
    (donnees / "a.txt").write_text("deux", encoding="utf-8")

    assert partager("x", calculer) == "deux"


def test_le_dossier_part_avec_la_production_et_n_est_lisible_que_par_son_proprietaire(donnees: Path) -> None:
    with ouvrir_partage():
        dossier = Path(os.environ[VARIABLE])
        partager("x", calculer)
        droits = dossier.stat().st_mode & 0o077

    assert droits == 0 or os.name == "nt"
    assert not dossier.exists()
    assert VARIABLE not in os.environ


def test_un_dossier_perdu_n_empeche_rien(donnees: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "perdu"))

    assert partager("x", calculer) == "un"
