"""The section « Constats et propositions »."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs.besoins import enjeux_constats, lacunes, tableau_enjeux, tableau_hors_enjeux
from ctglib.blocs.theme import commentaires_attendus

if TYPE_CHECKING:
    from ctglib.classeur.etude import Etude
    from ctglib.document.blocs import Bloc
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Enjeux:
    """The findings by enjeu, each with the fiche that answers it, and what the convention leaves open."""

    etude: Etude

    def bilan(self) -> Bloc:
        """Return how many needs have a fiche, and how many have none."""
        return enjeux_constats(self.etude.par_enjeu, self.etude.hors_enjeux, self.etude.convention)

    def tableau(self) -> Tableau:
        """Return the findings by enjeu."""
        return tableau_enjeux(
            self.etude.par_enjeu,
            self.etude.convention,
            self.etude.contexte,
            seuils=self.etude.catalogue.seuils,
            doutes=self.etude.doutes,
        )

    def hors_enjeux(self) -> Tableau:
        """Return the needs of the themes that no enjeu takes."""
        return tableau_hors_enjeux(
            self.etude.hors_enjeux,
            self.etude.convention,
            self.etude.contexte,
            themes=self.etude.catalogue.themes,
            doutes=self.etude.doutes,
        )

    def commentaires_attendus(self) -> Bloc:
        """Return the themes that await a comment of the parties."""
        return commentaires_attendus(self.etude.catalogue.themes, self.etude.dossier.commentaires)

    def lacunes(self) -> Tableau:
        """Return what the convention leaves out or open, with the question to put."""
        return lacunes(self.etude.convention, self.etude.convention.source_texte)
