"""The evaluation at the end of a convention: its sections in order, and ``ouvrir_evaluation``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annee import CLOS, donnees_lues, jour_des_donnees
from ctglib.blocs.cadre import rapport_de, signer, sur
from ctglib.blocs.collecte import tableau_manques_finaux
from ctglib.blocs.comparables import Comparables
from ctglib.blocs.contribution import tableau_contribution, tableau_evaluabilite
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
from ctglib.calculs.preuves import CONVENTION, PROPOSITIONS
from ctglib.document.blocs import Bloc, ChiffreCle, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.couverture import Couverture, Logo
from ctglib.document.mesures import BANDE, bande, legende, marquer
from ctglib.document.typographie import INSECABLE, abreger, accorder, compter, date_longue, enumerer, majuscule, nombre
from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.finale import lire_finale
from ctglib.donnees.lecture import enregistrer
from ctglib.rapports.bilan import ouvrir_bilan
from ctglib.rapports.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.calculs.preuves import Preuve
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.fiches import Responsable
    from ctglib.donnees.modeles.finale import SaisieFinale
    from ctglib.donnees.modeles.suivi import Bilan


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
        comparables = Comparables(dossier, lire_communes(dossier))
        diagnostic = Diagnostic(dossier, {})
        # Now, since another process may still be working out the study of the last year.
        found, needs = diagnostic.tous_les_constats, besoins(diagnostic.par_enjeu, diagnostic.hors_enjeux)
        _ = comparables.resultat
        finale = lire_finale(dossier)
        last = ouvrir_bilan(convention, derniere_annee(dossier), brut=brut).etude
    return EvaluationFinale(EtudeFinale(last, finale, comparables, found, needs, dict(journal.lus)))


def derniere_annee(dossier: Dossier) -> int:
    """Return the last year of a convention, as its avenants extend it."""
    ends = [item.nouvelle_fin for avenant in dossier.avenants for item in avenant.changements if item.nouvelle_fin]
    return max([dossier.convention.fin, *ends]).year


PROVISOIRES = ("P", "E")


@dataclass(frozen=True)
class EvaluationFinale:
    """What can be asked of a convention at its end: each method returns one thing that a notebook shows, or None.

    The sections with several questions are attributes: ``evaluation.trajectoires``, ``.diagnostic``, ``.criteres``,
    ``.comparables``, ``.suites``.
    """

    etude: EtudeFinale

    def __repr__(self) -> str:
        return (
            f"Évaluation de fin de convention, {self.etude.contexte.territoire.nom}.\n"
            "Ensuite : .trajectoires, .criteres, .comparables ; le nom suivi d'un point, puis Tab, montre le reste."
        )

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


def page(fin: Fin, cadre: Cadre) -> Bloc:
    """Return the whole page."""
    left = _partie("Promis et fait", _fait(fin, cadre)) + _partie("Atteint, ou non", _atteint(fin, cadre))
    left = sum((paragraphe(note, classe="note") for note in _legende(fin, cadre)), left)
    right = _partie("Ce qui ne peut pas être dit", _inconnu(fin, cadre)) + _partie("À décider", _decisions(fin, cadre))
    return chiffres(fin, cadre.convention.citer("financement_pilotage")) + colonnes(left, right)


def _partie(titre: str, phrases: Iterator[str]) -> Bloc:
    return sous_titre(titre) + liste(phrases)


def chiffres(fin: Fin, postes: str) -> Bloc:
    """Return the eight key figures, each with how much is known; ``postes`` is the article that asks for the posts."""
    preuves, ecrits, ways = fin.preuves, fin.ecrits, fin.parcours
    measured = int((ways["annees_connues"] > 0).sum())
    written = int(ecrits["indicateurs"])
    states = preuves["modalites_realisees"]
    known = "états connus", "indicateurs jugés", "indicateurs lisibles", "résultats lisibles"
    figures = [
        (
            "modalites_realisees",
            "modalités réalisées, même en partie",
            f"{known[0]} : {sur(states.connus, states.attendus)}",
        ),
        (
            "cibles_atteintes",
            "cibles ou références atteintes ou en bonne voie",
            _sur(preuves["cibles_atteintes"], known[1]),
        ),
        (
            "evolutions_favorables",
            "indicateurs dans le sens voulu ou stables",
            _sur(preuves["evolutions_favorables"], known[2]),
        ),
        (
            "resultats_favorables",
            "résultats dont un indicateur au moins va dans le sens voulu ou reste stable",
            _sur(preuves["resultats_favorables"], known[3]),
        ),
    ]
    own = [
        ChiffreCle(sur(measured, len(ways)), "indicateurs avec une donnée", "écrits ou proposés"),
        ChiffreCle(sur(ecrits["departs"], written), "avec une valeur de départ", "indicateurs écrits"),
        ChiffreCle(sur(ecrits["cibles"], written), "avec une cible", "indicateurs écrits, avenants compris"),
        _postes(preuves["postes_convertis"], postes),
    ]
    return chiffres_cles([*(ChiffreCle(_valeur(preuves[code]), *words) for code, *words in figures), *own])


def _valeur(preuve: Preuve) -> str:
    return "inconnu" if preuve.completude == "absente" else rapport_de(preuve)


def _sur(preuve: Preuve, quoi: str) -> str:
    return f"{quoi} : {sur(preuve.connus, preuve.attendus)}"


def _postes(preuve: Preuve, article: str) -> ChiffreCle:
    return ChiffreCle(_valeur(preuve), "ETP devenus chargé de coopération", article)


def _fait(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield what was promised in one line, then what is done, fiche by fiche."""
    convention = cadre.convention
    goals = sum(len(fiche.objectifs) for fiche in convention.fiches)
    results = sum(len(fiche.resultats) for fiche in convention.fiches)
    yield (
        f"Promis : {compter(len(convention.fiches), 'fiche')}, {compter(goals, 'objectif')}, "
        f"{compter(len(fin.etats), 'modalité')}, {compter(results, 'résultat attendu', 'résultats attendus')}, "
        f"{compter(int(fin.ecrits['indicateurs']), 'indicateur écrit', 'indicateurs écrits')}."
    )
    if fin.etats["statut"].eq(NON_RENSEIGNEE).all():
        yield f"Fait : l'état d'aucune modalité n'a été transmis, de {fin.annees[0]} à {fin.annees[-1]}."
        return
    for fiche in convention.fiches:
        states = fin.etats.loc[fin.etats["fiche"] == fiche.numero, "statut"]
        counts = states.value_counts()
        told = [
            f"{counts[code]} {accorder(word.mot, counts[code])}"
            for code, word in cadre.evaluation.etats.items()
            if counts.get(code) and code not in FAITES
        ]
        done = f"{sur(int(states.isin(FAITES).sum()), len(states))} {accorder('faite', len(states))}"
        yield f"Fiche{INSECABLE}{fiche.numero} : {', '.join([done, *told])}."


def _atteint(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield the indicators that are attained, those that are not, and the comparison."""
    ways, limit = _par_interet(fin.parcours), cadre.regles.page.lignes
    judged = ways[juges(ways)]
    reached, missed = judged[judged["verdict"].isin(ATTEINTS)], ways[mauvais(ways)]
    good = ways[bons(ways) & ~ways["indicateur"].isin(reached["indicateur"])]
    if not (len(reached) or len(missed) or len(good)):
        yield "Aucun indicateur n'a de quoi se lire : ni cible jugée, ni évolution depuis un départ."
    for rows in (pd.concat([reached, good]), missed):
        for row in rows.head(limit).itertuples():
            label = abreger(row.libelle, cadre.regles.page.signes)
            yield f"{_mot(row, cadre)} : {label}, {_derniere(row, fin, cadre)}{_bande(row, cadre)}."


def _legende(fin: Fin, cadre: Cadre) -> tuple[str, ...]:
    """Return what the marks of the measures mean, when some bear one."""
    told = fin.parcours[fin.parcours["derniere"].notna() & (juges(fin.parcours) | fin.parcours["evolution"].ne(""))]
    return legende(told["statut_derniere"], cadre.contexte)


def _derniere(row: object, fin: Fin, cadre: Cadre) -> str:
    """Return the last measure, its year only when it is not that of the evaluation."""
    if pd.isna(row.derniere) or row.annee_derniere != fin.annees[-1]:
        return derniere(row, cadre.contexte)
    return marquer(cadre.contexte.valeur(row.indicateur, row.derniere), row.statut_derniere)


def _comparaison(fin: Fin) -> str:
    """Return how the territory moved beside comparable communes; or that nothing measures it."""
    compared = fin.preuves["resultats_compares"]
    opening = "Écart à la tendance des communes comparables"
    if compared.completude == "absente":
        return f"{opening} : pas de série pour le mesurer."
    if fin.depassent.empty:
        return f"{opening} : jamais plus que l'arrondi, sur {compter(int(compared.total), 'série')}."
    unusual = int(fin.depassent["inhabituel"].sum())
    return (
        f"{opening} : plus que l'arrondi pour {compter(int(compared.valeur), 'série')} sur {nombre(compared.total)}, "
        f"inhabituel pour {nombre(unusual) if unusual else 'aucune'}."
    )


def _par_interet(parcours: pd.DataFrame) -> pd.DataFrame:
    """Return the results first, and among them what the convention writes: a page has few lines."""
    rank = 2 * parcours["nature"].ne("resultat") + parcours["origine"].ne("convention")
    return parcours.loc[rank.sort_values(kind="stable").index]


def _mot(row: object, cadre: Cadre) -> str:
    words = cadre.evaluation
    judged = row.verdict != "non_evaluable"
    return majuscule(signer(words.verdicts[row.verdict] if judged else words.evolutions[row.evolution]))


def _bande(row: object, cadre: Cadre) -> str:
    return f", {bande(row, row.derniere, row.cible, cadre.contexte, cadre.evaluation)}" if row.raison == BANDE else ""


def _inconnu(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield what is not known, one line a kind."""
    ways = fin.parcours
    silent = int((ways["annees_connues"] == 0).sum())
    if silent:
        yield f"Indicateurs sans aucune donnée de {fin.annees[0]} à {fin.annees[-1]} : {sur(silent, len(ways))}."
    yield f"Sans valeur de départ : {compter(int(ways['valeur_initiale'].isna().sum()), 'indicateur')}."
    unjudged = int((~juges(ways)).sum())
    yield f"Sans cible qui se juge : {compter(unjudged, 'indicateur')}."
    means = fin.preuves["moyens_connus"]
    if means.completude != "complete":
        yield f"Moyens, par fiche et par an : {sur(means.connus, means.attendus)} transmis."
    if len(fin.manques):
        yield f"À demander : {_services(fin, cadre)}."
    yield _comparaison(fin)
    yield "Aucun effet n'est démontré : ni une évolution ni un écart n'est un effet."


def _services(fin: Fin, cadre: Cadre) -> str:
    """Return the services that have the most to give, with how many things, then the others together."""
    counts = fin.manques["responsable"].value_counts(sort=True)
    shown, limit = counts.head(cadre.regles.page.lignes), cadre.regles.page.signes // 2
    named = [
        f"{abreger(fin.services[name].libelle if name in fin.services else name, limit)} ({count})"
        for name, count in shown.items()
    ]
    rest = int(counts.iloc[len(shown) :].sum())
    return enumerer([*named, *([f"d'autres ({rest})"] if rest else [])])


def _decisions(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield the proposals by kind, the appreciations to enter, then what the convention itself decides."""
    counts = fin.recommandations["decision"].value_counts()
    told = [
        f"{signer(word)} {compter(int(counts[code]), 'objectif')}"
        for code, word in cadre.regles.decisions.items()
        if counts.get(code)
    ]
    yield f"Proposé : {enumerer(told)}."
    decided = len(fin.saisie.decisions)
    yield f"Décisions prises par les parties : {sur(decided, len(fin.recommandations))}."
    answered = len(fin.saisie.criteres)
    yield f"Critères appréciés par les évaluateurs : {sur(answered, len(cadre.regles.criteres))}."
    if clause := cadre.convention.citer("reconduction"):
        yield f"Reconduction expresse, ou fin, le {date_longue(cadre.convention.fin)} ({clause})."
    posts = fin.preuves["postes_convertis"]
    if posts.completude == "complete" and posts.valeur >= posts.total:
        yield f"Postes de coordination : {rapport_de(posts)} ETP convertis ; la Caf décide du financement du pilotage."
    elif clause := cadre.convention.citer("financement_pilotage"):
        yield (
            "Postes à faire évoluer avant cette date : condition d'un financement du pilotage, que la Caf décide "
            f"({clause})."
        )
    for schema in cadre.convention.schemas:
        if schema.fin < cadre.convention.debut.year:
            yield f"Schéma départemental de référence : celui que cite le texte s'achève en {schema.fin}."


@dataclass(frozen=True)
class Fin:
    """What the page reads.

    Attributes:
        etats: The states at the end.
        parcours: The indicators.
        evaluabilite: What could be evaluated.
        recommandations: What is proposed for each objective.
        preuves: The evidence by code.
        depassent: The gaps to comparable communes that are more than rounding, with ``inhabituel``.
        manques: What is missing.
        saisie: What was entered.
        annees: The years of the convention.
        services: Who gives what, by id.
    """

    etats: pd.DataFrame
    parcours: pd.DataFrame
    evaluabilite: pd.DataFrame
    recommandations: pd.DataFrame
    preuves: Mapping[str, Preuve]
    depassent: pd.DataFrame
    manques: pd.DataFrame
    saisie: SaisieFinale
    annees: tuple[int, ...]
    services: Mapping[str, Responsable]

    @property
    def ecrits(self) -> pd.Series:
        """What the text alone made it possible to evaluate, all fiches together."""
        table = self.evaluabilite
        return table[table["groupe"].eq("convention") & table["fiche"].isna()].iloc[0]


PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
PROVISOIRE, DEFINITIF = "provisoire", "définitif"


def couverture_finale(
    cadre: Cadre,
    logos: Mapping[str, bytes | None],
    bilan: Bilan,
    lues: tuple[int | None, int | None],
    saisie: SaisieFinale,
) -> Couverture:
    """Return the cover: parties, period, date of the data, and who evaluated.

    The report is final once the evaluators have answered every criterion and the last bilan is closed.

    Args:
        cadre: The convention and its territory.
        logos: The logo of each party by id, None while its file is absent.
        bilan: Of the last year: its date and its status.
        lues: The latest year of the follow-up and of the public series that were read.
        saisie: What was entered.
    """
    convention = cadre.convention
    answered, closed = sur(len(saisie.criteres), len(cadre.regles.criteres)), bilan.statut == CLOS
    final = closed and len(saisie.criteres) == len(cadre.regles.criteres)
    still = "" if closed else f" ; le bilan de {bilan.annee} n'est pas clos"
    data, _ = donnees_lues(bilan, cadre.evaluation, lues)
    return Couverture(
        sujet=convention.titre,
        territoire=cadre.contexte.territoire.nom,
        mentions=(
            ("Parties", " et ".join(partie.nom for partie in convention.parties)),
            ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            data,
            ("Évaluateurs", saisie.evaluateurs or cadre.mot("a_completer")),
            ("Statut", DEFINITIF if final else f"{PROVISOIRE}, {answered} critères appréciés{still}"),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {cadre.contexte.source}",
        date=jour_des_donnees(bilan, lues).isoformat(),
        avertissement=FICTIF if convention.fictive else "",
        complement=f" {convention.debut.year}-{convention.fin.year}",
    )


def lecon(evaluabilite: pd.DataFrame) -> Bloc:
    """Return the first lesson in sentences: what the text alone allowed, then what the proposals add."""
    return liste([*_phrases(evaluabilite)])


def _phrases(evaluabilite: pd.DataFrame) -> Iterator[str]:
    whole = evaluabilite[evaluabilite["fiche"].isna()].set_index("groupe")
    text, more = whole.loc[CONVENTION], whole.loc[PROPOSITIONS]
    number = int(text["indicateurs"])
    yield (
        f"La convention écrit {compter(number, 'indicateur')}. Objectifs couverts : "
        f"{sur(text['objectifs_couverts'], text['objectifs'])} ; résultats attendus couverts : "
        f"{sur(text['resultats_couverts'], text['resultats'])}."
    )
    if number:
        yield (
            f"De ces indicateurs, avec une définition : {sur(text['definis'], number)} ; une valeur de départ : "
            f"{sur(text['departs'], number)} ; une cible : {sur(text['cibles'], number)} ; une donnée pendant la "
            f"convention : {sur(text['donnees'], number)}."
        )
    if number > PART_SANS_CIBLE * text["cibles"]:
        yield (
            "La première leçon est là : sans cible, rien ne se juge atteint ou non ; sans valeur de départ, aucune "
            "évolution ne se lit."
        )
    bare = evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].notna()]
    none = [str(fiche) for fiche in bare.loc[bare["indicateurs"] == 0, "fiche"]]
    if none:
        yield f"Sans aucun indicateur écrit : fiche {', '.join(none)}."
    yield (
        f"Avec ceux que le classeur propose, {compter(int(more['indicateurs']), 'indicateur')} ; avec un départ : "
        f"{int(more['departs'])} ; une cible : {int(more['cibles'])} ; une donnée : "
        f"{int(more['donnees'])}."
    )


def limites_finales(cadre: Cadre, *, retraits: int, manques: int, provisoires: int) -> Bloc:
    """Return what the report must not be made to say.

    Args:
        cadre: The rules and the convention.
        retraits: Tables that secrecy withholds whole.
        manques: Things that are missing.
        provisoires: Indicators whose last measure may still be revised.
    """
    told = list(cadre.regles.limites)
    if manques:
        told.append(
            f"Ce qui manque, {compter(manques, 'demande')} en tout, pèse sur chaque critère : voir leurs preuves."
        )
    if provisoires:
        told.append(f"Dernières mesures provisoires ou estimées, qui peuvent encore changer : {provisoires}.")
    if retraits:
        told.append(f"Tableaux retenus en entier par le secret statistique : {retraits}.")
    limits = [item.numero for item in cadre.convention.articles if item.limite]
    if limits:
        told.append(cadre.mot("secret").format(articles=enumerer(limits)))
    return liste(told)
