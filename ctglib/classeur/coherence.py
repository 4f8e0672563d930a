"""The section « Contrôle de cohérence »."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs import coherence as phrases
from ctglib.blocs.coherence import (
    tableau_affirmations,
    tableau_coherence,
    tableau_corrections,
    tableau_regles,
)

if TYPE_CHECKING:
    from ctglib.classeur.etude import Etude
    from ctglib.document.blocs import Bloc
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Coherence:
    """What does not agree in the convention, and what its sentences are worth."""

    etude: Etude

    def bilan(self) -> Bloc:
        """Return how many rules ran, and what they found."""
        return phrases.bilan(self.etude.controle, self.etude.jugements, self.etude.catalogue.coherence.regles)

    def tableau(self) -> Tableau | None:
        """Return the findings, the gravest first; None when there is none."""
        if self.etude.controle.empty:
            return None
        return tableau_coherence(self.etude.controle, self.etude.catalogue.coherence.regles, self.etude.contexte_texte)

    def affirmations(self) -> Tableau | None:
        """Return the sentences of the text with their verdict; None when none is entered."""
        if self.etude.jugements.empty:
            return None
        return tableau_affirmations(
            self.etude.jugements, self.etude.catalogue.coherence.regles, self.etude.contexte_texte
        )

    def regles(self) -> Tableau:
        """Return what each rule verifies, with its thresholds, and how many findings it gave."""
        catalogue = self.etude.catalogue
        return tableau_regles(
            self.etude.controle, catalogue.coherence.regles, catalogue.seuils, self.etude.contexte_texte
        )

    def corrections(self) -> Tableau | None:
        """Return the places read otherwise than they are written; None when all is read as it is."""
        if not self.etude.dossier.corrections:
            return None
        return tableau_corrections(self.etude.dossier.corrections, self.etude.contexte_texte)
