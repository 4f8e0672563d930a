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

    def __str__(self) -> str:
        place = {"feuille « {} »": self.feuille, "ligne {}": self.ligne, "« {} »": self.colonne}
        where = [self.fichier, *(words.format(value) for words, value in place.items() if value)]
        told = (
            ", ".join(where),
            f"trouvé : {self.trouve}",
            f"attendu : {self.attendu}",
            f"à faire : {self.remede}",
        )
        return "\n    ".join(told)


@cache
def phrases(fichier: str = "fautes.yaml") -> dict[str, Any]:
    """Return what was found, expected and is to be done, by fault, or another file of texts that
    stands beside it.
    """
    import yaml

    return yaml.safe_load(Path(__file__).with_name(fichier).read_text(encoding="utf-8"))


def mots(cle: str, /, **valeurs: object) -> tuple[str, str, str]:
    """Return the words of a fault, filled with values."""
    return tuple(text.format_map(valeurs) for text in phrases()[cle])


class Empechement(Exception):
    """What stops a command before it has changed anything; the message says what to do, in French."""


class DonneesInvalides(Empechement):
    """The data do not hold; ``fautes`` lists every fault, sorted by file, sheet and line."""

    def __init__(self, fautes: list[Faute]) -> None:
        def place(one: Faute) -> tuple[str, str, int, str, str]:
            return one.fichier, one.feuille or "", one.ligne or 0, one.colonne or "", one.trouve

        self.fautes = tuple(sorted(set(fautes), key=place))
        count = len(self.fautes)
        title = f"{count} faute{'s' if count > 1 else ''} dans les données"
        super().__init__("\n".join([f"{title} :", *(f"- {faute}" for faute in self.fautes)]))


def refus(*mots: str, **lieu: int | str | None) -> DonneesInvalides:
    """Return the error of one fault, to be raised; the arguments are those of ``Faute``."""
    return DonneesInvalides([Faute(*mots, **lieu)])


@contextmanager
def recueillir(fautes: list[Faute]) -> Iterator[None]:
    """Keep the faults of the block, and go on after it: the others have to be told too."""
    try:
        yield
    except DonneesInvalides as error:
        fautes += error.fautes
