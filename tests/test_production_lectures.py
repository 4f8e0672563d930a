"""No read of the data folder bypasses the recorded reader: what is not recorded would not make a report out of date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from production_exemple import LECTURE, ecrire_carnet

from ctglib.production.plan import CARNETS, Carnet

# An audit hook cannot be removed: it lives in a program of its own.
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
with enregistrer() as journal:
    executer(Path(sys.argv[1]), json.loads(sys.argv[2]))
listes = vus["os.listdir"] | vus["os.scandir"]
print(json.dumps([sorted(vus["open"] - set(journal.lus)), sorted(listes - set(journal.listes)), len(journal.lus)]))
"""


def espionner(carnet: Path, parametres: dict[str, str | int]) -> tuple[list[str], list[str], int]:
    """Return the files opened and the folders listed that the journal does not know, and how many files it knows."""
    done = subprocess.run(
        [sys.executable, "-c", ESPION, str(carnet), json.dumps(parametres)], capture_output=True, text=True, check=True
    )
    return tuple(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("carnet", sorted(CARNETS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_un_rapport_ne_lit_rien_en_dehors_du_releve(carnet: Path) -> None:
    possibles = {"convention": "harnes", "territoire": "62413"}
    told = {name: value for name, value in possibles.items() if name in Carnet(carnet).parametres}

    ouverts, listes, lus = espionner(carnet, told)

    assert (ouverts, listes) == ([], [])
    assert lus > 0


def test_une_lecture_qui_contourne_le_releve_est_vue(tmp_path: Path) -> None:
    contournement = (
        "from ctglib.donnees.lecture import racine\n"
        "(racine() / 'catalogue' / 'charte.yaml').read_bytes()\n"
        "list((racine() / 'schemas').iterdir())"
    )

    ouverts, listes, _ = espionner(ecrire_carnet(tmp_path / "essai.ipynb", LECTURE, contournement), {})

    assert (ouverts, listes) == (["catalogue/charte.yaml"], ["schemas"])
