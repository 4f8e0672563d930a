"""Running a notebook through papermill, with the parameters it declares and no other."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from ctglib.production.echec import Echec, RapportEchoue
from ctglib.production.importation import importer_papermill
from ctglib.production.rapports import Carnet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbformat import NotebookNode

CTG, STANDARD = "ctg", "standard"
MOTEURS = (CTG, STANDARD)
COULEUR = re.compile(r"\x1b\[[\d;]*m")
LIGNE = re.compile(r"Cell In\[\d+\], line (\d+)")


def executer(notebook: Path, parametres: Mapping[str, str | int], moteur: str = CTG) -> NotebookNode:
    """Return the notebook executed with these parameters.

    Papermill only logs a parameter that the notebook does not declare, and runs with the default; here it is refused.

    Args:
        notebook: The notebook, without outputs.
        parametres: Values of declared parameters, text or whole numbers.
        moteur: ``ctg``, in this process; ``standard``, papermill's own, in an ordinary Jupyter kernel.

    Raises:
        RapportEchoue: A parameter is unknown, or a cell failed.
    """
    papermill = importer_papermill()
    from papermill.exceptions import PapermillExecutionError

    verifier_parametres(notebook, parametres)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        # No output file: papermill would write the whole notebook again before and after each cell.
        return papermill.execute_notebook(
            _chemin_litteral(notebook),
            None,
            parameters=dict(parametres),
            engine_name=None if moteur == STANDARD else moteur,
            progress_bar=False,
        )
    except PapermillExecutionError as error:
        raise RapportEchoue(_echec(notebook, error)) from error


def verifier_parametres(notebook: Path, parametres: Mapping[str, str | int]) -> None:
    """Refuse a parameter that the notebook does not declare."""
    declares = importer_papermill().inspect_notebook(_chemin_litteral(notebook))
    inconnus = sorted(set(parametres) - set(declares))
    if inconnus:
        raise RapportEchoue(
            Echec(
                carnet=notebook.name,
                cause=f"Le carnet {notebook.name} ne connaît pas le paramètre « {', '.join(inconnus)} ».",
                remede=f"N'employer que ses paramètres : {', '.join(sorted(declares)) or 'aucun'}.",
            )
        )


def _chemin_litteral(notebook: Path) -> str:
    """Return a path as papermill reads it: braces would be places to fill in."""
    return str(notebook).replace("{", "{{").replace("}", "}}")


def _echec(notebook: Path, error: Exception) -> Echec:
    """Return what failed: the cell, its line, the cause."""
    source = error.source or ""
    lines = source.splitlines()
    found = LIGNE.findall(COULEUR.sub("", "\n".join(error.traceback or ())))
    # Without a line in the traceback (a syntax error), the last one with code is the best that can be shown.
    ligne = int(found[-1]) if found else max((i for i, line in enumerate(lines, 1) if line.strip()), default=None)
    cellule, section = Carnet(notebook).situer(source)
    return Echec.de_l_erreur(
        error.ename,
        str(error.evalue),
        carnet=notebook.name,
        cellule=cellule or error.cell_index + 1,
        section=section,
        ligne=ligne,
        code=lines[ligne - 1].strip() if ligne and ligne <= len(lines) else "",
    )
