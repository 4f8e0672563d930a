"""Running a notebook through papermill: in this process by our engine, or in an ordinary Jupyter
kernel.

Starting a kernel, and importing pandas and matplotlib once more in it, is most of the time of a
short report.
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import RAPPORT, enregistrer, rejouer
from ctglib.production.echec import Echec, dire_refus
from ctglib.production.plan import CTG, Carnet

if TYPE_CHECKING:
    from nbformat import NotebookNode

COULEUR = re.compile(r"\x1b\[[\d;]*m")
LIGNE = re.compile(r"Cell In\[\d+\], line (\d+)")
# Tried, and done without when absent: jsonschema would check with it texts declared as « iri », as
# none of a notebook is, and compiles a grammar to do so (0.9 s).
SANS = "rfc3987_syntax"
NATURES = {int: "un nombre entier", str: "un texte"}


def charger_papermill() -> ModuleType:
    """Return papermill, which loads our engine (``greffon``)."""
    # A name that stands for None in ``sys.modules`` is, for an import, a package that is not
    # installed.
    absent = sys.modules.setdefault(SANS, None) is None
    try:
        return import_module("papermill")
    finally:
        if absent:
            del sys.modules[SANS]


def executer(
    notebook: Path, parametres: Mapping[str, str | int], moteur: str = CTG
) -> NotebookNode:
    """Return the notebook executed with these parameters, by one of the engines; what it reads is
    recorded by both.

    Raises:
        Echec: A parameter is unknown or is not of the declared type, or a cell failed.
    """
    papermill = charger_papermill()
    from papermill.exceptions import PapermillExecutionError

    if refus := refuser_parametres(notebook.name, Carnet(notebook).parametres, parametres):
        raise Echec.de("parametre", refus, carnet=notebook.name)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # Braces in a path would be places to fill in; without output file papermill does not write at
    # each cell.
    options = {
        "input_path": str(notebook).replace("{", "{{").replace("}", "}}"),
        "output_path": None,
    }
    options |= {"parameters": dict(parametres), "progress_bar": False}
    try:
        if moteur == CTG:
            return papermill.execute_notebook(**options, engine_name=CTG)
        with _lectures_du_noyau() as arguments:
            return papermill.execute_notebook(**options, extra_arguments=arguments)
    except PapermillExecutionError as error:
        lines = (error.source or "").splitlines()
        found = LIGNE.findall(COULEUR.sub("", "\n".join(error.traceback or ())))
        # Without a line in the traceback (a syntax error), the last one with code is the best that
        # can be shown.
        ligne = (
            int(found[-1])
            if found
            else max((i for i, line in enumerate(lines, 1) if line.strip()), default=None)
        )
        cellule, section = Carnet(notebook).situer(error.source or "")
        place = {"cellule": cellule or error.cell_index + 1, "section": section, "ligne": ligne}
        code = lines[ligne - 1].strip() if ligne and ligne <= len(lines) else ""
        raise Echec.de(
            error.ename, str(error.evalue), carnet=notebook.name, **place, code=code
        ) from error


def refuser_parametres(
    nom: str, declares: Mapping[str, object], donnes: Mapping[str, object]
) -> str:
    """Return what is wrong with the parameters given to a notebook, empty when nothing is.

    Papermill only logs a parameter that the notebook does not declare, and runs with the default;
    it gives any type.
    """
    if inconnus := ", ".join(sorted(set(donnes) - set(declares))):
        known = ", ".join(sorted(declares)) or "aucun"
        return dire_refus("parametre_inconnu", carnet=nom, inconnus=inconnus, connus=known)
    return " ".join(
        dire_refus(
            "autre_type", nom=key, carnet=nom, nature=NATURES[type(kept)], exemple=kept, recu=value
        )
        for key, value in donnes.items()
        if type(value) is not type(kept := declares[key])
    )


@contextmanager
def _lectures_du_noyau() -> Iterator[list[str]]:
    """Yield what an ordinary kernel, another program, is started with; record what it has read once
    it has ended.
    """
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        path = Path(folder) / "journal"
        ouvrir = f"__import__({__name__!r}, fromlist=['_']).ouvrir_journal({str(path)!r})"
        yield [f"--IPKernelApp.exec_lines={ouvrir}"]
        if path.is_file():
            rejouer(pickle.loads(path.read_bytes()))


def ouvrir_journal(chemin: str) -> None:
    """Record the reads of this kernel until it ends, then write them where the worker waits for
    them.
    """
    os.environ[RAPPORT] = "1"
    block = enregistrer()
    journal = block.__enter__()  # for the life of the kernel: there is no block to end
    atexit.register(
        block.__exit__, None, None, None
    )  # held until then, else its end would end the recording
    atexit.register(lambda: Path(chemin).write_bytes(pickle.dumps(journal)))
