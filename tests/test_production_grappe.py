"""The same reports, made by a Dask cluster on this computer."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from production_exemple import CONVENTION, LECTURE, demande, ecrire_carnet, octets, produire

from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import Empechement
from ctglib.production.pool import faire_dans_un_processus, ouvrir_executeur

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

distributed = pytest.importorskip(
    "distributed", reason="Dask n'est pas installé : pip install distributed"
)
LENTEUR = "import os, time\nfrom pathlib import Path\nPath(temoin).write_text(str(os.getpid()))\ntime.sleep(3)"


@pytest.fixture(scope="module")
def grappe() -> Iterator[distributed.LocalCluster]:
    """Two worker processes, without a dashboard; the cluster makes up for one that dies."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options, silence_logs=50) as cluster:
        yield cluster


def tuer_un_ouvrier(cluster: distributed.LocalCluster, temoin: Path) -> None:
    """Kill the worker that is making the slow report, as soon as it is."""
    limite = time.monotonic() + 60
    while not temoin.exists() and time.monotonic() < limite:
        time.sleep(0.05)
    with distributed.Client(cluster) as client:
        occupes = [adresse for adresse, taches in client.processing().items() if taches]
        pids = client.run(os.getpid, workers=occupes[:1], wait=True)
    os.kill(next(iter(pids.values())), signal.SIGKILL)


def test_une_grappe_donne_les_memes_octets_meme_si_un_ouvrier_meurt_en_chemin(
    grappe: distributed.LocalCluster, tmp_path: Path
) -> None:
    carnets = tmp_path / "carnets"
    temoin = tmp_path / "temoin"
    ecrire_carnet(
        carnets / "lent.ipynb",
        LENTEUR,
        LECTURE,
        parametres=(CONVENTION, f'temoin: str = "{temoin}"  # où le dire'),
    )
    for nom in ("un", "deux", "trois"):
        ecrire_carnet(carnets / f"{nom}.ipynb", LECTURE)

    tueur = Thread(target=tuer_un_ouvrier, args=(grappe, temoin))
    tueur.start()
    with ouvrir_executeur(travailleurs=1, delai=60, ordonnanceur=grappe.scheduler_address) as (
        qui,
        places,
    ):
        rendus = produire(demande(carnets, tmp_path / "grappe"), qui)
    tueur.join()

    assert places == 4
    assert [rendu.echec for rendu in rendus.values()] == [None] * 4
    produire(demande(carnets, tmp_path / "ici"))
    assert octets(tmp_path / "grappe") == octets(tmp_path / "ici")


@pytest.mark.complet
def test_une_grappe_fait_aussi_les_portraits_a_l_octet_pres(
    grappe: distributed.LocalCluster, tmp_path: Path
) -> None:
    asked = ["portrait", "62413", "--formats", "html", "--sortie"]

    assert (
        lancer([*asked, str(tmp_path / "grappe"), "--ordonnanceur", grappe.scheduler_address]) == 0
    )
    assert lancer([*asked, str(tmp_path / "ici")]) == 0

    assert octets(tmp_path / "grappe") == octets(tmp_path / "ici")


def test_un_ordonnanceur_qui_ne_repond_pas_est_dit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctglib.production.pool.ATTENTE", 1)

    code = lancer(["produire", "--ordonnanceur", "tcp://127.0.0.1:9", "--sortie", str(tmp_path)])

    assert code == 1
    assert "L'ordonnanceur tcp://127.0.0.1:9 ne répond pas" in " ".join(
        capsys.readouterr().err.split()
    )


def test_une_machine_ou_le_classeur_est_autre_refuse() -> None:
    with pytest.raises(Empechement, match="Installez partout la même version"):
        faire_dans_un_processus((len, ("",), {}), None, "une autre empreinte")
