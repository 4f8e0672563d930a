"""The reports that exist: those of the notebooks, each with the parameters its own cell declares.

Notebooks are read here as JSON and their parameters as Python, without papermill: finding that there is nothing to do
must not take the second that importing it takes.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import lire_fichier

PAQUET = Path(__file__).parents[1]
CARNETS = PAQUET.parent / "notebooks"
# What is typed on the command line, and the notebooks it stands for; any other notebook goes by its own name.
RAPPORTS = {
    "diagnostic": "diagnostic",
    "fiches": "fiche_*",
    "bilan": "bilan",
    "evaluation": "evaluation_finale",
}
TITRE = re.compile(r"^#+ (.+)$", re.MULTILINE)
PUBLIQUE, INTERNE = "publique", "interne"
SORTIE = "reports"  # where they are written, unless said otherwise
MANIFESTE = "manifeste.json"  # beside the reports of a convention
DIFFUSIONS = (PUBLIQUE, INTERNE)


@dataclass(frozen=True)
class Carnet:
    """A notebook and what it can be told."""

    chemin: Path

    @property
    def nom(self) -> str:
        """The name of its report in paths: « fiche_1 » makes « fiche-1 »."""
        return self.chemin.stem.replace("_", "-")

    @cached_property
    def octets(self) -> bytes:
        """The notebook as it lies on the disk."""
        return lire_fichier(self.chemin, self.chemin.name)

    @cached_property
    def cellules(self) -> tuple[dict, ...]:
        """Its cells, the source of each as one text.

        Raises:
            DonneesInvalides: The file is no notebook.
        """
        try:
            return tuple({**cell, "source": "".join(cell["source"])} for cell in json.loads(self.octets)["cells"])
        except (ValueError, KeyError, TypeError, RecursionError):
            remedy = "remettre ce carnet depuis la dernière version enregistrée dans git"
            fault = Faute(self.chemin.name, "un carnet abîmé", "un carnet Jupyter (.ipynb)", remedy)
            raise DonneesInvalides([fault]) from None

    @property
    def titre(self) -> str:
        """Its first heading, empty when it has none."""
        headings = (TITRE.search(cell["source"]) for cell in self.cellules if cell["cell_type"] == "markdown")
        return next((found.group(1).strip() for found in headings if found), "")

    @cached_property
    def parametres(self) -> tuple[str, ...]:
        """The names that its cell tagged « parameters » declares."""
        tagged = (cell["source"] for cell in self.cellules if "parameters" in cell["metadata"].get("tags", ()))
        return tuple(
            node.target.id
            for node in ast.parse(next(tagged, "")).body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        )

    def situer(self, source: str) -> tuple[int | None, str]:
        """Return the number of the cell with this source, counted from 1, and the heading above it.

        Papermill counts the cell it injects; a reader who opens the notebook does not see it.
        """
        section = ""
        for number, cell in enumerate(self.cellules, start=1):
            if cell["cell_type"] == "markdown" and (titres := TITRE.findall(cell["source"])):
                section = titres[-1].strip()
            elif cell["cell_type"] == "code" and cell["source"] == source:
                return number, section
        return None, ""


@dataclass(frozen=True)
class Commande:
    """One report to make: which notebook, for which convention and year, for whom, in which formats, where."""

    carnet: Path
    convention: str
    annee: int | None
    diffusion: str
    formats: tuple[str, ...]
    sortie: Path
    parametres: tuple[tuple[str, str | int], ...]

    @property
    def cle(self) -> str:
        """The name of the report in its convention: « 2024/bilan », « diagnostic »."""
        rapport = Carnet(self.carnet).nom
        return f"{self.annee}/{rapport}" if self.annee else rapport

    @property
    def nom(self) -> str:
        """The name of the report for a reader."""
        return ", ".join((self.convention, *self.cle.split("/")))

    @property
    def dossier(self) -> Path:
        """The folder of the convention's reports; what is internal has its own, so that the other can be published."""
        convention = self.sortie / self.convention
        return convention / INTERNE if self.diffusion == INTERNE else convention

    @property
    def base(self) -> Path:
        """The path of the report, without its extension."""
        return self.dossier / self.cle


def rapports_connus(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of the reports that can be asked for: those that have a notebook."""
    known = [nom for nom in RAPPORTS if carnets(nom, dossier)]
    grouped = {carnet.chemin for nom in known for carnet in carnets(nom, dossier)}
    return (*known, *(path.stem for path in sorted(dossier.glob("*.ipynb")) if path not in grouped))


def carnets(rapport: str, dossier: Path = CARNETS) -> tuple[Carnet, ...]:
    """Return the notebooks of a report."""
    motif = RAPPORTS.get(rapport, rapport)
    return tuple(Carnet(path) for path in sorted(dossier.glob(f"{motif}.ipynb")))
