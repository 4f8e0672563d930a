"""The own analysis of fiche action 4: what became of the posts, deliverables, costs, the grid of annexe 4."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.moyens import Budget, equipe
from ctglib.calculs import cooperation as analyse
from ctglib.calculs.annees import ensemble, est_muet
from ctglib.calculs.evaluation import posture_bougee
from ctglib.classeur.annuel.lecture import lire_annees, si_transmis
from ctglib.document.blocs import Bloc, liste
from ctglib.graphiques.grille import grille
from ctglib.rapport.phrases import cooperation as phrases
from ctglib.rapport.tableaux.cooperation import tableau_livrables, tableau_postes

if TYPE_CHECKING:
    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.analyses import AnalyseCooperation
    from ctglib.donnees.modeles.bilan import Pilotage

MOUVEMENTS = {"hausse": "favorable", "baisse": "defavorable"}


@dataclass(frozen=True)
class Cooperation:
    """What fiche 4 makes of its own figures: each method returns one thing, None when nothing of it is known.

    The grid of annexe 4 has one or two posts behind it: it is shown line by line in the internal report alone.
    """

    etude: EtudeAnnuelle

    @property
    def _analyse(self) -> AnalyseCooperation:
        return self.etude.catalogue.analyses.cooperation

    @property
    def _pilotage(self) -> Pilotage:
        return self.etude.catalogue.bilan.pilotage

    @cached_property
    def _postes(self) -> pd.DataFrame:
        return lire_annees(self.etude, (self._pilotage.postes, self._pilotage.convertis))

    @property
    def _fiche(self) -> int:
        groups = self.etude.catalogue.fiches_indicateurs
        return next(number for number, group in groups.items() if self._pilotage.postes in {item.id for item in group})

    @cached_property
    def _couts(self) -> pd.DataFrame:
        return analyse.couts(
            ensemble(self._postes, self._pilotage.postes),
            self._moyens,
            self.etude.catalogue.referentiel,
            fiche=self._fiche,
            financement=self._analyse.financement,
        )

    @property
    def _moyens(self) -> dict[int, pd.DataFrame]:
        return {year: suivi.moyens for year, suivi in self.etude.suivi.suivis.items()}

    @property
    def _parties(self) -> dict[str, str]:
        return {partie.id: partie.nom_court for partie in self.etude.convention.parties}

    @si_transmis
    def passage(self) -> Bloc | None:
        """Return whether the posts have become chargé de coopération: known, not known, what it decides."""
        articles = [item for item in self.etude.convention.articles if item.numero == self._analyse.article]
        return phrases.passage(
            self.etude.evaluation,
            self._pilotage,
            self._analyse,
            articles[0] if articles else None,
            fin=self.etude.suivi.fin,
            contexte=self.etude.contexte,
            mots=self.etude.catalogue.evaluation,
        )

    @si_transmis
    def livrables_tableau(self) -> Tableau | None:
        """Return the deliverables, when they are due, and where they stand."""
        etude = self.etude
        known = lire_annees(etude, [item.indicateur for item in self._analyse.livrables])
        posts = ensemble(self._postes, self._pilotage.convertis)["valeur"]
        table = analyse.livrables(
            known,
            self._analyse.livrables,
            {item.id: item.echeance for item in etude.fiche(self._fiche).indicateurs if item.echeance},
            fin=pd.Timestamp(etude.suivi.fin),
            arrete=pd.Timestamp(etude.bilan.date_arretee),
            postes=posts.iloc[-1],
        )
        return tableau_livrables(table, self._analyse, etude.annee, etude.contexte)

    @si_transmis
    def postes(self) -> Bloc | None:
        """Return what the posts would cost, the euros written, and the Caf's own team at the start and now."""
        etude = self.etude
        told = phrases.postes(self._couts, etude.catalogue.referentiel, self._parties, etude.contexte)
        before = etude.precedent is not None and not etude.precedent.moyens.empty
        budget = Budget(
            etude.convention,
            etude.catalogue.moyens,
            etude.contexte,
            etude.annee,
            (before, not etude.annuel.moyens.empty),
        )
        return told + liste(equipe(etude.annuel.moyens, budget, etude.catalogue.bilan))

    @si_transmis
    def postes_tableau(self) -> Tableau | None:
        """Return the posts, their cost of reference and the euros written, year by year."""
        if est_muet(self._postes) and self._couts["valeur_connue"].isna().all():
            return None
        full_time = analyse.equivalents(self._postes, self._moyens)
        return tableau_postes(self._postes, self._couts, self._parties, self.etude.contexte, equivalents=full_time)

    @si_transmis
    def posture(self) -> Bloc | None:
        """Return how many lines of the grid moved; the meaning of its levels too, in the internal report."""
        now = self.etude.annuel.posture
        before = self.etude.precedent.posture if self.etude.precedent else now.iloc[0:0]
        told = phrases.posture(
            posture_bougee(now, before), self.etude.annee, notee=now["niveau"].notna().any(), interne=self.etude.interne
        )
        return told + phrases.niveaux(self.etude.catalogue.evaluation) if self.etude.interne and told else told

    @si_transmis
    def posture_grille(self) -> Figure | None:
        """Return the grid by year, one row an item of a function; None in a report that is published."""
        if not self.etude.interne:
            return None
        table = analyse.grille(
            {year: suivi.posture for year, suivi in self.etude.suivi.suivis.items()}, self.etude.catalogue.referentiel
        )
        if table.empty:
            return None
        several = table["fonction"].nunique() > 1
        words = self.etude.catalogue.evaluation.evolutions
        cells = table.assign(
            ligne=[f"{row.fonction} : {row.libelle}" if several else row.libelle for row in table.itertuples()],
            colonne=table["annee"].astype(str),
            valeur=table["niveau"].astype("float64"),
            texte=[str(level) if pd.notna(level) else self.etude.contexte.absence("L") for level in table["niveau"]],
            signe=[words[MOUVEMENTS[name]].signe if name else "" for name in table["mouvement"]],
        )
        return grille(
            cells,
            self.etude.contexte,
            nom="posture",
            titre="Quel niveau la fonction exerce-t-elle pour chaque ligne de l'annexe 4 ?",
        )
