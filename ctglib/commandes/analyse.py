"""``ctg analyser``: a notebook of the day as a page, a PDF or a Word file, by what makes the reports.

It is marked « analyse ponctuelle », and nothing of it goes to the portal, the manifest or an archive.
"""

from __future__ import annotations

from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.commandes.demande import Incompris, inconnus
from ctglib.commandes.laboratoire import ANALYSES
from ctglib.commandes.messages import dire, proposer, refusant
from ctglib.donnees.ecriture import ecrire
from ctglib.production.plan import FORMATS, RESUMES, Carnet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PONCTUELS = tuple(kind for kind in FORMATS if kind not in RESUMES)


@refusant("\nRien n'a été écrit.")
def analyser_carnet(carnet: Path, formats: str, parametres: Sequence[str], sortie: Path | None = None) -> int:
    """Run a notebook, write what it shows beside it or in a folder, and return 0, or 1 with what prevents it."""
    asked = _formats(formats)
    found = _trouver(carnet)
    files = _composer(found, asked, _valeurs(Carnet(found), parametres))
    folder = (sortie or found.parent).resolve()
    ecrire({folder / name: content for name, content in files.items()})
    dire(f"Analyse ponctuelle, écrite dans {folder} : {', '.join(files)}.")
    return 0


def _trouver(carnet: Path) -> Path:
    """Return the notebook: a path, or a name of ``analyses``."""
    for path in (carnet, ANALYSES / carnet.name, ANALYSES / f"{carnet.name}.ipynb"):
        if path.is_file() and path.suffix == ".ipynb":
            return path.resolve()
    folder = carnet.parent if carnet.parent != Path() and carnet.parent.is_dir() else ANALYSES
    known = sorted(path.name for path in folder.glob("*.ipynb"))
    listed = ", ".join(known) or "aucun"
    raise Incompris(
        f"Le carnet « {carnet} » n'existe pas{proposer(carnet.name, known)}. Carnets de {folder.name} : {listed}."
    )


def _formats(liste: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(part.strip() for part in liste.split(",") if part.strip()))
    if faults := inconnus("Le format", asked, PONCTUELS) or (
        [] if asked else [f"Aucun format demandé : {', '.join(PONCTUELS)}."]
    ):
        raise Incompris("\n".join(faults))
    return asked


def _valeurs(carnet: Carnet, parametres: Sequence[str]) -> dict[str, str | int]:
    """Return the parameters, given as « nom=valeur »: whole numbers where the notebook declares one."""
    from ctglib.production.moteur import refuser_parametres

    declared = carnet.parametres
    given: dict[str, str | int] = dict(text.partition("=")[::2] for text in parametres)
    for name, value in given.items():
        if type(declared.get(name)) is int and value.strip().lstrip("-").isdigit():
            given[name] = int(value)
    if refusal := refuser_parametres(carnet.chemin.name, declared, given):
        raise Incompris(refusal)
    return given


def _composer(carnet: Path, formats: Sequence[str], valeurs: Mapping[str, str | int]) -> dict[str, bytes]:
    """Return the files, by name, of a notebook run in its own folder, as in JupyterLab."""
    from ctglib import atelier, export
    from ctglib.document.blocs import Encadre
    from ctglib.export.document import CarnetImpubliable, assembler
    from ctglib.production.echec import CARNET, RapportEchoue
    from ctglib.production.fabrication import EXPORTEURS
    from ctglib.production.moteur import executer

    try:
        with chdir(carnet.parent):
            notebook = executer(carnet, valeurs)
        document = assembler(notebook)
        marked = replace(document, corps=(Encadre((atelier.PONCTUELLE,)), *document.corps))
        made = {}
        for form in formats:
            content, _ = getattr(export, EXPORTEURS[form])().from_notebook_node(notebook, {"page": marked})
            made[f"{carnet.stem}.{form}"] = content.encode() if isinstance(content, str) else content
    except RapportEchoue as error:
        told = str(error.echec).replace(CARNET, "Corriger la cellule dans JupyterLab, puis relancer ctg analyser.")
        raise Incompris(told.replace("ctg produire", "ctg analyser")) from None
    except CarnetImpubliable as error:
        raise Incompris(str(error)) from None
    return made
