"""What comes next: what the convention settles by itself, what the rules propose, draft indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs.besoins import lacunes
from ctglib.rapport.phrases.finale.textes import postes
from ctglib.rapport.tableaux.finale.coherence import tableau_articles
from ctglib.rapport.tableaux.finale.recommandations import (
    tableau_indicateurs_suivants,
    tableau_recommandations,
    tableau_regles,
)

if TYPE_CHECKING:
    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Suites:
    """What is decided, and what is proposed to be."""

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the articles and the schémas settle."""
        etude = self.etude
        said = postes(etude.preuves["postes_convertis"], etude.parcours, etude.noms_des_postes, etude.cadre)
        return tableau_articles(etude.cadre, said, etude.convention.source_texte)

    def regles(self) -> Tableau:
        """Return the rules of the recommendations, printed."""
        return tableau_regles(self.etude.cadre)

    def recommandations(self) -> Tableau:
        """Return what the rules propose for each objective, and what was decided."""
        etude = self.etude
        return tableau_recommandations(etude.recommandations, etude.finale.saisie.decisions, etude.cadre)

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention."""
        return tableau_indicateurs_suivants(self.etude.parcours, self.etude.cadre)

    def lacunes(self) -> Tableau:
        """Return what the convention leaves open, and the questions that the next one has to settle."""
        return lacunes(self.etude.convention, self.etude.convention.source_texte)
