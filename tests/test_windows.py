"""What can be said of Windows without Windows: the batch file cannot be run here, its form can be
checked.
"""

from __future__ import annotations

import re
import tomllib

import pytest
from fichiers_suivis import DEPOT
from packaging.specifiers import SpecifierSet

SCRIPT = (DEPOT / "rapports.cmd").read_bytes()
LIGNES = SCRIPT.decode("ascii").splitlines()


def test_le_script_est_en_ascii_et_git_lui_donne_les_fins_de_ligne_de_windows() -> None:
    regles = (DEPOT / ".gitattributes").read_text(encoding="utf-8").splitlines()

    assert SCRIPT.isascii()
    assert "*.cmd text eol=crlf" in regles
    assert regles.index("*.cmd text eol=crlf") > regles.index("* text=auto eol=lf"), (
        "la dernière règle l'emporte"
    )


def test_chaque_saut_mene_a_une_etiquette() -> None:
    sauts = {
        found
        for line in LIGNES
        if not line.startswith("rem")
        for found in re.findall(r"\bgoto (\w+)", line)
    }
    etiquettes = [line[1:] for line in LIGNES if line.startswith(":")]

    assert sauts == set(etiquettes)
    assert len(set(etiquettes)) == len(etiquettes)


def test_chaque_message_affiche_existe_et_se_lit_en_utf_8() -> None:
    affiches = {
        found.replace("\\", "/") for line in LIGNES for found in re.findall(r"^type (\S+)", line)
    }

    assert affiches == {
        path.relative_to(DEPOT).as_posix() for path in (DEPOT / "docs" / "windows").glob("*.txt")
    }
    assert all((DEPOT / path).read_text(encoding="utf-8").strip() for path in affiches)
    assert any(line.startswith("chcp 65001") for line in LIGNES)


@pytest.mark.parametrize("fichier", ["requirements.lock", "pyproject.toml"])
def test_l_environnement_est_refait_quand_l_un_des_deux_fichiers_change(fichier: str) -> None:
    assert any(line.startswith(f"fc /b {fichier} ") for line in LIGNES)
    assert any(line.startswith(f"copy /y {fichier} ") for line in LIGNES)


def test_les_commandes_sont_celles_du_makefile() -> None:
    """Both install with the same options, then run the same command."""
    makefile = (DEPOT / "Makefile").read_text(encoding="utf-8")
    installer = re.search(r"^INSTALLER := (.+)$", makefile, re.MULTILINE).group(1)
    parlant = installer.replace("--quiet ", "")
    makefile = makefile.replace("$(subst --quiet ,,$(INSTALLER))", parlant)
    makefile = makefile.replace("$(INSTALLER)", installer)

    def options(text: str) -> list[str]:
        return re.findall(r"-m pip install ([^|\r\n]+?)\s*(?:\|\||\r?\n)", text)

    assert options("\n".join(LIGNES) + "\n") == options(makefile[makefile.index("$(PRET):") :])[:2]
    assert "$(BIN)/ctg produire\n" in makefile
    assert '"%CTG_PYTHON%" -m ctglib produire' in LIGNES


def test_le_script_et_le_makefile_veulent_un_python_que_le_paquet_permet() -> None:
    projet = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    permis = SpecifierSet(projet["requires-python"])
    (essayes,) = re.findall(r"^for %%v in \(([0-9. ]+)\)", "\n".join(LIGNES), re.MULTILINE)
    (code,) = re.findall(r'^set "CTG_PERMIS=(.+)"$', "\n".join(LIGNES), re.MULTILINE)

    assert f"-c '{code}'" in (DEPOT / "Makefile").read_text(encoding="utf-8")
    assert all(permis.contains(f"{version}.9") for version in essayes.split())
    for version in ((3, 11, 4), (3, 11, 5), (3, 14, 9), (3, 15, 0)):
        dit = code.replace("sys.version_info", str(version)).replace("import sys; sys.exit", "")
        assert eval(dit) == (not permis.contains(".".join(map(str, version))))


def test_dans_un_zip_le_script_est_seul_et_le_dit_lui_meme() -> None:
    depart = LIGNES.index("if not exist requirements.lock goto dans_le_zip")
    ici = LIGNES.index(":dans_le_zip")
    message = LIGNES[ici : LIGNES.index("goto echec", ici)]

    assert not any(line.startswith(("type", "py ", "python ")) for line in LIGNES[:depart])
    assert any("Extraire tout" in line for line in message)
    assert not any(line.startswith("type") for line in message)
