"""The series of an indicator, and what parts its years: a break of the source, a definition changed by avenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ctglib.calculs.derives import completer
from ctglib.calculs.suivi import NON_TRANSMIS, a_la_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ctglib.donnees.modeles.avenants import Avenant, Changement
    from ctglib.donnees.modeles.base import Date
    from ctglib.donnees.modeles.catalogue import Indicateur

RAISONS_D_ABSENCE = {"L": "non_transmis", "M": "sans_objet", "O": "non_disponible", "Q": "secret"}
NON_SAISIE = "annee_manquante"
ENSEMBLE = ("", "")  # dimension and modalité of the whole
MESURE, SANS_OBJET = "A", "M"

Serie = dict[int, "Mesure"]
Series = dict[str, dict[tuple[str, str], Serie]]  # by indicator, then by dimension and modalité


@dataclass(frozen=True)
class Mesure:
    """A value of one year, or its absence: ``valeur`` is None, ``statut`` says why; ``saisie`` False: nobody told."""

    annee: int
    valeur: float | None
    statut: str
    saisie: bool = True

    @property
    def raison_d_absence(self) -> str:
        """Return why the value is absent, "" when it is there."""
        if self.valeur is not None:
            return ""
        return RAISONS_D_ABSENCE[self.statut] if self.saisie else NON_SAISIE


@dataclass(frozen=True)
class Coupure:
    """A year from which values no longer compare with earlier ones."""

    annee: int
    raison: Literal["rupture", "changement_definition"]


def series(observations: pd.DataFrame, indicateurs: Iterable[Indicateur], *, territoire: str, annee: int) -> Series:
    """Return, by indicator, then by dimension and modalité (``ENSEMBLE`` for the whole), the values by year.

    Args:
        observations: Long table, every millésime.
        indicateurs: Those that are computed from others are, where nobody entered them.
        territoire: Code of the territory looked at.
        annee: Year of the bilan: it reads nothing later.
    """
    found: Series = {}
    rows = completer(a_la_date(observations[observations["territoire"] == territoire], annee), indicateurs)
    columns = [rows[name] for name in ("indicateur", "dimension", "modalite", "annee", "valeur", "statut")]
    for indicateur, dimension, modalite, year, valeur, statut in zip(*columns, strict=True):
        measured = None if valeur != valeur else float(valeur)
        serie = found.setdefault(indicateur, {}).setdefault((dimension, modalite), {})
        serie[int(year)] = Mesure(int(year), measured, statut)
    return found


def mesure(serie: Mapping[int, Mesure], annee: int) -> Mesure:
    """Return the value of a year; a year without a row is « non transmis »."""
    return serie.get(annee, Mesure(annee, None, NON_TRANSMIS, saisie=False))


def attendue_une_fois(serie: Serie, annee: int, attendue: int) -> Serie:
    """Return the series of what is awaited in one year alone, « sans objet » in a year that does not concern it.

    It is one before its own, or one after it once it is known: unknown, it goes on missing.

    Args:
        serie: The values by year.
        annee: Year of the bilan.
        attendue: The year in which it is awaited.
    """
    known = derniere_mesure(serie, annee).valeur is not None
    if annee in serie or not (annee < attendue or known):
        return serie
    return {**serie, annee: Mesure(annee, None, SANS_OBJET)}


def derniere_mesure(serie: Mapping[int, Mesure], avant: int) -> Mesure:
    """Return the latest measured value before a year; when there is none, what is known of the year just before it."""
    measured = [year for year, found in serie.items() if year < avant and found.valeur is not None]
    return serie[max(measured)] if measured else mesure(serie, avant - 1)


def changements_en_vigueur(avenants: Iterable[Avenant], date_arretee: Date) -> tuple[Changement, ...]:
    """Return the changes that a bilan reads: signed and in force at its date, the latest in force last."""
    known = [
        (changement.effet, avenant.date, avenant.numero, changement)
        for avenant in avenants
        for changement in avenant.changements
        if avenant.date <= date_arretee and changement.effet <= date_arretee
    ]
    return tuple(changement for *_, changement in sorted(known, key=lambda item: item[:3]))


def coupures(indicateur: Indicateur, changements: Iterable[Changement]) -> tuple[Coupure, ...]:
    """Return what parts the years of an indicator: the breaks of the catalogue, then its changes of definition."""
    breaks = [Coupure(item.annee, "rupture") for item in indicateur.ruptures]
    redefined = [
        Coupure(item.effet.year, "changement_definition")
        for item in changements
        if item.nature == "definition" and item.element == indicateur.id
    ]
    return (*breaks, *redefined)


def coupure_entre(coupures: Iterable[Coupure], debut: int, fin: int) -> Coupure | None:
    """Return the first break that lies between two years, or None.

    A break of year r parts the years before r from r and after: it lies between if debut < r ≤ fin.
    """
    return next((item for item in coupures if debut < item.annee <= fin), None)
