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

COULEUR = re.compile(r"\x1b\[[\d;]*m")  # of the terminal, in a traceback
LIGNE = re.compile(r"Cell In\[\d+\], line (\d+)")  # as a traceback names a line of a cell
# jsonschema imports this package if it is there, to check texts declared as « iri », and compiles a
# grammar to do so (0.9 s). Nothing of a notebook is declared so: papermill is loaded without it.
PAQUET_CACHE = "rfc3987_syntax"
NATURES = {int: "un nombre entier", str: "un texte"}


def charger_papermill() -> ModuleType:
    """Return the module papermill, which loads our engine (``greffon``) when it is imported."""
    if PAQUET_CACHE in sys.modules:
        return import_module("papermill")
    # Importing a name that ``sys.modules`` gives as None fails as if it were not installed.
    sys.modules[PAQUET_CACHE] = None  # pyright: ignore[reportArgumentType] - documented by the language
    try:
        return import_module("papermill")
    finally:
        del sys.modules[PAQUET_CACHE]


def executer(
    notebook: Path, parametres: Mapping[str, str | int], moteur: str = CTG
) -> NotebookNode:
    """Return a notebook executed with these parameters, by one of ``plan.MOTEURS``.

    With both engines, the data files that it reads enter the record of whoever has called
    ``lecture.enregistrer``.

    Raises:
        Echec: A parameter is unknown or is not of the declared type, or a cell failed.
    """
    papermill = charger_papermill()
    from papermill.exceptions import PapermillExecutionError

    carnet = Carnet(notebook)
    defaut = defaut_des_parametres(notebook.name, carnet.parametres, parametres)
    if defaut:
        raise Echec.de("parametre", defaut, carnet=notebook.name)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    options = {
        # Papermill formats the path with the parameters: its own braces are doubled.
        "input_path": str(notebook).replace("{", "{{").replace("}", "}}"),
        "output_path": None,  # with one, papermill writes at each cell
        "parameters": dict(parametres),
        "progress_bar": False,
    }
    try:
        if moteur == CTG:
            return papermill.execute_notebook(**options, engine_name=CTG)
        with _noyau_enregistre() as arguments_du_noyau:
            return papermill.execute_notebook(**options, extra_arguments=arguments_du_noyau)
    except PapermillExecutionError as error:
        raise _echec_d_une_cellule(carnet, error) from error


def _echec_d_une_cellule(carnet: Carnet, error: PapermillExecutionError) -> Echec:
    """Return the failure of a notebook: the cell it stopped at, its line, the code of that line.

    The line is the last one that the traceback names in a cell, which is that of this cell.
    """
    source = error.source or ""
    lignes = source.splitlines()
    trace = COULEUR.sub("", "\n".join(error.traceback or ()))
    numeros_dans_la_trace = LIGNE.findall(trace)
    lignes_de_code = [numero for numero, ligne in enumerate(lignes, 1) if ligne.strip()]
    numero = None
    if numeros_dans_la_trace:
        numero = int(numeros_dans_la_trace[-1])
    elif lignes_de_code:  # a syntax error names no line: the last one with code is shown
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


def defaut_des_parametres(
    nom: str, parametres_declares: Mapping[str, str | int], valeurs: Mapping[str, str | int]
) -> str:
    """Return in words what is wrong with the parameters given to a notebook, "" when nothing is.

    A parameter that the notebook does not declare, or a value whose type is not that of the default
    it declares. Papermill would let both go: it only logs an unknown parameter and runs without it.

    Args:
        nom: The file name of the notebook, as the words give it.
        parametres_declares: The parameters that the notebook declares, with their defaults.
        valeurs: Those that it would be run with.
    """
    inconnus = ", ".join(sorted(set(valeurs) - set(parametres_declares)))
    if inconnus:
        connus = ", ".join(sorted(parametres_declares)) or "aucun"
        return dire_refus("parametre_inconnu", carnet=nom, inconnus=inconnus, connus=connus)
    defauts = []
    for parametre, valeur in valeurs.items():
        exemple = parametres_declares[parametre]
        if type(valeur) is not type(exemple):
            defauts.append(
                dire_refus(
                    "texte_attendu" if isinstance(exemple, str) else "autre_type",
                    nom=parametre,
                    carnet=nom,
                    nature=NATURES[type(exemple)],
                    exemple=exemple,
                    recu=valeur,
                )
            )
    return " ".join(defauts)


@contextmanager
def _noyau_enregistre() -> Iterator[list[str]]:
    """Yield the arguments that start a Jupyter kernel which records the data files it reads.

    The kernel is another program: as it ends it writes its record in a file (``ouvrir_journal``),
    and what it has read then enters the record of this process.
    """
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        path = Path(folder) / "journal"
        ouvrir = f"__import__({__name__!r}, fromlist=['_']).ouvrir_journal({str(path)!r})"
        yield [f"--IPKernelApp.exec_lines={ouvrir}"]
        if path.is_file():
            rejouer(pickle.loads(path.read_bytes()))


def ouvrir_journal(chemin: str) -> None:
    """Record what this kernel reads until it ends, then write the record in a file.

    It is the first line that the kernel runs (see ``_noyau_enregistre``).
    """
    os.environ[RAPPORT] = "1"
    enregistrement = enregistrer()
    journal = enregistrement.__enter__()  # until the kernel ends, so not in a ``with`` block
    # Also keeps the object alive: the recording would stop with it.
    atexit.register(enregistrement.__exit__, None, None, None)
    atexit.register(lambda: Path(chemin).write_bytes(pickle.dumps(journal)))
