"""The engine ``ctg`` of papermill: IPython runs the cells in this process, without a kernel.

What the cells print and show becomes their outputs, as in a notebook run by Jupyter.

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

from ctglib.production.moteur import defaut_des_parametres
from ctglib.production.plan import parametres_declares
from ctglib.production.pool import annoncer
from ctglib.secret.garde import recommencer, surveiller

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

# millions of characters that the outputs of a notebook may hold: a report has two
MILLIONS = 64


class AfficheurDeValeur(DisplayHook):
    """IPython's hook for the value of the last line of a cell: it becomes an output."""

    shell: Interprete

    def write_output_prompt(self) -> None:
        """Write nothing on the console."""

    def finish_displayhook(self) -> None:
        """Write nothing on the console."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        """Add the value to the outputs: ``{"text/html": …, "text/plain": …}``."""
        self.shell.garder("execute_result", format_dict, md_dict, execution_count=self.prompt_count)


class AfficheurDObjet(DisplayPublisher):
    """IPython's hook for ``display(object)``: the object becomes an output, which then stays.

    A cell cannot change it afterwards (``update``), nor clear it.
    """

    shell: Interprete

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """Add the object to the outputs, but when it is to replace one that was shown before."""
        if not options.get("update"):
            self.shell.garder("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Clear nothing."""


class Flux(StringIO):
    """The standard output of a cell, or its errors: ``nom`` is « stdout » or « stderr »."""

    def __init__(self, shell: Interprete, nom: str) -> None:
        super().__init__()
        self._shell = shell
        self._nom = nom

    def write(self, texte: str) -> int:
        """Add a text to the last output when it is of the same stream, else to a new one.

        The texts of an output are a list until the cell ends (``Interprete.executer``).
        """
        sorties = self._shell.sorties
        if not sorties or sorties[-1].get("name") != self._nom:
            sorties.append(new_output("stream", name=self._nom, text=[]))
        sorties[-1].text.append(texte)
        return len(texte)


def fermer_les_figures() -> list[Any]:
    """Close the figures that a cell left open in pyplot, and return them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if not pyplot:
        return []
    figures = [pyplot.figure(numero) for numero in pyplot.get_fignums()]
    pyplot.close("all")
    return figures


def formes_d_une_figure(figure: Any, **_: object) -> dict[str, Any]:
    """Return what is kept of a figure that nobody made ready for a report: what it is, and its
    drawing for ``ctg analyser``.
    """
    from ctglib.atelier.phrases import dire
    from ctglib.document.blocs import en_json
    from ctglib.document.figure import ORDINAIRE, figure_ordinaire

    bloc = figure_ordinaire(figure, dire("graphique"), dire("sans_source"))
    formes = {"text/plain": repr(figure)}
    return {**formes, ORDINAIRE: en_json(bloc)} if bloc else formes


class Interprete(InteractiveShell):
    """The IPython shell that runs a notebook; ``sorties`` are the outputs of the current cell."""

    displayhook_class = Type(AfficheurDeValeur)
    display_pub_class = Type(AfficheurDObjet)
    sorties: list[NotebookNode]

    def init_virtualenv(self) -> None:
        """Do nothing: the path of modules stays as it is."""

    def ask_exit(self) -> None:
        """Do nothing when a cell calls ``exit``: there is no kernel to leave."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing for « %matplotlib »: there is no window, and each drawing is an output."""

    def executer(self, source: str) -> list[NotebookNode]:
        """Run a cell and return its outputs; when it fails, its error is one of them."""
        self.sorties = []
        with redirect_stdout(Flux(self, "stdout")), redirect_stderr(Flux(self, "stderr")):
            self.run_cell(source, store_history=True)
        for sortie in self.sorties:
            if sortie.output_type == "stream":
                sortie.text = "".join(sortie.text)
        for figure in fermer_les_figures():
            self.garder("display_data", formes_d_une_figure(figure))
        return self.sorties

    def garder(
        self,
        sorte: str,
        formes: dict[str, Any],
        precisions: dict[str, Any] | None = None,
        **champs: Any,
    ) -> None:
        """Add an output to those of the cell; bytes, such as an image, are written in base 64.

        Args:
            sorte: The type of the output in the notebook format, such as « display_data ».
            formes: The contents, by MIME type.
            precisions: The metadata of the output.
            champs: Its other fields.
        """
        contenus = {}
        for nom, forme in formes.items():
            contenus[nom] = b64encode(forme).decode() if isinstance(forme, bytes) else forme
        self.sorties.append(new_output(sorte, data=contenus, metadata=precisions or {}, **champs))

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        """Add the error of a cell to its outputs: IPython's hook for what shows errors."""
        self.sorties.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=[*stb])
        )


@contextmanager
def ouvrir_interprete() -> Iterator[Interprete]:
    """Yield a new shell; what it held and what it changed of the environment go with the block."""
    environnement = dict(os.environ)
    # The history is a database in the user's folder: workers would wait for one another there, and
    # leave traces.
    shell = Interprete.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.colors = "nocolor"
    shell.set_hook("show_in_pager", lambda *_, **__: None)  # the help that « x? » opens
    formats: Any = shell.display_formatter
    formats.mimebundle_formatter.for_type_by_name(
        "matplotlib.figure", "Figure", formes_d_une_figure
    )
    recommencer()
    surveiller(shell)
    atelier = sys.modules.get("ctglib.atelier")
    if atelier:  # it was imported before this shell existed, and could not settle in it
        atelier.installer()
    fermer_les_figures()  # those of what this process did before
    try:
        yield shell
    finally:
        # IPython keeps each shell until the process ends: what its notebook held must not stay with
        # it.
        atexit.unregister(shell.atexit_operations)
        recommencer()
        shell.restore_sys_module_state()
        shell.user_ns.clear()
        Interprete.clear_instance()
        os.environ.clear()
        os.environ.update(environnement)


class MoteurCtg(Engine):
    """The engine: it gives the outputs and errors of papermill's own, without a kernel."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any
    ) -> None:
        """Run every cell in order; the first that fails, or shows too much, stops the notebook."""
        _verifier_les_parametres(nb_man.nb)
        signes_restants = MILLIONS * 1_000_000
        with ouvrir_interprete() as shell:
            for index, cellule in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cellule, index)
                if cellule.cell_type == "code" and cellule.source.strip():
                    annoncer(cellule.source)
                    cellule.outputs = shell.executer(cellule.source)
                    signes_restants -= sum(len(str(sortie)) for sortie in cellule.outputs)
                    if signes_restants < 0:
                        texte = f"les sorties du carnet dépassent {MILLIONS} millions de signes"
                        cellule.outputs = [
                            new_output("error", ename="ValueError", evalue=texte, traceback=[texte])
                        ]
                    if any(sortie.output_type == "error" for sortie in cellule.outputs):
                        nb_man.cell_exception(cellule, index)
                        return
                nb_man.cell_complete(cellule, index)


def _verifier_les_parametres(carnet: NotebookNode) -> None:
    """Check the parameters that papermill's own command injected in a notebook.

    Papermill wrote them in a cell tagged « injected-parameters », after the one tagged
    « parameters » where the notebook declares its own.

    Raises:
        ClickException: One is unknown, or has another type; the command shows it without a
            traceback.
    """
    sources = {}
    for cellule in carnet.cells:
        for etiquette in cellule.metadata.get("tags", ()):
            sources[etiquette] = cellule.source
    nom = Path(carnet.metadata.get("papermill", {}).get("input_path") or "").name
    parametres_du_carnet = parametres_declares(sources.get("parameters", ""))
    valeurs = parametres_declares(sources.get("injected-parameters", ""))
    defaut = defaut_des_parametres(nom, parametres_du_carnet, valeurs)
    if defaut:
        raise ClickException(defaut)


def __getattr__(nom: str) -> Any:
    """Return an attribute of the engine: papermill takes the module itself for the engine."""
    return getattr(MoteurCtg, nom)
