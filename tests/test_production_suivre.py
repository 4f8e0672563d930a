"""``ctg produire --suivre``: what a correction touches is made again as soon as it is saved, until
Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from production_exemple import octets
from suivi_exemple import HARNES, OBSERVATIONS

from ctglib.commandes import rapports
from ctglib.commandes.rapports import CODE_CHANGE, EN_VEILLE, surveiller

# A script whose parent ignores Ctrl-C is born deaf to it.
COMMANDE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from ctglib.commandes import main; main()"
SANS_CTRL_C = pytest.mark.skipif(
    os.name == "nt", reason="Windows n'envoie pas Ctrl-C à un seul programme"
)
CHIFFRE = "62413,2023,am_agreees,,,2023,{},nombre,A,PMI,\n"


class Surveillance:
    """The command, as someone who reads what it says and corrects files meanwhile."""

    def __init__(self, sortie: Path) -> None:
        options = [
            "fiches",
            "-c",
            "harnes",
            "-a",
            "2023",
            "-f",
            "html",
            "--sortie",
            str(sortie),
            "--suivre",
        ]
        self.processus = subprocess.Popen(
            [sys.executable, "-c", COMMANDE, "produire", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def attendre(self) -> str:
        """Return what it says until it watches again."""
        lines = []
        for line in self.processus.stdout:
            lines.append(line)
            if line.startswith(EN_VEILLE):
                return "".join(lines)
        raise AssertionError("".join(lines))

    def finir(self) -> str:
        """Press Ctrl-C and return the rest of what it says."""
        self.processus.send_signal(signal.SIGINT)
        return self.processus.communicate(timeout=60)[0]


@pytest.fixture
def ouvrir(tmp_path: Path) -> Iterator[Callable[[], Surveillance]]:
    """What starts the command; it is stopped whatever the test does."""
    opened: list[Surveillance] = []

    def start() -> Surveillance:
        opened.append(Surveillance(tmp_path / "sortie"))
        return opened[-1]

    yield start
    for one in opened:
        one.processus.kill()
        one.processus.communicate()


def saisir(donnees: Path, chiffre: str) -> None:
    path = donnees / HARNES / "suivi" / "2023" / "observations.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OBSERVATIONS + CHIFFRE.format(chiffre), encoding="utf-8")


@SANS_CTRL_C
def test_une_correction_enregistree_refait_la_fiche_qui_la_lit_une_faute_est_dite_et_l_on_continue(
    donnees: Path, tmp_path: Path, ouvrir: Callable[[], Surveillance]
) -> None:
    saisir(donnees, "40")
    command = ouvrir()
    first = command.attendre()
    before = octets(tmp_path / "sortie")

    saisir(donnees, "41")
    second = command.attendre()
    after = octets(tmp_path / "sortie")
    saisir(donnees, "beaucoup")
    wrong = command.attendre()
    saisir(donnees, "41")
    right = command.attendre()
    children = psutil.Process(command.processus.pid).children(recursive=True)
    rest = command.finir()

    made = {nom for nom, content in after.items() if content != before[nom]}
    assert "jamais produit : tous" in first and "3 autres rapports étaient à jour" in second
    assert "harnes/2023/fiche-1.html" in made and not {nom for nom in made if "fiche-2" in nom}
    assert "observations.csv" in wrong and "beaucoup" in wrong and "Traceback" not in wrong
    assert "rien à faire" in right and octets(tmp_path / "sortie") == after
    assert "Fin de la surveillance." in rest and command.processus.returncode == 0
    assert children and not psutil.wait_procs(children, timeout=30)[1]


@SANS_CTRL_C
def test_sans_les_donnees_la_commande_le_dit_et_s_arrete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ouvrir: Callable[[], Surveillance]
) -> None:
    monkeypatch.setenv("CTG_DONNEES", str(tmp_path / "perdu"))

    command = ouvrir()
    said = command.processus.communicate(timeout=60)[0]

    assert (
        said.count("CTG_DONNEES") == 1
        and "Traceback" not in said
        and command.processus.returncode == 1
    )


def test_le_code_du_classeur_qui_change_arrete_la_surveillance(
    donnees: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    monkeypatch.setattr(rapports, "PAQUET", code)
    writer = threading.Timer(0.3, lambda: (code / "module.py").write_bytes(b"1"))

    def passer() -> int:
        writer.start()
        return 0

    assert surveiller(passer, tmp_path / "carnets") == 1
    assert CODE_CHANGE in capsys.readouterr().out


def test_ce_qui_est_enregistre_pendant_le_travail_n_est_pas_manque(
    donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    monkeypatch.setattr(rapports, "PAQUET", code)
    seen: list[str] = []
    path = donnees / HARNES / "annexe1.csv"

    def passer() -> int:
        seen.append(path.read_text(encoding="utf-8")[-1])
        if len(seen) == 1:
            path.write_text("2", encoding="utf-8")
        else:
            (code / "fin.py").write_bytes(b"")
        return 0

    surveiller(passer, tmp_path / "carnets")

    assert seen[1:] == ["2"]
