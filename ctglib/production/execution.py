"""Running a notebook through papermill, with the parameters it declares and no other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode


MOTEUR = "ctg"


class RapportEchoue(Exception):
    """A notebook could not be run to its end; the message says where and why, in French."""


def executer(notebook: Path, parametres: dict[str, str | int]) -> NotebookNode:
    """Return the notebook executed with these parameters.

    Papermill only logs a parameter that the notebook does not declare, and runs with the default; here it is refused.

    Args:
        notebook: The notebook, without outputs.
        parametres: Values of declared parameters, text or whole numbers.

    Raises:
        RapportEchoue: A parameter is unknown, or a cell failed.
    """
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    from ctglib.production.moteur import MoteurCtg

    papermill_engines.register(MOTEUR, MoteurCtg)
    verifier_parametres(notebook, parametres)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        # No output file: papermill would write the whole notebook again before and after each cell.
        return papermill.execute_notebook(
            str(notebook), None, parameters=parametres, engine_name=MOTEUR, progress_bar=False
        )
    except PapermillExecutionError as error:
        raise RapportEchoue(_phrase(notebook, error)) from error


def verifier_parametres(notebook: Path, parametres: dict[str, str | int]) -> None:
    """Refuse a parameter that the notebook does not declare."""
    import papermill

    declares = papermill.inspect_notebook(str(notebook))
    inconnus = sorted(set(parametres) - set(declares))
    if inconnus:
        raise RapportEchoue(
            f"Le carnet {notebook.name} ne connaît pas le paramètre « {', '.join(inconnus)} ». "
            f"Paramètres possibles : {', '.join(sorted(declares)) or 'aucun'}."
        )


def _phrase(notebook: Path, error: Exception) -> str:
    """Return what failed: the cell, its last line of code, the cause."""
    lignes = [line for line in (error.source or "").splitlines() if line.strip()]
    code = f"\n    code : {lignes[-1].strip()}" if lignes else ""
    return (
        f"Le carnet {notebook.name} s'est arrêté à la cellule {error.cell_index + 1}.{code}\n"
        f"    cause : {error.ename} – {error.evalue}"
    )
