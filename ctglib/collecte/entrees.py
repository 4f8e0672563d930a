"""What was entered, row by row of the follow-up, each with the place where it was read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ctglib.donnees.fautes import Faute


@dataclass(frozen=True)
class Origine:
    """Where something was read: a row of a sheet of a file, and the letter and title of its columns by id."""

    fichier: str
    feuille: str
    ligne: int
    colonnes: dict[str, str] = field(default_factory=dict, compare=False)

    def faute(self, colonne: str, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault of one of the row's cells; ``colonne`` is an id, or words for a column that is not there."""
        place = self.colonnes.get(colonne, colonne)
        return Faute(self.fichier, trouve, attendu, remede, self.ligne, place, self.feuille)

    def sous(self, noms: dict[str, str]) -> Origine:
        """Return the same place, some columns of the follow-up standing under other ids in the sheet."""
        moved = {name: self.colonnes[sheet] for name, sheet in noms.items() if sheet in self.colonnes}
        return replace(self, colonnes={**self.colonnes, **moved})

    def __str__(self) -> str:
        return f"{self.fichier}, feuille « {self.feuille} », ligne {self.ligne}"


@dataclass(frozen=True)
class Entree:
    """A row of a table of the follow-up, or some of its cells: those that were entered."""

    table: str
    cle: tuple[str, ...]
    valeurs: dict[str, str]
    origine: Origine
