"""The ways of making all the reports that the benchmark compares, each as a user would run it."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from mesure import Mesure, mesurer

from ctglib.donnees.lecture import conventions
from ctglib.production.plan import Commande, commandes, rapports_connus

BIN = Path(sys.executable).parent
CTG = str(BIN / "ctg")
FORMATS = ("html", "pdf")
# a number that is changed by one is at least this much: it stays above those that must be hidden
SEUIL = 20


@dataclass(frozen=True)
class Produits:
    """What a run of ``ctg produire`` took, and what each report tells of itself."""

    mesure: Mesure
    rapports: tuple[dict, ...]

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
