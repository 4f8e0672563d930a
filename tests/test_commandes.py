"""The command line, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def ctg(*arguments: str, dossier: Path) -> subprocess.CompletedProcess[str]:
    """Run ``ctg`` from a folder, in a terminal wide enough for paths."""
    import os

    return subprocess.run(
        [sys.executable, "-m", "ctglib", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=dossier,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )


def photographie(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path."""
    return {str(path.relative_to(dossier)): path.read_bytes() for path in dossier.rglob("*") if path.is_file()}


def test_produire_rend_compte_et_ecrit_le_portail(tmp_path: Path) -> None:
    done = ctg("produire", "diagnostic", "--convention", "harnes", "--sortie", "sortie", dossier=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Secondes" in done.stdout and "diagnostic.pdf" in done.stdout
    portail = (tmp_path / "sortie" / "index.html").read_text(encoding="utf-8")
    assert 'href="harnes/diagnostic.html"' in portail and 'href="harnes/diagnostic.pdf"' in portail


def test_un_seul_format_ne_fait_que_lui(tmp_path: Path) -> None:
    done = ctg("produire", "--convention", "harnes", "--formats", "html", "--sortie", ".", dossier=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "harnes" / "diagnostic.html").exists()
    assert not (tmp_path / "harnes" / "diagnostic.pdf").exists()


def test_une_donnee_fausse_dit_ses_fautes_et_laisse_les_rapports_intacts(donnees: Path, tmp_path: Path) -> None:
    ctg("produire", "--convention", "harnes", "--formats", "html", "--sortie", "sortie", dossier=tmp_path)
    avant = photographie(tmp_path / "sortie" / "harnes")
    annexe1 = donnees / "conventions" / "harnes" / "annexe1.csv"
    lignes = annexe1.read_text(encoding="utf-8").splitlines(keepends=True)
    lignes[1] = lignes[1].replace(",12324,", ",douze mille,")
    lignes[2] = lignes[2].replace(",A,", ",Z,")
    annexe1.write_text("".join(lignes), encoding="utf-8")

    done = ctg("produire", "--convention", "harnes", "--formats", "html", "--sortie", "sortie", dossier=tmp_path)

    assert avant
    assert done.returncode == 1
    assert "annexe1.csv, ligne 2" in done.stderr and "douze mille" in done.stderr
    assert "annexe1.csv, ligne 3" in done.stderr and "« Z »" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert photographie(tmp_path / "sortie" / "harnes") == avant


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("produire", "diagnostique"), "vouliez-vous dire « diagnostic »"),
        (("produire", "--convention", "harne"), "vouliez-vous dire « harnes »"),
        (("produire", "--formats", "docx"), "Le format « docx » n'existe pas"),
        (("produire", "--formats", ","), "Aucun format demandé"),
        (("produir",), "vouliez-vous dire « produire »"),
        (("produire", "--sorti", "x"), "L'option « --sorti » n'existe pas"),
        (("valider", "--convention", "nulle_part"), "nulle_part"),
    ],
)
def test_une_commande_mal_ecrite_recoit_une_phrase_en_francais(
    arguments: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    done = ctg(*arguments, dossier=tmp_path)

    assert done.returncode == 1
    assert attendu in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_l_aide_est_en_francais(tmp_path: Path) -> None:
    done = ctg("--help", dossier=tmp_path)

    assert done.returncode == 0
    assert "Commandes" in done.stdout and "produire" in done.stdout and "valider" in done.stdout
    assert "Usage" in done.stdout
    assert "Show this message" not in done.stdout and "Options" in done.stdout


def test_un_tableau_disparu_du_rapport_disparait_du_dossier(tmp_path: Path) -> None:
    vieux = tmp_path / "harnes" / "diagnostic" / "ancien-tableau.csv"
    vieux.parent.mkdir(parents=True)
    vieux.write_text("a\n", encoding="utf-8")

    ctg("produire", "--convention", "harnes", "--formats", "html", "--sortie", ".", dossier=tmp_path)

    assert not vieux.exists()
    assert list(vieux.parent.glob("*.csv"))
