"""What the command line says when it is not understood, in French."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from ctglib.donnees.fautes import Empechement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

P = ParamSpec("P")


def dire_usage(error: Exception) -> int:
    """Say what in the command was not understood, and return the exit code."""
    kind = type(error).__name__
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "ctg"
    if kind == "NoArgsIsHelpError":
        sys.stdout.write(f"{context.get_help()}\n")
        return 0
    if kind == "NoSuchOption":
        phrase = (
            f"L'option « {error.option_name} » n'existe pas{proposer(error.option_name, error.possibilities or [])}."
        )
    elif kind == "MissingParameter":
        what = getattr(error.param, "metavar", None)
        phrase = f"Il manque un argument : {what}." if what else "Il manque un argument."
    elif kind == "BadOptionUsage":
        phrase = f"L'option « {error.option_name} » attend une valeur."
    elif kind == "BadParameter" and error.param is not None:
        option = error.param.opts[0]
        phrase = f"La valeur de l'option « {option} » n'est pas comprise : écrire {option} {error.param.metavar}."
    elif kind in ("BadParameter", "BadArgumentUsage"):
        phrase = "La valeur d'une option n'est pas comprise, ou il en manque une."
    elif extra := re.search(r"extra argument.*\((.+)\)$", error.format_message()):
        named = [option for item in context.command.params for option in item.opts if option == "--convention"]
        hint = f" Pour une convention : {command} {named[0]} {extra.group(1)}." if named else ""
        phrase = f"« {extra.group(1)} » n'est pas attendu ici.{hint}"
    elif unknown := re.search(r"'([^']+)'", error.format_message()):
        commands = context.command.commands if context and hasattr(context.command, "commands") else ()
        phrase = f"La commande « {unknown.group(1)} » n'existe pas{proposer(unknown.group(1), commands)}."
    else:
        phrase = "La commande n'est pas comprise."
    sys.stderr.write(f"{phrase}\nPour les commandes et leurs options : {command} --help\n")
    return 1


def dire_refus(error: OSError) -> int:
    """Say what the system refused, a file or a folder, and return the exit code."""
    where = f" à « {error.filename} »" if error.filename else ""
    sys.stderr.write(
        f"Le système a refusé l'accès{where} ({error.strerror or error}).\n"
        "Vérifiez que le dossier existe, qu'il accepte la lecture et l'écriture et que le disque n'est pas plein, "
        "puis recommencez.\n"
    )
    return 1


def dire(*lignes: str) -> None:
    """Say lines as they are, whatever their brackets and their length."""
    from rich.console import Console

    if lignes:
        Console(highlight=False).print("\n".join(lignes), markup=False, soft_wrap=True)


def refuser(message: str) -> int:
    """Say what prevents a command, and return the exit code."""
    from rich.console import Console

    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
    return 1


def refusant(suite: str = "") -> Callable[[Callable[P, int]], Callable[P, int]]:
    """Return a decorator: what prevents the command is said, with what then was not done, and is the exit code 1."""

    def decorer(commande: Callable[P, int]) -> Callable[P, int]:
        @wraps(commande)
        def executer(*args: P.args, **kwargs: P.kwargs) -> int:
            try:
                return commande(*args, **kwargs)
            except Empechement as error:
                return refuser(f"{error}{suite}")

        return executer

    return decorer


def proposer(nom: str, possibles: Iterable[str]) -> str:
    """Return « ; vouliez-vous dire … ? » when something close exists."""
    close = get_close_matches(nom, list(possibles), n=1, cutoff=0.5)
    return f" ; vouliez-vous dire « {close[0]} »" if close else ""
