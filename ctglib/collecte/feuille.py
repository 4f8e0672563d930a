"""What a sheet of the workbook holds, before it is written and as it is looked for when it comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from datetime import date

    from ctglib.collecte.cadre import Cadre
    from ctglib.donnees.modeles.gabarit import ColonneGabarit, FeuilleGabarit


@dataclass(frozen=True)
class Nombre:
    """What a cell of a number may hold; ``pourcent``: « 59 % » reads 59."""

    minimum: float | None = 0
    maximum: float | None = None
    decimales: int = 0
    pourcent: bool = False


@dataclass(frozen=True)
class Liste:
    """The words a cell chooses from, and the code of each; ``nom`` is that of its column in the hidden sheet.

    ``selon`` is a column of the same row whose code says which words may follow it: ``par`` has them by that code.
    """

    nom: str
    codes: dict[str, str]
    selon: str = ""
    par: dict[str, dict[str, str]] = field(default_factory=dict)

    def mot(self, code: str) -> str:
        """Return the word of a code, or the code itself when the list has none."""
        return next((mot for mot, autre in self.codes.items() if autre == code), code)


@dataclass(frozen=True)
class Ligne:
    """A row already written.

    Attributes:
        codes: What the row is in the follow-up, by column of its table.
        montre: What is written in its cells, by column of the sheet; entry cells hold what was already entered.
        nombres: What its cells of numbers may hold.
        listes: Lists of this row where its cells have not their column's.
        attendues: The entry cells that are coloured until they are filled.
        fermees: The entry cells that this row does not use.
    """

    codes: dict[str, str]
    montre: dict[str, str | float | date]
    nombres: dict[str, Nombre] = field(default_factory=dict)
    listes: dict[str, Liste] = field(default_factory=dict)
    attendues: frozenset[str] = frozenset()
    fermees: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Feuille:
    """A sheet: its model, its rows, and the lists of its columns. ``nombres`` are those of its free rows."""

    modele: FeuilleGabarit
    lignes: tuple[Ligne, ...]
    listes: dict[str, Liste] = field(default_factory=dict)
    nombres: dict[str, Nombre] = field(default_factory=dict)

    @property
    def colonnes(self) -> tuple[ColonneGabarit, ...]:
        """Return the columns, in order."""
        return self.modele.colonnes

    def liste(self, ligne: Ligne | None, colonne: str) -> Liste | None:
        """Return the list of a cell, its row's before its column's."""
        return (ligne.listes.get(colonne) if ligne else None) or self.listes.get(colonne)

    def nombre(self, ligne: Ligne | None, colonne: str) -> Nombre:
        """Return what a cell of a number may hold."""
        found = ligne.nombres.get(colonne) if ligne else None
        return found or self.nombres.get(colonne, Nombre())


def liste_des_etats(cadre: Cadre) -> Liste:
    """Return the list of the states of a value."""
    return Liste("etats_de_valeur", {word: code for code, word in cadre.gabarit.etats_de_valeur.items()})


def valeur_montree(cadre: Cadre, ligne: dict[str, str] | None, colonne: str = "valeur") -> str | float:
    """Return a figure as a number, or why it is missing in words, or nothing when there is no row."""
    if not ligne:
        return ""
    if ligne[colonne]:
        return float(ligne[colonne])
    return cadre.dossier.catalogue.statuts[ligne["statut"]].mot


def saisie_montree(cadre: Cadre, ligne: dict[str, str] | None, colonne: str = "valeur") -> dict[str, str | float]:
    """Return the entry cells of a figure already entered, ready to be completed."""
    if not ligne:
        return {}
    status = ligne["statut"]
    return {
        colonne: float(ligne[colonne]) if ligne[colonne] else "",
        "statut": "" if status == Statut.NORMAL else cadre.gabarit.etats_de_valeur.get(status, ""),
    }


def statut_saisi(valeur: str, statut: str) -> str:
    """Return the status of an entered figure: normal when nothing says otherwise."""
    return statut or (Statut.NORMAL if valeur else "")
