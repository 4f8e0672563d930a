"""The process of the studies, born of the one that loads: it serves, ends with its parent, and can fail to come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from ctglib.production import precoce
from ctglib.production.ouvriers import PRECOCE, Ouvriers
from ctglib.production.precoce import POSSIBLE, Precoce, attendre, naitre, recevoir
from ctglib.production.processus import OuvrierPerdu, TacheEchouee

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="ailleurs que sous Linux, les études ont un processus ordinaire")
ATTENTE = 30  # seconds: a slow machine is not a fault


def charger(variables: dict[str, str]) -> None:
    """Run what stands for the process that loads: it gives birth, and ends."""
    code = "from ctglib.production.precoce import naitre; naitre()"
    subprocess.run([sys.executable, "-c", code], env=os.environ | variables, check=True)


@pytest.fixture
def processus() -> Iterator[Precoce]:
    """The process, once it has called."""
    charger(attendre())
    found = recevoir({"CTG_ESSAI": "dit"}, lambda: False)
    yield found
    found.finir()


def disparu(pid: int) -> bool:
    """Wait for a process to end, and tell whether it has."""
    for _ in range(ATTENTE * 10):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_il_fait_ce_qu_on_lui_demande_autant_de_fois_qu_on_veut(processus: Precoce) -> None:
    assert processus.demander((os.getenv, ("CTG_ESSAI",), {}), ATTENTE) == "dit"
    assert processus.demander((os.getpid, (), {}), ATTENTE) == processus.pid != os.getpid()


def test_une_erreur_n_y_met_pas_fin(processus: Precoce) -> None:
    with pytest.raises(TacheEchouee, match="ValueError"):
        processus.demander((int, ("douze",), {}), ATTENTE)

    assert processus.demander((int, ("12",), {}), ATTENTE) == 12


def test_il_n_est_l_enfant_de_personne_et_finit_quand_on_le_quitte(processus: Precoce) -> None:
    assert psutil.Process(processus.pid) not in psutil.Process().children(recursive=True)

    processus.tuyau.close()

    assert disparu(processus.pid)


def test_tue_il_est_dit_perdu(processus: Precoce) -> None:
    os.kill(processus.pid, signal.SIGKILL)

    with pytest.raises(OuvrierPerdu):
        processus.demander((os.getpid, (), {}), ATTENTE)


def test_il_finit_avec_son_parent_meme_tue_au_milieu_d_une_tache() -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "from ctglib.production.precoce import attendre, recevoir\n"
        "enfant = 'from ctglib.production.precoce import naitre; naitre()'\n"
        "subprocess.run([sys.executable, '-c', enfant], env=os.environ | attendre(), check=True)\n"
        "found = recevoir({}, lambda: False)\n"
        "print(found.pid, flush=True)\n"
        "found.demander((time.sleep, (600,), {}), None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.3)  # it has begun
        assert psutil.pid_exists(pid)

        parent.kill()

        assert disparu(pid)


def test_sans_attente_rien_ne_nait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(precoce.VARIABLE, raising=False)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("personne ne l'attend"))

    naitre()


@pytest.mark.parametrize("appels", [0, 1, 2])
def test_s_il_ne_vient_pas_les_etudes_ont_un_processus_ordinaire(monkeypatch: pytest.MonkeyPatch, appels: int) -> None:
    monkeypatch.setattr(precoce, "PATIENCE", 1.0)
    adresse = attendre()[precoce.VARIABLE]
    for _ in range(appels):  # who called has ended since
        precoce._appeler(adresse).close()

    with Ouvriers(1, methode=PRECOCE, oublieux=True) as ouvriers:
        assert ouvriers.submit(int, "12").result() == 12


def test_fermer_n_attend_pas_celui_qui_ne_vient_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precoce, "PATIENCE", 20.0 * ATTENTE)
    attendre()
    ouvriers = Ouvriers(1, methode=PRECOCE, oublieux=True)
    ouvriers.submit(int, "12")

    fin = threading.Thread(target=ouvriers.shutdown, kwargs={"cancel_futures": True}, daemon=True)
    fin.start()
    fin.join(ATTENTE)

    assert not fin.is_alive()
