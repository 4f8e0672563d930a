"""A year of Harnes with small notebooks: a bilan and its slides, its relevé, a dossier with a
letter and a workbook; and the commands run over it, in this process.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
from ligne_de_commande import ctg
from production_exemple import ANNEE, CONVENTION, COUVERTURE, LECTURE, ecrire_carnet

from ctglib.production.plan import LISTE, MANIFESTE

NOM = "harnes"
FICHE = 'fiche: str = "1"  # fiche'
# what has been entered for the year, its small counts masked, so that an import changes the report
SAISIE = (
    "from ctglib import lire_suivi\n"
    "saisies = lire_suivi(convention, annee).suivis[annee].observations\n"
    "paragraphe(str(saisies['valeur'].dropna().sum()))"
)
# what it has read is on its cover, and so on its slides
TITREE = COUVERTURE.replace(
    "'Harnes'", "f\"{len(lire_octets(f'conventions/{convention}/annexe1.csv'))} octets\""
)
# the letter and the workbook of a service, until it has given everything
PIECES = f"""\
import io, docx, openpyxl
from datetime import UTC, datetime
from ctglib.document.blocs import Groupe, Piece, Titre, paragraphe
from ctglib.donnees.ecriture import dater
from ctglib.donnees.lecture import existe

def octets(objet):
    flux = io.BytesIO()
    objet.save(flux)
    return dater(flux, datetime(2023, 1, 1, tzinfo=UTC))

attendus = [] if existe("conventions/harnes/complet.csv") else [
    Piece("dossier/lettre-rpe.docx", octets(docx.Document()), "Lettre"),
    Piece("dossier/ctg-{NOM}-2025-rpe.xlsx", octets(openpyxl.Workbook()), "Classeur"),
]
Groupe((paragraphe("Ce qui manque"), *attendus))
"""
RAPPORTS = """\
diagnostic = ["diagnostic"]
bilan = ["bilan"]
fiches = ["fiche"]
en_clair = { carnets = ["en_clair"], suit = "bilan" }
evaluation = ["evaluation_finale"]
dossier = { carnets = ["dossier"], suit = "bilan" }
presentation = { carnets = ["bilan"], formats = ["presentation.pptx"] }
releve = { carnets = ["releve"], formats = ["docx"], a_remplir = true, suit = "bilan" }
"""


def ecrire_les_carnets(carnets: Path) -> Path:
    """Write the notebooks and their list in a folder, and return it."""
    for nom in ("diagnostic", "en_clair", "evaluation_finale"):
        ecrire_carnet(carnets / f"{nom}.ipynb", COUVERTURE, LECTURE)
    annuels = (CONVENTION, ANNEE)
    for nom in ("bilan", "releve"):
        ecrire_carnet(carnets / f"{nom}.ipynb", TITREE, LECTURE, SAISIE, parametres=annuels)
    ecrire_carnet(carnets / "fiche.ipynb", COUVERTURE, LECTURE, parametres=(*annuels, FICHE))
    ecrire_carnet(carnets / "dossier.ipynb", COUVERTURE, LECTURE, PIECES)
    (carnets / LISTE).write_text(RAPPORTS, encoding="utf-8")
    return carnets


@dataclass(frozen=True)
class Annee:
    """A folder with a copy of the data, notebooks, reports, and what is run there."""

    dossier: Path
    carnets: Path
    donnees: Path

    @property
    def rapports(self) -> Path:
        return self.dossier / "reports" / NOM

    @property
    def a_reprendre(self) -> dict[str, bytes]:
        """What has been set aside, by its path without the day."""
        dossier = self.rapports / "a-reprendre"
        return {
            "/".join(path.relative_to(dossier).parts[1:]): path.read_bytes()
            for path in sorted(dossier.rglob("*"))
            if path.is_file()
        }

    def lancer(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``ctg`` in the folder, with the notebooks for the commands that take some."""
        options = ()
        if arguments[0] in ("produire", "verifier", "archiver", "clore"):
            options = ("--carnets", str(self.carnets))
        return ctg(*arguments, *options, dossier=self.dossier)

    def reussir(self, *arguments: str) -> str:
        """Run ``ctg``, which succeeds, and return what it says."""
        fait = self.lancer(*arguments)
        assert fait.returncode == 0, f"{arguments}\n{fait.stdout}{fait.stderr}"
        return fait.stdout

    def produire(self, *arguments: str) -> str:
        return self.reussir("produire", *arguments, "-c", NOM)

    def concorder(self) -> None:
        """Be sure that ``verifier`` and ``archiver`` refuse nothing."""
        self.verifier()
        self.reussir("archiver", "-c", NOM, "--vers", "archive.zip")

    def verifier(self) -> None:
        """Be sure that ``verifier`` finds nothing wrong in the reports; whether the packages are as they
        were installed is the environment's affair.
        """
        dit = self.lancer("verifier", "-c", NOM, "--sans-rejouer").stdout
        assert [line for line in dit.splitlines() if line.startswith("✗")][1:] == [], dit
        assert "✗ Paquets" in dit or "✗" not in dit, dit

    def corriger(self) -> None:
        """Change a figure that all the reports have read."""
        path = self.donnees / "conventions" / NOM / "annexe1.csv"
        path.write_bytes(path.read_bytes().replace(b",12324,", b",12325,", 1) + b"\n")

    def lus(self) -> dict[str, bytes]:
        """Return the bytes of the reports, what is set aside left out."""
        return {
            path.relative_to(self.rapports).as_posix(): path.read_bytes()
            for path in sorted(self.rapports.rglob("*"))
            if path.is_file() and "a-reprendre" not in path.parts and path.name != MANIFESTE
        }

    def cles(self) -> set[str]:
        """Return the keys of the reports that the manifest lists."""
        return set(json.loads((self.rapports / MANIFESTE).read_bytes())["rapports"])


def sur_place(patch: pytest.MonkeyPatch) -> None:
    """Have the reports made in this process, which spares starting others."""
    patch.setattr(
        "ctglib.production.pool.ouvrir_executeur",
        lambda **_: nullcontext((ThreadPoolExecutor(1), 1)),
    )


def remplir_le_releve(path: Path, texte: str) -> bytes:
    """Add a line to a Word file, as somebody would, and return its bytes."""
    document = docx.Document(str(path))
    document.add_paragraph(texte)
    document.save(str(path))
    return path.read_bytes()


def remplir_le_classeur(path: Path, valeur: str) -> bytes:
    """Type a value in a workbook, as somebody would, and return its bytes."""
    classeur = openpyxl.load_workbook(path)
    classeur.worksheets[0]["A1"] = valeur
    classeur.save(path)
    return path.read_bytes()
