"""The watch over a notebook: what it opened past the mask closes the exits of the workbook.

What it opens is told by ``ctglib.donnees.lecture``; here are what a cell says that it will use,
what ran before the watch began, and the refusals.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, Any

from ctglib.donnees.lecture import noter_ouverture, ouvertures
from ctglib.donnees.ouvertures import LECTEURS, Ouverture
from ctglib.secret import MIME, ExportRefuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from IPython.core.interactiveshell import InteractiveShell

DITES = {
    "suivi": "« {quoi} » lu sans le masque du secret",
    "classeur": "« {quoi} », un classeur ou un relevé rendu par un service, ouvert",
    "processus": "un autre programme lancé ({quoi})",
    "lecteur": "« {quoi} », qui lit des fichiers sans que le classeur puisse voir lesquels",
    "avant": "« {quoi} » exécuté avant que le classeur soit là",
}
REFUS = (
    "Ce carnet ne peut rien publier par le classeur :\n{ouvertures}\n"
    "Lire plutôt le suivi par ouvrir_bilan ou par l'atelier, qui masquent les petits effectifs, et "
    "importer le classeur (« from ctglib import atelier as a ») dans la première cellule ; puis "
    "redémarrer le noyau et tout exécuter. Pour une analyse à garder entre les parties : "
    "ctg analyser --interne."
)
IMPORTS = ("import_module", "__import__")
IMPORTE = re.compile(r"\b(?:import|from)\s+(\w+)")
MAGIES = re.compile(r"^\s*%(?:matplotlib|config|load_ext|reload_ext|autoreload)\b.*$", re.MULTILINE)


def recommencer() -> None:
    """Forget what the notebook before this one opened, in this process."""
    ouvertures.clear()


def surveiller(shell: InteractiveShell) -> None:
    """Watch the cells of a notebook from now on, once: what they are about to import, and what they
    opened, which stays in their outputs for the exporters (``MIME``).
    """
    if getattr(shell, "surveille_par_ctg", False):
        return
    shell.surveille_par_ctg = True  # pyright: ignore[reportAttributeAccessIssue] - ours, on their object
    for source in shell.user_ns.get("In", []):  # the last one is at work
        _noter_ce_qui_precede(source)

    def avant_une_cellule(info: Any) -> None:
        for lecteur in lecteurs_importes(info.raw_cell):
            noter_ouverture(Ouverture("lecteur", lecteur))

    dites: set[Ouverture] = set()

    def apres_une_cellule(_: Any) -> None:
        nouvelles = [ouverture for ouverture in ouvertures if ouverture not in dites]
        dites.update(nouvelles)
        if nouvelles:
            refus = refuser(nouvelles)
            shell.display_pub.publish({MIME: {"refus": refus}, "text/plain": refus})

    shell.events.register("pre_run_cell", avant_une_cellule)
    shell.events.register("post_run_cell", apres_une_cellule)


def surveiller_le_carnet() -> None:
    """Watch the notebook that runs in this process, if one does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        surveiller(shell)


def lecteurs_importes(source: str) -> list[str]:
    """Return the libraries of ``LECTEURS`` that a cell imports, each once.

    Examples:
        >>> lecteurs_importes("import duckdb as d\\nfrom pyarrow import csv")
        ['duckdb', 'pyarrow']
    """
    instructions = _instructions(source)
    paquets = IMPORTE.findall(source)  # the code of a magic is a text
    if instructions is not None:
        paquets = _paquets_importes(instructions)
    return [paquet for paquet in dict.fromkeys(paquets) if paquet in LECTEURS]


def _instructions(source: str) -> list[ast.stmt] | None:
    """Return the statements of a cell, its harmless magics left out; None when it is no Python."""
    try:
        return ast.parse(MAGIES.sub("", source)).body
    except SyntaxError:
        return None


def _paquets_importes(instructions: Iterable[ast.stmt]) -> list[str]:
    """Return the packages that statements import, by an import or by a call."""
    modules = []
    for instruction in instructions:
        for noeud in ast.walk(instruction):
            if isinstance(noeud, ast.Import):
                modules += [alias.name for alias in noeud.names]
            elif isinstance(noeud, ast.ImportFrom):
                modules.append(noeud.module or "")
            elif isinstance(noeud, ast.Call):
                fonction = noeud.func
                nom = getattr(fonction, "attr", getattr(fonction, "id", ""))
                if nom in IMPORTS and noeud.args and isinstance(noeud.args[0], ast.Constant):
                    modules.append(str(noeud.args[0].value))
    return [module.partition(".")[0] for module in modules]


def _noter_ce_qui_precede(source: str) -> None:
    """Record what a cell ran before it imported the workbook, and that could open something:
    imports, values and definitions cannot.
    """
    for lecteur in lecteurs_importes(source):
        noter_ouverture(Ouverture("lecteur", lecteur))
    instructions = _instructions(source)
    if instructions is None:
        noter_ouverture(Ouverture("avant", source.strip().splitlines()[0]))
        return
    for instruction in instructions:
        if "ctglib" in _paquets_importes([instruction]):
            return
        est_definie = isinstance(instruction, ast.FunctionDef | ast.AsyncFunctionDef)
        appelle = any(isinstance(noeud, ast.Call) for noeud in ast.walk(instruction))
        if appelle and not est_definie:
            code = ast.unparse(instruction).splitlines()[0]
            noter_ouverture(Ouverture("avant", code))


def dire(choses: Iterable[Ouverture]) -> str:
    """Return what was opened, a line each."""
    return "\n".join(f"- {DITES[chose.genre].format(quoi=chose.quoi)}" for chose in choses)


def refuser(choses: Iterable[Ouverture]) -> str:
    """Return why nothing goes out of a notebook that opened some things, "" when it opened none."""
    lignes = dire(choses)
    return REFUS.format(ouvertures=lignes) if lignes else ""


def verifier_la_sortie() -> None:
    """Check that the notebook that runs may write a file by the workbook.

    Raises:
        ExportRefuse: It opened what closes its exits; the message says what, and what to do.
    """
    refus = refuser(ouvertures)
    if refus:
        raise ExportRefuse(refus)
