"""What the W3C's Nu checker finds in the pages: nothing, cards of the phone included."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bureau_ouvert import ouvrir
from donnees_suivies import DONNEES
from rapports_produits import Production

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

VERIFICATEUR = (
    Path(__file__).parents[1]
    / "build"
    / "nu"
    / "node_modules"
    / "vnu-jar"
    / "build"
    / "dist"
    / "vnu.jar"
)


def verifier(*pages: Path) -> list[str]:
    """Return what the checker finds in these pages."""
    if not (VERIFICATEUR.exists() and shutil.which("java")):
        if "CI" in os.environ:
            pytest.fail(
                "Le vérificateur Nu manque : npm install --prefix build/nu vnu-jar, et Java."
            )
        pytest.skip(
            "le vérificateur Nu n'est pas installé (npm install --prefix build/nu vnu-jar, et Java)"
        )
    command = [
        "java",
        "-jar",
        str(VERIFICATEUR),
        "--errors-only",
        "--format",
        "gnu",
        *map(str, pages),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.splitlines()


def test_aucune_page_n_a_d_erreur_que_celle_qu_on_y_met(
    rapports_produits: Production, tmp_path: Path
) -> None:
    pages = sorted(rapports_produits.sortie.rglob("*.html"))
    wrong = tmp_path / "faux.html"
    page = (rapports_produits.sortie / "index.html").read_text(encoding="utf-8")
    wrong.write_text(re.sub(r"<td\b", '<td role="cell"', page, count=1), encoding="utf-8")

    found = verifier(*pages, wrong)

    assert len(pages) > 40 and [line for line in found if wrong.name not in line] == []
    assert "role" in " ".join(found)


def test_aucune_page_du_bureau_n_a_d_erreur(tmp_path: Path) -> None:
    annee = "/conventions/demonstration/2025"
    chemins = ["/", "/quitter", "/nouvelle-convention", "/officiels", "/conventions/harnes"]
    chemins += ["/conventions/harnes/2025", "/conventions/harnes/2025/demander", annee]
    chemins += [f"{annee}/ecrire", f"{annee}/rapports", f"{annee}/clore", "/depots/absent", "/rien"]
    pages = []
    with ouvrir(tmp_path, DONNEES, "--port", "9071") as bureau:
        for rang, chemin in enumerate(chemins):
            page = tmp_path / f"{rang}.html"
            page.write_text(bureau.demander("GET", chemin).texte, encoding="utf-8")
            pages.append(page)

    assert verifier(*pages) == []
