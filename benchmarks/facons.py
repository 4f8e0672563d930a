"""The ways of making all the reports that the benchmark compares, each as a user would run it."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mesure import CommandeEchouee, Mesure, mesurer, ouvrir

from ctglib.commandes.rapports import EN_VEILLE
from ctglib.donnees.lecture import conventions
from ctglib.production.plan import Commande, commandes, rapports_connus

BIN = Path(sys.executable).parent
CTG = str(BIN / "ctg")
FORMATS = ("html", "pdf")
CORRECTIONS = 3
REPOS = 3.0  # seconds: who corrects a figure leaves more between two
# a number that is changed by one is at least this much: it stays above those that must be hidden
SEUIL = 20


@dataclass(frozen=True)
class Produits:
    """What a run of ``ctg produire`` took, and what each report tells of itself."""

    mesure: Mesure
    rapports: tuple[dict, ...]

    @property
    def cpu(self) -> float:
        """The seconds of processor of the cells and of the rendering, with the libraries already
        loaded.
        """
        return sum(
            sum(r["etapes"].get(f"{etape}_cpu", 0) for etape in ("execution", "document", *FORMATS))
            for r in self.rapports
        )

    @property
    def memoire_par_ouvrier(self) -> float:
        """The highest peak of a worker, in MB."""
        return max(
            (rapport["etapes"].get("memoire", 0.0) for rapport in self.rapports), default=0.0
        )


def rapports(sortie: Path) -> list[Commande]:
    """Return every report of every convention."""
    return commandes(rapports_connus(), conventions(), formats=FORMATS, sortie=sortie)


def ordinaire(dossier: Path, weasyprint: str, ordres: list[Commande]) -> float:
    """Make the reports with the tools as they come, three commands a report, and return the
    seconds.
    """
    total = 0.0
    for rang, ordre in enumerate(ordres):
        execute, html, pdf = (
            dossier / f"{rang}{suffixe}" for suffixe in (".ipynb", ".html", ".pdf")
        )
        parametres = [word for nom, valeur in ordre.parametres for word in ("-p", nom, str(valeur))]
        papermill = [
            str(BIN / "papermill"),
            "--no-progress-bar",
            str(ordre.carnet),
            str(execute),
            *parametres,
        ]
        nbconvert = [
            str(BIN / "jupyter"),
            "nbconvert",
            "--to",
            "html",
            "--output",
            html.name,
            str(execute),
        ]
        for commande in (papermill, nbconvert, [weasyprint, str(html), str(pdf)]):
            total += mesurer(commande, dossier).secondes
    return total


def produire(sortie: Path, *options: str, ctg: str = CTG) -> Produits:
    """Run ``ctg produire``, ours or another, and return what it took."""
    journal = sortie.with_suffix(".json")
    journal.write_text("[]", encoding="utf-8")
    commande = [ctg, "produire", "--sortie", str(sortie), "--mesures", str(journal), *options]
    mesure = mesurer(commande, sortie.parent)
    return Produits(mesure, tuple(json.loads(journal.read_text(encoding="utf-8"))))


def suivre(sortie: Path, changer: Callable[[], object], ctg: str = CTG) -> list[float]:
    """Return the seconds from each of some changes to the end of what it makes, the command staying
    open.
    """
    commande = [ctg, "produire", "--sortie", str(sortie), "--suivre"]
    with ouvrir(commande, sortie.parent) as lignes:
        _attendre(lignes)
        return [_corriger(lignes, changer) for _ in range(CORRECTIONS)]


def _corriger(lignes: Iterable[str], changer: Callable[[], object]) -> float:
    time.sleep(REPOS)
    changer()
    debut = time.perf_counter()
    _attendre(lignes)
    return time.perf_counter() - debut


def _attendre(lignes: Iterable[str]) -> None:
    if not any(ligne.startswith(EN_VEILLE) for ligne in lignes):
        raise CommandeEchouee("ctg produire --suivre s'est arrêtée")


def aide(dossier: Path, ctg: str = CTG) -> float:
    """Return the seconds that ``ctg --help`` takes."""
    return mesurer([ctg, "--help"], dossier).secondes


def changer_une_valeur(donnees: Path) -> str:
    """Add one to a number of the last year that is followed, else of annexe 1, and return the file
    it is in.
    """
    suivies = sorted(
        donnees.glob("conventions/*/suivi/*/observations.csv"), key=lambda path: path.parts[-2:]
    )
    path = next(iter(reversed(suivies)), donnees / "conventions" / "harnes" / "annexe1.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if row["valeur"].isdecimal() and int(row["valeur"]) >= SEUIL)
    row["valeur"] = str(int(row["valeur"]) + 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path.relative_to(donnees).as_posix()
