"""The engine ``ctg`` of papermill: IPython runs the cells in this process, and what they show is
kept as in a notebook.

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
from typing import Any

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

PLAFOND = 64_000_000  # characters that the outputs of a notebook may hold: a report has two million


class Resultat(DisplayHook):
    """What shows the value of the last line of a cell."""

    def write_output_prompt(self) -> None:
        """Write nothing on the console."""

    finish_displayhook = write_output_prompt

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        """Keep the value, in the forms that it is shown in."""
        self.shell.garder("execute_result", format_dict, md_dict, execution_count=self.prompt_count)


class Publication(DisplayPublisher):
    """What shows an object in the middle of a cell; an output that is made stays as it is."""

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **options: object
    ) -> None:
        """Keep the object, in the forms that it is shown in."""
        if not options.get("update"):
            self.shell.garder("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Leave the outputs."""


class Flux(StringIO):
    """What a cell prints on."""

    def __init__(self, shell: Interprete, nom: str) -> None:
        super().__init__()
        self._shell = shell
        self._nom = nom

    def write(self, texte: str) -> int:
        """Keep a text, after what was printed just before it."""
        if not self._shell.sorties or self._shell.sorties[-1].get("name") != self._nom:
            self._shell.sorties.append(new_output("stream", name=self._nom, text=[]))
        self._shell.sorties[-1].text.append(texte)
        return len(texte)


def fermer_les_figures() -> list[str]:
    """Close the figures that a cell left open in pyplot, and return how JupyterLab would show each."""
    if not (pyplot := sys.modules.get("matplotlib.pyplot")):
        return []
    figures = [repr(pyplot.figure(number)) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return figures


class Interprete(InteractiveShell):
    """The shell of a report, whose ``sorties`` are the outputs of the cell that runs."""

    displayhook_class = Type(Resultat)
    display_pub_class = Type(Publication)

    def init_virtualenv(self) -> None:
        """Leave the path of modules as it is."""

    def ask_exit(self) -> None:
        """Go on: there is no kernel to leave."""

    def executer(self, source: str) -> list[NotebookNode]:
        """Return the outputs of a cell; that of a cell that fails ends with its error."""
        self.sorties = []
        with redirect_stdout(Flux(self, "stdout")), redirect_stderr(Flux(self, "stderr")):
            self.run_cell(source, store_history=True)
        for printed in (output for output in self.sorties if output.output_type == "stream"):
            printed.text = "".join(printed.text)
        for shown in fermer_les_figures():
            self.garder("display_data", {"text/plain": shown})
        return self.sorties

    def garder(
        self, sorte: str, formes: dict[str, Any], precisions: dict | None = None, **reste: int
    ) -> None:
        """Keep an output; an image is, in a notebook, the text that stands for it."""
        data = {
            nom: b64encode(form).decode() if isinstance(form, bytes) else form
            for nom, form in formes.items()
        }
        self.sorties.append(new_output(sorte, data=data, metadata=precisions or {}, **reste))

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
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
    if atelier := sys.modules.get("ctglib.atelier"):  # imported before this shell was
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
    def execute_managed_notebook(cls, nb_man: object, kernel_name: str, **_: object) -> None:
        """Run every cell in order; the first that fails, or shows too much, stops the notebook."""
        tagged = {
            tag: cell.source for cell in nb_man.nb.cells for tag in cell.metadata.get("tags", ())
        }
        nom = Path(nb_man.nb.metadata.get("papermill", {}).get("input_path") or "").name
        cells = (tagged.get(tag, "") for tag in ("parameters", "injected-parameters"))
        if refus := refuser_parametres(nom, *map(parametres_declares, cells)):
            raise ClickException(refus)  # what papermill's command shows without a traceback
        place = PLAFOND
        with ouvrir_interprete() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                if cell.cell_type == "code" and cell.source.strip():
                    annoncer(cell.source)
                    cell.outputs = shell.executer(cell.source)
                    place -= sum(len(str(output)) for output in cell.outputs)
                    if place < 0:
                        texte = f"les sorties du carnet dépassent {PLAFOND // 1_000_000} millions de signes"
                        cell.outputs = [
                            new_output("error", ename="ValueError", evalue=texte, traceback=[texte])
                        ]
                    if any(output.output_type == "error" for output in cell.outputs):
                        nb_man.cell_exception(cell, index)
                        return
                nb_man.cell_complete(cell, index)


def __getattr__(nom: str) -> object:
    """Return what papermill, which knows the module, asks of the engine."""
    return getattr(MoteurCtg, nom)
