"""``ctg laboratoire``: JupyterLab in French at the root of the project, without the network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from ctglib.commandes.messages import proposer
from ctglib.production.plan import PAQUET

PROJET = PAQUET.parent
ANALYSES = PROJET / "analyses"
ACCUEIL = "accueil.ipynb"
REGLAGES = Path(__file__).parent / "jupyter"
TRACES = PROJET / ".laboratoire"  # what JupyterLab remembers of a user: settings, open tabs
PATIENCE = 3  # seconds
LIVRES = re.compile(r"^!/(analyses/.+\.ipynb)$", re.MULTILINE)


def ouvrir_laboratoire(carnet: str, *, navigateur: bool, port: int) -> int:
    """Start JupyterLab on a notebook of ``analyses``, and return its exit code once it ends."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    name = Path(carnet).name if carnet else ACCUEIL
    known = sorted(path.name for path in ANALYSES.glob("*.ipynb"))
    if name not in known:
        errors.print(f"Le carnet « {name} » n'est pas dans analyses{proposer(name, known)}.", markup=False)
        return 1
    if find_spec("jupyterlab") is None:
        errors.print("JupyterLab n'est pas installé : lancez « make laboratoire », qui l'installe.", markup=False)
        return 1
    options = [f"--LabApp.default_url=/lab/tree/analyses/{name}", f"--ServerApp.port={port}"]
    if navigateur:
        options.append("--Application.log_level=ERROR")
        Console(highlight=False).print(
            "JupyterLab s'ouvre dans le navigateur. Pour l'arrêter : Ctrl + C dans cette fenêtre.", soft_wrap=True
        )
    else:
        options.append("--ServerApp.open_browser=False")
    with subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], env=environnement(), cwd=PROJET) as run:
        try:
            return 1 if run.wait() else 0
        except KeyboardInterrupt:  # JupyterLab receives it too when it is typed
            with suppress(subprocess.TimeoutExpired):
                run.wait(PATIENCE)
            run.terminate()
            return 0


def environnement() -> Mapping[str, str]:
    """Return the environment that JupyterLab runs in: our settings first, the user's in the project."""
    paths = os.pathsep.join(filter(None, (str(REGLAGES), os.environ.get("JUPYTER_CONFIG_PATH", ""))))
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": paths,
        "JUPYTERLAB_SETTINGS_DIR": str(TRACES / "reglages"),
        "JUPYTERLAB_WORKSPACES_DIR": str(TRACES / "onglets"),
    }


@cache
def livres() -> frozenset[str]:
    """Return the notebooks of ``analyses`` that come with the project: those that git follows."""
    return frozenset(LIVRES.findall((PROJET / ".gitignore").read_text(encoding="utf-8")))


def sans_sorties(model: dict[str, Any], path: str, **_: object) -> None:
    """Save a notebook that git follows without what its cells showed: Jupyter calls this before it writes one."""
    name = path.strip("/")
    if model["type"] != "notebook" or not (name.startswith("notebooks/") or name in livres()):
        return
    for cell in model["content"]["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key == "tags"}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    model["content"]["metadata"] = _entete()


@cache
def _entete() -> Mapping[str, object]:
    """Return the metadata that the notebooks of the project all bear."""
    return json.loads((ANALYSES / ACCUEIL).read_text(encoding="utf-8"))["metadata"]
