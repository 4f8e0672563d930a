"""The week of the opening hours, as the kinds of days that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from ctglib.donnees.modeles.synthese import Jour

if TYPE_CHECKING:
    import pandas as pd

Plages = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Ouverture:
    """Structures of one kind that open at the same hours; ``jours_supposes``: the text does not say on which days."""

    noms: tuple[str, ...]
    libelle_type: str
    plages: Plages
    jours_supposes: bool


@dataclass(frozen=True)
class Journee:
    """Days on which the same structures open at the same hours.

    Args:
        periode: « scolaire » or « vacances ».
        jours: The days, in the order of the week.
        ouvertures: Who opens, in the order of the table.
        absents: Names of the structures that have hours on these days without their being written, by status.
    """

    periode: str
    jours: tuple[str, ...]
    ouvertures: tuple[Ouverture, ...]
    absents: tuple[tuple[str, tuple[str, ...]], ...]


Profil = tuple[tuple[Ouverture, ...], tuple[tuple[str, tuple[str, ...]], ...]]


def journees(semaine: pd.DataFrame) -> tuple[Journee, ...]:
    """Return the kinds of days of each period, in the order of the week; together they cover all its seven days.

    Args:
        semaine: Rows of ``ctglib.calculs.offre.semaine``.
    """
    rows = list(semaine.itertuples())
    found = []
    for periode in dict.fromkeys(row.periode for row in rows):
        profils: dict[Profil, list[str]] = {}
        for jour in get_args(Jour):
            profil = _profil([row for row in rows if (row.periode, row.jour) == (periode, jour)])
            profils.setdefault(profil, []).append(jour)
        found += [Journee(periode, tuple(jours), *profil) for profil, jours in profils.items()]
    return tuple(found)


def _profil(rows: list) -> Profil:
    """Return who opens on a day and at what hours, and whose hours are absent."""
    lieux: dict[str, list] = {}
    for row in rows:
        lieux.setdefault(row.lieu, []).append(row)
    groupes: dict[tuple[str, Plages, bool], list[str]] = {}
    absents: dict[str, list[str]] = {}
    for lines in lieux.values():
        nom, written = lines[0].nom, [line for line in lines if line.debut == line.debut]
        if written:
            plages = tuple(sorted({(line.debut, line.fin) for line in written}))
            cle = (lines[0].libelle_type, plages, any(line.jours_supposes for line in written))
            groupes.setdefault(cle, []).append(nom)
        for statut in dict.fromkeys(line.statut for line in lines if line.debut != line.debut):
            absents.setdefault(statut, []).append(nom)
    return (
        tuple(Ouverture(tuple(noms), *cle) for cle, noms in groupes.items()),
        tuple((statut, tuple(noms)) for statut, noms in absents.items()),
    )
