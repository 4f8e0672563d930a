"""``ctg laboratoire`` opens JupyterLab in French on ``analyses``; ``ctg analyser`` makes a page of
a notebook.

Such a page is marked « analyse ponctuelle », and nothing of it goes to the portal, the manifest or
an archive.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, suppress
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from ctglib.commandes.options import Formats
from ctglib.commandes.terminal import dire, formats_demandes, promettre, proposer
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import Empechement
from ctglib.production.plan import FORMATS, PROJET, RESUMES, Carnet

ANALYSES = PROJET / "analyses"
ACCUEIL = "accueil.ipynb"
PONCTUELS = tuple(kind for kind in FORMATS if kind not in RESUMES)
REGLAGES = Path(__file__).parent / "jupyter"
JUPYTERLAB = (  # its options: nothing of it needs the network
    f"--ServerApp.root_dir={PROJET}",
    "--ServerApp.answer_yes=True",  # one Ctrl+C ends it
    "--ServerApp.allow_root=True",  # in a container there is nobody else
    "--LabApp.extension_manager=readonly",  # else it lists what PyPI offers
    "--ContentsManager.pre_save_hook=ctglib.commandes.analyses.sans_sorties",
)
TRACES = PROJET / ".laboratoire"  # what JupyterLab remembers of a user: settings, open tabs
PATIENCE = 3  # seconds
LIVRES = re.compile(r"^!/(analyses/.+\.ipynb)$", re.MULTILINE)

AOuvrir = Annotated[
    str, Argument(help="Carnet d'analyses à ouvrir (l'accueil par défaut).", metavar="CARNET")
]
SansNavigateur = Annotated[
    bool, Option("--sans-navigateur", help="Donner l'adresse sans ouvrir le navigateur.")
]
Port = Annotated[
    int, Option("--port", help="Port où écouter (le premier libre ensuite).", metavar="NOMBRE")
]
AExecuter = Annotated[
    Path, Argument(help="Carnet du dossier analyses.", metavar="CARNET", show_default=False)
]
Parametres = Annotated[
    list[str] | None,
    Option("--parametre", "-p", help="Un paramètre du carnet.", metavar="NOM VALEUR"),
]
Dossier = Annotated[
    Path | None,
    Option(
        "--sortie", "-s", help="Dossier où écrire (celui du carnet par défaut).", metavar="DOSSIER"
    ),
]


def laboratoire(
    carnet: AOuvrir = "", sans_navigateur: SansNavigateur = False, port: Port = 8888
) -> int:
    """Ouvrir JupyterLab en français, sur le dossier des analyses."""
    name = _trouver(ANALYSES / (Path(carnet).name or ACCUEIL)).name
    if find_spec("jupyterlab") is None:
        raise Empechement(
            "JupyterLab n'est pas installé : lancez « make laboratoire », qui l'installe."
        )
    options = [
        *JUPYTERLAB,
        f"--LabApp.default_url=/lab/tree/analyses/{name}",
        f"--ServerApp.port={port}",
    ]
    if sans_navigateur:
        options.append("--ServerApp.open_browser=False")
    else:
        options.append("--Application.log_level=ERROR")
        dire("JupyterLab s'ouvre dans le navigateur. Pour l'arrêter : Ctrl + C dans cette fenêtre.")
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options], env=environnement(), cwd=PROJET
    ) as run:
        try:
            return 1 if run.wait() else 0
        except KeyboardInterrupt:  # JupyterLab receives it too when it is typed
            with suppress(subprocess.TimeoutExpired):
                run.wait(PATIENCE)
            run.terminate()
            return 0


def environnement() -> Mapping[str, str]:
    """Return the environment that JupyterLab runs in: our settings first, the user's in the
    project.
    """
    paths = os.pathsep.join(
        filter(None, (str(REGLAGES), os.environ.get("JUPYTER_CONFIG_PATH", "")))
    )
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
    """Save a notebook that git follows without what its cells showed: Jupyter calls this before it
    writes one.
    """
    name = path.strip("/")
    if model["type"] != "notebook" or not (name.startswith("notebooks/") or name in livres()):
        return
    for cell in model["content"]["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key == "tags"}
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
    # The metadata that the notebooks of the project all bear.
    model["content"]["metadata"] = json.loads((ANALYSES / ACCUEIL).read_text(encoding="utf-8"))[
        "metadata"
    ]


@promettre("Rien n'a été écrit.")
def analyser(
    carnet: AExecuter,
    formats: Formats = "html,pdf",
    parametre: Parametres = None,
    sortie: Dossier = None,
) -> None:
    """Exécuter un carnet d'analyse, et l'écrire en page, en PDF ou pour Word."""
    from ctglib.production.moteur import refuser_parametres

    asked, faults = formats_demandes(formats, PONCTUELS)
    if faults:
        raise Empechement("\n".join(faults))
    found = _trouver(carnet)
    declared = Carnet(found).parametres
    given: dict[str, str | int] = dict(text.partition("=")[::2] for text in parametre or [])
    for name, value in given.items():  # whole numbers where the notebook declares one
        if type(declared.get(name)) is int and value.strip().lstrip("-").isdigit():
            given[name] = int(value)
    if refusal := refuser_parametres(found.name, declared, given):
        raise Empechement(refusal)
    files = _composer(found, asked, given)
    folder = (sortie or found.parent).resolve()
    ecrire({folder / name: content for name, content in files.items()})
    dire(f"Analyse ponctuelle, écrite dans {folder} : {', '.join(files)}.")


def _trouver(carnet: Path) -> Path:
    """Return the notebook: a path, or a name of ``analyses``."""
    for path in (carnet, ANALYSES / carnet.name, ANALYSES / f"{carnet.name}.ipynb"):
        if path.is_file() and path.suffix == ".ipynb":
            return path.resolve()
    folder = carnet.parent if carnet.parent != Path() and carnet.parent.is_dir() else ANALYSES
    known = sorted(path.name for path in folder.glob("*.ipynb"))
    listed = ", ".join(known) or "aucun"
    raise Empechement(
        f"Le carnet « {carnet.name} » n'existe pas{proposer(carnet.name, known)}. Carnets de {folder.name} : {listed}."
    )


def _composer(
    carnet: Path, formats: Sequence[str], valeurs: Mapping[str, str | int]
) -> dict[str, bytes]:
    """Return the files, by name, of a notebook run in its own folder, as in JupyterLab."""
    from ctglib import atelier
    from ctglib.document.blocs import Encadre
    from ctglib.export.document import CarnetImpubliable, assembler
    from ctglib.production.echec import Echec, phrases
    from ctglib.production.moteur import executer
    from ctglib.production.produire import ecrire_document

    try:
        with chdir(carnet.parent):
            notebook = executer(carnet, valeurs)
        document = assembler(notebook)
        marked = replace(document, corps=(Encadre((atelier.PONCTUELLE,)), *document.corps))
        return {
            f"{carnet.stem}.{kind}": ecrire_document(kind, notebook, marked) for kind in formats
        }
    except (Echec, CarnetImpubliable) as error:
        here = "Corriger la cellule dans JupyterLab, puis relancer ctg analyser."
        told = str(error).replace(phrases()["remedes"]["carnet"], here)
        raise Empechement(told.replace("ctg produire", "ctg analyser")) from None
