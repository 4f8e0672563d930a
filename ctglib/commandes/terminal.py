"""What all commands say alike: sentences, tables, unknown names, a command line that is wrong.

Functions named ``dire`` and ``montrer`` write on the terminal; the others return texts.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import proches


def dire(*lignes: str) -> None:
    """Write lines on the standard output; nothing when there is none."""
    if lignes:
        typer.echo("\n".join(lignes))


def dire_l_empechement(error: Exception | str) -> int:
    """Write on the standard error what prevents a command; return its exit code, 1. Raises nothing.

    What was not done because of it (``promettre``), which the error has as notes, follows.
    """
    notes = getattr(error, "__notes__", ())
    typer.echo("\n\n".join((str(error), *notes)), err=True)
    return 1


@contextmanager
def promettre(phrase: str) -> Iterator[None]:
    """Add a sentence to the message of an ``Empechement``, « Rien n'a été écrit. ».

    It decorates a command that does all of its work or nothing.
    """
    try:
        yield
    except Empechement as error:
        error.add_note(phrase)
        raise


def montrer(titres: Iterable[str], lignes: Iterable[Iterable[str]], *, droite: str = "") -> None:
    """Write a table on the standard output.

    Args:
        titres: The headers.
        lignes: The cells of each row. « [red]échec[/red] » is a style for rich: a « [ » that is to
            be written has a backslash before it.
        droite: The header of the column that is aligned on the right, "" for none.
    """
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
    """Return « ; vouliez-vous dire « harnes » » when a name close to this one exists, else ""."""
    noms_proches = proches(nom, tuple(possibles))
    return f" ; vouliez-vous dire « {noms_proches[0]} »" if noms_proches else ""


def phrases_des_inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    """Return a sentence a name that does not exist; none when all do.

    « La convention « harne » n'existe pas ; vouliez-vous dire « harnes ». Possibles : … »
    """
    possibles = ", ".join(connus)
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {possibles}."
        for nom in demandes
        if nom not in connus
    ]


def formats_demandes(liste: str, connus: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats that a user typed, « html, pdf », and what to say of those that are wrong.

    The formats are in the order typed, each once, those that do not exist included; the sentences
    are for these, or for a list without any format.
    """
    noms = [nom.strip() for nom in liste.split(",")]
    formats = tuple(dict.fromkeys(nom for nom in noms if nom))  # each once
    if not formats:
        return (), [f"Aucun format demandé : {', '.join(connus)}."]
    return formats, phrases_des_inconnus("Le format", formats, connus)


def dire_usage(error: typer.TyperException) -> int:
    """Write what in the command line is wrong, and return the exit code, 1.

    A group of commands without any, « ctg », shows its help instead, and returns 0.
    """
    contexte: typer.Context | None = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and contexte is not None:
        typer.echo(contexte.get_help())
        return 0
    commande = contexte.command_path if contexte else "ctg"
    phrase = _phrase_d_usage(error, contexte)
    return dire_l_empechement(f"{phrase}\nPour les commandes et leurs options : {commande} --help")


def _phrase_d_usage(error: typer.TyperException, contexte: typer.Context | None) -> str:
    """Return the sentence that says what in the command line is wrong.

    typer keeps the classes of its errors in a private module: they are told apart by their names,
    and the rest is read in their English messages.
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
        phrase = f"« {en_trop[1]} » n'est pas attendu ici."
        options = [option for parametre in contexte.command.params for option in parametre.opts]
        if "--convention" in options:  # it may be the name of one
            commande = f"{contexte.command_path} --convention {en_trop[1]}"
            phrase = f"{phrase} Pour une convention : {commande}."
        return phrase
    inconnue = re.search(r"'([^']+)'", message)
    if inconnue and not sorte.startswith("Bad"):
        commandes = getattr(contexte.command, "commands", ()) if contexte else ()
        proposition = proposer(inconnue[1], commandes)
        return f"La commande « {inconnue[1]} » n'existe pas{proposition}."
    return "La commande n'est pas comprise, ou la valeur d'une option manque."
