"""A fault in the data, and the error that carries all of them at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Faute:
    """One fault, in the words a town clerk can act upon."""

    fichier: str  # relative to the data folder, with forward slashes
    trouve: str  # as written
    attendu: str
    remede: str
    ligne: int | None = None  # 1 is the header of a CSV; None for the file as a whole
    colonne: str | None = None  # of a CSV, or the dotted key of a YAML
    feuille: str | None = None  # of a spreadsheet
    # the file and the line of the other rows that make it with this one
    avec: tuple[tuple[str, int], ...] = ()
    question: bool = False  # what looks wrong and may be true: somebody has to confirm it

    tableau: int = 0  # of a Word document, from 1: it has no sheet
    sujet: str = ""  # what its row is about, where somebody looked for it

    def __str__(self) -> str:
        lieu = [self.fichier]
        if self.tableau:
            lieu.append(f"tableau {self.tableau}")
        if self.feuille:
            lieu.append(f"feuille « {self.feuille} »")
        if self.ligne:
            lieu.append(f"ligne {self.ligne}")
        if self.colonne:
            nature = "colonne " if self.tableau else ""
            lieu.append(f"{nature}« {self.colonne} »")
        phrases = (
            ", ".join(lieu),
            f"trouvé : {self.trouve}",
            f"attendu : {self.attendu}",
            f"à faire : {self.remede}",
        )
        return "\n    ".join(phrases)


@cache
def phrases(fichier: str = "fautes.yaml") -> dict[str, Any]:
    """Return the texts of a file that stands beside this module.

    Those of ``fautes.yaml`` are, by fault: what was found, what was expected, what is to be done.
    """
    import yaml

    return yaml.safe_load(Path(__file__).with_name(fichier).read_text(encoding="utf-8"))


def mots(cle: str, /, **valeurs: object) -> tuple[str, str, str]:
    """Return what a fault says was found, was expected and is to be done, filled with values."""
    trouve, attendu, remede = phrases()[cle]
    return (
        trouve.format_map(valeurs),
        attendu.format_map(valeurs),
        remede.format_map(valeurs),
    )


COMMANDE = "la commande"  # the place of a fault of what was typed, which is in no file


class Empechement(Exception):
    """What stops a command before it has changed anything; the message says what to do."""


class DonneesInvalides(Empechement):
    """The data do not hold; ``fautes`` lists every fault, sorted by file, sheet and line."""

    def __init__(self, fautes: list[Faute]) -> None:
        self.fautes = tuple(sorted(set(fautes), key=_ordre))
        a_confirmer = sum(faute.question for faute in self.fautes)
        de_la_commande = sum(
            faute.fichier == COMMANDE or faute.fichier.startswith("--") for faute in self.fautes
        )
        nombre = len(self.fautes) - a_confirmer - de_la_commande
        titres = []
        if de_la_commande:
            pluriel = "s" if de_la_commande > 1 else ""
            titres.append(f"{de_la_commande} faute{pluriel} dans la commande")
        if nombre or not self.fautes:
            titres.append(f"{nombre} faute{'s' if nombre > 1 else ''} dans les données")
        if a_confirmer:
            titres.append(f"{a_confirmer} valeur{'s' if a_confirmer > 1 else ''} à confirmer")
        titre = ", ".join(titres)
        super().__init__("\n".join([f"{titre} :", *(f"- {faute}" for faute in self.fautes)]))


def _ordre(faute: Faute) -> tuple[str, str, int, int, str, str]:
    """Return what faults are sorted by: the file, sheet or table, and line, then the column."""
    return (
        faute.fichier,
        faute.feuille or "",
        faute.tableau,
        faute.ligne or 0,
        faute.colonne or "",
        faute.trouve,
    )


def refus(
    fichier: str,
    trouve: str,
    attendu: str,
    remede: str,
    ligne: int | None = None,
    colonne: str | None = None,
    feuille: str | None = None,
) -> DonneesInvalides:
    """Return the error of one fault, to be raised; the arguments are those of ``Faute``."""
    return DonneesInvalides([Faute(fichier, trouve, attendu, remede, ligne, colonne, feuille)])


@contextmanager
def recueillir(fautes: list[Faute]) -> Iterator[None]:
    """Add the faults of the block to a list, and go on after it: the others are to be shown too."""
    try:
        yield
    except DonneesInvalides as error:
        fautes += error.fautes
