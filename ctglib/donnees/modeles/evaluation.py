"""Models of the yearly scoring (``evaluation.yaml``) and of the evaluation at the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ctglib.donnees.modeles import Identifiant, Modele, Positif, Texte, complet, noms
from ctglib.donnees.modeles.convention import Lacune, RoleDeClause, Validation
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.modeles.suivi import EtatDecision, EtatSuite, StatutAction, StatutBilan

VerdictIndicateur = Literal[
    "atteint", "manque", "en_bonne_voie", "a_surveiller", "insuffisant", "en_recul", "non_evaluable"
]
Evolution = Literal["favorable", "defavorable", "stable", "dans_le_bruit", "trop_peu"]
EtatLivrable = Literal[
    "fait",
    "annees_connues",
    "en_partie",
    "pas_encore",
    "pas_fait",
    "inconnu",
    "inconnu_a_l_echeance",
    "pas_commence",
]
CodeCritere = Literal["pertinence", "coherence", "efficacite", "efficience", "effets", "durabilite"]
CodeDecision = Literal["maintenir", "adapter", "arreter", "rendre_mesurable"]
CodeReponse = Literal["oui", "en_partie", "non", "ne_sait_pas"]
CodeForce = Literal["forte", "moyenne", "faible", "aucune"]
CodeRegle = Literal[
    "tout_abandonne",
    "sans_mesure",
    "insuffisant_ou_recul",
    "reporte_ou_abandonne",
    "favorable",
    "a_surveiller",
    "sans_lecture",
]
CodePreuve = Literal[
    "besoins_repondus",
    "themes_avec_enjeu",
    "resultats_mesures",
    "lacunes",
    "schemas",
    "modalites_realisees",
    "cibles_atteintes",
    "evolutions_favorables",
    "moyens_connus",
    "resultats_favorables",
    "postes_convertis",
    "livrables",
    "perspectives",
]


class SeuilsEvaluation(Modele):  # paces, and chance
    en_bonne_voie: float = Field(gt=0)
    a_surveiller: float = Field(gt=0)
    hasard_ecarts: float = Field(ge=0)  # events: a change under so many √(a + b) has no direction
    tendance_annees: int = Field(ge=3)  # events: of how many last years a trend is read
    tendance_ecarts: float = Field(gt=0)  # its z, from which it has a direction


class MotDeVerdict(Modele):  # a verdict on a target
    mot: Texte
    signe: Texte  # of a shape of its own

    @property
    def dit(self) -> str:
        """The word after its sign, « ● atteint »; ``mots`` of the same file cites it."""
        return f"{self.signe}\u00a0{self.mot}"


class Evaluation(Modele):  # ``evaluation.yaml``: thresholds, and the word of every code
    seuils: SeuilsEvaluation
    verdicts: Annotated[dict[VerdictIndicateur, MotDeVerdict], complet(VerdictIndicateur)]
    evolutions: Annotated[dict[Evolution, Texte], complet(Evolution)]
    etats: Annotated[dict[StatutAction, Texte], complet(StatutAction)]
    decisions: Annotated[dict[EtatDecision, Texte], complet(EtatDecision)]
    suites: Annotated[dict[EtatSuite, Texte], complet(EtatSuite)]
    livrables: Annotated[dict[EtatLivrable, Texte], complet(EtatLivrable)]
    statuts: Annotated[dict[StatutBilan, Texte], complet(StatutBilan)]
    niveaux: tuple[Texte, ...] = Field(min_length=5, max_length=5)  # 0 to 4 in the grid of annexe 4
    raisons: dict[Identifiant, Texte]  # why nothing can be judged
    # the other sentences of the scoring; their ``{names}`` are filled
    mots: dict[Identifiant, Texte] = {}


class ThemeRevisite(Modele):  # the public series that say what became of a theme
    theme: noms.Theme
    series: tuple[noms.Contexte, ...] = ()
    reste: Texte  # why the rest cannot be compared


class PreuveDeCritere(Modele):  # a piece of evidence
    id: CodePreuve
    libelle: Texte
    attendus: Texte  # what it needs to know
    renvoi: Texte  # the table or chart that shows it
    note: Texte = ""  # what this table says of it, where no row does


class Critere(Modele):  # a criterion, its question, and the evidence that the workbook gathers
    id: CodeCritere
    titre: Texte
    question: Texte
    preuves: tuple[PreuveDeCritere, ...] = Field(min_length=1)


class RegleRecommandation(Modele):  # the first that fits wins
    id: CodeRegle
    decision: CodeDecision
    quand: Texte


class ForceDePreuve(Modele):  # how strong the evidence of a contribution is
    mot: Texte
    regle: Texte  # when the workbook says so


class ReglesFinales(Modele):  # ``evaluation_finale.yaml`` of the catalogue
    signes: int = Field(ge=20)
    documents: tuple[Identifiant, ...]  # the livrables that outlive a convention
    diagnostic: tuple[ThemeRevisite, ...]
    criteres: Annotated[tuple[Critere, ...], complet(CodeCritere)]
    reponses: dict[CodeReponse, Texte]
    decisions: dict[CodeDecision, Texte]
    regles: Annotated[tuple[RegleRecommandation, ...], complet(CodeRegle)]
    forces: dict[CodeForce, ForceDePreuve]
    clauses: tuple[RoleDeClause, ...]  # that settle what comes next
    limites: tuple[Texte, ...]
    mots: dict[Identifiant, Texte]
    tableaux: dict[Identifiant, Presentation]


class ReglesProjet(Modele):
    """``projet.yaml``: the words of the draft of the next convention, and of its annexes."""

    # from one known year to the next: how many there have to be for an indicator to have a mark
    variations_au_moins: Positif
    entete: tuple[Texte, ...]  # opens its files
    annonce: tuple[Texte, ...]  # what the command says of it
    lacunes: tuple[Lacune, ...]  # what one that begins leaves open
    convention: dict[Identifiant, Texte]  # what ``convention.yaml`` says
    titres: dict[Identifiant, Texte]  # of the draft of the annexes, in reading order
    mots: dict[Identifiant, Texte]
    tableaux: dict[Identifiant, Presentation]


class LectureObjectif(Modele):  # what an objective rests on
    fiche: noms.Fiche
    objectif: noms.Objectif
    modalites: tuple[noms.ModaliteDUneFiche, ...] = ()
    indicateurs: tuple[noms.IndicateurDUneFiche, ...] = ()


class LectureSchema(Modele):  # a schéma départemental that a fiche answers
    fiche: noms.Fiche
    element: noms.ElementDeSchema  # an axis or a chapter, in its words


class LectureConformite(Modele):
    """Where the convention answers an element of the schéma pluriannuel."""

    element: noms.Element
    ou: Texte
    fiches: tuple[noms.Fiche, ...] = ()


class Lectures(Modele):  # ``lectures.yaml`` of a convention: links that its text does not write
    objectifs: Annotated[tuple[LectureObjectif, ...], noms.Unique("fiche objectif")] = ()
    schemas: Annotated[tuple[LectureSchema, ...], noms.Unique("fiche element")] = ()
    schema_petite_enfance: Annotated[tuple[LectureConformite, ...], noms.Unique("element")] = ()


class ElementDuSchema(Modele):
    id: Identifiant
    titre: Texte
    diagnostic: tuple[noms.Indicateur, ...] = ()  # what the workbook may know of it
    series: tuple[noms.Contexte, ...] = ()
    offre: tuple[noms.Type, ...] = ()
    manque: Texte
    detenteurs: tuple[noms.Responsable, ...] = Field(min_length=1)  # services that have it


class ReglesConformite(Modele):  # ``conformite.yaml``: what the law has become
    textes: tuple[Texte, ...] = Field(min_length=1)
    sources: tuple[Texte, ...] = Field(min_length=1)
    lu_le: date
    confirme: Validation | None = None  # until then, « à vérifier »
    population: noms.Indicateur
    # By how many inhabitants a commune of more has to; the last is the schéma that the table is
    # about.
    obligations: dict[Annotated[int, Field(ge=0)], Texte] = Field(min_length=1)
    elements: tuple[ElementDuSchema, ...] = Field(min_length=1)
    source_des_themes: Texte
    # that a CTG covers at least, in words, and the theme of the catalogue of each
    themes_minimum: dict[Texte, noms.Theme]
    tableau: Presentation
    mots: dict[Identifiant, Texte]


class AppreciationCritere(Modele):
    critere: CodeCritere
    reponse: CodeReponse
    appreciation: Texte


class ContributionSaisie(Modele):  # what the evaluators say of what a fiche contributed
    fiche: noms.Fiche
    autres_explications: tuple[Texte, ...] = ()
    force: CodeForce | None = None
    commentaire: Texte | None = None


class DecisionSaisie(Modele):  # what the parties decide of an objective
    fiche: noms.Fiche
    objectif: noms.Objectif
    decision: CodeDecision
    commentaire: Texte | None = None


class QuestionDuComite(Modele):
    question: Texte
    reponse: Texte | None = None  # of the evaluators


class SaisieFinale(Modele):
    """``evaluation_finale.yaml`` of a convention. Absent, everything reads « à compléter »."""

    evaluateurs: Texte | None = None
    questions: tuple[QuestionDuComite, ...] = Field(default=(), max_length=3)
    criteres: Annotated[tuple[AppreciationCritere, ...], noms.Unique("critere")] = ()
    contribution: Annotated[tuple[ContributionSaisie, ...], noms.Unique("fiche")] = ()
    decisions: Annotated[tuple[DecisionSaisie, ...], noms.Unique("fiche objectif")] = ()
