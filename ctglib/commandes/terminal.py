"""What commands say alike: sentences, tables, names that are unknown, why one was not understood."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import proches


def dire(*lignes: str) -> None:
    """Say lines."""
    if lignes:
        typer.echo("\n".join(lignes))


def refuser(error: Exception | str) -> int:
    """Say what prevents a command, then what was not done because of it, and return the exit code."""
    typer.echo("\n\n".join((str(error), *getattr(error, "__notes__", ()))), err=True)
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
    return next(
        (f" ; vouliez-vous dire « {close} »" for close in proches(nom, tuple(possibles), 0.5)), ""
    )


def inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    """Return what to say of each name that does not exist."""
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {', '.join(connus)}."
        for nom in demandes
        if nom not in connus
    ]


def formats_demandes(liste: str, connus: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats of a list, each once, and what to say of those that do not exist, or when
    there is none.
    """
    asked = tuple(dict.fromkeys(filter(None, map(str.strip, liste.split(",")))))
    nothing = [] if asked else [f"Aucun format demandé : {', '.join(connus)}."]
    return asked, inconnus("Le format", asked, connus) + nothing


def dire_usage(error: Exception) -> int:
    """Say what in the command was not understood, and return the exit code."""
    kind = type(error).__name__
    context = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    command = context.command_path if context else "ctg"
    if kind == "NoArgsIsHelpError":
        typer.echo(context.get_help())
        return 0
    said = error.format_message()
    if kind == "NoSuchOption":
        close = proposer(error.option_name, error.possibilities or [])
        phrase = f"L'option « {error.option_name} » n'existe pas{close}."
    elif kind == "MissingParameter":
        phrase = (
            f"Il manque un argument : {param.metavar}."
            if param and param.metavar
            else "Il manque un argument."
        )
    elif kind == "BadOptionUsage":
        phrase = f"L'option « {error.option_name} » attend une valeur."
    elif kind == "BadParameter" and param is not None:
        option = param.opts[0]
        phrase = f"La valeur de l'option « {option} » n'est pas comprise : écrire {option} {param.metavar}."
    elif extra := re.search(r"extra argument.*\((.+)\)$", said):
        phrase = f"« {extra.group(1)} » n'est pas attendu ici."
        if "--convention" in [option for item in context.command.params for option in item.opts]:
            phrase += f" Pour une convention : {command} --convention {extra.group(1)}."
    elif not kind.startswith("Bad") and (unknown := re.search(r"'([^']+)'", said)):
        commands = getattr(context.command, "commands", ()) if context else ()
        phrase = f"La commande « {unknown.group(1)} » n'existe pas{proposer(unknown.group(1), commands)}."
    else:
        phrase = "La commande n'est pas comprise, ou la valeur d'une option manque."
    return refuser(f"{phrase}\nPour les commandes et leurs options : {command} --help")
