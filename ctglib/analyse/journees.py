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


def journees(semaine: pd.DataFrame) -> tuple[Journee, ...]:
    """Return the kinds of days of each period, in the order of the week; together they cover all its seven days.

    Args:
        semaine: Rows of ``ctglib.analyse.offre.semaine``.
    """
    found = []
    for periode, rows in semaine.groupby("periode", sort=False):
        profils: dict[tuple, list[str]] = {}
        for jour in get_args(Jour):
            profils.setdefault(_profil(rows[rows["jour"] == jour]), []).append(jour)
        found += [Journee(str(periode), tuple(jours), *profil) for profil, jours in profils.items()]
    return tuple(found)


def _profil(rows: pd.DataFrame) -> tuple[tuple[Ouverture, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return who opens on a day and at what hours, and whose hours are absent."""
    groupes: dict[tuple, list[str]] = {}
    absents: dict[str, list[str]] = {}
    for _, lines in rows.groupby("lieu", sort=False):
        first, written = lines.iloc[0], lines[lines["debut"].notna()]
        if len(written):
            plages = tuple(sorted(set(zip(written["debut"], written["fin"], strict=True))))
            cle = (first["libelle_type"], plages, bool(written["jours_supposes"].any()))
            groupes.setdefault(cle, []).append(first["nom"])
        for statut in dict.fromkeys(lines["statut"][lines["debut"].isna()]):
            absents.setdefault(statut, []).append(first["nom"])
    return (
        tuple(Ouverture(tuple(noms), *cle) for cle, noms in groupes.items()),
        tuple((statut, tuple(noms)) for statut, noms in absents.items()),
    )
