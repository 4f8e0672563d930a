"""What the reports pick, propose and say: six files of the catalogue, from ``bilan.yaml`` to
``releve.yaml``.
"""

from __future__ import annotations

from collections import Counter
from string import Formatter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctglib.donnees.modeles import (
    Date,
    Identifiant,
    Modele,
    Nomme,
    Numero,
    Positif,
    Texte,
    complet,
    noms,
)
from ctglib.donnees.modeles.avenants import NatureDeChangement
from ctglib.donnees.modeles.convention import RoleDeClause
from ctglib.donnees.modeles.plan import Action
from ctglib.donnees.modeles.suivi import EtatDecision, Public

CodeProposition = Literal[
    "comite_non_tenu",
    "reconduction",
    "retard",
    "echeance_sans_etat",
    "cible_manquee",
    "postes_de_pilotage",
    "collecte",
    "moyens",
    "suites",
    "cibles",
    "valeurs_initiales",
    "lacunes",
]
Rubrique = Literal["messages", "incertitudes", "decisions"]
CHAPO = "chapo"  # the paragraph under the title of a first page
# where it stands among the lines that are signed (``MessageDesParties.place``), in a bilan
PLACE_DU_CHAPO = ("bilan", "", CHAPO, "")
RubriqueDePortrait = Literal[Rubrique, "convention"]
RubriqueSignee = Literal[Rubrique, "chapo"]
Lecture = Literal[
    "hausse",
    "baisse",
    "hausse_recente",
    "baisse_recente",
    "stable",
    "dans_le_bruit",
    "trop_peu",
    "rupture",
    "seule",
    "absente",
]


class Pilotage(Modele):
    postes: noms.IndicateurDeFiche  # of coordination
    convertis: noms.IndicateurDeFiche  # those that have become chargé de coopération
    comites: noms.IndicateurDeFiche  # the comités held in the year


class Equipe(Modele):
    clause: RoleDeClause  # that announces a party's own team on the territory
    postes: tuple[noms.Poste, ...]  # the lines of the budget that count it


class MembresDuTerritoire(Modele):  # what the communes of an EPCI are shown by
    sur: noms.Contexte
    parts: tuple[noms.Contexte, ...] = Field(min_length=1)  # of that count, from ``plancher`` on
    plancher: Positif


class TerritoireDuBilan(Modele):
    annees_avant: Positif  # how many years before the convention the charts begin
    groupes: dict[Texte, tuple[noms.Contexte, ...]] = Field(min_length=1)
    membres: MembresDuTerritoire
    graphique: tuple[noms.Contexte, ...]  # the public series that have a chart
    notes: dict[Identifiant, Texte]  # under the table


class RegleDeProposition(Modele):  # what the bilan proposes when its data call for it
    id: CodeProposition
    texte: Texte
    texte_final: Texte | None = None  # in the last year, when an avenant would come too late
    page: Texte  # for a first page, that of a fiche too when ``fiche``
    page_finale: Texte | None = None
    fiche: bool = False
    pourquoi: Texte
    clauses: tuple[RoleDeClause, ...] = ()
    exigee: bool = False  # not made without its clauses
    une_fois: bool = False  # decided in one year, it is not asked again in the next ones


class Presentation(Modele):  # of a table; ``{lieu}``, ``{annee}`` and the like are filled
    nom: Texte | None = None  # its anchor, where it is not its key
    titre: Texte
    colonnes: dict[Identifiant, Texte] = {}  # in order
    titres: dict[Identifiant, Texte] = {}  # of those that its CSV alone has
    nombres: tuple[Identifiant, ...] = ()  # the columns that stand to the right
    bandeaux: dict[Identifiant, Texte] = {}  # what heads some neighbours together
    # at least, on paper, in points: room to write by hand
    largeurs: dict[Identifiant, Positif] = {}
    source: Texte = "{source}"
    notes: tuple[Texte, ...] = ()
    classe: Literal["", "texte-long"] = ""
    ecran: bool = False


class ReglesBilan(Modele):  # ``bilan.yaml``
    indicateurs_par_fiche: Positif
    objets_du_tableau: Positif
    taux_a_relancer: float = Field(ge=0, le=100)
    pilotage: Pilotage
    # what a clause of that role bears on: it weighs where the convention gives the clause a weight
    indicateurs_des_clauses: dict[RoleDeClause, list[noms.IndicateurDeFiche]]
    equipe: Equipe
    territoire: TerritoireDuBilan
    publics: dict[Public, tuple[Texte, Texte]]  # one, several
    # as they press
    propositions: Annotated[tuple[RegleDeProposition, ...], complet(CodeProposition)]
    mots: dict[Identifiant, Texte]
    paroles: tuple[tuple[Texte, Texte, Texte], ...] = Field(min_length=1)
    tableaux: dict[Identifiant, Presentation]
    natures_d_avenant: Annotated[dict[NatureDeChangement, Texte], complet(NatureDeChangement)]
    actions_d_avenant: Annotated[dict[Action, Texte], complet(Action)]
    etapes_d_avenant: Annotated[dict[Action, Texte], complet(Action)]
    lectures: dict[Lecture, Texte]


VOYELLES = "aàâeéèêiîoôuhy"  # before which « de » loses its « e », as before most « h »


class RoleDeFichier(Modele):  # what data files are for; a file takes the first role that fits
    motif: Texte  # as in a shell
    groupe: Texte
    role: Texte
    partie: Texte


class Synthese(Modele):  # ``synthese.yaml``
    # what to know of a peculiar year, wherever it is that of the figures
    annees: dict[int, Texte] = {}
    services: list[noms.Indicateur] = []  # counts whose zero is a need
    # the category of the offer of the service that an indicator counts
    categories_des_services: dict[noms.Indicateur, noms.Categorie] = {}
    questions: Positif  # open points put to the parties by the diagnostic
    tranches_age: dict[noms.Indicateur, tuple[int, int]]  # its ages, the last included
    fichiers: list[RoleDeFichier]
    sigles: dict[str, Texte] = {}


# What the braces of a sentence of a section may name: a figure of an indicator, a place.
CHIFFRES = ("ici", "la", "points", "variation", "variation_la")
DES_LIEUX = (
    "que",
    "y",
    "qu_a_reference",
    *(
        f"{forme}{role}"
        for role in ("territoire", "reference")
        for forme in ("", "a_", "de_", "le_", "A_", "De_", "Le_")
    ),
)


class PhraseDeSection(Modele):
    """A sentence of the diagnostic, said when every indicator stands as ``si`` has it."""

    si: dict[noms.Indicateur, Literal["superieur", "inferieur", "similaire", "plus_vite"]] = Field(
        min_length=1
    )
    texte: Texte
    compte: noms.Indicateur | None = None  # that its shares rest on: doubtful, it is not said

    @model_validator(mode="after")
    def _accolades(self) -> PhraseDeSection:
        """Refuse braces that name neither a figure of an indicator of ``si`` nor a place."""
        try:
            champs = [
                champ for _, champ, _, _ in Formatter().parse(self.texte) if champ is not None
            ]
        except ValueError:  # a brace that is not closed
            champs = [self.texte]
        chiffres = {f"{mot}[{indicateur}]" for mot in CHIFFRES for indicateur in self.si}
        inconnus = [champ for champ in champs if champ not in {*chiffres, *DES_LIEUX}]
        if inconnus:
            raise ValueError(
                f"entre accolades, l'un de ces mots ({', '.join(CHIFFRES)}) suivi d'un indicateur "
                "de « si » entre crochets, ou un territoire (a_territoire, de_reference…)"
            )
        return self


class SectionDuDiagnostic(Modele):
    """Its chart is that of the places by mode, of the ages, or else of the rates."""

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


class Modes(Modele):  # places for under-threes by mode
    ensemble: noms.Contexte
    dimension: noms.Dimension  # that names the modes
    series: dict[Identifiant, Identifiant]
    sortes: dict[Identifiant, SorteDeModes]
    # what the diagnostic of a convention gives of it, by a definition of its own
    depart: noms.Indicateur | None = None


class MontantsParTete(Nomme):
    montants: list[noms.Indicateur] = Field(min_length=1)
    par: noms.Indicateur
    mot: Texte  # one of those that ``par`` counts
    phrase: Texte | None = None  # of the first page, and the tables that show it
    preuves: tuple[Texte, ...] = ()


class ContratPrecedent(Modele):
    nom: Texte
    montants: dict[noms.Indicateur, Texte]


class PartDesQuartiers(Modele):  # a share of the households of a quarter
    serie: Identifiant
    libelle: Texte  # « part des familles monoparentales », as a sentence says it


class Quartiers(Modele):
    """What is shown of the quarters of a commune: public series by IRIS."""

    foyers: Identifiant  # the series that the shares are of
    effectifs: tuple[Identifiant, ...]  # the counts shown as they are
    parts: tuple[PartDesQuartiers, ...]
    minimum: Positif  # under it in one quarter, none is said to have the highest share

    @property
    def series(self) -> list[str]:
        """The public series that it names, each once."""
        return [self.foyers, *self.effectifs, *(part.serie for part in self.parts)]


class ReglesDiagnostic(Modele):  # ``diagnostic.yaml``
    sections: dict[Identifiant, SectionDuDiagnostic]
    phrases: dict[Identifiant, str]  # the others, of the check too
    tableaux: dict[Identifiant, Presentation]
    modes: Modes
    quartiers: Quartiers
    par_tete: list[MontantsParTete]
    contrat_precedent: ContratPrecedent


class Part(Modele):  # how a share is said
    nom: Texte
    un: Texte  # « un allocataire sur cinq »
    plusieurs: Texte  # « six allocataires sur dix »


class GroupeDeParts(Modele):  # shares that make one message
    id: Identifiant
    preuves: tuple[Texte, ...]  # tables, of which the first that the report has
    indicateurs: dict[noms.Indicateur, Part]


class ServicesAbsents(Modele):
    phrase: Texte
    preuves: tuple[Texte, ...]
    noms: dict[noms.Indicateur, Texte]  # in the singular


class OffreEnClair(Modele):
    """What a sentence says of the services that families find: which rows of the offer it reads."""

    quoi: Identifiant  # in the text file
    type: noms.Type
    caracteristique: noms.Caracteristique
    modalite: noms.ModaliteDOffre | None = None
    # what the follow-up says of it: its last value is taken before that of the offer
    indicateur: noms.IndicateurDeFiche | None = None


class EnClair(Modele):
    """The plain-language summary: its sentences by use, and what difficult words mean."""

    fiches: Positif
    offre: tuple[OffreEnClair, ...]  # in the order in which families need it
    phrases: dict[Identifiant, tuple[Texte, ...]]
    mots: dict[Texte, Texte]


class Tournures(Modele):
    """How a value is said of an indicator that has no sentence of its own (``blocs.tournures``)."""

    compte: Texte  # a label that begins with what is counted, in the plural
    vaut: Texte  # one whose first word is among ``articles``
    valent: Texte  # another one in the plural, whose unit is one of ``en_tant``
    en_tant: tuple[noms.Unite, ...]
    nombres: tuple[str, ...]  # beginnings of labels, after which stands what is counted
    articles: dict[Texte, tuple[Texte, ...]]  # the first words of labels that each goes with
    # by the direction that is wanted, what is said of a change the other way
    contraire: dict[Literal["hausse", "baisse", "maintien"], Texte]
    avant: Identifiant  # of ``familles``, the one before which they are said


class LignesSignees(Modele):
    """How a line of the parties is named, and what is said of one that no longer holds."""

    a_relire: Texte  # the line, and why
    rappel: Texte  # in the workbook, beside the line
    lignes: Annotated[dict[RubriqueSignee, Texte], complet(RubriqueSignee)]
    ecart: Texte  # what a line rested on, and its facts that are no longer what they were
    fait: Texte  # one of them
    disparu: Texte  # a finding that is no more
    parti: Texte  # one that is no longer among the first
    nouveau: Texte  # one that has come among them
    nombre: Texte  # a number that no table has
    rien: Texte  # in place of a fact that is not there
    # what a line may rest on: the counts, by what they count, and the facts of a finding
    comptes: dict[Identifiant, Texte]
    faits: dict[Identifiant, Texte]


class ReglesMessages(Modele):  # ``messages.yaml``
    nombre: Positif  # of each kind a page
    rubriques: Annotated[dict[Rubrique, Texte], complet(Rubrique)]  # what heads each kind, in order
    signes: int = Field(ge=20)  # where labels are cut
    parts: tuple[GroupeDeParts, ...]
    services: ServicesAbsents
    incertitudes: dict[Identifiant, Texte]
    precisions: dict[noms.Indicateur, Texte]  # what is said after the value of an indicator
    controle: dict[Identifiant, Texte]
    # what a page says in place of messages
    rien: Annotated[dict[Rubrique, Texte], complet(Rubrique)]
    sans_fiche: Texte
    familles: dict[Identifiant, Texte]
    aucun: dict[Identifiant, Texte]  # the sentence of none, where « {valeur} » has no place
    reste: Texte
    zero: Texte  # of zero, where there is no such sentence
    oui_non: Texte  # of one that is answered by yes or no
    tournures: Tournures
    preuves: dict[Identifiant, tuple[Texte, ...]]  # of what the years say: anchors of what shows it
    # of the proposals of the evaluation, which has no table of them
    preuves_a_la_fin: dict[CodeProposition, tuple[Texte, ...]]
    territoire: tuple[noms.Contexte, ...]  # public series that a year without follow-up cites
    articles: dict[Texte, tuple[Texte, ...]]
    en_clair: EnClair
    signees: LignesSignees

    def avec_article(self, nom: str) -> str:
        """Return the name of a party inside a sentence: « la Ville de Harnes ».

        A name whose first word has no article in the catalogue stays as it is.
        """
        premier_mot = nom.split(" ")[0]
        for article, mots in self.articles.items():
            if premier_mot in mots:
                espace = "" if article.endswith("'") else " "
                return f"{article}{espace}{nom}"
        return nom

    def avec_preposition(self, preposition: Literal["de", "à"], nom: str) -> str:
        """Return the name of a party after « de » or « à »: « du Département », « à la Caf »."""
        texte = self.avec_article(nom)
        if texte.startswith("le "):
            contractee = {"de": "du", "à": "au"}[preposition]
            return f"{contractee} {texte.removeprefix('le ')}"
        # Before a name, an « h » is left alone: « de Harnes ».
        if preposition == "de" and texte[0].lower() in VOYELLES.removesuffix("hy"):
            return f"d'{texte}"
        return f"{preposition} {texte}"


class MessageDesParties(Modele):
    """A line that the parties sign: a service's own words, in place of ours on a first page.

    It takes the place of the finding of an indicator (``constat``), or of the message of a rank.
    """

    rapport: Literal["diagnostic", "controle", "bilan", "fiche", "evaluation"]
    fiche: Numero | None = None  # of the report of a fiche action
    rubrique: RubriqueSignee = "messages"
    rang: Positif = 1
    constat: Identifiant | None = None
    texte: Texte
    auteur: Texte
    date: Date
    # what the page showed on that day, by finding or count, then by fact
    repose_sur: dict[Identifiant, dict[Identifiant, Texte]] = {}

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands: the report, its fiche, the rubrique, the finding or the rank."""
        ou = "" if self.rubrique == CHAPO else self.constat or str(self.rang)
        return self.rapport, self.fiche or "", self.rubrique, ou

    @model_validator(mode="after")
    def _constat(self) -> MessageDesParties:
        """Refuse a finding where no indicator makes one."""
        if self.constat and self.rubrique != "messages":
            raise ValueError("un constat dans la rubrique « messages » seulement")
        if self.rapport in ("diagnostic", "controle") and (self.constat or self.repose_sur):
            raise ValueError("« constat » et « repose_sur » dans un rapport du suivi seulement")
        return self


class MessagesDesParties(Modele):
    """``messages.yaml`` of a convention, or of a year of its follow-up."""

    messages: tuple[MessageDesParties, ...] = ()

    @model_validator(mode="after")
    def _places(self) -> MessagesDesParties:
        """Refuse two lines for one place."""
        places = Counter(message.place for message in self.messages)
        doubles = [" ".join(filter(None, place)) for place, lignes in places.items() if lignes > 1]
        if doubles:
            raise ValueError(f"une seule ligne pour une place ({', '.join(doubles)})")
        return self


class Mesure(Nomme):  # a series, or the ratio of two; of several the first that is there is taken
    numerateur: tuple[Identifiant, ...] = Field(min_length=1)
    denominateur: Identifiant | None = None
    pour: int = 100
    unite: Identifiant
    dit: str = ""  # the sentence that bears the value, empty when page one never does
    # what to ask the parties of a convention, when the value is over its reference, or under it
    convention: dict[Literal["plus", "moins"], Texte] = {}
    moyenne: int = Field(default=1, ge=1)  # how many years are averaged
    garder: bool = False  # keeps its row where only others have it
    partie_de: Identifiant | None = None  # the measure that it adds up to, with others


class ThemeDePortrait(Modele):  # the measures of a chapter
    tableau: Texte
    mesures: tuple[Mesure, ...]
    figure: str = ""  # the question of its dumbbells
    figure_de: tuple[Identifiant, ...] = ()  # all its shares when empty
    parts: str = ""  # of its stacked bar of counts
    parts_de: dict[Identifiant, Texte] = {}  # how each is called


class Semblables(Modele):  # how many territories alike there are, of what sizes
    voisins: dict[Literal["commune", "epci"], int]  # by level
    au_moins: Positif  # with fewer of them, none is told
    fenetre: Positif
    distance: Positif  # farther ones are not alike
    habitants: Identifiant  # the series of their size


class Prudence(Modele):
    """What is too fragile to be ranked, or said first."""

    numerateur: Positif  # under it, a rate is that of a handful
    part_de_l_arrondi: float = Field(gt=0, lt=1)  # by which rounding may move the rate
    part_de_la_reference: float = Field(gt=0, le=1)  # above, the reference is what is left of it
    part_de_l_ecart: float = Field(gt=0, lt=1)  # of the reference: no sentence is of a lesser gap


class Manque(Modele):
    """What public figures do not say of a theme, who has it, and why it is not public."""

    theme: Identifiant
    quoi: Texte
    qui: Texte
    pourquoi: Texte
    regime_agricole: bool = False  # nobody has it where one fund pays the families of all schemes


class Caisse(Modele):
    """Who pays family benefits, and the same after « demander »."""

    nom: Texte
    a: Texte


class Particularite(Modele):
    """What is not as elsewhere in a département, a région or an EPCI."""

    departement: Texte = ""  # who has the powers of a département there, "" for the département
    tous_regimes: bool = False  # its fund pays the families of the agricultural scheme too
    caisse: Caisse | None = None  # None: the Caf, as elsewhere
    recensement: int | None = None  # of the population in force, where it is older than elsewhere
    sans: dict[Identifiant, Texte] = {}  # how is said that a family of files leaves it out
    sources: tuple[Identifiant, ...] = ()


class Collectivites(Modele):
    """``collectivites.yaml``: what is not as elsewhere, by the code of the place."""

    particularites: dict[Texte, Particularite]
    sources: dict[Identifiant, Texte]

    @model_validator(mode="after")
    def _sources_dites(self) -> Collectivites:
        for particularite in self.particularites.values():
            for source in particularite.sources:
                if source not in self.sources:
                    raise ValueError(f"source {source} : absente de « sources »")
        return self


class Portrait(Modele):
    """``portrait.yaml``: what a portrait says of a territory, from public figures alone."""

    minimum: Positif  # no rate under it
    prudence: Prudence
    # how the rest of a reference is called: nom, and its forms in a sentence
    reste: dict[Literal["nom", "le", "a", "de"], Texte]
    # what heads the column of the EPCI: whole, or what is left of it without the commune; how is
    # called one of which a part is in the département
    epci: dict[Literal["entier", "reste", "partie"], Texte]
    # what heads the column of gaps: to the département, to what is left of it, to its only
    # commune that has figures
    ecarts: dict[Literal["entier", "reste", "commune"], Texte]
    caisse: Caisse
    suivi: Positif  # no curve under it
    abreviations: dict[str, Texte]
    semblables: Semblables
    themes: dict[Identifiant, ThemeDePortrait]
    evolution: dict[Identifiant, Texte] = Field(max_length=6)  # how each series is called
    # the years from which a count moves more than it would, and why
    annees_singulieres: dict[int, Texte]
    carte: tuple[Identifiant, ...]
    # the series of inhabitants in force in a year, of an older census that its file does not tell
    population_en_vigueur: Identifiant
    couverture: Identifiant  # the measure whose gap its parts explain
    champs: dict[Identifiant, Texte]  # why the figures of a family of files are missing
    # what heads the first page
    rubriques: Annotated[dict[RubriqueDePortrait, Texte], complet(RubriqueDePortrait)]
    mots: dict[Identifiant, Texte]  # of a cell: why there is no value, that a gap is none
    lectures: dict[Identifiant, Texte]  # how a count moved
    tableaux: dict[Identifiant, Presentation]
    manques: tuple[Manque, ...]


class ReglesReleve(Modele):  # ``releve.yaml``, the draft minutes
    lignes_de_presents: Positif
    lignes_libres: Positif
    ordre_du_jour: tuple[Texte, ...] = Field(min_length=1)
    autres: Texte
    retour: Texte
    retour_clos: Texte  # of a year that is closed
    sans_comite: Texte
    sans_decision: Texte
    votes: Annotated[dict[EtatDecision, Texte], complet(EtatDecision)]  # how each begins
    tableaux: dict[Literal["presents", "comite", "suites", "prises", "decisions"], Presentation]
