"""What every command says alike: sentences, tables, the names it does not know, and why it was not understood."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Empechement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Incompris(Empechement):
    """What was typed names something that does not exist."""


def dire(*lignes: str) -> None:
    """Say lines as they are, whatever their brackets and their length."""
    from rich.console import Console

    if lignes:
        Console(highlight=False).print("\n".join(lignes), markup=False, soft_wrap=True)


def refuser(error: Exception | str) -> int:
    """Say what prevents a command, then what was not done because of it, and return the exit code."""
    from rich.console import Console

    message = "\n\n".join((str(error), *getattr(error, "__notes__", ())))
    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
    return 1


@contextmanager
def promettre(phrase: str) -> Iterator[None]:
    """Say besides, when a command is prevented, what it then has not done."""
    try:
        yield
    except Empechement as error:
        error.add_note(phrase)
        raise


def montrer(titres: Iterable[str], lignes: Iterable[Iterable[str]], *, droite: str = "") -> None:
    """Show a table; a text in brackets is a style of rich's, unless its « [ » is escaped."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for titre in titres:
        table.add_column(titre, overflow="fold", justify="right" if titre == droite else "left")
    for ligne in lignes:
        table.add_row(*ligne)
    Console(highlight=False).print(table)


def compter(nombre: int, nom: str) -> str:
    """Return « 1 fichier », « 3 fichiers »."""
    return f"{nombre} {nom}{'s' if nombre > 1 else ''}"


def proposer(nom: str, possibles: Iterable[str]) -> str:
    """Return « ; vouliez-vous dire … » when something close exists."""
    close = get_close_matches(nom, list(possibles), n=1, cutoff=0.5)
    return f" ; vouliez-vous dire « {close[0]} »" if close else ""


def inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    """Return what to say of each name that does not exist."""
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {', '.join(connus)}."
        for nom in demandes
        if nom not in connus
    ]


def dire_usage(error: Exception) -> int:
    """Say what in the command was not understood, and return the exit code."""
    kind, context = type(error).__name__, getattr(error, "ctx", None)
    command = context.command_path if context else "ctg"
    if kind == "NoArgsIsHelpError":
        sys.stdout.write(f"{context.get_help()}\n")
        return 0
    if kind == "NoSuchOption":
        close = proposer(error.option_name, error.possibilities or [])
        phrase = f"L'option « {error.option_name} » n'existe pas{close}."
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
        commands = getattr(context.command, "commands", ()) if context else ()
        phrase = f"La commande « {unknown.group(1)} » n'existe pas{proposer(unknown.group(1), commands)}."
    else:
        phrase = "La commande n'est pas comprise."
    sys.stderr.write(f"{phrase}\nPour les commandes et leurs options : {command} --help\n")
    return 1
