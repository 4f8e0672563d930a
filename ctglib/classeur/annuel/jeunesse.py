"""The own analysis of fiche action 3: participants, activity of each dispositif, profiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.annees import est_muet
from ctglib.calculs.evaluation import modalites
from ctglib.calculs.jeunesse import projets
from ctglib.classeur.annuel.lecture import lire_annees, par_modalite, si_transmis
from ctglib.classeur.annuel.typologie import Typologie
from ctglib.document.blocs import paragraphe
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.jeunesse import dispositifs
from ctglib.rapport.phrases.loisirs import frequentation

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.analyses import AnalyseJeunesse

UNE_FOIS = (
    "Un jeune présent dans plusieurs dispositifs compte une fois dans l'ensemble : les lignes ne s'additionnent pas."
)


@dataclass(frozen=True)
class Jeunesse:
    """What fiche 3 makes of its own figures: each method returns one thing, None when nothing of it is known."""

    etude: EtudeAnnuelle

    @property
    def _analyse(self) -> AnalyseJeunesse:
        return self.etude.catalogue.analyses.jeunesse

    @cached_property
    def _participants(self) -> pd.DataFrame:
        return lire_annees(self.etude, (self._analyse.indicateurs.participants,))

    @cached_property
    def _activite(self) -> pd.DataFrame:
        return lire_annees(self.etude, [name for group in self._analyse.groupes for name in group.indicateurs])

    @cached_property
    def _typologie(self) -> Typologie:
        catalogue = self.etude.catalogue
        others = modalites(catalogue.indicateurs_fiches[catalogue.analyses.loisirs.indicateurs.profils], catalogue)
        known = catalogue.dimensions[catalogue.profils.dimension].modalites
        own = {item.id: item.libelle for item in known if item.id not in others}
        return Typologie(self.etude, own, "Jeunes participants", "les jeunes participants")

    @si_transmis
    def participants(self) -> Bloc | None:
        """Return how many took part, and in which dispositifs there are more or fewer."""
        if est_muet(self._participants):
            return None
        told = frequentation(
            self.etude.evaluation,
            self._analyse.indicateurs.participants,
            self.etude.contexte,
            self.etude.catalogue.evaluation,
        )
        return told + paragraphe(UNE_FOIS, classe="note")

    @si_transmis
    def participants_graphique(self) -> Figure | None:
        """Return the participants of each dispositif, one panel each."""
        return trajectoires(
            par_modalite(self.etude, self._participants, self._analyse.indicateurs.participants),
            self.etude.contexte,
            nom="jeunesse-trajectoires",
            titre="Les jeunes sont-ils plus nombreux à participer, et où ?",
        )

    @si_transmis
    def dispositifs(self) -> Bloc | None:
        """Return the activity of the conseil and of the chantiers, and the projects voted and done."""
        if est_muet(self._activite):
            return None
        return dispositifs(
            self.etude.evaluation,
            self._analyse,
            projets(self._activite, self._analyse.indicateurs),
            self.etude.contexte,
            self.etude.catalogue.evaluation,
        )

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
