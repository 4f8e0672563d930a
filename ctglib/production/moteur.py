"""Running a notebook through papermill: in this process by our engine, or in an ordinary Jupyter kernel.

Starting a kernel, and importing pandas and matplotlib once more in it, is most of the time of a short report.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import pickle
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import RAPPORT, enregistrer, rejouer
from ctglib.production.echec import Echec, dire_refus
from ctglib.production.plan import CTG, Carnet, parametres_declares
from ctglib.production.pool import annoncer

if TYPE_CHECKING:
    from nbformat import NotebookNode

SORTIES = frozenset({"stream", "display_data", "execute_result", "error"})
PLAFOND = 64_000_000  # characters that the outputs of a notebook may hold: a report has two million
COULEUR = re.compile(r"\x1b\[[\d;]*m")
LIGNE = re.compile(r"Cell In\[\d+\], line (\d+)")
# Tried, and done without when absent. jsonschema would check with the first texts declared as « iri », as none of a
# notebook is, and compiles a grammar to do so (0.9 s); the second is ipykernel's debugger (0.2 s).
SANS = ("rfc3987_syntax", "debugpy")
NATURES = {int: "un nombre entier", str: "un texte"}


def charger_papermill() -> ModuleType:
    """Return papermill, with our engine known to it."""
    # A name that stands for None in ``sys.modules`` is, for an import, a package that is not installed.
    absents = dict.fromkeys(nom for nom in SANS if nom not in sys.modules)
    sys.modules.update(absents)
    try:
        import_module("ipykernel.debugger")
        papermill = import_module("papermill")
    finally:
        for nom in absents:
            del sys.modules[nom]
    from papermill.engines import papermill_engines

    papermill_engines.register(CTG, moteur_ctg())
    return papermill


def executer(notebook: Path, parametres: Mapping[str, str | int], moteur: str = CTG) -> NotebookNode:
    """Return the notebook executed with these parameters, by one of the engines; what it reads is recorded by both.

    Raises:
        Echec: A parameter is unknown or is not of the declared type, or a cell failed.
    """
    papermill = charger_papermill()
    from papermill.exceptions import PapermillExecutionError

    if refus := refuser_parametres(notebook.name, Carnet(notebook).parametres, parametres):
        raise Echec.de("parametre", refus, carnet=notebook.name)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # Braces in a path would be places to fill in; without output file papermill does not write at each cell.
    options = {"input_path": str(notebook).replace("{", "{{").replace("}", "}}"), "output_path": None}
    options |= {"parameters": dict(parametres), "progress_bar": False}
    try:
        if moteur == CTG:
            return papermill.execute_notebook(**options, engine_name=CTG)
        with _lectures_du_noyau() as arguments:
            return papermill.execute_notebook(**options, extra_arguments=arguments)
    except PapermillExecutionError as error:
        lines = (error.source or "").splitlines()
        found = LIGNE.findall(COULEUR.sub("", "\n".join(error.traceback or ())))
        # Without a line in the traceback (a syntax error), the last one with code is the best that can be shown.
        ligne = int(found[-1]) if found else max((i for i, line in enumerate(lines, 1) if line.strip()), default=None)
        cellule, section = Carnet(notebook).situer(error.source or "")
        place = {"cellule": cellule or error.cell_index + 1, "section": section, "ligne": ligne}
        code = lines[ligne - 1].strip() if ligne and ligne <= len(lines) else ""
        raise Echec.de(error.ename, str(error.evalue), carnet=notebook.name, **place, code=code) from error


def refuser_parametres(nom: str, declares: Mapping[str, object], donnes: Mapping[str, object]) -> str:
    """Return what is wrong with the parameters given to a notebook, empty when nothing is.

    Papermill only logs a parameter that the notebook does not declare, and runs with the default; it gives any type.
    """
    if inconnus := ", ".join(sorted(set(donnes) - set(declares))):
        known = ", ".join(sorted(declares)) or "aucun"
        return dire_refus("parametre_inconnu", carnet=nom, inconnus=inconnus, connus=known)
    return " ".join(
        dire_refus("autre_type", nom=key, carnet=nom, nature=NATURES[type(kept)], exemple=kept, recu=value)
        for key, value in donnes.items()
        if type(value) is not type(kept := declares[key])
    )


@cache
def moteur_ctg() -> type:
    """Return the engine ``ctg``; papermill loads its engines while it is being imported, so it is made on demand."""
    from click import ClickException
    from nbformat.v4 import new_output, output_from_msg
    from papermill.engines import Engine

    class MoteurCtg(Engine):
        """Outputs and errors as with the standard engine, without a kernel of its own."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: object, kernel_name: str, **_: object) -> None:
            """Run every cell in order; the first that fails, or shows too much, stops the notebook."""
            tagged = {tag: cell.source for cell in nb_man.nb.cells for tag in cell.metadata.get("tags", ())}
            nom = Path(nb_man.nb.metadata.get("papermill", {}).get("input_path") or "").name
            cells = (tagged.get(tag, "") for tag in ("parameters", "injected-parameters"))
            if refus := refuser_parametres(nom, *map(parametres_declares, cells)):
                raise ClickException(refus)  # what papermill's command shows without a traceback
            place = PLAFOND
            with _noyau() as client:
                for index, cell in enumerate(nb_man.nb.cells):
                    nb_man.cell_start(cell, index)
                    if cell.cell_type == "code" and cell.source.strip():
                        annoncer(cell.source)
                        client.execute(cell.source, store_history=True, allow_stdin=False)
                        messages = client.iopub_channel.get_msgs()
                        outputs = [output_from_msg(one) for one in messages if one["header"]["msg_type"] in SORTIES]
                        left = _fermer_les_figures()
                        outputs += [new_output("display_data", data={"text/plain": shown}) for shown in left]
                        place -= sum(len(str(output)) for output in outputs)
                        if place < 0:
                            texte = f"les sorties du carnet dépassent {PLAFOND // 1_000_000} millions de signes"
                            outputs = [new_output("error", ename="ValueError", evalue=texte, traceback=[texte])]
                        cell.outputs = outputs
                        if any(output.output_type == "error" for output in outputs):
                            nb_man.cell_exception(cell, index)
                            return
                    nb_man.cell_complete(cell, index)

    return MoteurCtg


def _fermer_les_figures() -> list[str]:
    """Close the figures that a cell left open in pyplot, and return how JupyterLab would show each."""
    if not (pyplot := sys.modules.get("matplotlib.pyplot")):
        return []
    figures = [repr(pyplot.figure(number)) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return figures


@contextmanager
def _noyau() -> Iterator[object]:
    """Yield the client of a kernel in this process, which leaves nothing behind."""
    environnement = dict(os.environ)  # IPython writes colours and a pager there, for itself
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the debugger writes to the user's console
    from ipykernel.inprocess.ipkernel import InProcessInteractiveShell, InProcessKernel
    from ipykernel.inprocess.manager import InProcessKernelManager
    from traitlets.config import Config

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())
    # The history is a database in the user's folder: workers would wait for one another there, and leave traces.
    manager = InProcessKernelManager(config=Config({"HistoryManager": {"enabled": False}}))
    manager.start_kernel()
    shell = manager.kernel.shell
    shell.colors = "nocolor"
    if atelier := sys.modules.get("ctglib.atelier"):  # imported before this kernel was
        atelier.installer()
    client = manager.client()
    client.start_channels()
    _fermer_les_figures()  # what this process drew before is none of this notebook's
    try:
        yield client
    finally:
        client.stop_channels()
        # IPython keeps each shell until the process ends: what its notebook held must not stay with it.
        atexit.unregister(shell.atexit_operations)
        shell.restore_sys_module_state()
        shell.user_ns.clear()
        # The kernel leaves one task pending in its thread, and asyncio would say so on the user's console.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        manager.shutdown_kernel()
        InProcessInteractiveShell.clear_instance()
        InProcessKernel.clear_instance()
        os.environ.clear()
        os.environ.update(environnement)


@contextmanager
def _lectures_du_noyau() -> Iterator[list[str]]:
    """Yield what an ordinary kernel, another program, is started with; record what it has read once it has ended."""
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        path = Path(folder) / "journal"
        ouvrir = f"__import__({__name__!r}, fromlist=['_']).ouvrir_journal({str(path)!r})"
        yield [f"--IPKernelApp.exec_lines={ouvrir}"]
        if path.is_file():
            rejouer(pickle.loads(path.read_bytes()))


def ouvrir_journal(chemin: str) -> None:
    """Record the reads of this kernel until it ends, then write them where the worker waits for them."""
    os.environ[RAPPORT] = "1"
    block = enregistrer()
    journal = block.__enter__()  # for the life of the kernel: there is no block to end
    atexit.register(block.__exit__, None, None, None)  # held until then, else its end would end the recording
    atexit.register(lambda: Path(chemin).write_bytes(pickle.dumps(journal)))
