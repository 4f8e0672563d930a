"""The section « Six critères »: evidence gathered by the workbook, appreciation entered by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.rapport.phrases.finale.criteres import critere, tableau_criteres
from ctglib.rapport.suite import Suite, suite
from ctglib.rapport.tableaux.finale.coherence import tableau_besoins, tableau_schemas

if TYPE_CHECKING:
    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.classeur.finale.trajectoires import Trajectoires
    from ctglib.rapport.tableau import Tableau

TOUJOURS = (
    "tableau-besoins", "tableau-evaluabilite", "tableau-trajectoires", "tableau-moyens-realisations",
    "tableau-contribution", "tableau-articles",
)  # fmt: skip


@dataclass(frozen=True)
class Criteres:
    """The six criteria and the tables that their evidence needs."""

    etude: EtudeFinale
    trajectoires: Trajectoires

    def tableau(self) -> Tableau:
        """Return the criteria at a glance."""
        return tableau_criteres(self.etude.preuves, self.etude.finale.saisie, self.etude.cadre)

    def detail(self) -> Suite | None:
        """Return each criterion: its question, its evidence, what the evaluators say."""
        etude, shown = self.etude, self._renvois
        return suite(
            critere(item, etude.preuves, etude.finale.saisie, etude.cadre, shown)
            for item in etude.finale.regles.criteres
        )

    def besoins(self) -> Tableau:
        """Return the needs of the diagnostic and the fiches that answer them."""
        etude = self.etude
        source = etude.convention.source_diagnostic
        return tableau_besoins(etude.diagnostic.constats, etude.catalogue.themes, etude.cadre, source)

    def schemas(self) -> Tableau | None:
        """Return the fiches against the schéma départemental; None when the text names none."""
        return tableau_schemas(self.etude.finale.lectures, self.etude.cadre, self.etude.convention.source_texte)

    def moyens(self) -> Tableau:
        """Return the means beside the realisations."""
        return self.trajectoires.moyens()

    @property
    def _renvois(self) -> set[str]:
        """The tables and charts that the report shows."""
        optional = {
            "figure-etats": self.trajectoires.etats() is not None,
            "tableau-schemas": bool(self.etude.convention.schemas),
            "tableau-ecarts-comparables": self.etude.comparables.resultat is not None,
        }
        return {*TOUJOURS, *(name for name, shown in optional.items() if shown)}
