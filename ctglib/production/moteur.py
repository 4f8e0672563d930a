"""A papermill engine that runs the cells in this process, with ipykernel's in-process kernel.

Starting a kernel, and importing pandas and matplotlib once more in it, is most of the time of a short report.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import sys
from typing import TYPE_CHECKING

from nbformat.v4 import new_output, output_from_msg
from papermill.engines import Engine

from ctglib.production.avancement import Etape, annoncer

if TYPE_CHECKING:
    from ipykernel.inprocess.client import InProcessKernelClient
    from ipykernel.inprocess.manager import InProcessKernelManager
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

SORTIES = frozenset({"stream", "display_data", "execute_result", "error"})
PLAFOND = 64_000_000  # characters that the outputs of a notebook may hold: a report has two million


class MoteurCtg(Engine):
    """The engine ``ctg``: outputs and errors as with the standard one, without a kernel of its own."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: object) -> None:
        """Run every cell in order; the first that fails stops the notebook, as papermill does."""
        environnement = dict(os.environ)  # IPython writes colours and a pager there, for itself
        manager = _ouvrir_noyau()
        client = manager.client()
        client.start_channels()
        place = PLAFOND
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                if cell.cell_type == "code" and cell.source.strip():
                    annoncer(Etape(cell.source))
                    place -= _executer(client, cell, place)
                    if any(output.output_type == "error" for output in cell.outputs):
                        nb_man.cell_exception(cell, index)
                        return
                nb_man.cell_complete(cell, index)
        finally:
            client.stop_channels()
            _fermer_noyau(manager)
            os.environ.clear()
            os.environ.update(environnement)


def _ouvrir_noyau() -> InProcessKernelManager:
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the debugger writes to the user's console
    from ipykernel.inprocess.ipkernel import InProcessKernel
    from ipykernel.inprocess.manager import InProcessKernelManager
    from ipykernel.inprocess.socket import DummySocket
    from ipykernel.iostream import IOPubThread
    from traitlets.config import Config

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())
    # The history is a database in the user's folder: workers would wait for one another there, and leave traces.
    # A kernel waits half a millisecond after each cell for its outputs to leave; here they have left.
    reglages = {"HistoryManager": {"enabled": False}, "Kernel": {"_execute_sleep": 0}}
    manager = InProcessKernelManager(config=Config(reglages))
    # A thread that is not started sends each message at once: waking it for each was 5 % of a report.
    sorties = DummySocket()
    manager.kernel = InProcessKernel(
        parent=manager, session=manager.session, _underlying_iopub_socket=sorties, iopub_thread=IOPubThread(sorties)
    )
    manager.kernel.shell.colors = "nocolor"
    return manager


def _fermer_noyau(manager: InProcessKernelManager) -> None:
    """Forget the shell, so that the next notebook gets one of its own."""
    from ipykernel.inprocess.ipkernel import InProcessInteractiveShell, InProcessKernel

    # IPython keeps each shell until the process ends: what its notebook held must not stay with it.
    shell = manager.kernel.shell
    atexit.unregister(shell.atexit_operations)
    shell.restore_sys_module_state()
    shell.user_ns.clear()
    # The kernel leaves one task pending in its thread, and asyncio would say so on the user's console.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    manager.shutdown_kernel()
    InProcessInteractiveShell.clear_instance()
    InProcessKernel.clear_instance()


def _executer(client: InProcessKernelClient, cell: NotebookNode, place: int) -> int:
    """Run a cell, note its outputs, and return their size; those that pass what is left become an error."""
    client.execute(cell.source, store_history=True, allow_stdin=False)
    cell.outputs = [
        output_from_msg(message)
        for message in client.iopub_channel.get_msgs()
        if message["header"]["msg_type"] in SORTIES
    ]
    cell.outputs += _figures_ouvertes()
    taille = sum(len(str(output)) for output in cell.outputs)
    if taille > place:
        texte = f"les sorties du carnet dépassent {PLAFOND // 1_000_000} millions de signes"
        cell.outputs = [new_output("error", ename="ValueError", evalue=texte, traceback=[texte])]
    return taille


def _figures_ouvertes() -> list[NotebookNode]:
    """Return an output for each figure that a cell left open in pyplot, as JupyterLab shows them, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    figures = [repr(pyplot.figure(number)) for number in pyplot.get_fignums()] if pyplot else []
    if figures:
        pyplot.close("all")
    return [new_output("display_data", data={"text/plain": figure}) for figure in figures]
