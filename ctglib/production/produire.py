"""Making reports: check the data, run the notebook, export it, write it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production.ecriture import EcritureImpossible, ecrire
from ctglib.production.execution import RapportEchoue, executer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbformat import NotebookNode

CARNETS = Path(__file__).parents[2] / "notebooks"
FORMATS = ("html", "pdf")


@dataclass(frozen=True)
class Commande:
    """One report to make: which notebook, for which convention, in which formats, where."""

    rapport: str
    convention: str
    formats: tuple[str, ...]
    sortie: Path

    @property
    def carnet(self) -> Path:
        """The notebook of the report."""
        return CARNETS / f"{self.rapport}.ipynb"

    @property
    def base(self) -> Path:
        """The path of the report, without its extension."""
        return self.sortie / self.convention / self.rapport


@dataclass(frozen=True)
class Resultat:
    """What became of an order: the files written, or the message that says why not."""

    commande: Commande
    secondes: float
    fichiers: dict[Path, int] = field(default_factory=dict)
    message: str = ""
    mesures: dict[str, float] = field(default_factory=dict)

    @property
    def reussi(self) -> bool:
        """Whether the report was written."""
        return not self.message


def rapports_connus() -> tuple[str, ...]:
    """Return the names of the reports: those of the notebooks."""
    return tuple(sorted(path.stem for path in CARNETS.glob("*.ipynb")))


def produire(commande: Commande, etape: Callable[[str], None]) -> Resultat:
    """Make one report and return what became of it; a failure leaves the previous report untouched.

    Args:
        commande: The order.
        etape: Told the name of each step as it begins.
    """
    debut = time.perf_counter()
    mesures: dict[str, float] = {}
    try:
        contenus = _fabriquer(commande, etape, mesures)
        etape("écriture")
        ecrire(contenus)
        _retirer_tableaux_disparus(commande, contenus)
    except (DonneesInvalides, RapportEchoue, EcritureImpossible) as error:
        return Resultat(commande, time.perf_counter() - debut, message=str(error), mesures=mesures)
    tailles = {path: len(content) for path, content in contenus.items()}
    return Resultat(commande, time.perf_counter() - debut, fichiers=tailles, mesures=mesures)


def _fabriquer(commande: Commande, etape: Callable[[str], None], mesures: dict[str, float]) -> dict[Path, bytes]:
    """Return the contents of all files of a report, nothing written yet."""
    from ctglib.donnees.dossier import valider

    etape("vérification des données")
    with _chronometre(mesures, "verification"):
        valider(commande.convention)
    etape("exécution du carnet")
    with _chronometre(mesures, "execution"):
        carnet = executer(commande.carnet, {"convention": commande.convention})
    return _exporter(carnet, commande, etape, mesures)


def _exporter(
    carnet: NotebookNode, commande: Commande, etape: Callable[[str], None], mesures: dict[str, float]
) -> dict[Path, bytes]:
    from ctglib.export import ExporteurHTML, ExporteurPDF

    etape("page HTML")
    with _chronometre(mesures, "html"):
        html, ressources = ExporteurHTML().from_notebook_node(carnet)
    contenus = {commande.base / f"{nom}.csv": texte.encode("utf-8") for nom, texte in ressources["tableaux"].items()}
    if "html" in commande.formats:
        contenus[commande.base.with_suffix(".html")] = html.encode("utf-8")
    if "pdf" in commande.formats:
        etape("PDF")
        with _chronometre(mesures, "pdf"):
            contenus[commande.base.with_suffix(".pdf")] = ExporteurPDF().from_notebook_node(carnet)[0]
    return contenus


def _retirer_tableaux_disparus(commande: Commande, contenus: dict[Path, bytes]) -> None:
    """Remove the CSV of tables that the report no longer has: the folder beside a report is the report's own."""
    for path in commande.base.glob("*.csv"):
        if path not in contenus:
            path.unlink()


@contextmanager
def _chronometre(mesures: dict[str, float], nom: str) -> Iterator[None]:
    """Note the seconds of a block under ``nom``."""
    debut = time.perf_counter()
    yield
    mesures[nom] = time.perf_counter() - debut
