"""Two small reports made once, with the data and the notebooks they come from, that a test may
damage.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from production_exemple import COUVERTURE, demande, ecrire_carnet, produire

from ctglib.commandes.application import lancer
from ctglib.donnees.lecture import VARIABLE
from ctglib.production.site import ecrire_le_site
from ctglib.production.verifier import grouper, relever

ANNEXE1 = "conventions/harnes/annexe1.csv"
TABLEAU = (
    "import io, pandas as pd\nfrom ctglib.document.tableau import Colonne, Tableau\n"
    f"t = pd.read_csv(io.BytesIO(lire_octets('{ANNEXE1}')), dtype=str).fillna('')\n"
    "t = t[['indicateur', 'territoire', 'valeur']]\n"
    "Tableau('chiffres', 'Chiffres', (Colonne('indicateur', 'Nom'), Colonne('valeur', 'Valeur')), t, t, 'Source')"
)


@dataclass(frozen=True)
class Lieu:
    """Where a test damages something."""

    donnees: Path
    carnets: Path
    sortie: Path

    def relever(self) -> tuple[list[str], list[str]]:
        """Return the faults of the files, and what the reports were made from that is not so any
        more.
        """
        found = relever(self.sortie, ("harnes",), self.carnets)
        return grouper(found.sorties), grouper(found.causes)

    def verifier(self, *options: str) -> int:
        folders = ["--sortie", str(self.sortie), "--carnets", str(self.carnets)]
        return lancer(["verifier", "-c", "harnes", *folders, "--travailleurs", "1", *options])


def preparer(folder: Path) -> Path:
    """Make two reports in a folder, one of figures and one of none, beside a copy of the data, and
    return it.
    """
    shutil.copytree(DONNEES, folder / "donnees")
    ecrire_carnet(folder / "carnets" / "chiffres.ipynb", COUVERTURE, TABLEAU)
    ecrire_carnet(folder / "carnets" / "sobre.ipynb", COUVERTURE, 'paragraphe("rien")')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder / "donnees"))
        produire(demande(folder / "carnets", folder / "sortie"))
        ecrire_le_site(folder / "sortie")
    return folder


def copier(modele: Path, vers: Path, monkeypatch: pytest.MonkeyPatch) -> Lieu:
    """Return a copy that a test may damage; reports are made again in this process, which spares
    starting another.
    """
    shutil.copytree(modele, vers)
    found = Lieu(*(vers / nom for nom in ("donnees", "carnets", "sortie")))
    monkeypatch.setenv(VARIABLE, str(found.donnees))
    monkeypatch.setattr(
        "ctglib.production.pool.ouvrir_executeur",
        lambda **_: nullcontext((ThreadPoolExecutor(1), 1)),
    )
    return found


def corriger(path: Path, avant: bytes, apres: bytes) -> None:
    """Replace some bytes of a file, once, as a hand would."""
    assert avant in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(avant, apres, 1))
