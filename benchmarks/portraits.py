"""Portraits by the dozen: 20 communes on this computer, then on a Dask cluster of two; what the
country would take.

``python benchmarks/portraits.py`` measures both; ``--departement 62`` makes those of a whole
département instead. Each is made from nothing, HTML and PDF. The communes are spread over the
sizes, as in a département.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from distributed import Client
from mesure import Mesure, mesurer

from ctglib.donnees.publiques import communes_de

COMMUNES = 20
PAYS = 35_000
PREMIERE = "62413"
ORDONNANCEUR = "tcp://127.0.0.1:8796"


def portraits(
    codes: list[str], dossier: Path, *options: str
) -> tuple[Mesure, list[dict[str, float]]]:
    """Make portraits in a folder, and return what it took, and the seconds of each by step."""
    notes = dossier / "mesures.json"
    reports = dossier / "reports"
    command = [
        sys.executable,
        "-m",
        "ctglib",
        "portrait",
        *codes,
        "--sortie",
        str(reports),
        "--mesures",
        str(notes),
    ]
    found = mesurer([*command, *options], dossier)
    return found, [one["etapes"] for one in json.loads(notes.read_text(encoding="utf-8"))]


def grappe(ouvriers: int) -> ExitStack:
    """Start a scheduler and its workers, of one thread each, and return what ends them."""
    pile = ExitStack()
    port = ORDONNANCEUR.rpartition(":")[2]
    programs = [["scheduler", "--host", "127.0.0.1", "--port", port]]
    programs += [["worker", ORDONNANCEUR, "--nthreads", "1"]] * ouvriers
    for program, *arguments in programs:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{program}",
            *arguments,
            "--no-dashboard",
        ]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pile.callback(running.terminate)
    with Client(ORDONNANCEUR) as client:  # what is measured begins once they are there
        client.wait_for_workers(ouvriers)
    return pile


def dire(nom: str, mesure: Mesure, etapes: list[dict[str, float]]) -> None:
    """Print what some portraits took, and what the country would at this rate; the processor's
    seconds are its own.
    """
    rate = mesure.secondes / len(etapes)
    work = sum(one["total_cpu"] for one in etapes) / len(etapes)
    print(
        f"{nom} : {len(etapes)} portraits en {mesure.secondes:.0f} s, {rate:.2f} s chacun, "
        f"{work:.2f} s de processeur ; {mesure.memoire:.0f} Mo au plus ; à ce rythme, {PAYS} "
        f"communes en {PAYS * rate / 3600:.1f} h, et {PAYS * work / 3600:.1f} h d'un cœur"
    )


def main() -> int:
    """Measure and return the exit code."""
    parser = argparse.ArgumentParser(description="Mesure les portraits de territoires.")
    parser.add_argument("--departement", default="", help="toutes les communes de ce département")
    options = parser.parse_args()
    every = communes_de(options.departement or "62")
    codes = (
        every
        if options.departement
        else [PREMIERE, *every[:: len(every) // (COMMUNES - 1)][: COMMUNES - 1]]
    )
    with tempfile.TemporaryDirectory() as folder:
        dire("Sur deux cœurs", *portraits(codes, Path(folder), "--travailleurs", "2"))
    with tempfile.TemporaryDirectory() as folder, grappe(2):
        dire("Grappe de deux", *portraits(codes, Path(folder), "--ordonnanceur", ORDONNANCEUR))
    return 0


if __name__ == "__main__":
    sys.exit(main())
