"""The own analysis of fiche action 2: attendance, occupancy, children with AEEH, the stay, profiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs import loisirs as analyse
from ctglib.calculs.annees import est_muet
from ctglib.calculs.evaluation import modalites
from ctglib.classeur.annuel.lecture import lire_annees, par_modalite, si_transmis
from ctglib.classeur.annuel.typologie import Typologie
from ctglib.document.blocs import paragraphe
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases import loisirs as phrases
from ctglib.rapport.tableaux.loisirs import UNE_FOIS, tableau_inclusion, tableau_occupation

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.analyses import IndicateursLoisirs


@dataclass(frozen=True)
class Loisirs:
    """What fiche 2 makes of its own figures: each method returns one thing, None when nothing of it is known."""

    etude: EtudeAnnuelle

    @property
    def _noms(self) -> IndicateursLoisirs:
        return self.etude.catalogue.analyses.loisirs.indicateurs

    @cached_property
    def _frequentation(self) -> pd.DataFrame:
        return lire_annees(self.etude, (self._noms.frequentation,))

    @cached_property
    def _heures(self) -> pd.DataFrame:
        names = self._noms
        return lire_annees(self.etude, (names.capacite, names.heures_offertes, names.heures, names.occupation))

    @cached_property
    def _inclusion(self) -> pd.DataFrame:
        return lire_annees(self.etude, (self._noms.aeeh, self._noms.heures_aeeh))

    @cached_property
    def _sejour(self) -> pd.DataFrame:
        return lire_annees(
            self.etude, (self._noms.sejour_places, self._noms.sejour_jours, self._noms.sejour_participants)
        )

    @cached_property
    def _typologie(self) -> Typologie:
        item = self.etude.catalogue.indicateurs_fiches[self._noms.profils]
        own = modalites(item, self.etude.catalogue)
        return Typologie(self.etude, own, "Enfants et jeunes accueillis", "les enfants et les jeunes accueillis")

    @si_transmis
    def frequentation(self) -> Bloc | None:
        """Return how many came, and which dispositifs rise or fall."""
        if est_muet(self._frequentation):
            return None
        told = phrases.frequentation(
            self.etude.evaluation, self._noms.frequentation, self.etude.contexte, self.etude.catalogue.evaluation
        )
        return told + paragraphe(UNE_FOIS, classe="note")

    @si_transmis
    def frequentation_graphique(self) -> Figure | None:
        """Return the attendance of each dispositif, one panel each."""
        return trajectoires(
            par_modalite(self.etude, self._frequentation, self._noms.frequentation),
            self.etude.contexte,
            nom="loisirs-trajectoires",
            titre="La fréquentation augmente-t-elle, et où ?",
        )

    @cached_property
    def _occupation(self) -> pd.DataFrame:
        return analyse.occupation(self._heures, self._noms, self.etude.annee)

    @si_transmis
    def occupation(self) -> Bloc | None:
        """Return how full the accueils are."""
        return phrases.occupation(self._occupation)

    @si_transmis
    def occupation_tableau(self) -> Tableau | None:
        """Return capacity, hours and rate by dispositif."""
        now = self._heures[self._heures["annee"].eq(self.etude.annee)]
        if est_muet(now):
            return None
        return tableau_occupation(self._occupation, self._noms, self.etude.annee, self.etude.contexte)

    @cached_property
    def _par_accueil(self) -> pd.DataFrame:
        meanings = self.etude.catalogue.indicateurs_fiches
        return analyse.inclusion(self._inclusion, self._noms, self.etude.annee, meanings)

    @si_transmis
    def inclusion(self) -> Bloc | None:
        """Return how many children with AEEH came, and for how many hours."""
        if est_muet(self._inclusion):
            return None
        return phrases.inclusion(
            self.etude.evaluation,
            self._noms,
            self._par_accueil,
            self.etude.contexte,
            self.etude.catalogue.evaluation,
        )

    @si_transmis
    def inclusion_tableau(self) -> Tableau | None:
        """Return the same by dispositif."""
        if est_muet(self._inclusion):
            return None
        return tableau_inclusion(self._par_accueil, self._noms, self.etude.annee, self.etude.contexte)

    @si_transmis
    def sejour(self) -> Bloc | None:
        """Return the places, the length and the participants of the stay."""
        if est_muet(self._sejour):
            return None
        return phrases.sejour(self.etude.evaluation, self._noms, self.etude.contexte, self.etude.catalogue.evaluation)

    @si_transmis
    def profils(self) -> Bloc | None:
        """Return what is known of the profiles, and what is hidden."""
        return self._typologie.bilan()

    @si_transmis
    def profils_graphique(self, variable: str) -> Figure | None:
        """Return the shares of a variable by dispositif."""
        return self._typologie.graphique(variable)

    @si_transmis
    def profils_tableau(self) -> Tableau | None:
        """Return the counts of all the variables by dispositif."""
        return self._typologie.tableau()

    @si_transmis
    def croisements(self) -> Tableau | None:
        """Return the crossed counts, when some were entered."""
        return self._typologie.croisements()
