"""The sections « Offre existante » and « Offre et besoins »."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.offre import tableau_manques, tableau_offre, tableau_offre_autres, tableau_vacances
from ctglib.blocs.places import ages_constats, contradictions_des_places, places_constats
from ctglib.calculs import offre as analyse
from ctglib.calculs.offre import manques
from ctglib.graphiques.offre import ages as graphique_des_ages
from ctglib.graphiques.offre import places as graphique_des_places
from ctglib.graphiques.offre import semaine as graphique_de_la_semaine

if TYPE_CHECKING:
    from ctglib.calculs.comparaison import Constat
    from ctglib.classeur.etude import Etude
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre


@dataclass(frozen=True)
class Offre:
    """What exists, as annexe 2 describes it, beside those who are there."""

    etude: Etude

    @property
    def _lignes(self) -> pd.DataFrame:
        return self.etude.dossier.offre

    @property
    def _vocabulaire(self) -> VocabulaireOffre:
        return self.etude.catalogue.offre

    @cached_property
    def _places(self) -> pd.DataFrame:
        return analyse.places(self._lignes, self._vocabulaire)

    @cached_property
    def _ages(self) -> pd.DataFrame:
        return analyse.ages(self._lignes, self._vocabulaire)

    @cached_property
    def _manques(self) -> pd.DataFrame:
        return manques(self._lignes, self.etude.catalogue.coherence.relations.attendus_offre, self._vocabulaire)

    def tableau(self) -> Tableau:
        """Return the structures that receive people."""
        return tableau_offre(self._lignes, self._vocabulaire, self.etude.contexte_offre)

    def autres(self) -> Tableau:
        """Return schools, sports and culture, urban schemes and posts."""
        return tableau_offre_autres(self._lignes, self._vocabulaire, self.etude.contexte_offre)

    def places(self) -> Bloc:
        """Return how many places there are for children under three, and what does not agree about them."""
        return places_constats(
            self._places,
            self._constat(self.etude.catalogue.synthese.enfants_moins_3),
            self._constat(self.etude.catalogue.synthese.capacite),
            self.etude.contexte,
            vocabulaire=self._vocabulaire,
            contradictions=contradictions_des_places(
                self.etude.controle, self.etude.catalogue.coherence.relations.memes_effectifs, self._vocabulaire
            ),
        )

    def places_graphique(self) -> Figure:
        """Return the places beside the children."""
        enfants = self._constat(self.etude.catalogue.synthese.enfants_moins_3)
        return graphique_des_places(
            self._places,
            float("nan") if enfants.niveau is None else enfants.niveau,
            self.etude.contexte,
            nom="places",
            titre="Combien de places citées pour combien d'enfants de moins de trois ans ?",
            source=self._deux_sources,
        )

    def ages(self) -> Bloc:
        """Return which ages the structures take."""
        return ages_constats(
            self._ages,
            self._manques,
            fiches=self.etude.convention.fiches,
            tranches=self.etude.catalogue.synthese.tranches_age,
            vocabulaire=self._vocabulaire,
        )

    def ages_graphique(self) -> Figure:
        """Return the ages that each structure takes, beside the children of each age."""
        return graphique_des_ages(
            self._ages,
            self._tranches(),
            self.etude.contexte,
            nom="ages",
            titre="Quels âges chaque dispositif reçoit-il ?",
            source=self._deux_sources,
        )

    def semaine(self) -> Figure:
        """Return the hours of opening in the week."""
        return graphique_de_la_semaine(
            analyse.semaine(self._lignes, self.etude.catalogue.synthese, self._vocabulaire),
            self.etude.contexte_offre,
            nom="semaine",
            titre="À quelles heures les lieux d'accueil sont-ils ouverts ?",
        )

    def vacances(self) -> Tableau:
        """Return the weeks of opening of each holiday."""
        return tableau_vacances(self._lignes, self._vocabulaire, self.etude.contexte_offre)

    def manques(self) -> Tableau:
        """Return what the convention does not say of its structures."""
        return tableau_manques(self._manques, self.etude.contexte_offre)

    @property
    def _deux_sources(self) -> str:
        return f"{self.etude.convention.source_offre} ; {self.etude.contexte.source}"

    def _constat(self, indicateur: str) -> Constat:
        return self.etude.constats_de([indicateur])[0]

    def _tranches(self) -> pd.DataFrame:
        """Return the children of each age group: age_min, age_max, effectif, libelle."""
        tranches = self.etude.catalogue.synthese.tranches_age
        return pd.DataFrame(
            {
                "age_min": [tranche.age_min for tranche in tranches],
                "age_max": [tranche.age_max for tranche in tranches],
                "effectif": [self._constat(tranche.indicateur).niveau for tranche in tranches],
                "libelle": [self.etude.catalogue.indicateurs[tranche.indicateur].libelle for tranche in tranches],
            }
        ).astype({"effectif": "float64"})
