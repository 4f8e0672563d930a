"""A guess, before anything is read, of what there is to do: the processes load their libraries while it is looked at.

Dates say little (a copy keeps them, a clone gives them all the same one): they decide of no report, only of what is
started early. A wrong guess costs some processor, or some waiting.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import racine
from ctglib.production.dates import dates
from ctglib.production.rapports import CARNETS, MANIFESTE, PAQUET, SORTIE

if TYPE_CHECKING:
    from collections.abc import Sequence

SANS_OUVRIERS = ("--a-blanc", "--ordonnanceur", "--help", "--aide", "-h")  # nothing is made then, or elsewhere


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


def devancer(arguments: Sequence[str]) -> None:
    """Begin to load what the reports need when some seem, or are said, to have to be made.

    What is typed is read here before the command line is: its libraries take as long to load as all this.

    Args:
        arguments: What follows ``ctg produire``.
    """
    if any(word.startswith(SANS_OUVRIERS) for word in arguments):
        return
    guess = pressentir(_sortie(arguments))
    staying = "--suivre" in arguments
    if guess.a_faire or staying or "--forcer" in arguments:
        from ctglib.production.ouvriers import prechauffer

        prechauffer(etudes=guess.donnees or staying)


def _sortie(arguments: Sequence[str]) -> Path:
    """Return the folder of the reports, as it is most often typed."""
    for avant, apres in pairwise(arguments):
        if avant in ("--sortie", "-s"):
            return Path(apres)
    return Path(SORTIE)
