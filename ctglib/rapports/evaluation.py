"""The evaluation at the end of a convention: its sections in order, and ``ouvrir_evaluation``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annee import CLOS, donnees_lues, jour_des_donnees
from ctglib.blocs.cadre import rapport_de, sur
from ctglib.blocs.collecte import tableau_manques_finaux
from ctglib.blocs.comparables import Comparables, etudier_comparables
from ctglib.blocs.contribution import lecon, tableau_contribution, tableau_evaluabilite
from ctglib.blocs.couverture import FICTIF
from ctglib.blocs.criteres import Criteres
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.indicateurs import mode_de_lecture
from ctglib.blocs.recommandations import Suites
from ctglib.blocs.revisite import DiagnosticRevisite
from ctglib.blocs.sources import sources
from ctglib.blocs.trajectoires import Trajectoires, derniere
from ctglib.calculs.enjeux import besoins
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.calculs.parcours import ATTEINTS, FAITES, bons, juges, mauvais
from ctglib.document.blocs import Bloc, ChiffreCle, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.couverture import Couverture, Logo
from ctglib.document.mesures import BANDE, bande, legende, marquer
from ctglib.document.typographie import (
    INSECABLE,
    abreger,
    accorder,
    compter,
    date_longue,
    enumerer,
    majuscule,
    minuscule,
    nombre,
)
from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.finale import lire_finale
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.statuts import Statut
from ctglib.rapports.bilan import ouvrir_bilan
from ctglib.rapports.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.document.tableau import Tableau

PROVISOIRE, DEFINITIF = "provisoire", "définitif"
# The evidence of a key figure, what it counts, and what is known of what it needs.
CHIFFRES = (
    ("modalites_realisees", "modalités réalisées, même en partie", "états connus"),
    ("cibles_atteintes", "cibles ou références atteintes ou en bonne voie", "indicateurs jugés"),
    ("evolutions_favorables", "indicateurs dans le sens voulu ou stables", "indicateurs lisibles"),
    (
        "resultats_favorables",
        "résultats dont un indicateur au moins va dans le sens voulu ou reste stable",
        "résultats lisibles",
    ),
)


def ouvrir_evaluation(convention: str, *, brut: bool = False) -> EvaluationFinale:
    """Rend l'évaluation d'une convention à son terme : toutes ses années lues, contrôlées, petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
        comparables = etudier_comparables(dossier, lire_communes(dossier))
        diagnostic = Diagnostic(dossier, {})
        # Now, since another process may still be working out the study of the last year.
        found, needs = diagnostic.tous_les_constats, besoins(diagnostic.par_enjeu, diagnostic.hors_enjeux)
        finale = lire_finale(dossier)
        last = ouvrir_bilan(convention, derniere_annee(dossier), brut=brut).etude
    return EvaluationFinale(EtudeFinale(last, finale, comparables, found, needs, dict(journal.lus)))


def derniere_annee(dossier: Dossier) -> int:
    """Return the last year of a convention, as its avenants extend it."""
    ends = [item.nouvelle_fin for avenant in dossier.avenants for item in avenant.changements if item.nouvelle_fin]
    return max([dossier.convention.fin, *ends]).year


@dataclass(frozen=True)
class EvaluationFinale:
    """What can be asked of a convention at its end: each method returns one thing that a notebook shows, or None.

    The sections with several questions are attributes: ``evaluation.trajectoires``, ``.diagnostic``, ``.criteres``,
    ``.comparables``, ``.suites``.
    """

    etude: EtudeFinale

    def __repr__(self) -> str:
        return (
            f"Évaluation de fin de convention, {self.etude.cadre.contexte.territoire.nom}.\n"
            "Ensuite : .trajectoires, .criteres, .comparables ; le nom suivi d'un point, puis Tab, montre le reste."
        )

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data, and who evaluated.

        The report is final once the evaluators have answered every criterion and the last bilan is closed.
        """
        last, cadre, saisie = self.etude.derniere, self.etude.cadre, self.etude.finale.saisie
        convention, bilan = cadre.convention, last.bilan
        answered, asked, closed = len(saisie.criteres), len(cadre.regles.criteres), bilan.statut == CLOS
        still = "" if closed else f" ; le bilan de {bilan.annee} n'est pas clos"
        statut = f"{PROVISOIRE}, {sur(answered, asked)} critères appréciés{still}"
        return Couverture(
            sujet=convention.titre,
            territoire=cadre.contexte.territoire.nom,
            mentions=(
                ("Parties", enumerer([partie.nom for partie in convention.parties])),
                ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
                donnees_lues(bilan, cadre.evaluation, last.lues)[0],
                ("Évaluateurs", saisie.evaluateurs or cadre.mot("a_completer")),
                ("Statut", DEFINITIF if closed and answered == asked else statut),
            ),
            logos=tuple(
                Logo(partie.nom_court, last.suivi.dossier.logos.get(partie.id)) for partie in convention.parties
            ),
            source=f"Source : {cadre.contexte.source}",
            date=jour_des_donnees(bilan, last.lues).isoformat(),
            avertissement=FICTIF if convention.fictive else "",
            complement=f" {convention.debut.year}-{convention.fin.year}",
        )

    def page(self) -> Bloc:
        """Return the evaluation on one page: promised, done, reached; what cannot be said; what to decide."""
        return Page(self.etude).page()

    def lecture(self) -> Bloc:
        """Return how verdicts and evolutions are read, with their thresholds."""
        words, since = self.etude.catalogue.evaluation, self.etude.cadre.mot("depuis_le_depart")
        return mode_de_lecture(self.etude.derniere.evaluation, words, de_a=since)

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

    def lecon(self) -> Bloc:
        """Return the first lesson: what could be evaluated, in sentences."""
        return lecon(self.etude.evaluabilite)

    def evaluabilite(self) -> Tableau:
        """Return what could be evaluated, by fiche."""
        return tableau_evaluabilite(self.etude.evaluabilite, self.etude.cadre)

    @property
    def comparables(self) -> Comparables:
        """The gap to the trend of comparable communes."""
        return self.etude.comparables

    def contribution(self) -> Tableau:
        """Return each fiche from its actions to its results."""
        return tableau_contribution(self.etude.chaines, self.etude.finale.saisie.contribution, self.etude.cadre)

    @cached_property
    def suites(self) -> Suites:
        """What the convention settles, what is proposed, what is decided."""
        return Suites(self.etude)

    def manques(self) -> Tableau | None:
        """Return what is missing, and from whom."""
        return tableau_manques_finaux(self.etude.manques, self.etude.catalogue.responsables, self.etude.cadre)

    def limites(self) -> Bloc:
        """Return what the report must not be made to say."""
        cadre, missing = self.etude.cadre, len(self.etude.manques)
        uncertain = int(self.etude.parcours["statut_derniere"].isin((Statut.PROVISOIRE, Statut.ESTIME)).sum())
        withheld = 0 if self.etude.derniere.retraits is None else len(self.etude.derniere.retraits)
        asked = compter(missing, "demande")
        told = {
            f"Ce qui manque, {asked} en tout, pèse sur chaque critère : voir leurs preuves.": missing,
            f"Dernières mesures provisoires ou estimées, qui peuvent encore changer : {uncertain}.": uncertain,
            f"Tableaux retenus en entier par le secret statistique : {withheld}.": withheld,
            majuscule(cadre.convention.ecrire(cadre.mot("secret"))): True,
        }
        return liste([*cadre.regles.limites, *(sentence for sentence, said in told.items() if said)])

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)


@dataclass(frozen=True)
class Page:
    """The evaluation on one page. It holds on one sheet: a page has few lines."""

    etude: EtudeFinale

    def page(self) -> Bloc:
        """Return the whole page."""
        ways = self.etude.parcours
        read = ways[ways["derniere"].notna() & (juges(ways) | ways["evolution"].ne(""))]
        left = sous_titre("Promis et fait") + liste(self._fait())
        left += sous_titre("Atteint, ou non") + liste(self._atteint())
        for note in legende(read["statut_derniere"], self.etude.cadre.contexte):
            left += paragraphe(note, classe="note")
        right = sous_titre("Ce qui ne peut pas être dit") + liste(self._inconnu())
        right += sous_titre("À décider") + liste(self._decisions())
        return self._chiffres() + colonnes(left, right)

    def _chiffres(self) -> Bloc:
        """Return the key figures, each with how much is known; the posts where a clause awaits that they change."""
        proofs, ways, convention = self.etude.preuves, self.etude.parcours, self.etude.convention
        written, number = self.etude.ecrits, int(self.etude.ecrits["indicateurs"])
        measured = sur(int(ways["annees_connues"].gt(0).sum()), len(ways))

        def valeur(code: str) -> str:
            return "inconnu" if proofs[code].completude == "absente" else rapport_de(proofs[code])

        known = {code: sur(proofs[code].connus, proofs[code].attendus) for code, *_ in CHIFFRES}
        at, (_, converted) = convention.citer("financement_pilotage"), self.etude.noms_des_postes
        posts = (
            [ChiffreCle(valeur("postes_convertis"), minuscule(self.etude.catalogue.mesures[converted].libelle), at)]
            if at
            else []
        )
        return chiffres_cles(
            [
                *(ChiffreCle(valeur(code), label, f"{what} : {known[code]}") for code, label, what in CHIFFRES),
                ChiffreCle(measured, "indicateurs avec une donnée", "écrits ou proposés"),
                ChiffreCle(sur(written["departs"], number), "avec une valeur de départ", "indicateurs écrits"),
                ChiffreCle(sur(written["cibles"], number), "avec une cible", "indicateurs écrits, avenants compris"),
                *posts,
            ]
        )

    def _fait(self) -> Iterator[str]:
        """Yield what was promised in one line, then what is done, fiche by fiche."""
        fiches, states, years = self.etude.convention.fiches, self.etude.etats_finaux, self.etude.annees
        goals, results = (sum(len(getattr(fiche, name)) for fiche in fiches) for name in ("objectifs", "resultats"))
        written = int(self.etude.ecrits["indicateurs"])
        yield (
            f"Promis : {compter(len(fiches), 'fiche')}, {compter(goals, 'objectif')}, "
            f"{compter(len(states), 'modalité')}, {compter(results, 'résultat attendu', 'résultats attendus')}, "
            f"{compter(written, 'indicateur écrit', 'indicateurs écrits')}."
        )
        if states["statut"].eq(NON_RENSEIGNEE).all():
            yield f"Fait : l'état d'aucune modalité n'est connu à la fin de {years[-1]}."
            return
        for fiche in fiches:
            own = states.loc[states["fiche"] == fiche.numero, "statut"]
            counts = own.value_counts()
            told = [
                f"{counts[code]} {accorder(word.mot, counts[code])}"
                for code, word in self.etude.catalogue.evaluation.etats.items()
                if counts.get(code) and code not in FAITES
            ]
            done = f"{sur(int(own.isin(FAITES).sum()), len(own))} {accorder('faite', len(own))}"
            yield f"Fiche{INSECABLE}{fiche.numero} : {', '.join([done, *told])}."

    def _atteint(self) -> Iterator[str]:
        """Yield the indicators that are attained, then those that are not: results first, and what is written."""
        ways, page = self.etude.parcours, self.etude.finale.regles.page
        rank = 2 * ways["nature"].ne("resultat") + ways["origine"].ne("convention")
        ways = ways.loc[rank.sort_values(kind="stable").index]
        reached, missed = ways[juges(ways) & ways["verdict"].isin(ATTEINTS)], ways[mauvais(ways)]
        told = [*reached["indicateur"], *missed["indicateur"]]
        good = ways[(bons(ways) | juges(ways)) & ~ways["indicateur"].isin(told)]
        if not (len(reached) or len(missed) or len(good)):
            yield "Aucun indicateur n'a de quoi se lire : ni cible jugée, ni évolution depuis un départ."
        for rows in (pd.concat([reached, good]), missed):
            yield from map(self._mesure, rows.head(page.lignes).itertuples())

    def _mesure(self, row: object) -> str:
        """Return an indicator with its last measure, its year only when it is not that of the evaluation."""
        cadre, words = self.etude.cadre, self.etude.catalogue.evaluation
        judged = row.verdict != "non_evaluable"
        word = majuscule((words.verdicts[row.verdict] if judged else words.evolutions[row.evolution]).dit)
        if pd.isna(row.derniere) or row.annee_derniere != self.etude.annees[-1]:
            last = derniere(row, cadre.contexte)
        else:
            last = marquer(cadre.contexte.valeur(row.indicateur, row.derniere), row.statut_derniere)
        kept = f", {bande(row, row.derniere, row.cible, cadre.contexte, words)}" if row.raison == BANDE else ""
        return f"{word} : {abreger(row.libelle, cadre.regles.page.signes)}, {last}{kept}."

    def _inconnu(self) -> Iterator[str]:
        """Yield what is not known, one line a kind."""
        ways, years, means = self.etude.parcours, self.etude.annees, self.etude.preuves["moyens_connus"]
        silent = int(ways["annees_connues"].eq(0).sum())
        if silent:
            yield f"Indicateurs sans aucune donnée de {years[0]} à {years[-1]} : {sur(silent, len(ways))}."
        yield f"Sans valeur de départ : {compter(int(ways['valeur_initiale'].isna().sum()), 'indicateur')}."
        yield f"Sans cible qui se juge : {compter(int((~juges(ways)).sum()), 'indicateur')}."
        if means.completude != "complete":
            yield f"Moyens, par fiche et par an : {sur(means.connus, means.attendus)} transmis."
        if len(self.etude.manques):
            yield f"À demander : {self._services()}."
        yield f"Écart à la tendance des communes comparables : {self._comparaison()}."
        yield "Aucun effet n'est démontré : ni une évolution ni un écart n'est un effet."

    def _services(self) -> str:
        """Return the services that have the most to give, with how many things, then the others together."""
        counts, page = self.etude.manques["responsable"].value_counts(), self.etude.finale.regles.page
        known, shown = self.etude.catalogue.responsables, counts.head(page.lignes)
        labels = [known[name].libelle if name in known else name for name in shown.index]
        named = [f"{abreger(label, page.signes // 2)} ({count})" for label, count in zip(labels, shown, strict=True)]
        rest = int(counts.iloc[len(shown) :].sum())
        return enumerer([*named, *([f"d'autres ({rest})"] if rest else [])])

    def _comparaison(self) -> str:
        """Return how the territory moved beside comparable communes; or that nothing measures it."""
        compared, beyond = self.etude.preuves["resultats_compares"], self.etude.comparables.depassent
        if compared.completude == "absente":
            return "pas de série pour le mesurer"
        if beyond.empty:
            return f"jamais plus que l'arrondi, sur {compter(int(compared.total), 'série')}"
        unusual = int(beyond["inhabituel"].sum())
        return (
            f"plus que l'arrondi pour {compter(int(compared.valeur), 'série')} sur {nombre(compared.total)}, "
            f"inhabituel pour {nombre(unusual) if unusual else 'aucune'}"
        )

    def _decisions(self) -> Iterator[str]:
        """Yield the proposals by kind, what is left to enter, then what the convention itself decides."""
        etude, convention, saisie = self.etude, self.etude.convention, self.etude.finale.saisie
        counts, rules = etude.recommandations["decision"].value_counts(), etude.finale.regles
        told = [
            f"{word.dit} {compter(int(counts[code]), 'objectif')}"
            for code, word in rules.decisions.items()
            if counts.get(code)
        ]
        yield f"Proposé : {enumerer(told)}."
        yield f"Décisions prises par les parties : {sur(len(saisie.decisions), len(etude.recommandations))}."
        yield f"Critères appréciés par les évaluateurs : {sur(len(saisie.criteres), len(rules.criteres))}."
        if at := convention.citer("reconduction"):
            yield f"Reconduction expresse, ou fin, le {date_longue(convention.fin)} ({at})."
        posts = etude.preuves["postes_convertis"]
        if posts.completude == "complete" and posts.valeur >= posts.total:
            done = f"Postes de coordination : {rapport_de(posts)} ETP convertis"
            yield f"{done} ; la Caf décide du financement du pilotage."
        elif at := convention.citer("financement_pilotage"):
            yield (
                "Postes à faire évoluer avant cette date : condition d'un financement du pilotage, que la Caf décide "
                f"({at})."
            )
        for schema in convention.schemas:
            if schema.fin < convention.debut.year:
                yield f"Schéma départemental de référence : celui que cite le texte s'achève en {schema.fin}."
