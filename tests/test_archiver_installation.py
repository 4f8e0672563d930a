"""An archive installed from its own packages in a new environment, without the network, gives the
same reports.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from ligne_de_commande import sans_donnees
from rapports_produits import Production

from ctglib.donnees.fautes import Empechement
from ctglib.production.archive import archiver, telecharger
from ctglib.production.manifeste import lire_manifeste
from ctglib.production.plan import CARNETS

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


@pytest.mark.complet
def test_installee_de_ses_paquets_dans_un_environnement_neuf_elle_redonne_les_memes_rapports(
    rapports_produits: Production, tmp_path: Path
) -> None:
    """All the reports of Harnes, from the packages of the archive alone: ``--no-index`` forbids the
    network.
    """
    try:
        paquets = telecharger()
    except Empechement as error:
        pytest.skip(str(error))
    ailleurs = tmp_path / "ailleurs"
    manifeste = lire_manifeste(rapports_produits.dossier("harnes"))
    with zipfile.ZipFile(io.BytesIO(archiver(manifeste, CARNETS, paquets=paquets)[0])) as opened:
        opened.extractall(ailleurs)
    python = _environnement(ailleurs)
    paquets_seuls = ("-m", "pip", "install", "-q", "--no-compile", "--no-index", "-f", "paquets")

    for suite in (("-r", "requirements.lock"), ("--no-deps", "--no-build-isolation", "-e", ".")):
        subprocess.run([python, *paquets_seuls, *suite], check=True, cwd=ailleurs)
    done = subprocess.run(
        [python.with_name("ctg"), "verifier"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ailleurs,
        env=sans_donnees(),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(manifeste.traces)} rapports, les octets du manifeste" in done.stdout


def _environnement(dossier: Path) -> Path:
    """Return the Python of a new environment."""
    subprocess.run([sys.executable, "-m", "venv", dossier / ".venv"], check=True)
    return dossier / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
