"""The evaluation at the end of a convention, as its notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.blocs.sources import sources
from ctglib.classeur.finale.criteres import Criteres
from ctglib.classeur.finale.diagnostic import DiagnosticRevisite
from ctglib.classeur.finale.suites import Suites
from ctglib.classeur.finale.trajectoires import Trajectoires
from ctglib.rapport.phrases.finale.fin import Fin
from ctglib.rapport.phrases.finale.page import page
from ctglib.rapport.phrases.finale.textes import couverture_finale, lecon, limites_finales
from ctglib.rapport.phrases.suivi_indicateurs import mode_de_lecture
from ctglib.rapport.tableaux.finale.contribution import tableau_contribution
from ctglib.rapport.tableaux.finale.evaluabilite import tableau_evaluabilite
from ctglib.rapport.tableaux.finale.manques import tableau_manques_finaux

if TYPE_CHECKING:
    from ctglib.classeur.finale.comparables import Comparables
    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.document.blocs import Bloc
    from ctglib.document.couverture import Couverture
    from ctglib.document.tableau import Tableau

PROVISOIRES = ("P", "E")


@dataclass(frozen=True)
class EvaluationFinale:
    """What can be asked of a convention at its end: each method returns one thing that a notebook shows, or None.

    The sections with several questions are attributes: ``evaluation.trajectoires``, ``.diagnostic``, ``.criteres``,
    ``.comparables``, ``.suites``.
    """

    etude: EtudeFinale

    @cached_property
    def trajectoires(self) -> Trajectoires:
        """The indicators and the states over the convention."""
        return Trajectoires(self.etude)

    @cached_property
    def diagnostic(self) -> DiagnosticRevisite:
        """Annexe 1 then and now."""
        return DiagnosticRevisite(self.etude)

    @cached_property
    def criteres(self) -> Criteres:
        """The six criteria."""
        return Criteres(self.etude, self.trajectoires)

    @property
    def comparables(self) -> Comparables:
        """The gap to the trend of comparable communes."""
        return self.etude.comparables

    @cached_property
    def suites(self) -> Suites:
        """What the convention settles, what is proposed, what is decided."""
        return Suites(self.etude)

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data, evaluators."""
        last = self.etude.derniere
        return couverture_finale(
            self.etude.cadre, last.suivi.dossier.logos, last.bilan, last.lues, self.etude.finale.saisie
        )

    def page(self) -> Bloc:
        """Return the evaluation on one page."""
        etude = self.etude
        told = Fin(
            etats=etude.etats_finaux,
            parcours=etude.parcours,
            evaluabilite=etude.evaluabilite,
            recommandations=etude.recommandations,
            preuves=etude.preuves,
            depassent=self.comparables.depassent,
            manques=etude.manques,
            saisie=etude.finale.saisie,
            annees=etude.annees,
            services=etude.catalogue.responsables,
        )
        return page(told, etude.cadre)

    def lecture(self) -> Bloc:
        """Return how verdicts and evolutions are read, with their thresholds."""
        return mode_de_lecture(
            self.etude.derniere.evaluation,
            self.etude.catalogue.evaluation,
            de_a=self.etude.cadre.mot("depuis_le_depart"),
        )

    def lecon(self) -> Bloc:
        """Return the first lesson: what could be evaluated, in sentences."""
        return lecon(self.etude.evaluabilite)

    def evaluabilite(self) -> Tableau:
        """Return what could be evaluated, by fiche."""
        return tableau_evaluabilite(self.etude.evaluabilite, self.etude.cadre)

    def contribution(self) -> Tableau:
        """Return each fiche from its actions to its results."""
        return tableau_contribution(self.etude.chaines, self.etude.finale.saisie.contribution, self.etude.cadre)

    def manques(self) -> Tableau | None:
        """Return what is missing, and from whom."""
        return tableau_manques_finaux(self.etude.manques, self.etude.catalogue.responsables, self.etude.cadre)

    def limites(self) -> Bloc:
        """Return what the report must not be made to say."""
        withheld = self.etude.derniere.retraits
        return limites_finales(
            self.etude.cadre,
            retraits=0 if withheld is None else len(withheld),
            manques=len(self.etude.manques),
            provisoires=int(self.etude.parcours["statut_derniere"].isin(PROVISOIRES).sum()),
        )

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)
