"""Hours and days of the week as a French reader expects them: « 7 h 30 à 18 h 30 », « du lundi au vendredi »."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from ctglib.document.typographie import FINE, INSECABLE, enumerer
from ctglib.donnees.modeles.bilan import Jour

if TYPE_CHECKING:
    from collections.abc import Iterable

JOURS: tuple[str, ...] = get_args(Jour)
SUITE = 3  # from that many consecutive days on, they are named by the first and the last


def heure(valeur: float) -> str:
    """Return an hour of the day: ``7.5`` reads « 7 h 30 », ``18`` reads « 18 h ».

    Examples:
        >>> heure(7.5), heure(18), heure(9.0833)
        ('7\\u202fh\\u202f30', '18\\u202fh', '9\\u202fh\\u202f05')
    """
    hours, minutes = divmod(round(valeur * 60), 60)
    return f"{hours}{FINE}h" + (f"{FINE}{minutes:02d}" if minutes else "")


def plage(debut: float, fin: float) -> str:
    """Return an opening: « 7 h 30 à 18 h 30 »."""
    return f"{heure(debut)}{INSECABLE}à{INSECABLE}{heure(fin)}"


def jours(noms: Iterable[str]) -> str:
    """Return days in the order of the week: « mercredi », « lundi et mardi », « du lundi au vendredi ».

    Examples:
        >>> jours(["vendredi", "lundi", "mardi"]), jours(["samedi", "vendredi", "jeudi"])
        ('lundi, mardi et vendredi', 'du jeudi au samedi')
    """
    given = set(noms)
    ranks = [rank for rank, jour in enumerate(JOURS) if jour in given]
    if len(ranks) >= SUITE and ranks[-1] - ranks[0] == len(ranks) - 1:
        return f"du {JOURS[ranks[0]]} au {JOURS[ranks[-1]]}"
    return enumerer([JOURS[rank] for rank in ranks])
