"""A guess, before anything is read, of what there is to do: the processes load their libraries while it is looked at.

Dates say little (a copy keeps them, a clone gives them all the same one): they decide of no report, only of what is
started early. A wrong guess costs some processor, or some waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import racine
from ctglib.production.dates import dates
from ctglib.production.rapports import CARNETS, MANIFESTE, PAQUET

if TYPE_CHECKING:
    from pathlib import Path


class Pressentiment(NamedTuple):
    """Whether there seems to be something to make, and whether it is data alone that have changed since."""

    a_faire: bool
    donnees: bool


def pressentir(sortie: Path, carnets: Path = CARNETS) -> Pressentiment:
    """Return what the dates of files say, against that of the oldest manifest.

    Args:
        sortie: Folder of the reports.
        carnets: The notebooks.
    """
    made = min((path.stat().st_mtime_ns for path in sortie.glob(f"*/{MANIFESTE}")), default=0)
    try:
        data = any(date > made for _, date in dates(racine()))
    except DonneesInvalides:
        return Pressentiment(a_faire=False, donnees=False)
    rest = any(date > made for folder in (carnets, PAQUET) for _, date in dates(folder))
    return Pressentiment(data or rest, data and not rest and made > 0)


def devancer(sortie: Path, *, certain: bool) -> None:
    """Begin to load what the reports need when some seem, or are known, to have to be made."""
    if certain or pressentir(sortie).a_faire:
        from ctglib.production.ouvriers import prechauffer

        prechauffer()
