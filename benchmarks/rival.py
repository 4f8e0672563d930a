"""WeasyPrint, the plain way's last step: what to install, and where it is."""

from __future__ import annotations

import argparse
import shutil
import sys
import tomllib
from pathlib import Path

from mesure import CommandeEchouee, mesurer

DEPOT = Path(__file__).resolve().parents[1]
PANGO = (
    "WeasyPrint ne démarre pas. Il demande Pango, une bibliothèque du système, que le classeur n'emploie pas. Sous "
    "Debian et Ubuntu : sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


def analyseur(description: str) -> argparse.ArgumentParser:
    """Return a command line with the options that every comparison has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--exigence", action="store_true", help="dire quel WeasyPrint installer, et s'arrêter")
    parser.add_argument("--weasyprint", default="weasyprint", help="le programme WeasyPrint")
    parser.add_argument("--fois", type=int, default=5, help="nombre de tours")
    return parser


def trouver(options: argparse.Namespace) -> str | None:
    """Return WeasyPrint's path; None when there is nothing to measure, once the reason is said.

    Raises:
        SystemExit: It does not start, for want of Pango.
    """
    if options.exigence:
        print(exigence())
        return None
    weasyprint = str(Path(shutil.which(options.weasyprint) or options.weasyprint).absolute())
    try:
        mesurer([weasyprint, "--info"], DEPOT)
    except (CommandeEchouee, OSError) as error:
        sys.exit(f"{PANGO}\n{error}")
    return weasyprint


def exigence() -> str:
    """Return the requirement of the other tool, as pyproject.toml states it."""
    projet = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return projet["optional-dependencies"]["bench"][0]
