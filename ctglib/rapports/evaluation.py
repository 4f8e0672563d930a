"""The evaluation at the end of a convention: its sections in order, and ``ouvrir_evaluation``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ctglib.blocs.collecte import ce_qui_manque
from ctglib.blocs.comparables import etudier_comparables
from ctglib.blocs.conformite import Conformite
from ctglib.blocs.criteres import Criteres, Suites
from ctglib.blocs.fin import EtudeFinale, Trajectoires, etudier_la_fin, sur
from ctglib.blocs.indicateurs import mode_de_lecture
from ctglib.blocs.messages_suivi import MessagesDeLaFin
from ctglib.blocs.mots import sources
from ctglib.blocs.page_une import CLOS, page_une
from ctglib.blocs.propositions import service
from ctglib.blocs.territoire import DiagnosticRevisite
from ctglib.blocs.theme import lacunes
from ctglib.calculs.coherence import controler
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.parcours import ecrits
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe, sous_titre, suite
from ctglib.document.tableau import RIEN, Tableau
from ctglib.donnees.dossier import lire_dossier, lire_finale
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.partage import partager
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.rapports.bilan import ouvrir_bilan, participation, recit
from ctglib.rapports.diagnostic import Diagnostic


def ouvrir_evaluation(convention: str, *, brut: bool = False) -> EvaluationFinale:
    """Rend l'évaluation d'une convention à son terme : toutes ses années lues, contrôlées, petits
    effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut
            plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """

    def lire_le_reste() -> tuple:
        dossier = lire_dossier(convention)
        year = dossier.convention.fin_selon(dossier.avenants).year
        diagnostic = Diagnostic(dossier, controler(dossier))
        compared = etudier_comparables(
            dossier, lire_communes(dossier.convention, dossier.catalogue.comparaison)
        )
        return year, lire_finale(dossier), compared, diagnostic.comparaison, diagnostic.besoins_lus

    def calculer() -> EtudeFinale:
        with enregistrer() as journal:
            year, *found = partager(
                f"comparables/{convention}", lire_le_reste
            )  # while another studies the last year
            last = ouvrir_bilan(convention, year, brut=brut).etude
        return etudier_la_fin(replace(last, empreintes=dict(journal.lus)), *found)

    return EvaluationFinale(calculer() if brut else partager(f"fin/{convention}", calculer))


@dataclass(frozen=True)
class EvaluationFinale:
    """What can be asked of a convention at its end: each method returns one thing that a notebook
    shows, or None.

    The sections with several questions are attributes: ``evaluation.trajectoires``,
    ``.diagnostic``, ``.criteres``, ``.comparables``, ``.conformite``, ``.suites``.
    """

    etude: EtudeFinale

    def __repr__(self) -> str:
        return (
            f"Évaluation de fin de convention, {self.etude.contexte.territoire.nom}.\n"
            "Ensuite : .trajectoires, .criteres, .comparables ; le nom suivi d'un point, puis Tab, montre le reste."
        )

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data, and who evaluated.

        The report is final once the evaluators have answered every criterion and the last bilan is
        closed.
        """
        saisie = self.etude.finale.saisie
        etude = self.etude
        convention = etude.convention
        bilan = etude.bilan
        answered = len(saisie.criteres)
        asked = len(etude.finale.regles.criteres)
        closed = bilan.statut == CLOS
        still = "" if closed else f" ; le bilan de {bilan.annee} n'est pas clos"
        statut = f"provisoire, {sur(answered, asked)} critères appréciés{still}"
        cover = etude.couverture(
            convention.titre, f" {convention.debut.year}-{convention.fin.year}"
        )
        mentions = (
            *cover.mentions[:-1],
            ("Évaluateurs", saisie.evaluateurs or etude.mot("a_completer")),
            ("Statut", "définitif" if closed and answered == asked else statut),
        )
        return replace(cover, mentions=mentions, sigles=())

    def page(self) -> Bloc:
        """Return the first page: what changed over the convention, what is not known, what to
        decide.
        """
        written = [
            item for item in self.etude.suivi.dossier.messages if item.rapport == "evaluation"
        ]
        return page_une(self.etude.catalogue.messages, MessagesDeLaFin(self.etude), written)

    def lecture(self) -> Bloc:
        """Return how verdicts and evolutions are read, with their thresholds."""
        return liste(mode_de_lecture(self.etude, "depuis_le_depart"))

    trajectoires = cached_property(lambda self: Trajectoires(self.etude))
    diagnostic = cached_property(lambda self: DiagnosticRevisite(self.etude))
    criteres = cached_property(lambda self: Criteres(self.etude))
    comparables = cached_property(lambda self: self.etude.comparables)
    conformite = cached_property(lambda self: Conformite(self.etude))
    suites = cached_property(lambda self: Suites(self.etude))

    def participation(self) -> Bloc:
        """Return who was asked over the convention, what changed, what the partners do together."""
        return participation(self.etude, self.etude.annees)

    def questions(self) -> Bloc | None:
        """Return the questions that the comité chose, each with its answer; None when it chose
        none.
        """
        told = self.etude.mot("a_completer")
        return suite(
            sous_titre(item.question) + paragraphe(majuscule(item.reponse or told))
            for item in self.etude.finale.saisie.questions
        )

    def recit(self) -> Bloc:
        """Return each axis in the last year, its fiches in a few sentences; or that nothing was
        ever handed in.
        """
        year = self.etude.annees[-1]
        if (told := recit(self.etude, f"{year}/")) is not None:
            return told
        actions = len(self.etude.etats)
        written = ecrits(self.etude.evaluabilite)["indicateurs"]
        return paragraphe(
            self.etude.mot("aucun_suivi", fin=year, modalites=actions, indicateurs=written)
        )

    def manques(self) -> Bloc | None:
        """Return how much is missing, and from whom; then, for the screen, each thing once, all its
        years together.
        """
        missing = self.etude.manques
        if missing.empty:
            return None
        counts = missing["responsable"].value_counts()
        named = ", ".join(
            f"{service(self.etude, name)} ({count})" for name, count in counts.items()
        )
        told = self.etude.mot("manques", nombre=len(missing), services=named)
        rows = ce_qui_manque(self.etude)
        writers = {"document": lambda text: majuscule(text) or RIEN}
        return paragraphe(told) + self.etude.tableau(
            "manques", rows, writers, donnees=missing, groupes=rows["service"]
        )

    def ecrans(self) -> Bloc | None:
        """Return the long tables, for the screen and the CSV alone."""
        tables = (
            self.trajectoires.moyens(),
            self.diagnostic.sans_comparaison(),
            self.suites.recommandations() if not self.etude.finale.saisie.decisions else None,
            lacunes(self.etude.convention, self.etude.contexte),
            self.suites.indicateurs(),
            self.comparables.communes_retenues(),
            self.comparables.departement(),
            self.comparables.sensibilite(),
        )
        return suite(replace(table, ecran=True) for table in tables if table)

    def limites(self) -> Bloc:
        """Return what the report must not be made to say."""
        etude = self.etude
        told = etude.dire(
            limite_des_manques=len(etude.manques),
            limite_des_provisoires=int(etude.parcours["statut_derniere"].isin(PROVISOIRES).sum()),
            limite_des_retraits=len(etude.retraits),
        )
        return liste([*etude.finale.regles.limites, *told, majuscule(etude.mot("secret"))])

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(
            self.etude.empreintes, self.etude.catalogue.synthese.fichiers, self.etude.contexte
        )
