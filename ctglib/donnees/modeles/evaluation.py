"""Models of the scoring (``evaluation.yaml``) and of the evaluation at the end: rules, readings, what is entered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ctglib.donnees.modeles import Identifiant, Modele, Positif, Texte, complet, noms
from ctglib.donnees.modeles.coherence import MotDeVerdict
from ctglib.donnees.modeles.convention import Convention, Lacune, RoleDeClause
from ctglib.donnees.modeles.suivi import EtatSuite, StatutAction, StatutBilan

VerdictIndicateur = Literal["atteint", "en_bonne_voie", "a_surveiller", "insuffisant", "en_recul", "non_evaluable"]
Evolution = Literal["favorable", "defavorable", "stable", "dans_le_bruit", "trop_peu"]
EtatLivrable = Literal[
    "fait", "annees_connues", "en_partie", "pas_encore", "pas_fait", "inconnu", "inconnu_a_l_echeance", "pas_commence",
]  # fmt: skip
CodeCritere = Literal["pertinence", "coherence", "efficacite", "efficience", "effets", "durabilite"]
CodeDecision = Literal["maintenir", "adapter", "arreter", "rendre_mesurable"]
CodeReponse = Literal["oui", "en_partie", "non", "ne_sait_pas"]
CodeForce = Literal["forte", "moyenne", "faible", "aucune"]
CodeRegle = Literal[
    "tout_abandonne", "sans_mesure", "insuffisant_ou_recul", "reporte_ou_abandonne", "favorable", "a_surveiller",
    "sans_lecture",
]  # fmt: skip
CodePreuve = Literal[
    "besoins_repondus", "themes_avec_enjeu", "resultats_mesures", "lacunes", "schemas", "modalites_realisees",
    "cibles_atteintes", "evolutions_favorables", "moyens_connus", "resultats_favorables", "resultats_compares",
    "postes_convertis", "livrables", "perspectives",
]  # fmt: skip


class SeuilsEvaluation(Modele):
    """Paces of a target that is on track or to be watched, the band of a maintien (a share of its value), and chance.

    A count under ``hasard_effectif``, or a change under ``hasard_ecarts`` × √(a + b), names no direction.
    """

    en_bonne_voie: float = Field(gt=0)
    a_surveiller: float = Field(gt=0)
    tolerance_maintien: float = Field(ge=0)
    hasard_effectif: float = Field(ge=0)
    hasard_ecarts: float = Field(ge=0)


class Evaluation(Modele):  # ``evaluation.yaml``: thresholds, and the word of every code
    seuils: SeuilsEvaluation
    verdicts: Annotated[dict[VerdictIndicateur, MotDeVerdict], complet(VerdictIndicateur)]
    evolutions: Annotated[dict[Evolution, MotDeVerdict], complet(Evolution)]
    etats: Annotated[dict[StatutAction, MotDeVerdict], complet(StatutAction)]
    suites: Annotated[dict[EtatSuite, MotDeVerdict], complet(EtatSuite)]
    livrables: Annotated[dict[EtatLivrable, MotDeVerdict], complet(EtatLivrable)]
    statuts: Annotated[dict[StatutBilan, Texte], complet(StatutBilan)]
    niveaux: tuple[Texte, ...] = Field(min_length=5, max_length=5)  # 0 to 4 in the grid of annexe 4
    raisons: dict[Identifiant, Texte]  # why nothing can be judged
    mots: dict[Identifiant, Texte] = {}  # the other sentences of the scoring; their ``{names}`` are filled

    def selon(self, convention: Convention) -> Evaluation:
        """Return the words as a convention reads them: its own articles cited."""
        return self.model_copy(update={"mots": {name: convention.ecrire(text) for name, text in self.mots.items()}})


class ThemeRevisite(Modele):
    """A theme of Annexe 1: the public series that say what became of it, and why the rest cannot be compared."""

    theme: noms.Theme
    series: tuple[noms.Contexte, ...] = ()
    reste: Texte


class PreuveDeCritere(Modele):
    """A piece of evidence: its code, its label, what it needs to know, and the table or chart that shows it."""

    id: CodePreuve
    libelle: Texte
    attendus: Texte
    renvoi: Texte


class Critere(Modele):  # a criterion, its question, and the evidence that the workbook gathers
    id: CodeCritere
    titre: Texte
    question: Texte
    preuves: tuple[PreuveDeCritere, ...] = Field(min_length=1)


class RegleRecommandation(Modele):
    """A rule: when it applies (a code of the library, and its words), what it proposes. The first that fits wins."""

    id: CodeRegle
    decision: CodeDecision
    quand: Texte


class ForceDePreuve(MotDeVerdict):  # how strong the evidence of a contribution is
    regle: Texte  # when the workbook says so


class SuiteDArticle(Modele):
    clause: RoleDeClause  # what it settles for what comes next
    decision: Texte


class ConventionSuivante(Modele):
    """The words of a draft of the next convention; ``lacunes``: what one that begins leaves open."""

    entete: tuple[Texte, ...]
    titre: Texte
    signature_absente: Texte
    cible_absente: Texte
    valeur_absente: Texte
    valeur_qualitative: Texte
    reference: Texte
    source_texte: Texte
    lacunes: tuple[Lacune, ...]


class ReglesFinales(Modele):
    """``evaluation_finale.yaml`` of the catalogue; ``mots`` are the other words, their ``{names}`` are filled."""

    signes: int = Field(ge=20)
    diagnostic: tuple[ThemeRevisite, ...]
    criteres: Annotated[tuple[Critere, ...], complet(CodeCritere)]
    reponses: dict[CodeReponse, MotDeVerdict]
    decisions: dict[CodeDecision, MotDeVerdict]
    regles: Annotated[tuple[RegleRecommandation, ...], complet(CodeRegle)]
    forces: dict[CodeForce, ForceDePreuve]
    articles: tuple[SuiteDArticle, ...]
    limites: tuple[Texte, ...]
    mots: dict[Identifiant, Texte]
    suivante: ConventionSuivante

    def selon(self, convention: Convention) -> ReglesFinales:
        """Return the rules as a convention reads them: its own articles cited, without what it does not settle."""

        def cite(preuves: tuple[PreuveDeCritere, ...]) -> tuple[PreuveDeCritere, ...]:
            read = [preuve.model_copy(update={"libelle": convention.ecrire(preuve.libelle)}) for preuve in preuves]
            return tuple(preuve for preuve in read if preuve.libelle)

        told = [one.model_copy(update={"preuves": cite(one.preuves)}) for one in self.criteres]
        return self.model_copy(update={"criteres": tuple(told)})


class LectureObjectif(Modele):
    """Which modalités and indicators of its fiche an objective rests on; ``objectif`` is its rank, from 1."""

    fiche: noms.Fiche
    objectif: Positif
    modalites: tuple[Texte, ...] = ()
    indicateurs: tuple[Identifiant, ...] = ()


class LectureSchema(Modele):
    """A fiche and an axis or chapter of a schéma départemental that it answers, in the schéma's words."""

    fiche: noms.Fiche
    element: noms.ElementDeSchema


class LectureConformite(Modele):
    """Where the convention answers an element of the schéma pluriannuel of petite enfance: place in it, fiches."""

    element: noms.Element
    ou: Texte
    fiches: tuple[noms.Fiche, ...] = ()


class Lectures(Modele):
    """``lectures.yaml`` of a convention: links that its text does not write, as the workbook reads them."""

    objectifs: tuple[LectureObjectif, ...] = ()
    schemas: tuple[LectureSchema, ...] = ()
    schema_petite_enfance: tuple[LectureConformite, ...] = ()


class Obligation(Modele):
    """What binds a commune of more than so many inhabitants; ``schema``: the one that the table is about."""

    au_dela: int = Field(ge=0)
    quoi: Texte
    schema_: bool = Field(default=False, alias="schema")


class Confirmation(Modele):  # who checked a rule against the official text, and when
    par: Texte
    le: date


class Connu(Modele):
    """What the workbook may know of an element: indicators of the diagnostic, public series, kinds of services."""

    diagnostic: tuple[noms.Indicateur, ...] = ()
    series: tuple[noms.Contexte, ...] = ()
    offre: tuple[noms.Type, ...] = ()


class ElementDuSchema(Modele):
    id: Identifiant
    titre: Texte
    connu: Connu = Connu()
    manque: Texte
    detenteurs: tuple[noms.Responsable, ...] = Field(min_length=1)  # services that have it


class ThemeMinimum(Modele):
    titre: Texte
    mots: tuple[Texte, ...] = Field(min_length=1)  # by which a title names it


class ThemesMinimum(Modele):  # the themes that a CTG covers at least, and where they are said
    source: Texte
    themes: tuple[ThemeMinimum, ...]


class ReglesConformite(Modele):
    """``conformite.yaml``: what the law has become, « à vérifier » until ``confirme`` says who checked it."""

    textes: tuple[Texte, ...] = Field(min_length=1)
    sources: tuple[Texte, ...] = Field(min_length=1)
    lu_le: date
    confirme: Confirmation | None = None
    population: noms.Indicateur
    obligations: tuple[Obligation, ...]
    elements: tuple[ElementDuSchema, ...] = Field(min_length=1)
    themes_minimum: ThemesMinimum
    mots: dict[Identifiant, Texte]

    @field_validator("obligations")
    @classmethod
    def _un_schema(cls, obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
        if sum(item.schema_ for item in obligations) != 1:
            raise ValueError("une obligation, et une seule, dont « schema » est vrai")
        return obligations


class AppreciationCritere(Modele):
    critere: CodeCritere
    reponse: CodeReponse
    appreciation: Texte


class ContributionSaisie(Modele):  # what the evaluators say of what a fiche contributed
    fiche: noms.Fiche
    autres_explications: tuple[Texte, ...] = ()
    force: CodeForce | None = None
    commentaire: Texte | None = None


class DecisionSaisie(Modele):  # what the parties decide of an objective; ``objectif`` is its rank in the fiche, from 1
    fiche: noms.Fiche
    objectif: Positif
    decision: CodeDecision
    commentaire: Texte | None = None


class QuestionDuComite(Modele):
    question: Texte
    reponse: Texte | None = None  # of the evaluators


class SaisieFinale(Modele):
    """``evaluation_finale.yaml`` of a convention: what people enter. Absent, everything reads « à compléter »."""

    evaluateurs: Texte | None = None
    questions: tuple[QuestionDuComite, ...] = Field(default=(), max_length=3)
    criteres: tuple[AppreciationCritere, ...] = ()
    contribution: tuple[ContributionSaisie, ...] = ()
    decisions: tuple[DecisionSaisie, ...] = ()
