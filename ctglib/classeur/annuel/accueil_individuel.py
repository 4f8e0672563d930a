"""The own analysis of fiche action 1: professionals and places, movements, needs, posts of the relais."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs import accueil_individuel as analyse
from ctglib.calculs.annees import est_muet
from ctglib.classeur.annuel.lecture import lire_annees, si_transmis
from ctglib.document.blocs import liste
from ctglib.document.mesures import ligne, petits_publies
from ctglib.graphiques.entrees_sorties import entrees_sorties
from ctglib.rapport.phrases import accueil_individuel as phrases
from ctglib.rapport.tableaux.accueil_individuel import tableau_besoins, tableau_relais

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.analyses import AnalyseAccueil


@dataclass(frozen=True)
class AccueilIndividuel:
    """What fiche 1 makes of its own figures: each method returns one thing, None when nothing of it is known."""

    etude: EtudeAnnuelle

    @property
    def _analyse(self) -> AnalyseAccueil:
        return self.etude.catalogue.analyses.accueil_individuel

    @cached_property
    def _effectifs(self) -> pd.DataFrame:
        names = self._analyse.indicateurs
        return lire_annees(self.etude, (names.agreees, names.en_activite, names.places, names.gardes))

    @cached_property
    def _mouvements(self) -> pd.DataFrame:
        names = self._analyse.indicateurs
        return lire_annees(self.etude, (names.entrees, names.sorties, names.agreees))

    @cached_property
    def _relais(self) -> pd.DataFrame:
        names = self._analyse.indicateurs
        read = dict.fromkeys((names.postes_relais, names.agreees, names.en_activite, self._analyse.norme.indicateur))
        return analyse.relais(lire_annees(self.etude, read), self._analyse)

    @cached_property
    def _besoins(self) -> pd.DataFrame:
        convention = self.etude.convention
        return analyse.besoins(
            self.etude.series,
            self.etude.derniers_chiffres,
            self._analyse,
            territoires=(convention.territoire, convention.reference),
        )

    @si_transmis
    def effectifs(self) -> Bloc | None:
        """Return how many professionals and places there are, and which share works."""
        if est_muet(self._effectifs):
            return None
        return phrases.effectifs(
            self.etude.evaluation, self._analyse.indicateurs, self.etude.contexte, self.etude.catalogue.evaluation
        )

    @si_transmis
    def mouvements(self) -> Bloc | None:
        """Return entries, departures and balance, and whether the stock agrees with them."""
        names = self._analyse.indicateurs
        if est_muet(self._mouvements[self._mouvements["indicateur"].ne(names.agreees)]):
            return None
        told = petits_publies(
            self._mouvements, ["valeur"], self.etude.catalogue.seuils.petits_effectifs, self.etude.contexte
        )
        return phrases.mouvements(analyse.mouvements(self._mouvements, names)) + liste(told)

    @si_transmis
    def mouvements_graphique(self) -> Figure | None:
        """Return entries above, departures below, year by year."""
        return entrees_sorties(
            analyse.mouvements(self._mouvements, self._analyse.indicateurs),
            self.etude.contexte,
            nom="accueil-mouvements",
            titre="Les arrivées compensent-elles les départs ?",
        )

    @si_transmis
    def besoins(self) -> Bloc | None:
        """Return the coverage and the births, each with its date."""
        places = ligne(self.etude.evaluation, self._analyse.indicateurs.places)
        return phrases.besoins(self._besoins, places, self._analyse, self.etude.contexte)

    @si_transmis
    def besoins_tableau(self) -> Tableau | None:
        """Return the coverage by mode and the births of both territories."""
        if self._besoins.empty:
            return None
        dimension = self.etude.catalogue.mesures[self._analyse.indicateurs.couverture].dimension
        modes = self.etude.catalogue.dimensions[dimension].modalites if dimension else ()
        return tableau_besoins(
            self._besoins, {item.id: item.libelle for item in modes}, self.etude.contexte, origines=self._origines()
        )

    @si_transmis
    def relais(self) -> Bloc | None:
        """Return how many professionals go with one post of the relais, beside the norm."""
        return phrases.relais(self._relais, self._analyse, self.etude.contexte)

    @si_transmis
    def relais_tableau(self) -> Tableau | None:
        """Return the same year by year."""
        known = self._relais["postes"].notna() & self._relais["postes_repere"].notna()
        return tableau_relais(self._relais, self._analyse, self.etude.contexte) if known.any() else None

    def _origines(self) -> dict[str, str]:
        """Return where the public figures of each indicator come from."""
        latest = self._besoins.drop_duplicates("indicateur", keep="last")
        return dict(zip(latest["indicateur"], latest["source"], strict=True))
