"""What all commands say alike: sentences, tables, unknown names, why one was not understood."""

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
    """Say what prevents a command, then what was not done because of it; return the exit code."""
    notes = getattr(error, "__notes__", ())
    typer.echo("\n\n".join((str(error), *notes)), err=True)
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
    noms_proches = proches(nom, tuple(possibles), 0.5)
    return f" ; vouliez-vous dire « {noms_proches[0]} »" if noms_proches else ""


def inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    """Return what to say of each name that does not exist."""
    possibles = ", ".join(connus)
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {possibles}."
        for nom in demandes
        if nom not in connus
    ]


def formats_demandes(liste: str, connus: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats of a list, each once, and what to say of those that do not exist, or when
    there is none.
    """
    noms = [nom.strip() for nom in liste.split(",")]
    formats = tuple(dict.fromkeys(nom for nom in noms if nom))
    if not formats:
        return (), [f"Aucun format demandé : {', '.join(connus)}."]
    return formats, inconnus("Le format", formats, connus)


def dire_usage(error: typer.TyperException) -> int:
    """Say what in the command was not understood, and return the exit code."""
    contexte: typer.Context | None = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and contexte is not None:
        typer.echo(contexte.get_help())
        return 0
    commande = contexte.command_path if contexte else "ctg"
    phrase = _phrase_d_usage(error, contexte)
    return refuser(f"{phrase}\nPour les commandes et leurs options : {commande} --help")


def _phrase_d_usage(error: typer.TyperException, contexte: typer.Context | None) -> str:
    """Return what in the command was not understood.

    typer keeps the classes of its errors, and what each of them has, in a private module: they are
    told apart by name.
    """
    sorte = type(error).__name__
    option = getattr(error, "option_name", "")
    parametre = getattr(error, "param", None)
    if sorte == "NoSuchOption":
        possibles = getattr(error, "possibilities", None) or []
        return f"L'option « {option} » n'existe pas{proposer(option, possibles)}."
    if sorte == "MissingParameter":
        if parametre and parametre.metavar:
            return f"Il manque un argument : {parametre.metavar}."
        return "Il manque un argument."
    if sorte == "BadOptionUsage":
        return f"L'option « {option} » attend une valeur."
    if sorte == "BadParameter" and parametre is not None:
        nom = parametre.opts[0]
        ecrire = f"écrire {nom} {parametre.metavar}"
        return f"La valeur de l'option « {nom} » n'est pas comprise : {ecrire}."
    message = error.format_message()
    en_trop = re.search(r"extra argument.*\((.+)\)$", message)
    if en_trop and contexte:
        return _phrase_d_argument_en_trop(en_trop[1], contexte)
    inconnue = re.search(r"'([^']+)'", message)
    if inconnue and not sorte.startswith("Bad"):
        commandes = getattr(contexte.command, "commands", ()) if contexte else ()
        proposition = proposer(inconnue[1], commandes)
        return f"La commande « {inconnue[1]} » n'existe pas{proposition}."
    return "La commande n'est pas comprise, ou la valeur d'une option manque."


def _phrase_d_argument_en_trop(argument: str, contexte: typer.Context) -> str:
    phrase = f"« {argument} » n'est pas attendu ici."
    options = [option for parametre in contexte.command.params for option in parametre.opts]
    if "--convention" in options:
        commande = f"{contexte.command_path} --convention {argument}"
        phrase = f"{phrase} Pour une convention : {commande}."
    return phrase
