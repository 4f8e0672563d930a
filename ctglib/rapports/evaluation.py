"""The evaluation at the end of a convention: its sections in order, and ``ouvrir_evaluation``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ctglib.blocs.annee import EtudeAnnuelle, etudier
from ctglib.blocs.avenants import tableau_avenants
from ctglib.blocs.collecte import ce_qui_manque
from ctglib.blocs.comparables import Comparables, etudier_comparables
from ctglib.blocs.conformite import Conformite
from ctglib.blocs.criteres import Criteres, Suites
from ctglib.blocs.decisions import tableau_du_fil
from ctglib.blocs.fin import EtudeFinale, Trajectoires, etudier_la_fin, sur
from ctglib.blocs.financement import financement
from ctglib.blocs.indicateurs import mode_de_lecture
from ctglib.blocs.messages_suivi import MessagesDeLaFin
from ctglib.blocs.mots import repondre, sources
from ctglib.blocs.prolongement import Avenir, avenir_invente, lire_l_avenir
from ctglib.blocs.signees import page_des_parties
from ctglib.blocs.territoire import DiagnosticRevisite
from ctglib.blocs.theme import lacunes
from ctglib.calculs.coherence import controler
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.parcours import total_du_texte
from ctglib.document.blocs import (
    QUESTIONS,
    Bloc,
    Couverture,
    Gras,
    Liste,
    Texte,
    liste,
    paragraphe,
    suite,
)
from ctglib.document.tableau import RIEN, Tableau
from ctglib.donnees.dossier import lire_dossier_actuel, lire_finale
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.partage import partager
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.rapports.bilan import Bilan, participation, recit
from ctglib.rapports.diagnostic import Diagnostic
from ctglib.secret import avertir_des_effectifs_bruts


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
    if brut:
        avertir_des_effectifs_bruts()

    def calculer() -> EtudeFinale:
        with enregistrer() as journal:
            dossier = lire_dossier_actuel(convention)
            derniere_annee = dossier.convention.fin_selon(dossier.avenants).year
            diagnostic = Diagnostic(dossier, controler(dossier))
            communes = lire_communes(dossier.convention, dossier.catalogue.comparaison)
            comparables = etudier_comparables(dossier, communes)
            finale = lire_finale(dossier)
            comparaison = diagnostic.comparaison
            besoins = diagnostic.besoins_lus
            # Last: the report of that year may be studying it in another process, which shares it.
            # Of a last year that is closed, the copy stops at its closing: the plan goes on.
            lue = etudier(convention, derniere_annee, "publique", brut=brut, plan_actuel=True)
            etude = Bilan(lue).etude
            avenir = _avenir(dossier.convention, etude)
        etude = replace(etude, empreintes=dict(journal.lus))
        return etudier_la_fin(etude, finale, comparables, comparaison, besoins, avenir)

    return EvaluationFinale(calculer() if brut else partager(f"fin/{convention}", calculer))


def _avenir(convention: Convention, etude: EtudeAnnuelle) -> Avenir:
    """Return the births of the territory: of a fictional one, those that its own series invent."""
    if convention.fictive:
        return avenir_invente(etude.series, convention.territoire, convention.reference)
    return lire_l_avenir(convention.territoire)


@dataclass(frozen=True)
class EvaluationFinale:
    """What can be asked of a convention at its end: each method returns one thing that a notebook
    shows, or None.

    The sections with several questions are attributes: ``evaluation.trajectoires``,
    ``.diagnostic``, ``.criteres``, ``.comparables``, ``.conformite``, ``.suites``.
    """

    etude: EtudeFinale

    def __repr__(self) -> str:
        return repondre("evaluation", **self.etude.contexte.lieux)

    @cached_property
    def trajectoires(self) -> Trajectoires:
        """The sections about the indicators of the fiches over the convention."""
        return Trajectoires(self.etude)

    @cached_property
    def diagnostic(self) -> DiagnosticRevisite:
        """The sections about the diagnostic read again."""
        return DiagnosticRevisite(self.etude)

    @cached_property
    def criteres(self) -> Criteres:
        """The sections about the criteria of evaluation."""
        return Criteres(self.etude)

    @cached_property
    def comparables(self) -> Comparables:
        """The sections about the communes that compare."""
        return self.etude.comparables

    @cached_property
    def conformite(self) -> Conformite:
        """The sections about the official frame of evaluations."""
        return Conformite(self.etude)

    @cached_property
    def suites(self) -> Suites:
        """The sections about what to decide next."""
        return Suites(self.etude)

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data, and who evaluated.

        The report is final once the evaluators have answered every criterion and the last bilan is
        closed.
        """
        etude = self.etude
        saisie = etude.finale.saisie
        convention = etude.convention
        bilan = etude.bilan
        apprecies = len(saisie.criteres)
        criteres = len(etude.finale.regles.criteres)
        statut = etude.texte(
            "couverture.statut_de_l_evaluation",
            apprecies=sur(apprecies, criteres),
            tous_apprecies=apprecies == criteres,
            clos=bilan.est_clos,
        )
        periode = f"{convention.debut.year}-{convention.fin.year}"
        couverture = etude.couverture(convention.titre, f" {periode}")
        mentions = (
            *couverture.mentions[:-1],
            ("Évaluateurs", saisie.evaluateurs or etude.mot("a_completer")),
            ("Statut", statut),
        )
        return replace(couverture, mentions=mentions, sigles=())

    def page(self) -> Bloc:
        """Return the first page: what changed over the convention, what is not known, what to
        decide.
        """
        etude = self.etude
        messages_des_parties = [
            message for message in etude.suivi.dossier.messages if message.rapport == "evaluation"
        ]
        messages = MessagesDeLaFin(etude)
        return page_des_parties(messages, messages_des_parties)

    def fil(self) -> Tableau | None:
        """Return the thread of decisions: what each comité decided, and what became of it; None
        when none decided anything.
        """
        return tableau_du_fil(self.etude)

    def lecture(self) -> Bloc:
        """Return how verdicts and evolutions are read, with their thresholds."""
        return liste(mode_de_lecture(self.etude, "depuis_le_depart"))

    def participation(self) -> Bloc:
        """Return who was asked over the convention, what changed, what the partners do together."""
        return participation(self.etude, self.etude.annees)

    def financement(self) -> Tableau | None:
        """Return the financing plan beside what was spent; None when the convention has none."""
        return financement(self.etude)

    def questions(self) -> Bloc | None:
        """Return the questions that the comité chose, each with its answer; None when it chose
        none.
        """
        a_completer = self.etude.mot("a_completer")
        reponses: list[Texte] = [
            (Gras(question.question), " ", majuscule(question.reponse or a_completer))
            for question in self.etude.finale.saisie.questions
        ]
        return Liste(tuple(reponses), classe=QUESTIONS) if reponses else None

    def avenir(self) -> Bloc:
        """Return the children to come, as far as the trial goes, beside today's places; or why
        nothing is said.
        """
        return self.etude.prolongement.essentiel()

    def recit(self) -> Bloc:
        """Return each axis in the last year, its fiches in a few sentences; or that nothing was
        ever handed in.
        """
        etude = self.etude
        derniere_annee = etude.annees[-1]
        axes = recit(etude, f"{derniere_annee}/")
        if axes is not None:
            return axes
        phrase = etude.texte(
            "evaluation.aucun_suivi",
            fin=derniere_annee,
            modalites=len(etude.etats),
            indicateurs=total_du_texte(etude.evaluabilite)["indicateurs"],
        )
        return paragraphe(phrase)

    def avenants(self) -> Tableau | None:
        """Return what avenants changed, targets and duration too; None when there is none."""
        return tableau_avenants(self.etude, self.etude.suivi.avenants)

    def manques(self) -> Bloc | None:
        """Return how much is missing, and from whom; then, for the screen, each thing once, all its
        years together.
        """
        etude = self.etude
        demandes = ce_qui_manque(etude)
        if demandes.empty:
            return None
        par_service = demandes.groupby("service", sort=False)["nombre"].sum()
        par_service = par_service.sort_values(ascending=False, kind="stable")
        services = [f"{nom} ({nombre})" for nom, nombre in par_service.items()]
        phrase = etude.texte(
            "evaluation.manques",
            nombre=int(demandes["nombre"].sum()),
            services=", ".join(services),
            departs=etude.departs_a_demander,
            avant=etude.annees[0] - 1,
            total=int(etude.a_demander["nombre"].sum()),
        )
        tableau = etude.tableau(
            "manques",
            demandes,
            {"document": lambda document: majuscule(document) or RIEN},
            donnees=etude.a_demander,
            groupes=[
                etude.texte("bilan.manques_du_service", nom=nom, nombre=par_service[nom])
                for nom in demandes["service"]
            ],
            notes=[etude.texte("bilan.manques_en_tout", nombre=int(par_service.sum()), departs=0)],
        )
        return paragraphe(phrase) + tableau

    def ecrans(self) -> Bloc | None:
        """Return the long tables, for the screen and the CSV alone."""
        etude = self.etude
        tableaux = [
            self.criteres.evaluabilite(),
            self.trajectoires.moyens(),
            self.diagnostic.sans_comparaison(),
        ]
        # Once decisions are taken, ``propositions`` shows the recommendations in the report.
        objectifs_lus = etude.recommandations["lu"].any()
        if objectifs_lus and not etude.finale.saisie.decisions:
            tableaux.append(self.suites.recommandations())
        tableaux += [
            lacunes(etude.convention, etude.contexte),
            self.suites.indicateurs(),
            self.comparables.communes_retenues(),
            self.comparables.departement(),
            self.comparables.sensibilite(),
        ]
        return suite(replace(tableau, ecran=True) for tableau in tableaux if tableau)

    def loi(self) -> Bloc | None:
        """Return what the law has become, once somebody has confirmed how it was read; until then
        the dossier of the team has it.
        """
        if self.etude.finale.conformite.confirme is None:
            return None
        return self.conformite.regle() + self.conformite.tableau()

    def limites(self) -> Bloc:
        """Return what the report must not be made to say."""
        etude = self.etude
        provisoires = int(etude.parcours["statut_derniere"].isin(PROVISOIRES).sum())
        manques = etude.a_demander
        clos = manques.loc[~manques["demandee"], "nombre"]
        phrases = etude.dire(
            {
                "evaluation.limite_des_manques": int(manques["nombre"].sum()),
                "evaluation.limite_des_manques_clos": int(clos.sum()),
                "evaluation.limite_des_provisoires": provisoires,
                "evaluation.limite_des_retraits": len(etude.retraits),
            }
        )
        secret = majuscule(etude.texte("evaluation.secret"))
        return liste([*etude.finale.regles.limites, *phrases, secret])

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        etude = self.etude
        return sources(etude.empreintes, etude.catalogue.synthese.fichiers, etude.contexte)
