"""What all commands say alike: sentences, tables, unknown names, a command line that is wrong.

Functions named ``dire`` and ``montrer`` write on the terminal; the others return texts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from typer import core

from ctglib.donnees.fautes import DonneesInvalides, Empechement
from ctglib.donnees.lecture import conventions, proches, sans_accents
from ctglib.production.echec import dire_refus
from ctglib.production.plan import annees_de


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


# What a format is also called.
FORMATS_AUTREMENT = {"word": "docx", "doc": "docx", "htm": "html", "web": "html"}


def proposer(nom: str, possibles: Iterable[str]) -> str:
    """Return « ; vouliez-vous dire « harnes » ? » when a name close to this one exists, else « . »:
    the end of a sentence.
    """
    noms_proches = proches(nom, tuple(possibles))
    if not noms_proches:
        return "."
    return dire_refus("nom_proche", noms=_ou(noms_proches))


def _ou(noms: Sequence[str]) -> str:
    return " ou ".join(f"« {nom} »" for nom in noms)


def phrases_des_inconnus(
    quoi: str,
    demandes: Iterable[str],
    connus: tuple[str, ...],
    autres_noms: Mapping[str, str] | None = None,
) -> list[str]:
    """Return a sentence a name that does not exist; none when all do.

    « La convention « harne » n'existe pas ; vouliez-vous dire « harnes » ? Possibles : … »
    ``autres_noms`` says what some names are called here.
    """
    possibles = ", ".join(connus) or "aucun"
    phrases = []
    for nom in demandes:
        if nom not in connus:
            proche = proposer((autres_noms or {}).get(nom.lower(), nom), connus)
            phrases.append(
                dire_refus("inconnu", quoi=quoi, nom=nom, proche=proche, connus=possibles)
            )
    return phrases


def verifier_la_demande(
    conventions_demandees: Iterable[str], annees: Iterable[int] = (), service: str = ""
) -> None:
    """Refuse the conventions, the years and the service that a command names and that do not exist,
    before anything is read.

    Raises:
        Empechement: What ``fautes_de_la_demande`` says.
    """
    fautes = fautes_de_la_demande(tuple(conventions_demandees), tuple(annees), service)
    if fautes:
        raise Empechement("\n".join(fautes))


def fautes_de_la_demande(
    conventions_demandees: tuple[str, ...], annees: tuple[int, ...] = (), service: str = ""
) -> list[str]:
    """Return a sentence for each convention, year and service of a command that does not exist.

    The years and the services are those of the conventions: they are looked at once these are
    known. When their files have faults, it is for the command to say them: nothing is said here.
    """
    fautes = phrases_des_inconnus("La convention", conventions_demandees, conventions())
    if fautes or not (annees or service):
        return fautes
    try:
        fautes += _fautes_des_annees(conventions_demandees, annees)
        if service:
            fautes += _fautes_du_service(conventions_demandees[0], service)
    except DonneesInvalides:
        return fautes
    return fautes


def _fautes_des_annees(
    conventions_demandees: tuple[str, ...], annees: tuple[int, ...]
) -> Iterator[str]:
    """Yield a sentence for each year that none of the conventions has."""
    connues = sorted({annee for nom in conventions_demandees for annee in annees_de(nom)})
    for annee in annees:
        if annee not in connues:
            yield dire_refus(
                "annee_inconnue",
                annee=annee,
                conventions=_ou(conventions_demandees),
                connues=", ".join(map(str, connues)),
            )


def _fautes_du_service(convention: str, service: str) -> Iterator[str]:
    """Yield a sentence for a service that a convention does not have.

    A word of the label of a service, « relais », is close enough to propose it.
    """
    from ctglib.donnees.suivi import lire_suivi_brut

    services = lire_suivi_brut(convention).catalogue.responsables
    if service in services:
        return
    libelles = {}
    for nom, responsable in services.items():
        libelle, _, _ = responsable.libelle.partition(" (")
        libelles[nom] = f"{nom} ({libelle})"
    mots_cherches = sans_accents(service).split()
    noms_proches = [
        nom
        for nom, libelle in libelles.items()
        if set(mots_cherches) <= set(sans_accents(libelle).split())
    ]
    noms_proches = noms_proches or proches(service, tuple(services))
    proche = dire_refus("nom_proche", noms=_ou(noms_proches)) if noms_proches else "."
    connus = " ; ".join(libelles.values())
    yield dire_refus("inconnu", quoi="Le service", nom=service, proche=proche, connus=connus)


def formats_demandes(liste: str, connus: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats that a user typed, « html, pdf », and what to say of those that are wrong.

    The formats are in the order typed, each once, those that do not exist included; the sentences
    are for these, or for a list without any format.
    """
    noms = [nom.strip() for nom in liste.split(",")]
    formats = tuple(dict.fromkeys(nom for nom in noms if nom))  # each once
    if not formats:
        return (), [f"Aucun format demandé : {', '.join(connus)}."]
    return formats, phrases_des_inconnus("Le format", formats, connus, FORMATS_AUTREMENT)


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
        return f"L'option « {option} » n'existe pas{proposer(option, possibles)}"
    if sorte == "MissingParameter":
        return _phrase_du_manque(parametre)
    if sorte == "BadOptionUsage":
        return f"L'option « {option} » attend une valeur."
    message = error.format_message()
    if sorte == "BadParameter" and parametre is not None:
        nom = parametre.opts[0]
        if nom.startswith("-"):
            ecrire = f"écrire {nom} {parametre.metavar}"
            return f"La valeur de l'option « {nom} » n'est pas comprise : {ecrire}."
        phrase = f"L'argument {parametre.metavar} n'est pas compris : un nombre est attendu."
        return phrase + _conseil_de_convention(contexte, "NOM")
    en_trop = re.search(r"extra argument.*\((.+)\)$", message)
    if en_trop and contexte:
        phrase = f"« {en_trop[1]} » n'est pas attendu ici."
        return phrase + _conseil_de_convention(contexte, en_trop[1])
    inconnue = re.search(r"'([^']+)'", message)
    if inconnue and not sorte.startswith("Bad"):
        commandes = getattr(contexte.command, "commands", ()) if contexte else ()
        proposition = proposer(inconnue[1], commandes)
        return f"La commande « {inconnue[1]} » n'existe pas{proposition}"
    return "La commande n'est pas comprise, ou la valeur d'une option manque."


def _phrase_du_manque(parametre: core.TyperArgument | core.TyperOption | None) -> str:
    """Return the sentence for an argument, or an option, that a command cannot do without."""
    if parametre is None or not parametre.metavar:
        return "Il manque un argument."
    nom = parametre.opts[0]
    if nom.startswith("-"):
        return f"Il manque une option : {nom} {parametre.metavar}."
    return f"Il manque un argument : {parametre.metavar}."


def _conseil_de_convention(contexte: typer.Context | None, mot: str) -> str:
    """Return how to name a convention, when a word out of place may be one; else ""."""
    if contexte is None:
        return ""
    options = [option for parametre in contexte.command.params for option in parametre.opts]
    if "--convention" not in options or mot.isdecimal():
        return ""
    return f" Pour une convention : {contexte.command_path} --convention {mot}."
