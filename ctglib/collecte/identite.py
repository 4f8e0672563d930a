"""Of which convention and year a file is: its properties, else what the command says, else its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.conventions import conventions
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.fichiers import ClasseurLu

_NOM = re.compile(r"ctg-(?P<convention>.+?)-(?P<annee>[0-9]{4})(?:[-_ ].*)?(?:\.[a-z]+)?", re.IGNORECASE)
_ANNEE = re.compile(r"(19|20)[0-9]{2}")


@dataclass(frozen=True)
class Identite:
    """A convention and a year."""

    convention: str
    annee: int


def identifier_les_classeurs(classeurs: list[ClasseurLu], convention: str, annee: int | None, version: int) -> Identite:
    """Return the convention and the year of an import, which all its files share.

    Args:
        classeurs: The files as read.
        convention: What the command says, "" when it does not.
        annee: What the command says, None when it does not.
        version: The version of the workbook that can be read.

    Raises:
        DonneesInvalides: A file is of another convention, year or version, or nothing says which.
    """
    asked = {"convention": convention, "annee": str(annee or "")}
    faults: list[Faute] = []
    found = []
    for book in classeurs:
        said = _dit(book)
        faults += _version(book, version)
        faults += _contraires(book, said, asked) or _inconnus(book, said, asked)
        found.append((book, {name: said.get(name) or asked[name] for name in asked}))
    faults += _differents(found)
    if faults:
        raise DonneesInvalides(faults)
    return Identite(found[0][1]["convention"], int(found[0][1]["annee"]))


def _dit(book: ClasseurLu) -> dict[str, str]:
    """Return what a file says of itself."""
    if "convention" in book.proprietes and "annee" in book.proprietes:
        return {name: book.proprietes[name] for name in ("convention", "annee")}
    names = [book.fichier, *(grid.fichier.rsplit("/", 1)[-1] for grid in book.grilles)]
    match = next((found for name in names if (found := _NOM.fullmatch(name))), None)
    return {name: match[name].lower() for name in ("convention", "annee")} if match else {}


def _version(book: ClasseurLu, version: int) -> list[Faute]:
    written = book.proprietes.get("version")
    if written is None or written == str(version):
        return []
    remedy = "écrire un nouveau gabarit (ctg gabarit) et y recopier les valeurs"
    return [Faute(book.fichier, f"un gabarit de version {written[:20]}", f"la version {version}", remedy)]


def _contraires(book: ClasseurLu, said: dict[str, str], asked: dict[str, str]) -> list[Faute]:
    """Return the faults of a file that is of another convention or year than the one asked for."""
    words = {"convention": "la convention", "annee": "l'année"}
    return [
        Faute(
            book.fichier,
            f"un classeur pour {words[name]} « {said[name][:60]} »",
            f"{words[name]} « {asked[name]} », demandée",
            "vérifier que c'est le bon fichier, ou corriger la commande",
        )
        for name in words
        if said.get(name) and asked[name] and said[name] != asked[name]
    ]


def _inconnus(book: ClasseurLu, said: dict[str, str], asked: dict[str, str]) -> list[Faute]:
    convention, year = (said.get(name) or asked[name] for name in ("convention", "annee"))
    if not convention or not year:
        expected = "un classeur écrit par « ctg gabarit », qui dit sa convention et son année"
        remedy = "indiquer --convention et --annee, ou rendre au fichier son nom : ctg-<convention>-<année>"
        return [Faute(book.fichier, "ni convention ni année dans le fichier", expected, remedy)]
    faults = []
    known = conventions()
    if convention not in known:
        close = proches(convention, known)
        remedy = f"écrire « {close[0]} »" if close else "vérifier que c'est le bon fichier"
        found = f"la convention inconnue « {convention[:60]} »"
        faults.append(Faute(book.fichier, found, f"l'une des conventions {', '.join(known)}", remedy))
    if not _ANNEE.fullmatch(year):
        faults.append(Faute(book.fichier, f"l'année « {year[:20]} »", "une année", "indiquer --annee"))
    return faults


def _differents(found: list[tuple[ClasseurLu, dict[str, str]]]) -> list[Faute]:
    """Return the faults of files imported together that are not of the same convention and year."""
    first, reference = found[0]
    return [
        Faute(
            book.fichier,
            f"un classeur de « {said['convention']} », {said['annee']}",
            f"« {reference['convention']} », {reference['annee']}, comme {first.fichier}",
            "importer ensemble les fichiers d'une seule convention et d'une seule année",
        )
        for book, said in found[1:]
        if said != reference
    ]
