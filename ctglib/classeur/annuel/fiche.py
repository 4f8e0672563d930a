"""A fiche action in a year, as its notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.donnees.modeles.convention import Fiche as FicheAction
    from ctglib.rapport.couverture import Couverture


@dataclass(frozen=True)
class Fiche:
    """What can be asked of a fiche action in a year: each method returns one thing that a notebook shows, or None."""

    etude: EtudeAnnuelle
    fiche: FicheAction

    def couverture(self) -> Couverture:
        """Return the cover: the fiche's title, parties, year, date and status of the data."""
        etude = self.etude
        return etude.couverture(self.fiche.titre, f", année {etude.annee}")
