"""The six criteria, from the action to the result, and what comes next: the evidence gathered, and
what people say of it.

The workbook gathers and proposes; the evaluators appraise, and the parties decide.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.fin import EtudeFinale, IndicateurParcouru, derniere_mesure, sur
from ctglib.blocs.gouvernance import compte_des_comites
from ctglib.blocs.indicateurs import PROFILS
from ctglib.blocs.propositions import premiers_noms, service
from ctglib.blocs.territoire import en_moyennes, evolution
from ctglib.calculs.collecte import DEPART
from ctglib.calculs.comparaison import FICHE, INDICATEUR, SERVICE
from ctglib.calculs.ecriture import (
    INSECABLE,
    SEPARATEUR,
    avec_unite,
    enumerer,
    majuscule,
    minuscule,
)
from ctglib.calculs.parcours import COMPTES as COMPTES_DES_FICHES
from ctglib.calculs.parcours import (
    CONTRAIRES,
    CONVENTION,
    PROPOSITIONS,
    VOULUES,
    Preuve,
    force,
    relever,
)
from ctglib.document.blocs import (
    Bloc,
    Groupe,
    Renvoi,
    Texte,
    citation,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.contexte import avec_marque
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import abreger, compter, nombre_court
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.evaluation import (
    ContributionSaisie,
    Critere,
    PreuveDeCritere,
    RegleRecommandation,
)
from ctglib.donnees.modeles.plan import Fiche, Poids
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.numeros import ranger

PREUVES = ["critere", "preuve", "libelle", *Preuve._fields]
# Where a need comes from, by the column that counts it.
ORIGINES = {"indicateurs": INDICATEUR, "services": SERVICE, "constats": FICHE}
POSTES = "financement_pilotage"
REALISATION = "realisation"
RESULTAT = "resultat"
NOMMES = 4  # things named in a sentence; the CSV has the others
PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
GROUPES = {CONVENTION: "groupe_ecrit", PROPOSITIONS: "groupe_propose"}
COMPTES = ("definis", "departs", "cibles", "donnees")
INDICATEURS = [
    "fiche",
    "indicateur",
    "libelle",
    "definition",
    "unite",
    "sens",
    "derniere",
    "annee_derniere",
]


@dataclass(frozen=True)
class SerieRevisitee:
    """A public series at the start of the convention and now: what sentences read of its row of
    ``EtudeFinale.revisite``, where the means are missing unless it is a short series.
    """

    indicateur: str
    annee_avant: int
    annee: int
    variation: float
    variation_reference: float
    variation_type: str
    moyenne_avant: float
    moyenne: float
    periode_avant: str
    periode: str
    variation_des_moyennes: float
    moyennes_au_hasard: bool
    tendance: str
    periode_de_la_tendance: str
    periode_connue: str
    tendance_connue: str
    part_de_l_extreme: bool
    lecture: str


@dataclass(frozen=True)
class MesureAnnuelle:
    """The last measure of an indicator beside that of the year before: what sentences read of its
    row of ``EtudeFinale.parcours``.
    """

    indicateur: str
    libelle: str
    derniere: float
    annee_derniere: int
    valeur_d_avant: float
    annee_d_avant: int
    evolution: str
    evolution_de_l_annee: str


@dataclass(frozen=True)
class Criteres(Montrable):
    """The six criteria and their evidence; what the convention made it possible to evaluate, and to
    show.
    """

    etude: EtudeFinale

    def tableau(self) -> Tableau:
        """Return one row a criterion: its question, how many of its pieces of evidence are
        complete (« 3 sur 5 »), the evaluators' answer.

        The CSV has one row a piece of evidence, with the columns ``PREUVES``: its count, out of how
        many, how many of the data that it needs are known, out of how many, and the targets that
        wait for the end of the year.
        """
        etude = self.etude
        regles = etude.finale.regles
        reponses = {
            appreciation.critere: regles.reponses[appreciation.reponse]
            for appreciation in etude.finale.saisie.criteres
        }
        criteres = []
        preuves = []
        for critere in regles.criteres:
            completes = 0
            for preuve in critere.preuves:
                decompte = etude.preuves[preuve.id]
                preuves.append((critere.titre, preuve.id, preuve.libelle, *decompte))
                if decompte.completude == "complete":
                    completes += 1
            reponse = reponses.get(critere.id, etude.mot("a_completer"))
            criteres.append(
                {
                    "critere": critere.titre,
                    "question": critere.question,
                    "preuves": sur(completes, len(critere.preuves)),
                    "reponse": majuscule(reponse),
                }
            )
        donnees = pd.DataFrame(preuves, columns=PREUVES)
        return etude.tableau("criteres", pd.DataFrame(criteres), donnees=donnees)

    def detail(self) -> Groupe | None:
        """Return each criterion: its evidence, then what the evaluators say of it."""
        regles = self.etude.finale.regles
        appreciations = {item.critere: item for item in self.etude.finale.saisie.criteres}
        blocs = []
        for critere in regles.criteres:
            preuves = [
                *map(self._phrase_de_la_preuve, critere.preuves),
                *self._a_l_inverse(critere),
            ]
            blocs.append(sous_titre(critere.titre) + liste(preuves))
            appreciation = appreciations.get(critere.id)
            if appreciation:  # where there is none, the table of the criteria says so
                reponse = majuscule(regles.reponses[appreciation.reponse])
                paroles = f"{reponse}. {appreciation.appreciation}"
                blocs.append(citation(paroles, "Les évaluateurs"))
        return suite(blocs)

    def _a_l_inverse(self, critere: Critere) -> Iterator[Texte]:
        """Yield what the evidence of a criterion says against it, fiche by fiche: a reader has it
        beside what the evaluators say.
        """
        etude = self.etude
        parcours = etude.parcours
        preuves = {preuve.id for preuve in critere.preuves}
        if "resultats_mesures" in preuves:
            evaluabilite = etude.evaluabilite
            du_texte = evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].ne("")
            par_fiche = evaluabilite[du_texte].set_index("fiche")
            sans_indicateur = par_fiche["resultats"] - par_fiche["resultats_couverts"]
            yield from self._par_fiche("resultats_sans_indicateur", sans_indicateur)
        if "evolutions_favorables" in preuves:
            a_contresens = parcours.loc[parcours["evolution"].isin(CONTRAIRES), "fiche"]
            renvoi = Renvoi("tableau-trajectoires", entre_parentheses=True)
            for phrase in self._par_fiche("a_contresens", a_contresens.value_counts(sort=False)):
                yield phrase.removesuffix("."), renvoi, "."
            reculent = [
                self._recul(mesure)
                for mesure in lignes(parcours, MesureAnnuelle)
                if mesure.evolution in VOULUES and mesure.evolution_de_l_annee in CONTRAIRES
            ]
            if reculent:
                yield etude.texte("evaluation.reculs_de_l_annee", reculs=reculent)

    def _par_fiche(self, partie: str, effectifs: pd.Series) -> Iterator[str]:
        """Yield a sentence that counts by fiche; none when there is nothing to count."""
        comptes = {fiche: int(effectif) for fiche, effectif in effectifs.items() if effectif}
        if comptes:
            yield self.etude.texte(f"evaluation.{partie}", comptes=comptes)

    def _recul(self, mesure: MesureAnnuelle) -> str:
        """Return what an indicator lost since the year before, with the denominator of a rate when
        it moved too.
        """
        etude = self.etude
        contexte = etude.contexte
        faits = {
            "libelle": mesure.libelle,
            "valeur": contexte.valeur(mesure.indicateur, mesure.derniere),
            "annee_de_la_mesure": mesure.annee_derniere,
            "ecart": contexte.difference(
                mesure.indicateur, mesure.derniere - mesure.valeur_d_avant, signe=True
            ),
            "avant": mesure.annee_d_avant,
            "denominateur": "",
        }
        entrees = etude.catalogue.indicateurs_fiches[mesure.indicateur].entrees or {}
        denominateurs = etude.parcours["indicateur"].eq(str(entrees.get("denominateur", "")))
        for denominateur in lignes(etude.parcours[denominateurs], MesureAnnuelle):
            memes_annees = (
                denominateur.annee_derniere == mesure.annee_derniere
                and denominateur.annee_d_avant == mesure.annee_d_avant
            )
            change = denominateur.derniere - denominateur.valeur_d_avant
            if memes_annees and change:
                nom = denominateur.indicateur
                faits["denominateur"] = minuscule(denominateur.libelle)
                faits["change"] = contexte.difference(nom, change, signe=True)
        return etude.texte("evaluation.recul_de_l_annee", **faits)

    def _phrase_de_la_preuve(self, preuve: PreuveDeCritere) -> Texte:
        """Return a piece of evidence, its count, whether its data are there, where it is shown.

        « Modalités réalisées : 4 sur 12. Données réunies : en partie (états connus : 8 sur 12)
        (tableau 3). » Without any data, the count is not said unless there is one, and nothing
        shows it.
        """
        decompte = self.etude.preuves[preuve.id]
        phrase = preuve.libelle
        if decompte.completude != "absente" or decompte.valeur:
            phrase += f" : {nombre_court(decompte.valeur)}"
            if decompte.total is not None:
                phrase += f" sur {nombre_court(decompte.total)}"
        if decompte.completude != "complete":
            phrase += f". Données réunies : {self.etude.mot(f'preuve_{decompte.completude}')}"
            if decompte.attendus:
                phrase += f" ({preuve.attendus} : {sur(decompte.connus, decompte.attendus)})"
        if decompte.a_venir:
            phrase += f". {self.etude.cibles_a_venir(decompte).rstrip('.')}"
        if decompte.completude == "absente":
            return f"{phrase}."
        return phrase, Renvoi(preuve.renvoi, entre_parentheses=True), "."

    def besoins(self) -> Tableau | None:
        """Return one row a theme of the diagnostic: its needs by origin, how many a fiche answers,
        which fiches, the enjeu that takes it up.

        Then come the needs of no theme, beside the enjeux of none, and all of them. None when there
        is neither theme nor need.
        """
        convention = self.etude.convention
        besoins = self.etude.besoins
        enjeux = {theme: enjeu.titre for enjeu in convention.enjeux for theme in enjeu.themes}
        themes = [
            (theme.theme, theme.titre, enjeux.get(theme.theme, "aucun"))
            for theme in self.etude.themes
        ]
        if besoins["theme"].eq("").any():
            enjeux_sans_theme = [enjeu.titre for enjeu in convention.enjeux if not enjeu.themes]
            themes.append(
                ("", self.etude.mot("sans_theme"), enumerer(enjeux_sans_theme) or "aucun")
            )
        if not themes:
            return None
        decomptes = []
        for code, titre, enjeu in themes:
            besoins_du_theme = besoins[besoins["theme"].eq(code)]
            decomptes.append({"theme": titre, **_compter(besoins_du_theme), "enjeu": enjeu})
        sans_enjeu = sum(theme.theme not in enjeux for theme in self.etude.themes)
        total = len(self.etude.themes)
        repris = self.etude.texte(
            "evaluation.themes_repris", nombre=total - sans_enjeu, total=total
        )
        tous = self.etude.texte("evaluation.besoins_en_tout", nombre=len(besoins))
        decomptes.append({"theme": tous, **_compter(besoins), "enjeu": repris})
        return self.etude.tableau(
            "besoins",
            pd.DataFrame(decomptes),
            donnees=pd.DataFrame(decomptes[:-1]),
            source=convention.source_diagnostic,
        )

    def schemas(self) -> Tableau | None:
        """Return the axes and chapters of each schéma départemental, with the fiches that answer
        each; None when the convention names no schéma.
        """
        etude = self.etude
        convention = etude.convention
        if not convention.schemas:
            return None
        groupes = []
        elements = []
        for schema in convention.schemas:
            titre = f"{schema.nom}, {schema.debut}-{schema.fin}"
            for axe in schema.axes:
                groupes.append(f"{titre} : axes")
                elements.append(axe)
            for chapitre in schema.chapitres:
                groupes.append(f"{titre} : chapitres")
                elements.append(chapitre)
        reponses = {(lecture.element, lecture.fiche) for lecture in etude.finale.lectures.schemas}
        table = pd.DataFrame({"element": elements})
        colonnes = []
        for fiche in convention.fiches:
            cle = f"f{fiche.numero}"
            table[cle] = [
                "oui" if (element, fiche.numero) in reponses else "non" for element in elements
            ]
            colonnes.append(
                Colonne(
                    cle,
                    f"Fiche{INSECABLE}{fiche.numero}",
                    ecrire=lambda reponse: "oui" if reponse == "oui" else RIEN,
                )
            )
        notes = map(etude.etat_du_schema, convention.schemas)
        return etude.tableau("schemas", table, None, *colonnes, groupes=groupes, notes=notes)

    def durabilite(self) -> Tableau | None:
        """Return the documents that stay, how often the comité was held, then what the last
        appreciation of each fiche writes of what comes next; None when nothing is known.
        """
        etude = self.etude
        parcours = etude.parcours
        qui_restent = set(etude.convention.livrables).intersection(etude.finale.regles.documents)
        livrables = parcours[parcours["indicateur"].isin(qui_restent)]
        livrables_connus = livrables["annees_connues"].gt(0)
        perspectives = {}
        for annee, suivi in sorted(etude.suivi.suivis.items()):
            for appreciation in suivi.appreciations:  # a later one replaces an earlier one
                perspectives[appreciation.fiche] = RIEN
                if appreciation.perspectives:
                    texte = f"{' ; '.join(appreciation.perspectives)} ({annee})"
                    perspectives[appreciation.fiche] = texte
        if not perspectives and not livrables_connus.any():
            return None
        documents = etude.mot("documents")
        elements = [
            (documents, livrable.libelle, derniere_mesure(livrable, etude.contexte))
            for livrable in lignes(livrables, IndicateurParcouru)
        ]
        comites = compte_des_comites(etude, etude.annees)
        if comites:
            elements.append((etude.mot("instances"), etude.mot("comite_de_pilotage"), comites))
        for fiche in etude.convention.fiches:
            titre = etude.titre_de_fiche(fiche.numero)
            texte = perspectives.get(fiche.numero, RIEN)
            elements.append((etude.mot("perspectives_ecrites"), titre, texte))
        table = pd.DataFrame(elements, columns=["groupe", "element", "su"])
        statuts = livrables.loc[livrables_connus, "statut_derniere"]
        return etude.tableau("durabilite", table, groupes=table["groupe"], statuts=statuts)

    def contribution(self) -> Tableau:
        """Return each fiche from its actions to its results: five links, then the strength of the
        proof.

        Pre-filled, for the evaluators to complete.
        """
        etude = self.etude
        saisies = {saisie.fiche: saisie for saisie in etude.finale.saisie.contribution}
        etapes = []
        for fiche in etude.convention.fiches:
            for etape in self._etapes(fiche, saisies.get(fiche.numero)):
                etapes.append((fiche.numero, *etape))
        table = pd.DataFrame(etapes, columns=["fiche", "etape", "classeur", "evaluateurs"])
        forces = etude.finale.regles.forces.values()
        regles = " ; ".join(f"{niveau.mot}, {niveau.regle}" for niveau in forces)
        parcours = etude.parcours
        mesures = parcours["nature"].isin((REALISATION, RESULTAT)) & parcours["derniere"].notna()
        return etude.tableau(
            "contribution",
            table,
            groupes=table["fiche"].map(etude.titre_de_fiche),
            notes=[
                etude.texte("evaluation.forces", regles=regles),
                *etude.notes_des_preuves("tableau-contribution"),
            ],
            statuts=parcours.loc[mesures, "statut_derniere"],
        )

    def _etapes(
        self, fiche: Fiche, saisie: ContributionSaisie | None
    ) -> list[tuple[str, str, str]]:
        """Return the links of the chain of a fiche: the name of each, what the workbook knows of
        it, what the evaluators say.
        """
        etude = self.etude
        a_completer = etude.mot("a_completer")
        etats = etude.etats.loc[etude.etats["fiche"].eq(fiche.numero), "statut"]
        parcours = etude.parcours[etude.parcours["indicateur"].isin(fiche.suivis)]
        realisations = parcours[parcours["nature"].eq(REALISATION)]
        resultats = parcours[parcours["nature"].eq(RESULTAT)]

        actions = relever(etats, parcours)
        realisations_mesurees = int(realisations["derniere"].notna().sum())
        niveau = force(actions["realisees"], realisations_mesurees, resultats["evolution"])
        forces = etude.finale.regles.forces
        lisibles = resultats["evolution"].isin((*VOULUES, *CONTRAIRES))
        contraires = resultats["evolution"].isin(CONTRAIRES)
        force_du_classeur = etude.texte(
            "evaluation.force_de_la_fiche",
            mot=forces[niveau].mot,
            contraires=int(contraires.sum()),
            lisibles=int(lisibles.sum()),
        )

        a_examiner = RIEN
        if fiche.autres_explications:
            a_examiner = f"À examiner : {', '.join(fiche.autres_explications)}"
        commentaire = RIEN
        explications = a_completer
        force_retenue = a_completer
        if saisie:
            commentaire = saisie.commentaire or RIEN
            explications = " ; ".join(saisie.autres_explications) or a_completer
            if saisie.force:
                force_retenue = forces[saisie.force].mot
        return [
            ("Actions", majuscule(" ; ".join(decomptes(etude, actions))), RIEN),
            ("Réalisations", self._mesures(realisations), RIEN),
            ("Résultats", self._mesures(resultats), majuscule(commentaire)),
            ("Contexte", self._contexte(fiche.contexte), RIEN),
            ("Autres explications", a_examiner, majuscule(explications)),
            (etude.mot("force_de_la_preuve"), force_du_classeur, majuscule(force_retenue)),
        ]

    def _mesures(self, parcours: pd.DataFrame) -> str:
        """Return « favorable : ateliers, familles informées ; défavorable : départs », of those
        that have a last measure, then how many have no value at all; « – » when there is no
        indicator. The values are in the table of the trajectories.
        """
        evolutions = {
            **self.etude.catalogue.evaluation.evolutions,
            "": self.etude.mot("evolution_illisible"),
        }
        signes = self.etude.finale.regles.signes
        mesures = parcours[parcours["derniere"].notna()]
        phrases = []
        for evolution_lue, mot in evolutions.items():
            libelles = mesures.loc[mesures["evolution"].eq(evolution_lue), "libelle"]
            if len(libelles):
                noms = ", ".join(minuscule(abreger(libelle, signes)) for libelle in libelles)
                phrases.append(f"{mot} : {noms}")
        sans_valeur = int(parcours["annees_connues"].eq(0).sum())
        if sans_valeur:
            phrases.append(f"{compter(sans_valeur, 'indicateur')} sans valeur")
        return majuscule(" ; ".join(phrases)) or RIEN

    def _contexte(self, series: Iterable[str]) -> str:
        """Return how some public series changed, and that it is no effect; « – » without any.

        « Naissances : +3,2 % de 2022 à 2025, contre −1,0 % en Pas-de-Calais ». A series that had no
        value at the start of the convention is left out.
        """
        contexte = self.etude.contexte
        revisite = self.etude.revisite
        a_dire = revisite["indicateur"].isin(list(series)) & revisite["avant"].notna()
        phrases = []
        for serie in lignes(revisite[a_dire], SerieRevisitee):
            if pd.notna(serie.moyenne):
                phrase = en_moyennes(serie, contexte)
            else:
                phrase = evolution(serie.variation, serie)
                phrase += f" de {serie.annee_avant} à {serie.annee}"
                evolution_de_la_reference = evolution(serie.variation_reference, serie)
                if evolution_de_la_reference != RIEN:
                    phrase += f", contre {evolution_de_la_reference} {contexte.reference.a}"
            phrases.append(f"{contexte.indicateurs[serie.indicateur].libelle} : {phrase}")
        if not phrases:
            return RIEN
        return " ; ".join([*phrases, self.etude.texte("evaluation.contexte_jamais_effet")])

    def evaluabilite(self) -> Tableau:
        """Return what could be evaluated, by fiche and in all, for the text alone, then with the
        proposals.
        """

        def part(compte: str, total: str) -> Callable[[pd.Series], str]:
            return lambda ligne: sur(ligne[compte], ligne[total])

        table = self.etude.evaluabilite
        ecritures = {
            "fiche": lambda numero: f"Fiche{INSECABLE}{numero}" if numero else "Ensemble",
            "part_mesures": part("objectifs_mesures", "objectifs"),
            "part_objectifs": part("objectifs_couverts", "objectifs"),
            "part_resultats": part("resultats_couverts", "resultats"),
        }
        for compte in COMPTES:
            ecritures[f"part_{compte}"] = part(compte, "indicateurs")
        return self.etude.tableau(
            "evaluabilite",
            table,
            ecritures,
            groupes=[self.etude.mot(GROUPES[groupe]) for groupe in table["groupe"]],
        )

    def lecon(self) -> Bloc:
        """Return the first lesson in sentences: what the text alone allowed to evaluate, then what
        the proposals add.
        """
        dire = self.etude.texte
        table = self.etude.evaluabilite
        toutes_les_fiches = table[table["fiche"].eq("")].set_index("groupe").drop(columns="fiche")
        effectifs_par_groupe = toutes_les_fiches.to_dict("index")
        texte = effectifs_par_groupe[CONVENTION]
        nombre_d_indicateurs = texte["indicateurs"]
        lus = self.etude.recommandations["lu"].any()
        phrases = [
            dire(
                "evaluation.lecon_du_texte",
                nombre=nombre_d_indicateurs,
                mesures=sur(texte["objectifs_mesures"], texte["objectifs"]) if lus else "",
                couverts=sur(texte["objectifs_couverts"], texte["objectifs"]) if lus else "",
                resultats=sur(texte["resultats_couverts"], texte["resultats"]),
            )
        ]
        if nombre_d_indicateurs:
            parts = {compte: sur(texte[compte], nombre_d_indicateurs) for compte in COMPTES}
            phrases.append(dire("evaluation.lecon_des_indicateurs", **parts))
        if nombre_d_indicateurs > PART_SANS_CIBLE * texte["cibles"]:
            phrases.append(dire("evaluation.lecon_sans_cible"))
        parcours = self.etude.parcours
        # One that counts in another fiche is written by this one too.
        ecrits = set(parcours.loc[parcours["origine"].eq(CONVENTION), "indicateur"])
        fiches_sans_indicateur = [
            fiche.numero
            for fiche in self.etude.convention.fiches
            if ecrits.isdisjoint(fiche.suivis)
        ]
        if fiches_sans_indicateur:
            faits = {"n": len(fiches_sans_indicateur), "fiches": enumerer(fiches_sans_indicateur)}
            phrases.append(dire("evaluation.lecon_des_fiches", **faits))
        avec_les_propositions = {
            str(compte): effectif for compte, effectif in effectifs_par_groupe[PROPOSITIONS].items()
        }
        phrases.append(dire("evaluation.lecon_des_propositions", **avec_les_propositions))
        return liste(phrases)


@dataclass(frozen=True)
class Suites(Montrable):
    """What comes next: what the convention settles by itself, what the rules propose, draft
    indicators.
    """

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the clauses of the convention, then the schémas that it names, settle for
        what comes next.
        """
        etude = self.etude
        convention = etude.convention
        objets = {article.numero: article.objet for article in convention.articles}
        decisions = []
        dites = [
            (role, convention.clauses[role])
            for role in etude.finale.regles.clauses
            if role in convention.clauses and convention.clauses[role].dit
        ]
        for role, clause in sorted(dites, key=lambda dite: Poids.rang(dite[1].poids)):
            texte = f"{majuscule(clause.dit)}."
            if clause.poids:
                poids = etude.texte("evaluation.poids_d_une_clause", pourquoi=clause.poids.pourquoi)
                texte += f" {poids}"
            if role == POSTES:
                texte += f" {self._postes()} {self._cout_d_un_poste()}"
            objet = objets.get(clause.article, RIEN)
            decisions.append((majuscule(clause.article), objet, texte))
        for schema in convention.schemas:
            titre = f"{schema.nom}, {schema.debut}-{schema.fin}"
            decisions.append(("Préambule", titre, etude.etat_du_schema(schema)))
        table = pd.DataFrame(decisions, columns=["article", "objet", "decision"])
        return etude.tableau("articles", table)

    def _cout_d_un_poste(self) -> str:
        """Return what a post is worth a year, by the référentiel d'emploi."""
        cout = avec_unite(self.etude.catalogue.referentiel_emploi.cout_etp, "€", 0)
        return self.etude.texte("evaluation.cout_d_un_poste", cout=cout)

    def _postes(self) -> str:
        """Return « Postes de coordination : 2 en 2025. Postes convertis : 1 en 2025. »."""
        if self.etude.preuves["postes_convertis"].completude == "absente":
            return self.etude.texte("evaluation.postes_inconnus")
        contexte = self.etude.contexte
        parcours = self.etude.parcours
        pilotage = self.etude.catalogue.bilan.pilotage
        phrases = []
        for indicateur in (pilotage.postes, pilotage.convertis):
            parcours_des_postes = parcours[parcours["indicateur"].eq(indicateur)]
            for postes in lignes(parcours_des_postes, IndicateurParcouru):
                valeur = contexte.valeur(indicateur, postes.derniere, postes.statut_derniere)
                phrase = f"{postes.libelle} : {valeur}"
                if pd.notna(postes.derniere):
                    phrase += f" en {postes.annee_derniere}"
                phrases.append(f"{phrase}.")
        return " ".join(phrases)

    def propositions(self) -> Bloc:
        """Return a sentence for each rule with the objectives that it is about, but for those that
        the parties have decided of, then how many these are.

        More than ``NOMMES`` objectives are counted by fiche, and not named. Where nobody has read
        what the objectives rest on, it says so.
        """
        recommandations = self.etude.recommandations
        if not recommandations["lu"].any():
            return paragraphe(self.etude.texte("evaluation.objectifs_sans_lecture"))
        regles = self.etude.finale.regles
        regles_par_code: dict[str, RegleRecommandation] = {
            regle.id: regle for regle in regles.regles
        }
        phrases = []
        decides = self.etude.decisions_des_objectifs
        ouverts = [
            objectif not in decides
            for objectif in zip(recommandations["fiche"], recommandations["objectif"], strict=True)
        ]
        for code, objectifs in recommandations[ouverts].groupby("regle", sort=False):
            regle = regles_par_code[str(code)]
            if len(objectifs) > NOMMES:
                effectifs = objectifs["fiche"].value_counts(sort=False)
                cites = ", ".join(
                    self.etude.texte("evaluation.de_la_fiche", nombre=effectif, fiche=numero)
                    for numero, effectif in effectifs.items()
                )
            else:
                cites = " ; ".join(
                    f"« {libelle.rstrip('.')} » (fiche{INSECABLE}{numero})"
                    for libelle, numero in zip(
                        objectifs["libelle"], objectifs["fiche"], strict=True
                    )
                )
            phrases.append(
                self.etude.texte(
                    "evaluation.proposition_faite",
                    n=len(objectifs),
                    objectifs=cites,
                    decision=majuscule(regles.decisions[regle.decision]),
                    quand=regle.quand,
                )
            )
        decidees = len(self.etude.finale.saisie.decisions)
        faits = {"nombre": decidees, "total": len(recommandations)}
        note = self.etude.texte("evaluation.decisions_prises", **faits)
        return liste(phrases) + paragraphe(note)

    def ouvertes(self) -> Bloc:
        """Return in two sentences whom to ask for the initial values that are missing, then the
        points that the convention leaves open.
        """
        demandes = self.etude.a_demander
        phrases = []
        sans_depart = demandes[demandes["nature"].eq(DEPART) | demandes["depart"].ne("")]
        if len(sans_depart):
            par_service = []
            for responsable, indicateurs in sans_depart.groupby("responsable", sort=False):
                libelles = indicateurs["libelle"].map(minuscule).tolist()
                cites = ", ".join(premiers_noms(libelles, NOMMES))
                par_service.append(f"{service(self.etude, str(responsable))}, {cites}")
            faits = {"nombre": len(sans_depart), "par_service": par_service}
            phrases.append(self.etude.texte("evaluation.sans_depart", **faits))
        objets: list[str] = []
        for lacune in self.etude.convention.lacunes_en_ordre:
            if lacune.objet not in objets:  # several parts of the text may leave it open
                objets.append(lacune.objet)
        if objets:
            points = [minuscule(objet) for objet in objets]
            faits = {"nombre": len(points), "points": premiers_noms(points, NOMMES)}
            phrases.append(self.etude.texte("evaluation.points_ouverts", **faits))
        return liste(phrases)

    def decisions(self) -> Tableau | None:
        """Return the table of the objectives once the parties have decided; None before."""
        return self.recommandations() if self.etude.finale.saisie.decisions else None

    def recommandations(self) -> Tableau:
        """Return one row an objective: what is known of it, what the rules propose, what the
        parties decided.
        """
        etude = self.etude
        recommandations = etude.recommandations
        mots_des_decisions = etude.finale.regles.decisions
        decisions = etude.decisions_des_objectifs

        def connu(objectif: pd.Series) -> str:
            if not objectif["lu"]:
                return majuscule(etude.mot("sans_lecture"))
            return majuscule(" ; ".join(decomptes(etude, objectif)))

        def decide(objectif: pd.Series) -> str:
            decision = decisions.get((objectif["fiche"], objectif["objectif"]))
            if decision is None:
                return etude.mot("a_decider")
            texte = mots_des_decisions[decision.decision]
            return f"{texte}. {decision.commentaire}" if decision.commentaire else texte

        ecritures = {
            "su": connu,
            "proposition": lambda objectif: mots_des_decisions[objectif["decision"]],
            "prise": decide,
        }
        groupes = map(etude.titre_de_fiche, recommandations["fiche"])
        return etude.tableau("recommandations", recommandations, ecritures, groupes=groupes)

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention: definition, last known value, target
        to be agreed. What was promised once and was delivered is not asked again.
        """
        etude = self.etude
        contexte = etude.contexte
        parcours = etude.parcours
        promis = parcours["indicateur"].isin(etude.convention.livrables)
        echu = parcours["annee_cible"].lt(etude.convention.fin.year).fillna(False)
        livre = promis & echu & parcours["verdict"].eq("atteint")
        notes = []
        if livre.any():
            livrables = [minuscule(libelle) for libelle in parcours.loc[livre, "libelle"]]
            notes.append(etude.texte("evaluation.livrables_rendus", livrables=livrables))
        parcours = parcours[~livre]

        def depart(ligne: pd.Series) -> str:
            if pd.isna(ligne["connue"]):
                en_profils = contexte.indicateurs[ligne["indicateur"]].table == PROFILS
                donnee = en_profils and ligne["annees_connues"] > 0
                return etude.mot("voir_les_profils" if donnee else "aucune_valeur")
            valeur = contexte.valeur(ligne["indicateur"], ligne["connue"])
            return avec_marque(valeur, ligne["statut_connue"], ligne["annee_connue"])

        ecritures = {"depart": depart, "a_convenir": lambda ligne: etude.mot("a_convenir")}
        return etude.tableau(
            "indicateurs_suivants",
            parcours,
            ecritures,
            donnees=parcours[INDICATEURS],
            groupes=map(etude.titre_de_fiche, parcours["fiche"]),
            notes=notes,
            statuts=parcours["statut_connue"],
        )


def _compter(besoins: pd.DataFrame) -> dict[str, int | str]:
    """Return how many needs there are by origin, how many that the diagnostic shows have a fiche,
    and which fiches. A need that a fiche writes answers itself.
    """
    fiches = set(besoins["fiches"].str.split(SEPARATEUR).explode()) - {""}
    par_origine = {
        colonne: int(besoins["origine"].eq(origine).sum()) for colonne, origine in ORIGINES.items()
    }
    avec_une_fiche = besoins["fiches"].ne("") & besoins["origine"].ne(FICHE)
    return {
        **par_origine,
        "repondus": int(avec_une_fiche.sum()),
        "fiches": enumerer(ranger(fiches)) or "aucune",
    }


def decomptes(etude: EtudeFinale, effectifs: Mapping[str, int] | pd.Series) -> list[str]:
    """Return the counts of an objective or of a fiche in two phrases at most.

    « 3 modalités (2 faites) », « 4 indicateurs (1 mesuré, 1 favorable) ». ``effectifs`` has the
    counts of ``ctglib.calculs.parcours.COMPTES``, by name. The phrase of the modalités, or of the
    indicators, is left out when there are none, and so is a state that none has.
    """
    faits = {nom: int(effectifs[nom]) for nom in COMPTES_DES_FICHES}
    return [
        etude.texte(f"evaluation.decompte_des_{quoi}", **faits)
        for quoi in ("modalites", "indicateurs")
        if faits[quoi]
    ]
