"""What changes between two states of a CSV of a report, value by value."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIGNE = "(ligne)"
COLONNE = "(colonne)"
FICHIER = "(fichier)"
PRESENT, ABSENT = "présent", "absent"


@dataclass(frozen=True)
class Changement:
    """A value of a published table that is not the same any more.

    Attributes:
        fichier: The CSV.
        ligne: What its row is known by: the columns that tell rows apart, or its number.
        colonne: The column; « (ligne) », « (colonne) » or « (fichier) » when the whole of it came or went.
        avant: The value that was.
        apres: The value that is.
    """

    fichier: str
    ligne: str
    colonne: str
    avant: str
    apres: str


@dataclass(frozen=True)
class Table:
    """A CSV as text."""

    colonnes: tuple[str, ...]
    lignes: tuple[tuple[str, ...], ...]

    @classmethod
    def lire(cls, octets: bytes) -> Table:
        """Return the table of some bytes, whatever became of them: what cannot be read is replaced."""
        rows = [tuple(row) for row in csv.reader(io.StringIO(octets.decode("utf-8", "replace"), newline=""))]
        return cls(rows[0], tuple(rows[1:])) if rows else cls((), ())

    def cle(self) -> tuple[str, ...]:
        """Return the columns that tell its rows apart, none when they do not.

        The first ones are enough, as far as it takes; of these, those that add nothing are dropped, the longest texts
        first: a reader knows a row by its code and its year, not by its definition.

        >>> Table(("a", "texte", "b", "c"), (("x", "long", "1", "7"), ("x", "long", "2", "7"))).cle()
        ('b',)
        """
        largeurs = range(1, len(self.colonnes))
        largeur = next((n for n in largeurs if self.distingue(self.colonnes[:n])), 0)
        retenues = self.colonnes[:largeur]
        for nom in sorted(retenues, key=self._poids, reverse=True):
            sans = tuple(other for other in retenues if other != nom)
            if sans and self.distingue(sans):
                retenues = sans
        return retenues

    def distingue(self, colonnes: tuple[str, ...]) -> bool:
        """Return whether some columns, all of them its own, tell its rows apart."""
        return set(colonnes) <= set(self.colonnes) and len(set(self.cles(colonnes))) == len(self.lignes)

    def cles(self, colonnes: tuple[str, ...]) -> list[str]:
        """Return what each row is known by: these columns, or its number when there is none."""
        if not colonnes:
            return [f"ligne {number}" for number in range(2, len(self.lignes) + 2)]
        return [", ".join(filter(None, (row[nom] for nom in colonnes))) for row in self.valeurs()]

    def valeurs(self) -> list[dict[str, str]]:
        """Return its rows by column; one that is too short is filled, what is too long is cut."""
        return [dict(zip_longest(self.colonnes, row[: len(self.colonnes)], fillvalue="")) for row in self.lignes]

    def _poids(self, colonne: str) -> int:
        return sum(len(row[colonne]) for row in self.valeurs())


def comparer(fichier: str, avant: bytes | None, apres: bytes | None) -> tuple[Changement, ...]:
    """Return what changes from one state of a CSV to the other; None stands for a file that is not there.

    Rows are matched by the columns that tell them apart or by their place, whichever leaves the least to say: a row
    added in the middle does not shift all the next, a name corrected is not a row lost and another found.
    """
    if avant == apres:
        return ()
    if avant is None or apres is None:
        return (Changement(fichier, "", FICHIER, *(ABSENT if side is None else PRESENT for side in (avant, apres))),)
    before, after = Table.lire(avant), Table.lire(apres)
    cles = [cle for cle in (before.cle(), after.cle()) if cle and before.distingue(cle) and after.distingue(cle)]
    return min((tuple(_changements(fichier, before, after, cle)) for cle in (*cles, ())), key=len)


def _changements(fichier: str, avant: Table, apres: Table, cle: tuple[str, ...]) -> Iterator[Changement]:
    for nom in (*avant.colonnes, *(nom for nom in apres.colonnes if nom not in avant.colonnes)):
        presence = [PRESENT if nom in table.colonnes else ABSENT for table in (avant, apres)]
        if ABSENT in presence:
            yield Changement(fichier, nom, COLONNE, *presence)
    olds, news = _par_cle(avant, cle), _par_cle(apres, cle)
    for key in (*olds, *(key for key in news if key not in olds)):
        if key not in olds or key not in news:
            yield Changement(fichier, key, LIGNE, *(PRESENT if key in rows else ABSENT for rows in (olds, news)))
            continue
        for nom, value in olds[key].items():
            if nom in news[key] and news[key][nom] != value:
                yield Changement(fichier, key, nom, value, news[key][nom])


def _par_cle(table: Table, cle: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return dict(zip(table.cles(cle), table.valeurs(), strict=True))
