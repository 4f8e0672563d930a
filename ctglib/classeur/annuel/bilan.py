"""The bilan of a year, as a notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.classeur.annuel.fiche import Fiche

if TYPE_CHECKING:
    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.rapport.couverture import Couverture


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when there is nothing."""

    etude: EtudeAnnuelle

    def fiche(self, numero: int) -> Fiche:
        """Return what can be asked of a fiche action.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        return Fiche(self.etude, self.etude.fiche(numero))

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        etude = self.etude
        return etude.couverture(etude.convention.titre, f" {etude.annee}")
