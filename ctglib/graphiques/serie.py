"""A series as a panel shows it: its points by year, its target, and what must be said of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from math import isnan

from ctglib.document.typographie import enumerer


class Signe(Enum):
    """What of the drawing a remark is about: the same sign stands before it."""

    CIBLE = "cible"
    ABSENCE = "absence"
    PROVISOIRE = "provisoire"
    RUPTURE = "rupture"
    AUCUN = ""


@dataclass(frozen=True)
class Point:
    """A year: its value (NaN when absent), its text, and the same without a long unit, which the title gives.

    ``nouvelle`` when it is the first after a break.
    """

    annee: int
    valeur: float
    texte: str
    etiquette: str
    provisoire: bool = False
    nouvelle: bool = False

    @property
    def connu(self) -> bool:
        """Return whether there is a value."""
        return not isnan(self.valeur)


@dataclass(frozen=True)
class Cible:
    """A target; its year is that of the last point when the text gives none."""

    valeur: float
    texte: str
    annee: int | None


@dataclass(frozen=True)
class Serie:
    """An indicator, or one of its modalités; ``provisoire`` is the word for a value that is not final, "" when unsaid.

    ``unite`` is said under the title when the values are written without it.
    """

    libelle: str
    modalite: str
    unite: str
    points: tuple[Point, ...]
    cible: Cible | None
    provisoire: str

    @property
    def nom(self) -> str:
        """Return the label, and the modalité when there is one."""
        return f"{self.libelle} ({self.modalite})" if self.modalite else self.libelle

    @property
    def detail(self) -> str:
        """Return what stands under the title: the modalité, the unit."""
        return ", ".join(part for part in (self.modalite, self.unite) if part)

    @cached_property
    def connus(self) -> tuple[Point, ...]:
        """Return the points that have a value."""
        return tuple(point for point in self.points if point.connu)

    @property
    def annee_de_la_cible(self) -> int:
        """Return where the target is drawn."""
        written = self.cible.annee if self.cible else None
        return self.points[-1].annee if written is None else written

    @property
    def bornes(self) -> tuple[int, int]:
        """Return the first and the last year, the target's included."""
        years = [point.annee for point in self.points] + [self.annee_de_la_cible]
        return min(years), max(years)

    @property
    def ruptures(self) -> list[tuple[int, int]]:
        """Return the years on both sides of each break."""
        return [(one.annee, other.annee) for one, other in pairwise(self.points) if other.nouvelle]

    def troncons(self) -> list[list[Point]]:
        """Return the points that a line joins: an absent year and a break cut it."""
        found: list[list[Point]] = [[]]
        for point in self.points:
            if not point.connu or point.nouvelle:
                found.append([])
            if point.connu:
                found[-1].append(point)
        return [run for run in found if run]

    @property
    def remarque_provisoire(self) -> str:
        """Return which values are not final, empty when all are, or when it is said elsewhere."""
        hollow = [str(point.annee) for point in self.connus if point.provisoire]
        return f"{enumerer(hollow)} : {self.provisoire}" if hollow and self.provisoire else ""

    def remarques(self) -> list[tuple[Signe, str]]:
        """Return what the points alone do not say: target, absent years by reason, provisional ones, breaks."""
        notes = []
        if self.cible:
            year = "" if self.cible.annee is None else f" en {self.cible.annee}"
            notes.append((Signe.CIBLE, f"Cible : {self.cible.texte}{year}"))
        absent: dict[str, list[str]] = {}
        for point in self.points:
            if not point.connu:
                absent.setdefault(point.texte, []).append(str(point.annee))
        notes += [(Signe.ABSENCE, f"{enumerer(years)} : {word}") for word, years in absent.items()]
        notes += [(Signe.PROVISOIRE, self.remarque_provisoire)] if self.remarque_provisoire else []
        breaks = [str(year) for _, year in self.ruptures]
        return [*notes, *([(Signe.RUPTURE, f"Rupture de série en {enumerer(breaks)}")] if breaks else [])]
