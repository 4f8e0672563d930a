"""``ctg analyser``: a notebook of the day by the engine of the reports, marked, beside the
notebook.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ligne_de_commande import ctg
from production_exemple import ecrire_carnet

DEPOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def modele(tmp_path: Path) -> Path:
    return Path(shutil.copy(DEPOT / "analyses" / "modele.ipynb", tmp_path / "essai.ipynb"))


def test_un_carnet_devient_une_page_un_pdf_et_un_word_a_cote_de_lui(
    modele: Path, tmp_path: Path
) -> None:
    fait = ctg(
        "analyser",
        str(modele),
        "--formats",
        "html,pdf,docx",
        "-p",
        "commune",
        "Lens",
        dossier=tmp_path,
    )

    assert (fait.returncode, {path.suffix for path in modele.parent.iterdir()}) == (
        0,
        {".ipynb", ".html", ".pdf", ".docx"},
    )
    page = modele.with_suffix(".html").read_text(encoding="utf-8")
    assert "Analyse ponctuelle" in page
    assert "Lens" in page and "Harnes" not in page


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (
            ["accuil.ipynb"],
            "Le carnet « accuil.ipynb » n'existe pas ; vouliez-vous dire « accueil.ipynb »",
        ),
        (
            ["modele", "-p", "comune", "Lens"],
            "ne connaît pas le paramètre « comune ». Ses paramètres : commune.",
        ),
        (
            ["modele", "--formats", "pfd"],
            "Le format « pfd » n'existe pas ; vouliez-vous dire « pdf »",
        ),
        (
            ["modele", "-p", "commune", "Lenss"],
            "Le lieu « Lenss » n'existe pas. Noms proches : Lens",
        ),
    ],
)
def test_une_demande_fausse_est_une_phrase_et_rien_n_est_ecrit(
    arguments: list[str], phrase: str, tmp_path: Path
) -> None:
    fait = ctg("analyser", *arguments, "--sortie", str(tmp_path), dossier=DEPOT)

    assert fait.returncode == 1
    assert phrase in fait.stderr
    assert "Rien n'a été écrit." in fait.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("valeur", ["--5", "²", "1-2"])
def test_une_valeur_qui_n_est_pas_un_entier_est_une_phrase(valeur: str, tmp_path: Path) -> None:
    carnet = ecrire_carnet(tmp_path / "essai.ipynb", parametres=("n: int = 2",))

    fait = ctg("analyser", str(carnet), "-p", f"n={valeur}", dossier=DEPOT)

    assert fait.returncode == 1
    assert f"attend un nombre entier, par exemple 2 ; reçu : '{valeur}'." in fait.stderr
    assert "Rien n'a été écrit." in fait.stderr


def test_ce_qui_est_montre_sans_source_dit_quoi_ecrire(tmp_path: Path) -> None:
    carnet = ecrire_carnet(
        tmp_path / "essai.ipynb", "import pandas as pd\npd.DataFrame({'a': [1]})"
    )

    fait = ctg("analyser", str(carnet), dossier=DEPOT)

    assert fait.returncode == 1
    assert "terminez la cellule par tableau(df, nom=…, titre=…, source=…)" in fait.stderr
