"""What the README tells a reader to type exists, in both languages alike."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT, fichiers_suivis
from ligne_de_commande import reussir

from ctglib.export.formats import formats_connus
from ctglib.production.plan import rapports_connus

BLOC = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIEN = re.compile(r"\]\((?!https?://)([^)#]+)")
SCRIPT = re.compile(r"^\.venv[\\/](?:Scripts|bin)[\\/](\w+)(?:\.exe)?(?= |$)")
# The commands that have commands of their own: only these list their options.
GROUPES = {"source"}
EXTERNES = {"py", "conda", "python", "start", "jupyter", "papermill"}


def lire(nom: str) -> str:
    return (DEPOT / nom).read_text(encoding="utf-8")


def commandes(nom: str = "README.md") -> list[list[str]]:
    """Return the commands of a README as words, the environment's folder left out."""
    lignes = [
        line
        for langue, bloc in BLOC.findall(lire(nom))
        if langue != "python"
        for line in bloc.splitlines()
        if line
    ]
    return [shlex.split(SCRIPT.sub(r"\1", line).replace("\\", "/")) for line in lignes]


def test_les_deux_langues_donnent_les_memes_commandes() -> None:
    assert BLOC.findall(lire("README.md")) == BLOC.findall(lire("README.en.md"))
    assert re.findall(r"^#+ ", lire("README.md"), re.MULTILINE) == re.findall(
        r"^#+ ", lire("README.en.md"), re.MULTILINE
    )


def test_chaque_commande_est_connue() -> None:
    assert {words[0] for words in commandes()} - EXTERNES == {"make", "ctg"}


def test_les_cibles_de_make_existent_et_le_readme_donne_les_deux_principales() -> None:
    cibles = set(re.findall(r"^(\w+):", lire("Makefile"), re.MULTILINE))
    citees = [words[1] for words in commandes() if words[0] == "make"]

    assert citees == ["rapports", "test"]
    assert set(citees) <= cibles


def test_chaque_cible_de_make_est_dans_son_aide() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", lire("Makefile"), re.MULTILINE).group(1).split()

    assert set(re.findall(r'@echo "make (\w+)', lire("Makefile"))) == set(phony) - {"aide", "lint"}


@pytest.mark.parametrize(
    "words", [words for words in commandes() if words[0] == "ctg"], ids=" ".join
)
def test_les_commandes_de_ctg_et_leurs_options_existent(words: list[str]) -> None:
    sous_commande = (
        words[1 : 3 if words[1] in GROUPES else 2] if not words[1].startswith("-") else []
    )

    aide = reussir(*sous_commande, "--help", dossier=DEPOT)

    assert all(option in aide for option in words if option.startswith("--"))
    assert sous_commande[:1] != ["produire"] or set(_rapports(words)) <= set(rapports_connus())
    assert _valeur(words, "--formats", "html") in formats_connus()
    assert (DONNEES / "conventions" / _valeur(words, "--convention", "harnes")).is_dir()


def _rapports(words: list[str]) -> list[str]:
    """Return the words before the first option."""
    return words[
        2 : next((rank for rank, word in enumerate(words) if word.startswith("--")), len(words))
    ]


def _valeur(words: list[str], option: str, defaut: str) -> str:
    return words[words.index(option) + 1] if option in words else defaut


def test_powershell_donne_les_lignes_de_rapports_cmd() -> None:
    script = (DEPOT / "rapports.cmd").read_text(encoding="ascii")
    script = script.replace("%CTG_BASE%", "py -3.13").replace(
        '"%CTG_PYTHON%"', r".venv\Scripts\python.exe"
    )
    script = (
        script.replace("--quiet ", "")
        .replace("--disable-pip-version-check ", "")
        .replace('"', "")
        .replace("start  ", "start ")
    )

    bloc = next(bloc for langue, bloc in BLOC.findall(lire("README.md")) if langue == "powershell")

    assert len(bloc.splitlines()) == 5
    assert [line for line in bloc.splitlines() if line not in script] == []


def test_les_fichiers_et_les_formats_cites_par_les_commandes_existent() -> None:
    exporteurs = {entree.name for entree in entry_points(group="nbconvert.exporters")}
    moteurs = {entree.name for entree in entry_points(group="papermill.engine")}

    for words in commandes():
        lus = [
            word
            for word in words
            if word.endswith((".lock", ".yml", ".ipynb")) and word != "execute.ipynb"
        ]
        assert all((DEPOT / word).is_file() for word in lus), words
        assert _valeur(words, "--to", "ctg-html") in exporteurs
        assert _valeur(words, "--engine", "ctg") in moteurs


def test_l_exemple_en_python_nomme_des_choses_qui_existent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (exemple,) = (bloc for langue, bloc in BLOC.findall(lire("README.md")) if langue == "python")
    espace: dict[str, object] = {}

    exec(exemple, espace)

    assert espace["rsa"]["libelle"].nunique() == 3
    assert (tmp_path / "rsa.xlsx").is_file()


@pytest.mark.parametrize(
    "page", fichiers_suivis(".md"), ids=lambda path: path.relative_to(DEPOT).as_posix()
)
def test_les_liens_d_une_page_menent_a_un_fichier(page: Path) -> None:
    perdus = [
        lien
        for lien in LIEN.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / lien).exists()
    ]

    assert perdus == []


@pytest.mark.parametrize("nom", ["README.md", "README.en.md", "docs/guide.md", "CONTRIBUTING.md"])
def test_les_chemins_de_donnees_cites_existent(nom: str) -> None:
    cites = set(re.findall(r"`(data/[\w./-]+)`", lire(nom)))

    assert cites
    assert [path for path in sorted(cites) if not (DEPOT / path).exists()] == []
