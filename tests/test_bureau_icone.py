"""The icon that opens the desk: on the desktop, and what it opens is there."""

from __future__ import annotations

import os
import shlex
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from ctglib.bureau.icone import ICI, sous_windows
from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import DonneesInvalides


@pytest.fixture
def poste(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody, with programs that come first."""
    (tmp_path / "programmes").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'programmes'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def _programme(poste: Path, nom: str, texte: str) -> None:
    chemin = poste / "programmes" / nom
    chemin.write_text(f"#!/bin/sh\n{texte}\n", encoding="utf-8")
    chemin.chmod(0o755)


def test_l_icone_posee_sur_le_bureau_lance_le_bureau(
    poste: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (poste / "Bureau").mkdir()
    _programme(poste, "xdg-user-dir", f"echo '{poste}/Bureau'")

    assert lancer(["ouvrir", "--icone"]) == 0

    chemin = poste / "Bureau" / "rapports-ctg.desktop"
    assert str(chemin) in capsys.readouterr().out
    assert os.access(chemin, os.X_OK)
    entree = ConfigParser(interpolation=None)
    entree.read(chemin, encoding="utf-8")
    dite = entree["Desktop Entry"]
    assert Path(dite["Icon"]).is_file()
    commande = [*shlex.split(dite["Exec"]), "--aide"]
    fini = subprocess.run(
        commande, cwd=dite["Path"], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert "Ouvrir le bureau" in fini.stdout


def test_sans_bureau_elle_est_parmi_les_applications(poste: Path) -> None:
    _programme(poste, "xdg-user-dir", f"echo '{poste}'")

    assert lancer(["ouvrir", "--icone"]) == 0

    assert (poste / ".local/share/applications/rapports-ctg.desktop").is_file()


def test_sous_windows_le_raccourci_mene_au_lanceur_du_dossier(poste: Path) -> None:
    dossier = poste / "l'évaluation & co"
    dossier.mkdir()
    (dossier / "rapports.cmd").touch()
    _programme(poste, "powershell", 'echo "$CTG_CIBLE|$CTG_ARGUMENTS|$CTG_DOSSIER|$CTG_ICONE"')

    dit = str(sous_windows(dossier)).split("|")

    assert dit == [str(dossier / "rapports.cmd"), "", str(dossier), str(ICI / "icone.ico")]


def test_un_poste_qui_refuse_l_icone_dit_comment_la_poser_a_la_main(poste: Path) -> None:
    _programme(poste, "powershell", "exit 1")

    with pytest.raises(DonneesInvalides, match="Envoyer vers"):
        sous_windows(poste)
