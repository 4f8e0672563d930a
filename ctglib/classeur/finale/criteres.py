"""The section « Six critères »: evidence gathered by the workbook, with its tables, appreciation entered by people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.document.blocs import Groupe, suite
from ctglib.rapport.phrases.finale.criteres import critere, tableau_criteres
from ctglib.rapport.tableaux.finale.coherence import tableau_besoins, tableau_schemas
from ctglib.rapport.tableaux.finale.durabilite import tableau_durabilite

if TYPE_CHECKING:
    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.classeur.finale.trajectoires import Trajectoires
    from ctglib.document.tableau import Tableau

TOUJOURS = (
    "tableau-besoins", "tableau-evaluabilite", "tableau-trajectoires", "tableau-contribution", "tableau-articles",
    "tableau-lacunes",
)  # fmt: skip


@dataclass(frozen=True)
class Criteres:
    """The six criteria and the tables that their evidence needs."""

    etude: EtudeFinale
    trajectoires: Trajectoires

    def tableau(self) -> Tableau:
        """Return the criteria at a glance."""
        return tableau_criteres(self.etude.preuves, self.etude.finale.saisie, self.etude.cadre)

    def detail(self) -> Groupe | None:
        """Return each criterion: its question, its evidence, what the evaluators say, then the tables of its own."""
        etude, shown, tables = self.etude, self._renvois, self._tableaux
        return suite(
            piece
            for item in etude.finale.regles.criteres
            for piece in (critere(item, etude.preuves, etude.finale.saisie, etude.cadre, shown), tables.get(item.id))
        )

    def besoins(self) -> Tableau:
        """Return the needs of the diagnostic and the fiches that answer them."""
        etude = self.etude
        source = etude.convention.source_diagnostic
        return tableau_besoins(etude.besoins, etude.catalogue.themes, etude.cadre, source)

    def schemas(self) -> Tableau | None:
        """Return the fiches against the schéma départemental; None when the text names none."""
        return tableau_schemas(self.etude.finale.lectures, self.etude.cadre, self.etude.convention.source_texte)

    def moyens(self) -> Tableau | None:
        """Return the means beside the realisations; None when nothing of it is known."""
        return self.trajectoires.moyens()

    def durabilite(self) -> Tableau | None:
        """Return what is left after the convention; None when nothing of it is known."""
        etude = self.etude
        return tableau_durabilite(etude.parcours, etude.derniere.suivi.suivis, etude.cadre)

    @cached_property
    def _tableaux(self) -> dict[str, Tableau | None]:
        """The table that stands below a criterion."""
        return {
            "pertinence": self.besoins(),
            "coherence": self.schemas(),
            "efficience": self.moyens(),
            "durabilite": self.durabilite(),
        }

    @property
    def _renvois(self) -> set[str]:
        """The tables and charts that the report shows."""
        own = {f"tableau-{table.nom}" for table in self._tableaux.values() if table is not None}
        optional = {
            "figure-etats": self.trajectoires.etats() is not None,
            "tableau-ecarts-comparables": self.etude.comparables.resultat is not None,
            "tableau-manques": not self.etude.manques.empty,
        }
        return {*TOUJOURS, *own, *(name for name, shown in optional.items() if shown)}
