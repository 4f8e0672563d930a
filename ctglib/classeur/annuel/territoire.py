"""The section « Le territoire » of the bilan: public series, context and never an effect."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.bilan.territoire import (
    Lieux,
    contexte_du_territoire,
    revisions_du_territoire,
    trajectoires_du_territoire,
)
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.territoire import source_publique
from ctglib.rapport.tableaux.territoire import tableau_origines, tableau_territoire

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Territoire:
    """What the public series say of the territory in a year, each figure with its own date."""

    etude: EtudeAnnuelle

    @cached_property
    def rangees(self) -> pd.DataFrame:
        """One row a series (see ``contexte_du_territoire``)."""
        etude = self.etude
        names = [name for group in etude.catalogue.bilan.territoire.groupes for name in group.indicateurs]
        places = Lieux(etude.convention.territoire, etude.convention.reference, etude.convention.debut.year - 1)
        return contexte_du_territoire(
            etude.series, names, etude.catalogue.indicateurs_contexte, places, etude.catalogue.evaluation.seuils
        )

    @property
    def revisions(self) -> pd.DataFrame:
        """The public figures of the territory that last year's bilan gave otherwise."""
        table = revisions_du_territoire(self.etude.suivi.contexte, self.etude.annee)
        return table[table["territoire"].eq(self.etude.convention.territoire)]

    @property
    def _source(self) -> str:
        return source_publique(self.etude.series, self.etude.suivi.origines, self.etude.contexte)

    def tableau(self) -> Tableau | None:
        """Return the latest figure of each series, and how it moved."""
        if self.rangees.empty:
            return None
        return tableau_territoire(
            self.rangees,
            self.etude.catalogue.bilan,
            self.etude.contexte,
            depart=self.etude.convention.debut.year - 1,
            modalite=self.etude.modalite,
            source=self._source,
        )

    def graphique(self) -> Figure | None:
        """Return the trajectories of the series, their breaks not joined."""
        etude = self.etude
        rows = trajectoires_du_territoire(
            etude.series,
            etude.catalogue.bilan.territoire.graphique,
            etude.catalogue.indicateurs_contexte,
            territoire=etude.convention.territoire,
            depuis=etude.convention.debut.year - etude.catalogue.bilan.territoire.annees_avant,
        )
        if rows.empty:
            return None
        return trajectoires(
            rows,
            etude.contexte,
            nom="territoire-trajectoires",
            titre=f"Comment {etude.contexte.territoire.le} a-t-il évolué jusqu'en {rows['annee'].max()} ?",
            source=self._source,
        )

    def origines(self) -> Tableau | None:
        """Return where the public series come from."""
        shown = {
            name: item for name, item in self.etude.suivi.origines.items() if name in set(self.etude.series["serie"])
        }
        return tableau_origines(shown) if shown else None
