"""No read of the data folder bypasses the recorded reader: what is not recorded would not make a
report out of date.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from production_exemple import LECTURE, ecrire_carnet

from ctglib.production.plan import CARNETS, Carnet

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

# An audit hook cannot be removed: it lives in a program of its own, which runs the notebooks one
# after the other.
ESPION = """
import json, os, sys
from pathlib import Path
from ctglib.donnees.lecture import enregistrer, racine
from ctglib.production.moteur import charger_papermill, executer
charger_papermill()

racine, vus = str(racine()), {"open": set(), "os.listdir": set(), "os.scandir": set()}

def noter(evenement, arguments):
    if evenement in vus and isinstance(arguments[0], str | os.PathLike):
        path = os.path.abspath(os.fspath(arguments[0]))
        if path.startswith(racine + os.sep):
            vus[evenement].add(Path(path).relative_to(racine).as_posix())

sys.addaudithook(noter)
told = {}
for carnet, parametres in json.loads(sys.argv[1]).items():
    for names in vus.values():
        names.clear()
    with enregistrer() as journal:
        executer(Path(carnet), parametres)
    listes = vus["os.listdir"] | vus["os.scandir"]
    told[carnet] = [sorted(vus["open"] - set(journal.lus)), sorted(listes - set(journal.listes)), len(journal.lus)]
print(json.dumps(told))
"""


def espionner(
    carnets: Mapping[Path, dict[str, str | int]],
) -> dict[Path, tuple[list[str], list[str], int]]:
    """Return the files opened and the folders listed that the journal does not know, and how many
    files it knows.
    """
    asked = json.dumps({str(carnet): told for carnet, told in carnets.items()})
    done = subprocess.run(
        [sys.executable, "-c", ESPION, asked], capture_output=True, text=True, check=True
    )
    return {
        Path(carnet): tuple(told)
        for carnet, told in json.loads(done.stdout.splitlines()[-1]).items()
    }


@pytest.fixture(scope="module")
def vus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[str], int]]:
    """What is seen of every notebook of the project, by its name, and of one that bypasses the
    journal.
    """
    possibles = {"convention": "harnes", "territoire": "62413"}
    told = {
        carnet: {
            name: value for name, value in possibles.items() if name in Carnet(carnet).parametres
        }
        for carnet in sorted(CARNETS.glob("*.ipynb"))
    }
    contournement = (
        "from ctglib.donnees.lecture import racine\n"
        "(racine() / 'catalogue' / 'charte.yaml').read_bytes()\n"
        "list((racine() / 'schemas').iterdir())"
    )

    essai = ecrire_carnet(
        tmp_path_factory.mktemp("lectures") / "essai.ipynb", LECTURE, contournement
    )
    return {carnet.stem: seen for carnet, seen in espionner({**told, essai: {}}).items()}


def test_un_rapport_ne_lit_rien_en_dehors_du_releve(
    vus: dict[str, tuple[list[str], list[str], int]],
) -> None:
    seen = {nom: found for nom, found in vus.items() if nom != "essai"}

    assert seen.keys() == {carnet.stem for carnet in CARNETS.glob("*.ipynb")}
    assert {nom: found[:2] for nom, found in seen.items()} == dict.fromkeys(seen, ([], []))
    assert all(lus > 0 for _, _, lus in seen.values())


def test_une_lecture_qui_contourne_le_releve_est_vue(
    vus: dict[str, tuple[list[str], list[str], int]],
) -> None:
    ouverts, listes, _ = vus["essai"]

    assert (ouverts, listes) == (["catalogue/charte.yaml"], ["schemas"])
