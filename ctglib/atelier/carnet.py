"""Ce que le classeur dit dans un carnet.

Une erreur du classeur y tient en une phrase, une question sans réponse dit pourquoi, et « %ctg »
lance une commande.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from dataclasses import is_dataclass
from linecache import getline
from traceback import walk_tb
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, inconnu
from ctglib.atelier.series import oublier
from ctglib.atelier.sorties import montrer_dans_un_carnet
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.document.blocs import liste
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import RAPPORT
from ctglib.donnees.nombres import SommeRefusee
from ctglib.donnees.publiques import reperes
from ctglib.secret.garde import surveiller

if TYPE_CHECKING:  # a script that uses the atelier does without IPython
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

DETAIL = "(Le détail technique : %tb)"
UNE_CELLULE = re.compile(r"ipython-input|ipykernel_|<string>")  # the file name of what a cell runs
# What IPython shows of an exception that has this method, instead of its traceback.
RENDU = "_render_traceback_"
TABLES_TRANSMISES = {
    "observations": "indicateurs",
    "actions": "actions",
    "profils": "profils du public",
    "moyens": "moyens",
}


def installer() -> None:
    """Set up the notebook that runs, if one does: errors as sentences, « %ctg », how tables show.

    Nothing is done twice, nor in the kernel of a report (``RAPPORT``). When the engine of the
    reports runs the notebook, errors stay as they are: it says itself where a notebook stopped.
    """
    shell = _interprete()
    if shell is None:
        return
    surveiller(shell)
    if RAPPORT in os.environ or "ctg" in shell.magics_manager.magics["line"]:
        return
    montrer_dans_un_carnet(shell)
    shell.magics_manager.register_function(ctg, "line")
    if not _est_le_moteur(shell):
        shell.set_custom_exc((Exception,), _montrer_l_erreur)
        shell.events.register("post_run_cell", _dire_qu_il_n_y_a_rien)


def _interprete() -> InteractiveShell | None:
    """Return the IPython shell of the notebook that runs, None outside of a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _est_le_moteur(shell: InteractiveShell | None) -> bool:
    """Return whether the engine of the reports runs the notebook, not somebody in JupyterLab."""
    return type(shell).__name__ == "Interprete"


# Errors.


def en_francais(erreur: BaseException, trace: TracebackType | None = None) -> str:
    """Return the sentence of an error that the workbook raised, "" for any other.

    That is a refusal of ours, the name of a function that does not exist, or a call with wrong
    arguments: ``appels`` of ``atelier.yaml`` has a sentence for each of Python's.
    """
    if isinstance(erreur, DemandeImpossible | DonneesInvalides | SommeRefusee):
        return str(erreur)
    if isinstance(erreur, AttributeError) and _est_a_nous(erreur.obj):
        # « atelier : « comparé » n'existe pas. Noms proches : comparer. »
        objet = erreur.obj
        noms = getattr(objet, "__all__", None)
        if not noms:
            noms = [nom for nom in dir(objet) if not nom.startswith("_")]
        nom_de_l_objet = getattr(objet, "__name__", type(objet).__name__).rpartition(".")[2]
        return str(inconnu(f"{nom_de_l_objet} :", erreur.name, noms))
    if isinstance(erreur, TypeError):
        for expression, phrase in reperes().appels.items():
            appel_faux = re.search(rf"(\w+)\(\) {expression}", str(erreur))
            if appel_faux:
                fonction = appel_faux[1]
                arguments = re.sub(r"'(\w+)'", r"« \1 »", appel_faux[2]).replace(" and ", " et ")
                return f"{phrase.format(quoi=fonction, noms=arguments)} L'aide : {fonction}?"
    if isinstance(erreur, ValueError):
        modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(trace)]
        if modules and modules[-1].startswith("ctglib."):  # the workbook itself refuses
            return str(erreur)
    return ""


def _est_a_nous(objet: object) -> bool:
    """Return whether an object is a module of ctglib, or of one of its classes."""
    module = objet.__name__ if isinstance(objet, ModuleType) else type(objet).__module__
    return module.partition(".")[0] == "ctglib"


def en_clair(erreur: BaseException, trace: TracebackType | None = None) -> str:
    """Return one French line about an error of Python or of pandas: what a name is close to, or
    what ``erreurs`` of ``atelier.yaml`` says of its message.
    """
    if isinstance(erreur, KeyError) and erreur.args:
        for cadre, _ in reversed(list(walk_tb(trace))):
            table = cadre.f_locals.get("self")
            if isinstance(table, pd.DataFrame):
                return str(inconnu(dire("colonne_ou_etiquette"), erreur.args[0], table.columns))
    if isinstance(erreur, AttributeError) and isinstance(erreur.obj, pd.DataFrame | pd.Series):
        noms = [nom for nom in dir(erreur.obj) if not nom.startswith("_")]
        return str(inconnu(dire("attribut"), erreur.name, noms))
    dite = f"{type(erreur).__name__}: {erreur}"
    for expression, phrase in reperes().erreurs.items():
        trouve = re.search(expression, dite)
        if trouve:
            return phrase.format(*trouve.groups())
    return dire("erreur_de_python")


def _en_bref(erreur: BaseException, trace: TracebackType | None) -> list[str]:
    """Return an error of Python or of pandas in few lines: where in the cell, what they say, what
    it means.
    """
    lignes = []
    for cadre, ligne in walk_tb(trace):
        fichier = cadre.f_code.co_filename
        if UNE_CELLULE.search(fichier):
            code = getline(fichier, ligne).strip()
            lignes = [dire("ligne_de_la_cellule", ligne=ligne, code=code)]
    return [*lignes, f"{type(erreur).__name__}: {erreur}", en_clair(erreur, trace), DETAIL]


def _montrer_l_erreur(
    shell: InteractiveShell,
    etype: type[BaseException],
    value: BaseException,
    tb: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show an error in few lines, « %tb » then shows the traceback: our sentence if it has one,
    else what Python says, and a French line.
    """
    phrase = en_francais(value, tb)
    lignes = [phrase, DETAIL] if phrase else _en_bref(value, tb)
    setattr(value, RENDU, lambda: ["\n".join(lignes)])
    try:
        shell.showtraceback((etype, value, tb), tb_offset=tb_offset, running_compiled_code=True)
    finally:
        delattr(value, RENDU)


# « %ctg ».


def ctg(ligne: str) -> None:
    """Lance une commande du classeur, comme dans un terminal : ``%ctg produire``, ``%ctg source
    liste``.
    """
    shell = _interprete()
    arguments = shlex.split(ligne, posix=sys.platform != "win32")
    sans_couleur = {
        nom: valeur
        for nom, valeur in os.environ.items()
        if nom not in ("FORCE_COLOR", "CLICOLOR_FORCE")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "ctglib", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**sans_couleur, "TERM": "dumb", "COLUMNS": "120"},
        encoding="utf-8",
    ) as commande:
        assert commande.stdout is not None  # it is a pipe
        if shell and _est_le_moteur(shell):
            # A report shows blocks, and nothing that is written on the side.
            bloc = liste(ligne_dite.strip() for ligne_dite in commande.stdout)
            shell.display_pub.publish(bloc._repr_mimebundle_())
        else:
            sys.stdout.writelines(commande.stdout)
    oublier()


# A cell that shows nothing.


def _dire_qu_il_n_y_a_rien(resultat: ExecutionResult) -> None:
    """Write why the last line of a cell shows nothing, when it asks something of a report's object.

    « bilan.fiche(2).actions() » returns None when the convention says nothing of it.
    """
    if resultat.result is not None or not resultat.success or resultat.info is None:
        return
    nom = _variable_interrogee(resultat.info.raw_cell)
    shell = _interprete()
    objet = shell.user_ns.get(nom) if shell else None
    if not is_dataclass(objet) or not _est_a_nous(objet):
        return
    sujet = repr(objet).partition("\n")[0].rstrip(".")
    sys.stdout.write(f"Rien à montrer ({sujet}) : {_pourquoi_rien(objet)}.\n")


def _variable_interrogee(cellule: str) -> str:
    """Return « bilan » for a cell that ends with « bilan.fiche(2).actions() », "" otherwise."""
    try:
        instructions = ast.parse(cellule).body
    except SyntaxError:  # a magic
        return ""
    if not instructions or not isinstance(instructions[-1], ast.Expr):
        return ""
    expression = instructions[-1].value
    if not isinstance(expression, ast.Call) or not isinstance(expression.func, ast.Attribute):
        return ""
    while isinstance(expression, ast.Call | ast.Attribute):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _pourquoi_rien(objet: object) -> str:
    """Return in words what was handed in for the year of an object of the reports, and what not."""
    etude = getattr(objet, "etude", None)
    if not isinstance(etude, EtudeAnnuelle):
        etude = getattr(objet, "annee", None)
    if not isinstance(etude, EtudeAnnuelle):
        return "la convention n'en dit rien"
    transmises = []
    absentes = []
    for table, libelle in TABLES_TRANSMISES.items():
        if getattr(etude.annuel, table).empty:
            absentes.append(libelle)
        else:
            transmises.append(libelle)
    if not transmises:
        return f"rien n'a été transmis pour {etude.annee}"
    raison = f"pour {etude.annee}, sont transmis : {', '.join(transmises)}"
    if absentes:
        raison += f" ; ne le sont pas : {', '.join(absentes)}"
    return raison
