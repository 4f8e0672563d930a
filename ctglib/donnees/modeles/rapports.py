"""What the reports pick, propose and say: six files of the catalogue, from ``bilan.yaml`` to ``releve.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctglib.donnees.modeles import Date, Identifiant, Modele, Positif, Texte, complet, noms
from ctglib.donnees.modeles.convention import Convention, RoleDeClause
from ctglib.donnees.modeles.suivi import NatureDeChangement, Public

CodeProposition = Literal[
    "comite_non_tenu", "reconduction", "retard", "echeance_sans_etat", "cible_manquee", "postes_de_pilotage",
    "collecte", "moyens", "suites", "cibles", "valeurs_initiales", "lacunes",
]  # fmt: skip
Lecture = Literal["hausse", "baisse", "stable", "dans_le_bruit", "trop_peu", "rupture", "seule", "absente"]


class Pilotage(Modele):
    postes: noms.IndicateurDeFiche  # of coordination
    convertis: noms.IndicateurDeFiche  # those that have become chargé de coopération


class Equipe(Modele):
    clause: RoleDeClause  # that announces a party's own team on the territory
    postes: tuple[noms.Poste, ...]  # the lines of the budget that count it


class GroupeDuTerritoire(Modele):
    libelle: Texte
    indicateurs: tuple[noms.Contexte, ...] = Field(min_length=1)


class MembresDuTerritoire(Modele):
    """What the communes of an EPCI are shown by: a count, and what share of it others are, from ``plancher`` on."""

    sur: noms.Contexte
    parts: tuple[noms.Contexte, ...] = Field(min_length=1)
    plancher: Positif


class TerritoireDuBilan(Modele):
    annees_avant: Positif  # how many years before the convention the charts begin
    groupes: tuple[GroupeDuTerritoire, ...] = Field(min_length=1)
    membres: MembresDuTerritoire
    graphique: tuple[noms.Contexte, ...]  # the public series that have a chart


class RegleDeProposition(Modele):
    """What the bilan proposes when its data call for it; ``{objets}``, ``{nombre}`` and ``{annee}`` are filled.

    ``texte_final`` replaces ``texte`` in the last year, when an avenant or a new date would come too late.
    ``page`` says it in a sentence for a first page, that of a fiche too when ``fiche``, with ``{premier}`` and
    ``{tous}``. ``clauses`` are those it rests on, which become its ``reference``; without them, one that is ``exigee``
    is not made.
    """

    id: CodeProposition
    texte: Texte
    texte_final: Texte | None = None
    page: Texte
    page_finale: Texte | None = None
    fiche: bool = False
    pourquoi: Texte
    clauses: tuple[RoleDeClause, ...] = ()
    exigee: bool = False
    reference: Texte = "convention"


class MotsDeLaParticipation(Modele):
    publics: dict[Public, tuple[Texte, Texte]]  # one, several
    personne: Texte
    non_renseignee: Texte
    cooperation: Texte
    cooperation_absente: Texte


class ReglesBilan(Modele):
    """``bilan.yaml``; ``propositions`` are in the order in which they press, ``mots`` are sentences by use."""

    indicateurs_par_fiche: Positif
    objets_du_tableau: Positif
    taux_a_relancer: float = Field(ge=0, le=100)
    pilotage: Pilotage
    equipe: Equipe
    territoire: TerritoireDuBilan
    participation: MotsDeLaParticipation
    propositions: Annotated[tuple[RegleDeProposition, ...], complet(CodeProposition)]
    mots: dict[Identifiant, Texte]
    natures_d_avenant: dict[NatureDeChangement, Texte]
    lectures: dict[Lecture, Texte]

    def selon(self, convention: Convention) -> ReglesBilan:
        """Return the rules as a convention reads them: its own articles cited, without what it does not settle."""
        cited = {regle.id: convention.citer(*regle.clauses) for regle in self.propositions}
        kept = [
            regle.model_copy(update={"reference": cited[regle.id] or "convention"})
            for regle in self.propositions
            if cited[regle.id] or not regle.exigee
        ]
        words = {name: convention.ecrire(text) for name, text in self.mots.items()}
        return self.model_copy(update={"propositions": tuple(kept), "mots": words})


class TrancheAge(Modele):
    indicateur: noms.Indicateur
    age_min: int = Field(ge=0)
    age_max: int = Field(ge=0)  # included


class RoleDeFichier(Modele):
    """What the data files whose path fits ``motif`` (as in a shell) are for; a file takes the first role that fits."""

    motif: Texte
    groupe: Texte
    role: Texte
    partie: Texte


class Synthese(Modele):  # ``synthese.yaml``
    annees: dict[int, Texte] = {}  # what to know of a peculiar year, wherever it is that of the figures
    services: list[noms.Indicateur] = []  # counts whose zero is a need
    questions: Positif  # open points put to the parties by the diagnostic
    tranches_age: list[TrancheAge]
    fichiers: list[RoleDeFichier]
    sigles: dict[str, Texte] = {}

    def selon(self, convention: Convention) -> Synthese:
        """Return the roles of the files as a convention reads them: the part of its own text that each one is."""
        told = [convention.ecrire(one.partie) or "texte de la convention" for one in self.fichiers]
        kept = [
            one.model_copy(update={"partie": part[0].upper() + part[1:]})
            for one, part in zip(self.fichiers, told, strict=True)
        ]
        return self.model_copy(update={"fichiers": kept})


class PhraseDeSection(Modele):  # a sentence of the diagnostic, said when every indicator stands as ``si`` has it
    si: dict[noms.Indicateur, Literal["superieur", "inferieur", "similaire", "plus_vite"]] = Field(min_length=1)
    texte: Texte


class SectionDuDiagnostic(Modele):
    """What a section shows; its chart is that of the places by mode, of the ages, or else of the rates."""

    titre: Texte
    theme: list[noms.Theme] = Field(min_length=1)
    phrases: list[PhraseDeSection] = []
    tableau: list[noms.Indicateur]
    graphique: list[noms.Indicateur] = []
    definitions: list[noms.Indicateur] = []  # indicators whose meaning is under the table
    absences: list[noms.Indicateur] = []  # services whose zero is told
    modes: bool = False
    ages: bool = False
    offre: list[noms.Categorie] = []  # categories of the offer
    equipements: list[noms.Categorie] = []  # those of which a sentence says what is there


class SorteDeModes(Modele):  # modes of care that are alike, and how a sentence names them
    mot: Texte
    modes: list[Identifiant]


class Modes(Modele):
    """Places for under-threes by mode: the public series of each and of the whole, ``dimension`` naming the modes."""

    ensemble: noms.Contexte
    dimension: noms.Dimension
    series: dict[Identifiant, Identifiant]
    sortes: dict[Identifiant, SorteDeModes]


class MontantsParTete(Modele):
    id: Identifiant
    libelle: Texte
    montants: list[noms.Indicateur] = Field(min_length=1)
    par: noms.Indicateur
    mot: Texte  # one of those that ``par`` counts


class ContratPrecedent(Modele):
    nom: Texte
    montants: dict[noms.Indicateur, Texte]


class ReglesDiagnostic(Modele):  # ``diagnostic.yaml``
    sections: dict[Identifiant, SectionDuDiagnostic]
    modes: Modes
    par_tete: list[MontantsParTete]
    contrat_precedent: ContratPrecedent


class Part(Modele):
    """How a share is said: « un allocataire sur cinq » takes ``un``, « six allocataires sur dix » ``plusieurs``."""

    nom: Texte
    un: Texte
    plusieurs: Texte


class GroupeDeParts(Modele):
    """Shares that make one message; ``preuves``: the tables that show them, the first that the report has."""

    id: Identifiant
    preuves: tuple[Texte, ...]
    indicateurs: dict[noms.Indicateur, Part]


class ParTete(Modele):  # a sum of amounts by head of a count, in each territory
    id: Identifiant
    numerateur: tuple[noms.Indicateur, ...] = Field(min_length=1)
    denominateur: noms.Indicateur
    phrase: Texte
    preuves: tuple[Texte, ...]


class ServicesAbsents(Modele):
    phrase: Texte
    preuves: tuple[Texte, ...]
    noms: dict[noms.Indicateur, Texte]  # in the singular


class EnClair(Modele):  # the plain-language summary: its sentences by use, and what difficult words mean
    fiches: Positif
    phrases: dict[Identifiant, tuple[Texte, ...]]
    mots: dict[Texte, Texte]


class ReglesMessages(Modele):
    """``messages.yaml``: ``nombre`` messages of each kind a page, labels cut at ``signes``; the rest are sentences."""

    nombre: Positif
    signes: int = Field(ge=20)
    parts: tuple[GroupeDeParts, ...]
    par_tete: tuple[ParTete, ...]
    services: ServicesAbsents
    incertitudes: dict[Identifiant, Texte]
    precisions: dict[noms.Indicateur, Texte]  # what is said after the value of an indicator
    controle: dict[Identifiant, tuple[Texte, ...]]
    sans_point_ouvert: Texte
    sans_incertitude: Texte
    a_decider: dict[Identifiant, Texte]
    familles: dict[Identifiant, Texte]
    reste: Texte
    sans_decision: Texte
    suivi: dict[Identifiant, tuple[Texte, ...]]  # about one, about several
    territoire: dict[noms.Contexte, Texte]
    articles: dict[Texte, tuple[Texte, ...]]
    en_clair: EnClair

    def avec_article(self, nom: str) -> str:
        """Return the name of a party inside a sentence: « la Ville de Harnes »; as it is when its first word is new."""
        first = nom.split(" ")[0]
        article = next((article for article, words in self.articles.items() if first in words), "")
        return f"{article}{nom}" if article.endswith("'") else f"{article} {nom}".lstrip()


class MessageDesParties(Modele):
    """What the parties say in place of one of our messages: ``rang`` is the one it replaces, 1 the first.

    ``rapport`` is the kind of report, with ``fiche`` for that of a fiche action.
    """

    rapport: Literal["diagnostic", "controle", "bilan", "fiche", "evaluation"]
    fiche: int | None = None
    rubrique: Literal["messages", "incertitudes", "decisions"] = "messages"
    rang: Positif
    texte: Texte
    auteur: Texte
    date: Date


class MessagesDesParties(Modele):  # ``messages.yaml`` of a convention, or of a year of its follow-up
    messages: tuple[MessageDesParties, ...] = ()


class Mesure(Modele):
    """A figure of a portrait: a series, or the ratio of two. Of several series the first that is there is taken."""

    id: Identifiant
    libelle: Texte
    numerateur: tuple[Identifiant, ...] = Field(min_length=1)
    denominateur: Identifiant | None = None
    pour: int = 100
    unite: Identifiant
    dit: str = ""  # the sentence that bears the value, empty when page one never does
    moyenne: int = Field(default=1, ge=1)  # how many years are averaged
    garder: bool = False  # keeps its row where only others have it


class ThemeDePortrait(Modele):
    """The measures of a chapter, and the questions that its charts answer: dumbbells, then a stacked bar of counts."""

    tableau: Texte
    mesures: tuple[Mesure, ...]
    figure: str = ""
    figure_de: tuple[Identifiant, ...] = ()  # all its shares when empty
    parts: str = ""
    parts_de: tuple[Identifiant, ...] = ()
    parts_libelles: tuple[Texte, ...] = ()


class Semblables(Modele):
    """How the territories alike are chosen: how many by level, the window of sizes, the shares compared."""

    voisins: dict[Literal["commune", "epci"], int]
    fenetre: Positif
    taille: Identifiant
    parts: tuple[Identifiant, ...] = Field(min_length=1)


class Manque(Modele):  # what public figures do not say of a theme, who has it, and why it is not public
    theme: Identifiant
    quoi: Texte
    qui: Texte
    pourquoi: Texte


class Portrait(Modele):  # ``portrait.yaml``: what a portrait says of a territory, from public figures alone
    minimum: Positif  # no rate under it
    suivi: Positif  # no curve under it
    abreviations: dict[str, Texte]
    semblables: Semblables
    themes: dict[Identifiant, ThemeDePortrait]
    evolution: tuple[Identifiant, ...] = Field(max_length=6)
    evolution_libelles: tuple[Texte, ...]
    carte: tuple[Identifiant, ...]
    champs: dict[Identifiant, Texte]  # why the figures of a family of files are missing
    manques: tuple[Manque, ...]


class ReglesReleve(Modele):
    """``releve.yaml``, the draft minutes; ``{annee}`` and ``{convention}`` are filled, ``lignes_*`` are empty rows."""

    presents: Texte
    lignes_de_presents: Positif
    lignes_libres: Positif
    ordre_du_jour: tuple[Texte, ...] = Field(min_length=1)
    autres: Texte
    consigne: Texte
    retour: Texte
