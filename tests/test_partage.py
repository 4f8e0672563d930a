"""What the reports of a production share: worked out once, its reads told each time, and never
written.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from ctglib.donnees.lecture import VARIABLE as DONNEES
from ctglib.donnees.lecture import enregistrer, existe, lire_octets, lister, racine
from ctglib.donnees.partage import GARDES, Reserve, partager, partager_par
from ctglib.production.pool import ouvrir_executeur


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


def demander(dossier: str, nom: str) -> object:
    """Ask for a result as a worker whose data folder is that one, whatever an earlier test set."""
    os.environ[DONNEES] = dossier
    return partager(nom, dict)


def test_ce_que_la_commande_a_calcule_sert_aux_ouvriers() -> None:
    reserve = Reserve()
    found = {"calculé": "une fois"}

    with (
        partager_par(reserve),
        ouvrir_executeur(travailleurs=1, delai=60, reserve=reserve) as (qui, _),
    ):
        partager("essai", lambda: found)
        given = qui.submit(demander, str(racine()), "essai").result()

    assert given == found


def test_le_second_a_le_resultat_du_premier_et_ses_lectures(donnees: Path) -> None:
    with partager_par(Reserve()):
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

    with partager_par(Reserve()):
        ici = partager("x", calculer)
        sous_un_autre_nom = partager("y", lambda: "y")
        monkeypatch.setenv(DONNEES, str(autre))
        ailleurs = partager("x", calculer)

    assert (ici, sous_un_autre_nom, ailleurs) == ("un", "y", "autre")


def test_hors_d_une_production_rien_n_est_garde(donnees: Path) -> None:
    partager("x", calculer)
    (donnees / "a.txt").write_text("deux", encoding="utf-8")

    assert partager("x", calculer) == "deux"


def test_une_reserve_videe_n_a_plus_rien(donnees: Path) -> None:
    reserve = Reserve()
    with partager_par(reserve):
        partager("x", calculer)
        reserve.vider()

        assert partager("x", lambda: "refait") == "refait"


def test_ce_qui_n_a_pas_pu_etre_calcule_est_a_faire_par_qui_l_attendait() -> None:
    reserve = Reserve()
    demande = Event()
    assert reserve.prendre("x") is None

    def attendre() -> bytes | None:
        demande.set()
        return reserve.prendre("x")

    with ThreadPoolExecutor(1) as fil:
        autre = fil.submit(attendre)
        demande.wait()
        reserve.garder("x", None)

        assert autre.result(timeout=10) is None


def test_une_erreur_n_est_pas_gardee(donnees: Path) -> None:
    with partager_par(Reserve()):
        with pytest.raises(ZeroDivisionError):
            partager("x", lambda: 1 / 0)

        assert partager("x", calculer) == "un"


def test_ce_qui_est_partage_depuis_longtemps_est_oublie() -> None:
    reserve = Reserve()
    for rang in range(3 * GARDES):
        reserve.prendre(str(rang))
        reserve.garder(str(rang), b"x")

    assert reserve.prendre(str(3 * GARDES - 1)) == b"x"
    assert [reserve.prendre(str(rang)) for rang in range(GARDES)] == [None] * GARDES
