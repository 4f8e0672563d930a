"""Ce que le classeur dit dans un carnet : des erreurs en une phrase, pourquoi rien ne se montre ;
et « %ctg ».
"""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import is_dataclass
from difflib import get_close_matches
from traceback import walk_tb
from types import ModuleType, TracebackType
from typing import Any

from ctglib.document.typographie import remplir
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import RAPPORT, sans_accents
from ctglib.donnees.publiques import reperes

DETAIL = "(Le détail technique : %tb)"


class DemandeImpossible(ValueError):
    """A question that the atelier cannot answer as it was put; its message is one French sentence."""


def dire(phrase: str, **valeurs: object) -> str:
    """Return a sentence of ``catalogue/atelier.yaml``, filled."""
    return remplir(reperes().phrases[phrase], **valeurs)


def impossible(phrase: str, **valeurs: object) -> DemandeImpossible:
    """Return the error that says such a sentence."""
    return DemandeImpossible(dire(phrase, **valeurs))


def inconnu(
    sujet: str, demande: object, possibles: Iterable[str], remede: str = ""
) -> DemandeImpossible:
    """Return the error for a name that does not exist, with the closest names, or the first ones
    when none is close.
    """
    names = list(dict.fromkeys(map(str, possibles)))
    flat = {sans_accents(name): name for name in names}
    close = [
        flat[key] for key in get_close_matches(sans_accents(str(demande)), flat, n=4, cutoff=0.5)
    ]
    hint = f"Noms proches : {', '.join(close)}." if close else ""
    if names and not close:
        hint = f"Possibles : {', '.join(names[:5])}{'…' if len(names) > 5 else ''}."
    return DemandeImpossible(
        " ".join(filter(None, (f"{sujet} « {demande} » n'existe pas.", hint, remede)))
    )


def installer() -> None:
    """Fold the errors of the workbook and teach « %ctg » to the notebook that runs, if one does.

    The errors of the engine of the reports are left as they are: it says where in the code a
    notebook stopped.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or RAPPORT in os.environ or "ctg" in shell.magics_manager.magics["line"]:
        return
    from ctglib.atelier.sorties import montrer_dans_un_carnet

    montrer_dans_un_carnet(shell)
    shell.register_magic_function(ctg, "line")
    if not _exporte(shell):
        shell.set_custom_exc((Exception,), _montrer)
        shell.events.register("post_run_cell", _dire_qu_il_n_y_a_rien)


def _exporte(shell: object) -> bool:
    """Return whether the engine of the reports runs the notebook, and not somebody in JupyterLab."""
    return type(shell).__name__ == "Interprete"


def en_francais(erreur: BaseException, trace: TracebackType | None = None) -> str:
    """Return the sentence of an error of the workbook, or of a call of it that is wrong; empty for
    any other.
    """
    if isinstance(erreur, DemandeImpossible | DonneesInvalides):
        return str(erreur)
    if isinstance(erreur, AttributeError) and _est_a_nous(owner := erreur.obj):
        names = getattr(owner, "__all__", None) or [
            name for name in dir(owner) if not name.startswith("_")
        ]
        named = getattr(owner, "__name__", type(owner).__name__).rpartition(".")[2]
        return str(inconnu(f"{named} :", erreur.name, names))
    if isinstance(erreur, TypeError):
        for said, sentence in reperes().appels.items():  # what Python says, ours in its place
            if found := re.search(rf"(\w+)\(\) {said}", str(erreur)):
                names = re.sub(r"'(\w+)'", r"« \1 »", found[2]).replace(" and ", " et ")
                return f"{sentence.format(quoi=found[1], noms=names)} L'aide : {found[1]}?"
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(trace)]
    return (
        str(erreur)
        if isinstance(erreur, ValueError) and modules and modules[-1].startswith("ctglib.")
        else ""
    )


def ctg(ligne: str) -> None:
    """Lance une commande du classeur, comme dans un terminal : ``%ctg produire``, ``%ctg source
    liste``.
    """
    from ctglib.atelier.series import oublier

    shell = sys.modules["IPython"].get_ipython()
    command = [sys.executable, "-m", "ctglib", *shlex.split(ligne, posix=sys.platform != "win32")]
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ("FORCE_COLOR", "CLICOLOR_FORCE")
    }
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    environment = {**plain, "TERM": "dumb", "COLUMNS": "120"}
    with subprocess.Popen(command, **streams, env=environment, encoding="utf-8") as run:
        if _exporte(shell):  # a report shows blocks, and nothing that is written on the side
            from ctglib.document.blocs import liste

            told = [line.strip() for line in run.stdout]
            shell.display_pub.publish(liste(filter(None, told))._repr_mimebundle_())
        else:
            sys.stdout.writelines(run.stdout)
    oublier()


def _est_a_nous(objet: object) -> bool:
    """Return whether it is a module of the workbook, or an object of one of its classes."""
    name = objet.__name__ if isinstance(objet, ModuleType) else type(objet).__module__
    return name.partition(".")[0] == "ctglib"


def _montrer(
    shell: Any,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    sentence = en_francais(value, trace)
    if not sentence:
        shell.showtraceback((kind, value, trace), tb_offset=tb_offset, running_compiled_code=True)
        return
    # what %tb shows
    sys.last_type = kind
    sys.last_value = value
    sys.last_traceback = trace
    shell._showtraceback(kind, value, [f"{sentence}\n{DETAIL}"])


def _dire_qu_il_n_y_a_rien(fait: Any) -> None:
    """Say why a question put to the workbook at the end of a cell shows nothing."""
    if fait.result is not None or not fait.success or fait.info is None:
        return
    try:
        last = ast.parse(fait.info.raw_cell).body[-1]
    except (SyntaxError, IndexError):  # a magic, or nothing
        return
    root = call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    asked = (
        sys.modules["IPython"].get_ipython().user_ns.get(root.id)
        if isinstance(root, ast.Name)
        else None
    )
    if not is_dataclass(asked) or not _est_a_nous(asked):
        return
    about = repr(asked).partition("\n")[0].rstrip(".")
    why = "la convention n'en dit rien"
    studies = (getattr(asked, name, None) for name in ("etude", "annee"))
    if study := next((one for one in studies if hasattr(one, "annuel")), None):
        words = {
            "observations": "indicateurs",
            "actions": "actions",
            "profils": "profils du public",
            "moyens": "moyens",
        }
        absent = [word for name, word in words.items() if getattr(study.annuel, name).empty]
        handed = ", ".join(word for word in words.values() if word not in absent)
        why = (
            f"pour {study.annee}, sont transmis : {handed}"
            if handed
            else f"rien n'a été transmis pour {study.annee}"
        )
        why += f" ; ne le sont pas : {', '.join(absent)}" if handed and absent else ""
    sys.stdout.write(f"Rien à montrer ({about}) : {why}.\n")
