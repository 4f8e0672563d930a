"""The engine ``ctg`` of papermill: IPython runs the cells in this process.

What they show is kept as in a notebook.

Papermill loads this module as an engine, by the entry point ``papermill.engine``, while it is
itself being imported.
"""

from __future__ import annotations

import atexit
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import ClickException
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets import Type
from traitlets.config import Config

from ctglib.production.moteur import refuser_parametres
from ctglib.production.plan import parametres_declares
from ctglib.production.pool import annoncer

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

PLAFOND = 64_000_000  # characters that the outputs of a notebook may hold: a report has two million


class Resultat(DisplayHook):
    """What shows the value of the last line of a cell."""

    shell: Interprete

    def write_output_prompt(self) -> None:
        """Write nothing on the console."""

    def finish_displayhook(self) -> None:
        """Write nothing on the console."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        """Keep the value, in the forms that it is shown in."""
        self.shell.garder("execute_result", format_dict, md_dict, execution_count=self.prompt_count)


class Publication(DisplayPublisher):
    """What shows an object in the middle of a cell; an output that is made stays as it is."""

    shell: Interprete

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """Keep the object, in the forms that it is shown in."""
        if not options.get("update"):
            self.shell.garder("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Leave the outputs."""


class Flux(StringIO):
    """What a cell prints on: ``nom`` is « stdout » or « stderr »."""

    def __init__(self, shell: Interprete, nom: str) -> None:
        super().__init__()
        self._shell = shell
        self._nom = nom

    def write(self, texte: str) -> int:
        """Keep a text, after what was printed just before it."""
        sorties = self._shell.sorties
        if not sorties or sorties[-1].get("name") != self._nom:
            sorties.append(new_output("stream", name=self._nom, text=[]))
        sorties[-1].text.append(texte)
        return len(texte)


def fermer_les_figures() -> list[str]:
    """Close the figures that a cell left open in pyplot, and return how JupyterLab shows each."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if not pyplot:
        return []
    figures = [repr(pyplot.figure(numero)) for numero in pyplot.get_fignums()]
    pyplot.close("all")
    return figures


class Interprete(InteractiveShell):
    """The shell of a report, whose ``sorties`` are the outputs of the cell that runs."""

    displayhook_class = Type(Resultat)
    display_pub_class = Type(Publication)
    sorties: list[NotebookNode]

    def init_virtualenv(self) -> None:
        """Leave the path of modules as it is."""

    def ask_exit(self) -> None:
        """Go on: there is no kernel to leave."""

    def executer(self, source: str) -> list[NotebookNode]:
        """Return the outputs of a cell; that of a cell that fails ends with its error."""
        self.sorties = []
        with redirect_stdout(Flux(self, "stdout")), redirect_stderr(Flux(self, "stderr")):
            self.run_cell(source, store_history=True)
        for sortie in self.sorties:
            if sortie.output_type == "stream":
                sortie.text = "".join(sortie.text)
        for figure in fermer_les_figures():
            self.garder("display_data", {"text/plain": figure})
        return self.sorties

    def garder(
        self,
        sorte: str,
        formes: dict[str, Any],
        precisions: dict[str, Any] | None = None,
        **champs: Any,
    ) -> None:
        """Keep an output; an image is, in a notebook, the text that stands for it."""
        contenus = {}
        for nom, forme in formes.items():
            contenus[nom] = b64encode(forme).decode() if isinstance(forme, bytes) else forme
        self.sorties.append(new_output(sorte, data=contenus, metadata=precisions or {}, **champs))

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        """Keep the error of a cell: IPython's hook for shells that show errors elsewhere."""
        self.sorties.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=[*stb])
        )


@contextmanager
def ouvrir_interprete() -> Iterator[Interprete]:
    """Yield a shell that finds nothing of the one before, and leaves nothing behind."""
    environnement = dict(os.environ)
    # The history is a database in the user's folder: workers would wait for one another there, and
    # leave traces.
    shell = Interprete.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.colors = "nocolor"
    shell.set_hook("show_in_pager", lambda *_, **__: None)  # a help is shown nowhere
    atelier = sys.modules.get("ctglib.atelier")
    if atelier:  # imported before this shell was
        atelier.installer()
    fermer_les_figures()  # what this process drew before is none of this notebook's
    try:
        yield shell
    finally:
        # IPython keeps each shell until the process ends: what its notebook held must not stay with
        # it.
        atexit.unregister(shell.atexit_operations)
        shell.restore_sys_module_state()
        shell.user_ns.clear()
        Interprete.clear_instance()
        os.environ.clear()
        os.environ.update(environnement)


class MoteurCtg(Engine):
    """Outputs and errors as with the standard engine, without a kernel of its own."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any
    ) -> None:
        """Run every cell in order; the first that fails, or shows too much, stops the notebook."""
        _refuser_les_parametres(nb_man.nb)
        signes_restants = PLAFOND
        with ouvrir_interprete() as shell:
            for index, cellule in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cellule, index)
                if cellule.cell_type == "code" and cellule.source.strip():
                    annoncer(cellule.source)
                    cellule.outputs = shell.executer(cellule.source)
                    signes_restants -= sum(len(str(sortie)) for sortie in cellule.outputs)
                    if signes_restants < 0:
                        cellule.outputs = [_sortie_trop_longue()]
                    if any(sortie.output_type == "error" for sortie in cellule.outputs):
                        nb_man.cell_exception(cellule, index)
                        return
                nb_man.cell_complete(cellule, index)


def _refuser_les_parametres(carnet: NotebookNode) -> None:
    """Check what papermill's command was given against what the notebook declares.

    Raises:
        ClickException: What the command shows without a traceback.
    """
    sources = {}
    for cellule in carnet.cells:
        for etiquette in cellule.metadata.get("tags", ()):
            sources[etiquette] = cellule.source
    nom = Path(carnet.metadata.get("papermill", {}).get("input_path") or "").name
    declares = parametres_declares(sources.get("parameters", ""))
    donnes = parametres_declares(sources.get("injected-parameters", ""))
    refus = refuser_parametres(nom, declares, donnes)
    if refus:
        raise ClickException(refus)


def _sortie_trop_longue() -> NotebookNode:
    millions = PLAFOND // 1_000_000
    texte = f"les sorties du carnet dépassent {millions} millions de signes"
    return new_output("error", ename="ValueError", evalue=texte, traceback=[texte])


def __getattr__(nom: str) -> Any:
    """Return what papermill, which knows the module, asks of the engine."""
    return getattr(MoteurCtg, nom)
