"""What the command line says when it is not understood, in French."""

from __future__ import annotations

import re
import sys
import tempfile
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
        phrase = "Il manque un argument."
    elif kind in ("BadParameter", "BadOptionUsage", "BadArgumentUsage"):
        phrase = "La valeur d'une option n'est pas comprise, ou il en manque une."
    elif unknown := re.search(r"'([^']+)'", error.format_message()):
        commands = context.command.commands if context and hasattr(context.command, "commands") else ()
        phrase = f"La commande « {unknown.group(1)} » n'existe pas{proposer(unknown.group(1), commands)}."
    else:
        phrase = "La commande n'est pas comprise."
    sys.stderr.write(f"{phrase}\nPour les commandes et leurs options : {command} --help\n")
    return 1


def dire_refus(error: OSError) -> int:
    """Say what the system refused, a file, a folder or the temporary folder, and return the exit code."""
    if "AF_UNIX" in str(error):  # the processes that make reports speak through a socket whose path is short
        phrase = (
            f"Le dossier temporaire a un chemin trop long ({tempfile.gettempdir()}).\n"
            "Donnez-en un plus court par la variable d'environnement TMPDIR (70 caractères au plus), puis recommencez."
        )
    else:
        where = f" à « {error.filename} »" if error.filename else ""
        phrase = (
            f"Le système a refusé l'accès{where} ({error.strerror or error}).\n"
            "Vérifiez que le dossier existe, qu'il accepte la lecture et l'écriture et que le disque n'est pas plein, "
            "puis recommencez."
        )
    sys.stderr.write(f"{phrase}\n")
    return 1


def proposer(nom: str, possibles: Iterable[str]) -> str:
    """Return « ; vouliez-vous dire … ? » when something close exists."""
    close = get_close_matches(nom, list(possibles), n=1, cutoff=0.5)
    return f" ; vouliez-vous dire « {close[0]} »" if close else ""
