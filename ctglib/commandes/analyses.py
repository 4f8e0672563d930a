"""``ctg laboratoire`` and ``ctg analyser``: the notebooks of analysis, in the folder ``analyses``.

The first opens JupyterLab in French on them; the second makes a page of one, marked « analyse
ponctuelle », of which nothing goes to the portal, the manifest or an archive.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, suppress
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
from ctglib.donnees.lecture import enregistrer, racine
from ctglib.donnees.provisoires import isoler_les_temporaires
from ctglib.export.formats import formats_connus
from ctglib.production.plan import (
    INTERNE,
    MANIFESTE,
    PAQUET,
    PROJET,
    SORTIE,
    Carnet,
    eprouver,
)

ANALYSES = PROJET / "analyses"
ACCUEIL = "accueil.ipynb"
REGLAGES = Path(__file__).parent / "jupyter"
EXPORT = Path(__file__).parents[1] / "export"  # of the fonts
JUPYTERLAB = (  # its options: nothing of it needs the network
    f"--ServerApp.root_dir={PROJET}",
    "--ServerApp.answer_yes=True",  # one Ctrl+C ends it
    "--ServerApp.allow_root=True",  # in a container there is nobody else
    "--LabApp.extension_manager=readonly",  # else it lists what PyPI offers
    "--ContentsManager.pre_save_hook=ctglib.commandes.analyses.sans_sorties",
    "--LabApp.custom_css=True",  # of ``habiller``
)
TRACES = PROJET / ".laboratoire"  # what JupyterLab remembers of a user: settings, open tabs
# What JupyterLab reads of a user's own configuration, and where it looks for a style sheet.
CONFIGURATION = TRACES / "jupyter"
PATIENCE = 3  # seconds for JupyterLab to end by itself
# the notebooks that .gitignore exempts: « !/analyses/accueil.ipynb »
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
Interne = Annotated[
    bool,
    Option(
        "--interne",
        help="Pour une analyse qui lit des effectifs non masqués, à garder entre les parties : "
        "chaque page le dit.",
    ),
]


def laboratoire(
    carnet: AOuvrir = "", sans_navigateur: SansNavigateur = False, port: Port = 8888
) -> int:
    """Ouvrir JupyterLab en français, sur le dossier des analyses."""
    nom = _trouver(ANALYSES / (Path(carnet).name or ACCUEIL)).name
    if find_spec("jupyterlab") is None:
        raise Empechement(
            "JupyterLab n'est pas installé : lancez « make laboratoire », qui l'installe."
        )
    options = [
        *JUPYTERLAB,
        f"--LabApp.default_url=/lab/tree/analyses/{nom}",
        f"--ServerApp.port={port}",
    ]
    if sans_navigateur:
        options.append("--ServerApp.open_browser=False")
    else:
        options.append("--Application.log_level=ERROR")
        dire("JupyterLab s'ouvre dans le navigateur. Pour l'arrêter : Ctrl + C dans cette fenêtre.")
    commande = [sys.executable, "-m", "jupyterlab", *options]
    habiller()
    with subprocess.Popen(commande, env=environnement(), cwd=PROJET) as serveur:
        # Who ends this program by a signal ends JupyterLab, which ends its kernels.
        signal.signal(signal.SIGTERM, lambda *_: serveur.terminate())
        try:
            return 1 if serveur.wait() else 0
        except KeyboardInterrupt:  # JupyterLab receives it too when it is typed
            with suppress(subprocess.TimeoutExpired):
                serveur.wait(PATIENCE)
            serveur.terminate()
            return 0


def habiller() -> None:
    """Give JupyterLab the fonts and the sizes of the page that « ctg analyser » makes.

    Its option ``custom_css`` reads the folder « custom » of the user's configuration, and no other.
    """
    feuilles = (REGLAGES / "custom.css", EXPORT / "polices.css")
    dossier = CONFIGURATION / "custom"
    dossier.mkdir(parents=True, exist_ok=True)
    ecrire({dossier / feuille.name: feuille.read_bytes() for feuille in feuilles})


def environnement() -> Mapping[str, str]:
    """Return the environment variables of JupyterLab: our settings, and the user's in the project.

    Our settings come before those of ``JUPYTER_CONFIG_PATH``, then of the user's own folder; what
    JupyterLab remembers of a user is kept in ``TRACES``, not in the home folder.
    """
    chemins = [str(REGLAGES)]
    chemins_de_l_utilisateur = os.environ.get("JUPYTER_CONFIG_PATH", "")
    if chemins_de_l_utilisateur:
        chemins.append(chemins_de_l_utilisateur)
    chemins.append(os.environ.get("JUPYTER_CONFIG_DIR", str(Path.home() / ".jupyter")))
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(CONFIGURATION),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(chemins),
        "PYTHONSTARTUP": str(REGLAGES / "surveiller.py"),  # a kernel runs it before its first cell
        "JUPYTERLAB_SETTINGS_DIR": str(TRACES / "reglages"),
        "JUPYTERLAB_WORKSPACES_DIR": str(TRACES / "onglets"),
    }


@cache
def livres() -> frozenset[str]:
    """Return the paths of the notebooks of ``analyses`` that come with the project.

    They are those that ``.gitignore`` exempts; what a user adds is not followed by git.
    """
    return frozenset(LIVRES.findall((PROJET / ".gitignore").read_text(encoding="utf-8")))


def sans_sorties(model: dict[str, Any], path: str, **_: object) -> None:
    """Remove from a notebook that git follows what its cells showed, before Jupyter saves it.

    It is the hook that ``JUPYTERLAB`` names; it changes ``model`` in place, as Jupyter wants. The
    notebooks of a user keep their outputs.
    """
    chemin = path.strip("/")
    suivi = chemin.startswith("notebooks/") or chemin in livres()
    if model["type"] != "notebook" or not suivi:
        return
    carnet = model["content"]
    for cellule in carnet["cells"]:
        metadonnees = cellule["metadata"]
        cellule["metadata"] = {cle: metadonnees[cle] for cle in metadonnees if cle == "tags"}
        if cellule["cell_type"] == "code":
            cellule["outputs"] = []
            cellule["execution_count"] = None
    # The metadata that the notebooks of the project all bear.
    accueil = json.loads((ANALYSES / ACCUEIL).read_text(encoding="utf-8"))
    carnet["metadata"] = accueil["metadata"]


@promettre("Rien n'a été écrit.")
@isoler_les_temporaires()
def analyser(
    carnet: AExecuter,
    formats: Formats = "html,pdf",
    parametre: Parametres = None,
    sortie: Dossier = None,
    interne: Interne = False,
) -> None:
    """Exécuter un carnet d'analyse, et l'écrire en page, en PDF ou pour Word."""
    from ctglib.production.moteur import defaut_des_parametres

    ponctuels = tuple(nom for nom, sorte in formats_connus().items() if not sorte.resume)
    formats_voulus, fautes = formats_demandes(formats, ponctuels)
    if fautes:
        raise Empechement("\n".join(fautes))
    chemin = _trouver(carnet)
    eprouver(chemin)
    parametres_declares = Carnet(chemin).parametres
    valeurs: dict[str, str | int] = {}
    for texte in parametre or []:
        nom, _, valeur = texte.partition("=")
        valeurs[nom] = valeur
        entier = valeur.strip().removeprefix("-").isdecimal()
        if type(parametres_declares.get(nom)) is int and entier:  # else it stays a text
            valeurs[nom] = int(valeur)
    defaut = defaut_des_parametres(chemin.name, parametres_declares, valeurs)
    if defaut:
        raise Empechement(defaut)
    dossier = (sortie or chemin.parent).resolve()
    sorti = _d_ou_l_on_sort(dossier) if interne else None
    if sorti:
        raise Empechement(
            f"Une analyse interne ne va pas dans {sorti.name}/, que l'on publie ou archive : "
            "choisissez un autre dossier par --sortie."
        )
    fichiers = _composer(chemin, formats_voulus, valeurs, interne)
    ecrire({dossier / nom: octets for nom, octets in fichiers.items()}, au_journal=True)
    dire(f"Analyse ponctuelle, écrite dans {dossier} : {', '.join(fichiers)}.")


def _d_ou_l_on_sort(dossier: Path) -> Path | None:
    """Return the folder that is published or archived whole, where another one stands; None when
    nothing goes out of it.
    """
    for archive in (PROJET / SORTIE, racine(), PAQUET):
        if dossier.is_relative_to(archive.resolve()):
            return archive
    for parent in (dossier, *dossier.parents):  # reports made elsewhere
        if (parent / MANIFESTE).exists() or any(parent.glob(f"*/{MANIFESTE}")):
            return parent
    return None


@contextmanager
def nommer(carnet: Path) -> Iterator[None]:
    """Name a notebook as JupyterLab does while its cells run: what is typed in it says where."""
    from ctglib.atelier.tables import CARNET

    avant = os.environ.get(CARNET)
    os.environ[CARNET] = str(carnet)
    try:
        yield
    finally:
        os.environ.pop(CARNET)
        if avant is not None:
            os.environ[CARNET] = avant


def _trouver(carnet: Path) -> Path:
    """Return the path of a notebook that was typed as a path, or as a name of ``analyses``.

    Raises:
        Empechement: There is none; the message lists those there are.
    """
    for chemin in (carnet, ANALYSES / carnet.name, ANALYSES / f"{carnet.name}.ipynb"):
        if chemin.is_file() and chemin.suffix == ".ipynb":
            return chemin.resolve()
    dossier = ANALYSES
    if carnet.parent != Path() and carnet.parent.is_dir():
        dossier = carnet.parent
    carnets = sorted(chemin.name for chemin in dossier.glob("*.ipynb"))
    liste = ", ".join(carnets) or "aucun"
    raise Empechement(
        f"Le carnet « {carnet.name} » n'existe pas{proposer(carnet.name, carnets)} "
        f"Carnets de {dossier.name} : {liste}."
    )


def _composer(
    carnet: Path, formats: Sequence[str], valeurs: Mapping[str, str | int], interne: bool
) -> dict[str, bytes]:
    """Run a notebook in its own folder, as JupyterLab does; return its files by name.

    Raises:
        Empechement: A cell failed, what it shows cannot be published, or it opened what closes its
            exits and is not for an internal use.
    """
    from ctglib import atelier
    from ctglib.atelier.ordinaires import en_blocs
    from ctglib.document.blocs import Encadre
    from ctglib.export.document import CarnetImpubliable, assembler
    from ctglib.production.echec import Echec, phrases
    from ctglib.production.moteur import executer
    from ctglib.production.produire import ecrire_document
    from ctglib.secret.garde import refuser

    try:
        with chdir(carnet.parent), nommer(carnet), enregistrer() as journal:
            execute = executer(carnet, valeurs)
        refus = refuser(journal.ouvertures)
        if refus and not interne:
            raise Empechement(refus)
        if interne:
            execute.metadata.setdefault("papermill", {}).setdefault("parameters", {})
            execute.metadata.papermill.parameters["diffusion"] = INTERNE
        document = assembler(en_blocs(execute))
        ponctuel = replace(document, corps=(Encadre((atelier.PONCTUELLE,)), *document.corps))
        return {
            f"{carnet.stem}.{format_}": ecrire_document(format_, execute, ponctuel)
            for format_ in formats
        }
    except (Echec, CarnetImpubliable) as error:
        remede = "Corriger la cellule dans JupyterLab, puis relancer ctg analyser."
        message = str(error).replace(phrases()["remedes"]["carnet"], remede)
        message = message.replace("la production", "l'analyse")
        raise Empechement(message) from None
