"""Running a notebook through papermill: by our engine in this process, or in a Jupyter kernel.

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
    from papermill.exceptions import PapermillExecutionError

COULEUR = re.compile(r"\x1b\[[\d;]*m")
LIGNE = re.compile(r"Cell In\[\d+\], line (\d+)")
# Tried, and done without when absent: jsonschema would check with it texts declared as « iri », as
# none of a notebook is, and compiles a grammar to do so (0.9 s).
SANS = "rfc3987_syntax"
NATURES = {int: "un nombre entier", str: "un texte"}


def charger_papermill() -> ModuleType:
    """Return papermill, which loads our engine (``greffon``)."""
    if SANS in sys.modules:
        return import_module("papermill")
    # A name that stands for None is, for an import, a package that is not installed.
    sys.modules[SANS] = None  # pyright: ignore[reportArgumentType] - documented by the language
    try:
        return import_module("papermill")
    finally:
        del sys.modules[SANS]


def executer(
    notebook: Path, parametres: Mapping[str, str | int], moteur: str = CTG
) -> NotebookNode:
    """Return the notebook executed with these parameters, by one of the engines.

    What it reads is recorded by both.

    Raises:
        Echec: A parameter is unknown or is not of the declared type, or a cell failed.
    """
    papermill = charger_papermill()
    from papermill.exceptions import PapermillExecutionError

    carnet = Carnet(notebook)
    refus = refuser_parametres(notebook.name, carnet.parametres, parametres)
    if refus:
        raise Echec.de("parametre", refus, carnet=notebook.name)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    options = {
        # Braces in a path would be places to fill in.
        "input_path": str(notebook).replace("{", "{{").replace("}", "}}"),
        "output_path": None,  # with one, papermill writes at each cell
        "parameters": dict(parametres),
        "progress_bar": False,
    }
    try:
        if moteur == CTG:
            return papermill.execute_notebook(**options, engine_name=CTG)
        with _lectures_du_noyau() as arguments:
            return papermill.execute_notebook(**options, extra_arguments=arguments)
    except PapermillExecutionError as error:
        raise _echec_d_une_cellule(carnet, error) from error


def _echec_d_une_cellule(carnet: Carnet, error: PapermillExecutionError) -> Echec:
    """Return the failure of a notebook, with the line of the cell that it stopped at."""
    source = error.source or ""
    lignes = source.splitlines()
    trace = COULEUR.sub("", "\n".join(error.traceback or ()))
    numeros_dans_la_trace = LIGNE.findall(trace)
    lignes_de_code = [numero for numero, ligne in enumerate(lignes, 1) if ligne.strip()]
    numero = None
    if numeros_dans_la_trace:
        numero = int(numeros_dans_la_trace[-1])
    elif lignes_de_code:  # a syntax error: the last one with code is the best that can be shown
        numero = lignes_de_code[-1]
    code = ""
    if numero and numero <= len(lignes):
        code = lignes[numero - 1].strip()
    cellule, section = carnet.situer(source)
    return Echec.de(
        error.ename,
        str(error.evalue),
        carnet=carnet.chemin.name,
        cellule=cellule or error.cell_index + 1,
        section=section,
        ligne=numero,
        code=code,
    )


def refuser_parametres(
    nom: str, declares: Mapping[str, str | int], donnes: Mapping[str, str | int]
) -> str:
    """Return what is wrong with the parameters given to a notebook, empty when nothing is.

    Papermill only logs a parameter that the notebook does not declare, and runs with the default;
    it gives any type.
    """
    inconnus = ", ".join(sorted(set(donnes) - set(declares)))
    if inconnus:
        connus = ", ".join(sorted(declares)) or "aucun"
        return dire_refus("parametre_inconnu", carnet=nom, inconnus=inconnus, connus=connus)
    refus = []
    for parametre, valeur in donnes.items():
        exemple = declares[parametre]
        if type(valeur) is not type(exemple):
            refus.append(
                dire_refus(
                    "autre_type",
                    nom=parametre,
                    carnet=nom,
                    nature=NATURES[type(exemple)],
                    exemple=exemple,
                    recu=valeur,
                )
            )
    return " ".join(refus)


@contextmanager
def _lectures_du_noyau() -> Iterator[list[str]]:
    """Yield what an ordinary kernel, another program, is started with.

    What it has read is recorded once it has ended.
    """
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        path = Path(folder) / "journal"
        ouvrir = f"__import__({__name__!r}, fromlist=['_']).ouvrir_journal({str(path)!r})"
        yield [f"--IPKernelApp.exec_lines={ouvrir}"]
        if path.is_file():
            rejouer(pickle.loads(path.read_bytes()))


def ouvrir_journal(chemin: str) -> None:
    """Record the reads of this kernel until it ends, then write them for the worker that waits."""
    os.environ[RAPPORT] = "1"
    enregistrement = enregistrer()
    journal = enregistrement.__enter__()  # for the life of the kernel: there is no block to end
    # held until then, else its end would end the recording
    atexit.register(enregistrement.__exit__, None, None, None)
    atexit.register(lambda: Path(chemin).write_bytes(pickle.dumps(journal)))
