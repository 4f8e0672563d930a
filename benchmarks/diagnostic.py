"""Measure the diagnostic by phase, cold, beside the plain way: ``make bench`` writes ``docs/mesures_diagnostic.md``.

The plain way: papermill's command line with a kernel of its own, ``jupyter nbconvert --to html``, then WeasyPrint. Both
ways run in turn, each time in new processes; the first turn, which fills the caches of the disk, does not count.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mesure import Mesure, mesurer
from rendu_diagnostic import rediger
from rival import analyseur, trouver

DEPOT = Path(__file__).resolve().parents[1]
CARNET = DEPOT / "notebooks" / "diagnostic.ipynb"
BIN = Path(sys.executable).parent
CONVENTION = "harnes"


@dataclass(frozen=True)
class Tour:
    """One run of one way: seconds by phase, peak memory in MB, sizes of what it made, in bytes."""

    phases: dict[str, float]
    memoire: float
    tailles: dict[str, int]


def classeur(dossier: Path) -> Tour:
    """Make the diagnostic as a user does, in one command."""
    journal = dossier / "mesures.json"
    ctg = [str(BIN / "ctg"), "produire", "diagnostic", "--convention", CONVENTION]
    mesure = mesurer([*ctg, "--sortie", str(dossier), "--mesures", str(journal)], dossier)
    (rapport,) = json.loads(journal.read_text(encoding="utf-8"))
    etapes = rapport["etapes"]
    phases = {
        "demarrage": mesure.secondes - sum(etapes[nom] for nom in ("execution", "html", "pdf")),
        "execution": etapes["execution"],
        "html": etapes["html"],
        "pdf": etapes["pdf"],
    }
    return Tour(phases, mesure.memoire, _tailles(dossier / CONVENTION / "diagnostic"))


def ordinaire(dossier: Path, weasyprint: str) -> Tour:
    """Make it with the tools as they come, three commands."""
    execute, html, pdf = (dossier / f"ordinaire{suffixe}" for suffixe in (".ipynb", ".html", ".pdf"))
    papermill = [str(BIN / "papermill"), "--no-progress-bar", str(CARNET), str(execute), "-p", "convention", CONVENTION]
    nbconvert = [str(BIN / "jupyter"), "nbconvert", "--to", "html", "--output", html.name, str(execute)]
    mesures = [mesurer(commande, dossier) for commande in (papermill, nbconvert, [weasyprint, str(html), str(pdf)])]
    return Tour(_phases(mesures, execute), max(mesure.memoire for mesure in mesures), _tailles(dossier / "ordinaire"))


def _phases(mesures: list[Mesure], execute: Path) -> dict[str, float]:
    """Part papermill's time in two: what it notes as the run of the cells, and the rest, its start."""
    lancer, html, pdf = (mesure.secondes for mesure in mesures)
    execution = json.loads(execute.read_text(encoding="utf-8"))["metadata"]["papermill"]["duration"]
    return {"demarrage": lancer - execution, "execution": execution, "html": html, "pdf": pdf}


def _tailles(base: Path) -> dict[str, int]:
    return {suffixe: base.with_suffix(f".{suffixe}").stat().st_size for suffixe in ("html", "pdf")}


def aide(dossier: Path) -> float:
    """Return the seconds that ``ctg --help`` takes."""
    return mesurer([str(BIN / "ctg"), "--help"], dossier).secondes


def comparer(weasyprint: str, fois: int) -> str:
    """Run both ways in turn and return the page of results."""
    tours: dict[str, list[Tour]] = {"classeur": [], "ordinaire": []}
    aides: list[float] = []
    for rang in range(fois + 1):
        with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
            paire = {"classeur": classeur(Path(folder)), "ordinaire": ordinaire(Path(folder), weasyprint)}
            secondes = aide(Path(folder))
        if rang:
            aides.append(secondes)
            for nom, tour in paire.items():
                tours[nom].append(tour)
    return rediger(tours, aides)


def main() -> int:
    """Run the benchmark and return the exit code."""
    parser = analyseur("Mesure le diagnostic et écrit docs/mesures_diagnostic.md.")
    options = parser.parse_args()
    weasyprint = trouver(options)
    if weasyprint is None:
        return 0
    (DEPOT / "docs" / "mesures_diagnostic.md").write_text(
        comparer(weasyprint, options.fois), encoding="utf-8", newline="\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
