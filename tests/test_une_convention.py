"""``docs/une-convention.md``, walked: its commands in their order, its examples where it says."""

from __future__ import annotations

import re
import shlex
import shutil
import textwrap
from pathlib import Path

import pytest
from classeur_rempli import cellule
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import reussir
from openpyxl import load_workbook

from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.validation import avertissements, valider

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

PAGE = (DEPOT / "docs/une-convention.md").read_text(encoding="utf-8")
NOM = "lens_lievin"
BLOC = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)
ANNEXE1 = """\
Se déplacer,part_sans_voiture,246200364,2023,14.2,,pourcent,A,
Se déplacer,part_sans_voiture,62,2023,12.5,,pourcent,A,
"""


def blocs() -> list[str]:
    """Return the blocks of code of the page, without their indentation."""
    return [textwrap.dedent(bloc).strip() for bloc in BLOC.findall(PAGE)]


def commandes() -> list[list[str]]:
    """Return the commands of the page, in its order, each as its arguments."""
    lignes = []
    for bloc in blocs():
        entieres = bloc.replace("\\\n", " ").splitlines()
        lignes += [ligne for ligne in entieres if ligne.startswith("ctg ")]
    return [shlex.split(ligne, comments=True)[1:] for ligne in lignes]


def exemple(debut: str) -> str:
    """Return the block of the page that begins by some words."""
    (trouve,) = [bloc for bloc in blocs() if bloc.startswith(debut)]
    return f"{trouve}\n"


def test_la_page_se_suit_du_pdf_signe_aux_premiers_rapports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(DONNEES, tmp_path / "data")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))
    suivies = []

    for arguments in commandes():
        suivies.append(arguments[0])
        if arguments[0] == "produire":  # one year of the five, as pages alone
            arguments += ["-a", "2025", "-f", "html"]
        if arguments[:2] == ["importer", f"ctg-{NOM}-2025.xlsx"]:
            remplir(tmp_path / arguments[1])
        reussir(*arguments, dossier=tmp_path)

    assert suivies == [
        "nouvelle-convention",
        "importer",
        "importer",
        "gabarit",
        "importer",
        "produire",
    ]
    assert (tmp_path / f"reports/{NOM}/2025/bilan.html").is_file()
    assert (tmp_path / f"data/conventions/{NOM}/suivi/2025/actions.csv").is_file()
    # A theme and an indicator of its own, as the page writes them.
    ici = tmp_path / "data/conventions" / NOM
    (ici / "themes").mkdir()
    (ici / "themes/mobilite.yaml").write_text(exemple("theme: mobilite"), encoding="utf-8")
    propres = exemple("indicateurs:") + exemple("unites:")
    (ici / "indicateurs.yaml").write_text(propres, encoding="utf-8")
    with (ici / "annexe1.csv").open("a", encoding="utf-8") as annexe1:
        annexe1.write(ANNEXE1)
    assert {f"conventions/{NOM}/themes/mobilite.yaml", f"conventions/{NOM}/indicateurs.yaml"} <= {
        *valider(NOM)
    }
    (seul,) = avertissements(NOM)
    assert "« À compléter »" in seul


def remplir(path: Path) -> None:
    """Say what became of an action in the workbook of a year."""
    classeur = load_workbook(path)
    cellule(classeur, "Actions", "1.1", "État fin 2025").value = "En cours"
    classeur.save(path)
