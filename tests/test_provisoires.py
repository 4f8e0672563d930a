"""What a command puts in the system's temporary folder goes with it, or with the next command."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import arrets
import pytest

from ctglib.donnees.provisoires import (
    DOSSIERS,
    dossier_provisoire,
    isoler_les_temporaires,
    retirer_les_abandonnes,
)

posix = pytest.mark.skipif(os.name == "nt", reason="Windows n'a pas de fork")


@pytest.fixture
def systeme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where this process puts what is temporary."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_un_dossier_provisoire_n_est_que_de_qui_l_a_fait_et_part_avec_son_travail(
    systeme: Path,
) -> None:
    with dossier_provisoire() as dossier:
        (dossier / "saisie.csv").write_bytes(b"3")
        droits = stat.S_IMODE(dossier.stat().st_mode)

    assert os.name == "nt" or droits == 0o700
    assert list(systeme.iterdir()) == []


@isoler_les_temporaires()
def echouer() -> None:
    Path(tempfile.mkdtemp()).joinpath("saisie.csv").write_bytes(b"3")
    raise ValueError("manqué")


def test_un_travail_qui_echoue_ne_laisse_rien(systeme: Path) -> None:
    with pytest.raises(ValueError, match="manqué"):
        echouer()

    assert list(systeme.iterdir()) == [] and tempfile.gettempdir() == str(systeme)


@posix
def test_un_dossier_provisoire_dont_le_processus_meurt_a_un_pas_quelconque_est_retire(
    systeme: Path,
) -> None:
    laisses = 0
    for rang in range(1, 30):

        def travailler(rang: int = rang) -> int:
            arrets.arreter(systeme, rang, "mort")
            with dossier_provisoire() as dossier:
                (dossier / "sous").mkdir()
                (dossier / "sous" / "saisie.csv").write_bytes(b"3")
            return 0

        code = arrets.dans_un_enfant(travailler)
        laisses += bool(list(systeme.iterdir()))
        retirer_les_abandonnes()
        assert list(systeme.iterdir()) == [], rang
        if code == 0:
            break

    assert code == 0 and laisses > 3


def test_le_dossier_d_une_commande_au_travail_n_est_pas_retire(systeme: Path) -> None:
    code = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from ctglib.donnees.provisoires import dossier_provisoire\n"
        "with dossier_provisoire() as dossier: print(dossier, flush=True); sys.stdin.read()"
    )
    travaille = subprocess.Popen(
        [sys.executable, "-c", code, str(systeme)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert travaille.stdout is not None
    dossier = Path(travaille.stdout.readline().strip())

    retirer_les_abandonnes()
    garde = dossier.is_dir()
    travaille.communicate()

    assert garde and not dossier.exists()


@posix
def test_ni_un_lien_ni_ce_qui_n_est_pas_a_nous_n_est_retire(systeme: Path) -> None:
    dehors = systeme / "dehors"
    dehors.mkdir()
    (dehors / "a moi").write_bytes(b"")
    (systeme / f"{DOSSIERS}0").symlink_to(dehors)
    (systeme / "autre").mkdir()

    retirer_les_abandonnes()

    assert (dehors / "a moi").exists() and (systeme / "autre").exists()
    assert (systeme / f"{DOSSIERS}0").is_symlink()
