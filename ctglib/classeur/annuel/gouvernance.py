"""The section « Gouvernance » of the bilan: the comité, its decisions, the avenants, what is to be decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.blocs import paragraphe
from ctglib.rapport.phrases.gouvernance import comites
from ctglib.rapport.tableaux.avenants import tableau_avenants
from ctglib.rapport.tableaux.decisions import tableau_decisions, tableau_propositions, tableau_suites

if TYPE_CHECKING:
    from ctglib.calculs.bilan.propositions import Proposition
    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Gouvernance:
    """Who decided what, what became of it, and what the data call to decide."""

    etude: EtudeAnnuelle
    trouvees: tuple[Proposition, ...]

    def comite(self) -> Bloc:
        """Return whether the comité was held, and those of the years before."""
        etude = self.etude
        bilans = {year: one.bilan for year, one in etude.suivi.suivis.items() if year <= etude.annee}
        return comites(bilans, etude.annee, etude.catalogue.bilan, etude.catalogue.evaluation.suites)

    def decisions(self) -> Tableau | None:
        """Return what the comité of the year decided."""
        comite = self.etude.bilan.comite
        if comite is None or not comite.decisions:
            return None
        return tableau_decisions(comite, self.etude.contexte, self.etude.annee)

    def suites(self) -> Tableau | None:
        """Return what became of the decisions of the comité before."""
        etude = self.etude
        before = etude.precedent.bilan.comite if etude.precedent else None
        if before is None or not before.decisions:
            return None
        return tableau_suites(before, etude.bilan.comite, etude.catalogue.evaluation, etude.contexte, etude.annee)

    def avenants(self) -> Tableau | Bloc:
        """Return what the avenants change, or that none was signed."""
        etude = self.etude
        if not etude.suivi.avenants:
            return paragraphe(etude.catalogue.bilan.mots["aucun_avenant"])
        return tableau_avenants(etude.suivi.avenants, etude.catalogue.bilan, etude.contexte, etude.annee)

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, with why."""
        if not self.trouvees:
            return None
        etude = self.etude
        return tableau_propositions(self.trouvees, etude.catalogue.bilan, etude.contexte, etude.annee)
