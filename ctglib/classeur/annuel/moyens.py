"""The section « Les moyens de chaque signataire » of the bilan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.moyens import moyens_du_territoire, moyens_par_objet, moyens_par_structure, rapprocher
from ctglib.rapport.phrases.moyens import moyens_de_l_annee
from ctglib.rapport.tableaux.moyens import Budget, tableau_par_signataire
from ctglib.rapport.tableaux.moyens_structures import tableau_par_structure

if TYPE_CHECKING:
    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Moyens:
    """What each signatory brings, this year and the year before, full-time equivalents and euros apart."""

    etude: EtudeAnnuelle

    @cached_property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year and of the year before, none in the first year of the convention."""
        now = self.etude.annuel.moyens
        before = self.etude.precedent
        return now, now.head(0) if before is None else before.moyens

    @cached_property
    def _budget(self) -> Budget:
        now, before = self._annees
        etude = self.etude
        return Budget(
            etude.convention, etude.catalogue.moyens, etude.contexte, etude.annee, (len(before) > 0, len(now) > 0)
        )

    def constats(self) -> Bloc:
        """Return how the means are read, the team that article 2 announces, what is not transmitted."""
        return moyens_de_l_annee(self.etude.annuel.moyens, self._budget, self.etude.catalogue.bilan)

    def par_signataire(self) -> Tableau | None:
        """Return the means of each signatory, fiche by fiche."""
        now, before = self._annees
        if now.empty and before.empty:
            return None
        totals, lines = (
            rapprocher(by(now), by(before)) for by in (moyens_par_objet, moyens_du_territoire)
        )  # the sentence on the team names its posts one by one
        rows = pd.concat([totals, lines.rename(columns={"poste": "objet"})], ignore_index=True)
        return tableau_par_signataire(rows, self._budget)

    def par_structure(self) -> Tableau | None:
        """Return the means by structure of annexe 2: prestation de service, bonus territoire, contribution."""
        totals = rapprocher(*(moyens_par_structure(year) for year in self._annees))
        if totals.empty:
            return None
        offer = self.etude.suivi.dossier.offre
        return tableau_par_structure(totals, dict(zip(offer["structure"], offer["nom"], strict=True)), self._budget)
