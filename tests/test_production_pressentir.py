"""What is guessed from dates starts processes early, and decides of nothing."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from production_exemple import COUVERTURE, LECTURE, demande, ecrire_carnet, octets, produire

from ctglib.commandes.production import Options, produire_rapports
from ctglib.production import ouvriers
from ctglib.production import pressentir as module
from ctglib.production.plan import Demande
from ctglib.production.pressentir import Pressentiment, devancer, pressentir

ANNEXE1 = "conventions/harnes/annexe1.csv"
AVANT, PENDANT, APRES = 1_000, 2_000, 3_000  # seconds since 1970


@pytest.fixture
def voulue(tmp_path: Path, donnees: Path, monkeypatch: pytest.MonkeyPatch) -> Demande:
    """A report made after its data, its notebook and the code."""
    ecrire_carnet(tmp_path / "carnets" / "lecteur.ipynb", COUVERTURE, LECTURE)
    order = demande(tmp_path / "carnets", tmp_path / "sortie")
    produire(order)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "module.py").write_bytes(b"")
    monkeypatch.setattr(module, "PAQUET", tmp_path / "code")
    for path in tmp_path.rglob("*"):
        os.utime(path, (AVANT, AVANT))
    os.utime(order.sortie / "harnes" / "manifeste.json", (PENDANT, PENDANT))
    return order


@pytest.fixture
def charges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the loading was begun for, each time."""
    begun: list[str] = []
    monkeypatch.setattr(ouvriers, "prechauffer", lambda *, etudes: begun.append("études" if etudes else "rapports"))
    return begun


def deviner(voulue: Demande) -> Pressentiment:
    return pressentir(voulue.sortie, voulue.carnets)


def test_apres_une_production_il_n_y_a_sans_doute_rien_a_faire(voulue: Demande, donnees: Path) -> None:
    assert deviner(voulue) == Pressentiment(a_faire=False, donnees=False)


def test_une_donnee_ecrite_depuis_se_voit(voulue: Demande, donnees: Path) -> None:
    os.utime(donnees / ANNEXE1, (APRES, APRES))

    assert deviner(voulue) == Pressentiment(a_faire=True, donnees=True)


@pytest.mark.parametrize("relatif", ["carnets/lecteur.ipynb", "code/module.py"])
def test_un_carnet_ou_du_code_ecrit_depuis_fait_tout_refaire(
    voulue: Demande, donnees: Path, tmp_path: Path, relatif: str
) -> None:
    for path in (tmp_path / relatif, donnees / ANNEXE1):
        os.utime(path, (APRES, APRES))

    assert deviner(voulue) == Pressentiment(a_faire=True, donnees=False)


def test_sans_manifeste_tout_est_a_faire(voulue: Demande, donnees: Path) -> None:
    (voulue.sortie / "harnes" / "manifeste.json").unlink()

    assert deviner(voulue) == Pressentiment(a_faire=True, donnees=False)


@pytest.mark.parametrize("nom", ["-s", "--sortie"])
@pytest.mark.parametrize(("date", "pour"), [(AVANT, []), (APRES, ["études"])])
def test_le_chargement_commence_avant_que_la_commande_soit_lue(
    voulue: Demande, donnees: Path, charges: list[str], monkeypatch: pytest.MonkeyPatch, *,
    nom: str, date: int, pour: list[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "pressentir", partial(pressentir, carnets=voulue.carnets))
    os.utime(donnees / ANNEXE1, (date, date))

    devancer(["bilan", nom, str(voulue.sortie)])

    assert charges == pour


@pytest.mark.parametrize(
    ("arguments", "pour"),
    [
        (["--forcer"], ["rapports"]),
        (["--suivre"], ["études"]),
        (["--forcer", "--a-blanc"], []),
        (["--forcer", "--ordonnanceur=tcp://ici:1"], []),
        (["--forcer", "--aide"], []),
        ([], ["rapports"]),
    ],
)
def test_ce_qui_est_demande_suffit_parfois(
    tmp_path: Path, donnees: Path, charges: list[str], monkeypatch: pytest.MonkeyPatch, *,
    arguments: list[str], pour: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)  # where nothing has been made yet

    devancer(arguments)

    assert charges == pour


@pytest.mark.parametrize(("contenu", "refait"), [(b"autre\n", True), (None, False)])
@pytest.mark.parametrize("date", [AVANT, APRES])
def test_se_tromper_ne_change_rien_a_ce_qui_est_fait(
    voulue: Demande,
    donnees: Path,
    capfd: pytest.CaptureFixture[str],
    *,
    date: int,
    contenu: bytes | None,
    refait: bool,
) -> None:
    path = donnees / ANNEXE1
    path.write_bytes(contenu or path.read_bytes())
    os.utime(path, (date, date))
    before = octets(voulue.sortie)

    options = Options((), ("harnes",), (), "html", voulue.sortie, carnets=voulue.carnets, travailleurs=1)
    assert produire_rapports(options) == 0

    assert ("rien à faire" in capfd.readouterr().out) != refait
    assert (octets(voulue.sortie)["harnes/lecteur.html"] != before["harnes/lecteur.html"]) == refait
