"""Models of ``data/catalogue``: what the words mean, whatever the convention."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctglib.donnees.modeles import (
    CodeModalite,
    CodeStatut,
    CodeTerritoire,
    Couleur,
    Expression,
    Identifiant,
    Modele,
    Nomme,
    Positif,
    Texte,
    complet,
    noms,
)
from ctglib.donnees.modeles.rapports import PhraseDeSection, Presentation
from ctglib.donnees.modeles.sources import RuptureSource
from ctglib.donnees.modeles.suivi import Nature

# a share turns round by its complement, a ratio by its inverse
Renversement = Literal["complement", "inverse"]
Largeur = Literal["large", "etroit"]
Forme = Literal["nombre", "oui_non", "liste", "texte"]
MotDeRessemblance = Literal["densite", "habitants", "personnes_par_menage", "menages"]
MotDeComparaison = Literal[
    "bruit", "depasse", "rupture", "sans_calcul", "calculs", "ecart_en_points", "sens_de_l_ecart"
]


class Rupture(RuptureSource):
    reference: Texte


class Collecte(Modele):  # who gives the value, when, and from which document
    responsable: noms.Responsable | None = None  # the service that enters it
    qui: Texte
    quand: Texte
    document: Texte


class PetiteSerie(Modele):  # a short series that is read on means
    avant: tuple[int, int]  # the first period
    depuis: int  # when the second begins
    pourquoi: Texte


class Flux(Modele):  # which entries and departures explain a stock
    entrees: noms.Mesure
    sorties: noms.Mesure


class Saut(Modele):
    """From what change a value looks wrong: both at once, a factor and a number of units."""

    facteur: float = Field(default=3, gt=1)
    ecart: float = Field(default=10, ge=0)


class Indicateur(Nomme):  # one meaning, one unit, one direction
    definition: Texte
    unite: noms.Unite
    nature: Literal["contexte", "moyen", "realisation", "resultat"]
    # How it is known: a register counts all of them, events come by chance (births), a survey asks
    # some. What is counted in full has no chance in it: a difference is one.
    nature_statistique: Literal["registre", "evenements", "enquete"] | None = None
    flux: Flux | None = None
    # the whole that it is a part of: a part never exceeds its whole
    partie_de: noms.Mesure | None = None
    # the places that it fills: more persons than places have to be confirmed
    capacite: noms.Mesure | None = None
    # whether its modalités share its whole out: their sum never exceeds it
    partition: bool = False
    # what its total adds that is not of one moment: reports do not add it, and say so beside one
    # that a service gives
    total: Texte | None = None
    saut: Saut = Saut()
    sens: Literal["hausse", "baisse", "maintien", "neutre"]
    # of what a fiche follows, whether it writes it itself
    origine: Literal["convention", "propose"] = "propose"
    # why a proposed one is asked of every service; the others may be left empty
    noyau: Texte | None = None
    # what it may be broken down by; « commune »: by those of the convention
    dimension: noms.Dimension | None = None
    # those of its dimension that concern it; none: all
    modalites: list[noms.ModaliteDeDimension] = []
    # of the follow-up, that it is read from
    table: Literal["observations", "profils", "posture"] = "observations"
    unique: bool = False  # awaited once, in the year of its target, and judged then
    # it counts what took place in the year: until the year is over it can only grow
    s_accumule: bool = False
    calcul: Identifiant | None = None
    entrees: dict[Identifiant, noms.Mesure | list[noms.Mesure]] = {}
    decimales: int = Field(ge=0, le=3)
    bornes: tuple[float | None, float | None] = (None, None)
    arrondi_source: float | None = None
    ruptures: list[Rupture] = []
    collecte: Collecte | None = None
    sensible: bool = False
    # why its small counts are shown, against the rule
    petits_effectifs_publies: Texte | None = None
    petite_serie: PetiteSerie | None = None
    references: list[Texte] = []

    @property
    def hasard(self) -> bool:
        """Whether chance moves it: it counts events, not what a register holds."""
        return self.nature_statistique == "evenements"

    @property
    def termes(self) -> list[str]:
        """The indicators that it is computed from."""
        termes: list[str] = []
        for entree in self.entrees.values():
            if isinstance(entree, str):
                termes.append(entree)
            else:
                termes += entree
        return termes

    @property
    def est_evolution(self) -> bool:
        """Whether it is itself a change, and shows a sign: its lower bound is under zero."""
        return self.bornes[0] is not None and self.bornes[0] < 0

    @property
    def facultatif(self) -> bool:
        """Whether nobody has to give it.

        The fiche does not write it, and the catalogue does not ask it of every service.
        """
        return self.origine == "propose" and self.noyau is None


class IndicateurDeTheme(Indicateur):  # is computed from those of the diagnostic alone
    entrees: dict[Identifiant, noms.Indicateur | list[noms.Indicateur]] = {}


class Theme(Modele):  # a file of ``catalogue/themes``, its indicators in the order of its table
    theme: Identifiant
    ordre: int
    titre: Texte
    indicateurs: list[IndicateurDeTheme]


class ThemePropre(Theme):
    """A file of ``themes`` of a convention: what its own diagnostic adds to the library's.

    It is a section of the diagnostic by itself; ``ordre`` is its place after those of the library.
    """

    phrases: list[PhraseDeSection] = []
    graphique: list[noms.Indicateur] = []  # rates that are drawn; the others stay in the table
    definitions: list[noms.Indicateur] = []  # indicators whose meaning is under the table
    offre: list[noms.Categorie] = []  # categories of the offer that are shown with it


class SujetIndicateurs(Modele):
    """A file of ``catalogue/indicateurs``: what a fiche may follow of a subject."""

    titre: Texte
    indicateurs: tuple[Indicateur, ...]


class IndicateursContexte(Modele):  # ``contexte.yaml``: the indicators of the public series
    indicateurs: tuple[Indicateur, ...]


class Statut(Modele):  # an SDMX observation status
    libelle: Texte
    mot: str = ""  # of an absence, that a table shows in place of the value


class Statuts(Modele):
    statuts: Annotated[dict[CodeStatut, Statut], complet(CodeStatut)]


class Unite(Nomme):
    symbole: str = ""  # follows a value
    singulier: str = ""  # follows one under two
    ecart: Literal["points", "pourcent", "aucun"]  # how two territories compare
    renversement: Renversement | None = None  # how the radar turns an axis round
    decimales: int = Field(ge=0, le=3)
    # How it is typed, and read: « oui » and « non » are 1 and 0; a list is counted, and named; a
    # text that is given is 1.
    forme: Forme = "nombre"
    mots: tuple[str, str] | None = None  # what is written of 0 and of 1, where it is no number

    def apres(self, valeur: float) -> str:
        """Return what follows a value: « 1 jour », « 2 jours »."""
        if self.singulier and abs(valeur) < 2:
            return self.singulier
        return self.symbole


class Unites(Modele):
    unites: list[Unite] = Field(min_length=1)


class Territoire(Modele):  # and how a sentence names it
    code: CodeTerritoire
    nom: Texte
    niveau: Literal["commune", "epci", "departement", "region", "pays"]
    a: Texte  # « à Harnes »
    de: Texte  # « de Harnes »
    le: Texte  # « Harnes », « le Pas-de-Calais »


class Territoires(Modele):  # ``territoires.yaml`` of a convention: those that it compares
    territoires: list[Territoire] = Field(min_length=1)


class TypeOffre(Nomme):  # a kind of structure or service of the offer
    categorie: noms.Categorie
    compte: noms.Indicateur | None = None  # of the diagnostic, that counts those of this kind


class VocabulaireOffre(Modele):  # ``offre.yaml``; the categories are in the order of the tables
    categories: dict[Identifiant, Texte]
    types: list[TypeOffre]
    gestions: dict[Identifiant, Texte]
    caracteristiques: dict[Identifiant, Texte]
    modalites: dict[Identifiant, Texte]


class Seuils(Modele):
    """``seuils.yaml``: every threshold used in a report, each printed where it is used."""

    ecart_similaire_points: float  # below it, two values are called similar
    ecart_similaire_pourcent: float
    # below it, in % of the reference, a gap is neither a strength nor a need
    ecart_notable_pourcent: float
    petits_effectifs: int  # counts of persons under it are suppressed in sensitive tables
    variation_invraisemblable: float


class AxeRadar(Modele):
    indicateur: noms.Indicateur
    libelle: Texte
    renverse: bool = False  # by the rule of its unit


class RegleDeRenversement(Modele):
    mots: Texte  # beside the axis
    regle: Texte  # in full


class Radar(Modele):
    """``radar.yaml``: index = 100 × value / reference; above it the vulnerability is greater."""

    avertissement: Texte
    formule: Texte
    renversements: Annotated[dict[Renversement, RegleDeRenversement], complet(Renversement)]
    groupe_de_reference: Texte
    seuil_bas: float
    seuil_haut: float
    # what a convention leaves open about its radar, told with the hypothesis
    lacune: Identifiant | None = None
    axes: Annotated[list[AxeRadar], noms.Unique("indicateur")] = Field(min_length=3)


class ReferentielEmploi(Modele):  # the grid that the function of coordination is measured against
    cout_etp: float
    attendus: Annotated[list[Nomme], noms.Unique("id")]
    activites: Annotated[list[Nomme], noms.Unique("id")]


# The dimension that a convention has of itself: its modalités are the communes of its territory.
COMMUNE = "commune"


class Modalite(Modele):
    id: CodeModalite
    libelle: Texte


class Dimension(Nomme):  # what an indicator can be broken down by
    modalites: Annotated[tuple[Modalite, ...], noms.Unique("id")] = Field(min_length=1)


class Dimensions(Modele):  # ``dimensions.yaml``; the dispositifs are one of them
    dimensions: tuple[Dimension, ...]


class IndicateursPropres(Modele):
    """``indicateurs.yaml`` of a convention: what it adds to the library."""

    indicateurs: tuple[Indicateur, ...] = ()
    dimensions: tuple[Dimension, ...] = ()  # each takes the place of that of the same name
    unites: tuple[Unite, ...] = ()  # those that the catalogue does not have


class VariableProfil(Dimension):  # what the people of a dispositif are counted by
    question: Texte  # title of its chart: ``{qui}`` is who is counted, ``{annee}`` the year
    sensible: bool = True  # its small counts are suppressed


class Profils(Modele):
    """``profils.yaml``. ``dimension`` is the dimension whose modalités are the dispositifs."""

    dimension: noms.Dimension = "dispositif"
    variables: tuple[VariableProfil, ...]


class NatureMoyen(Modele):
    id: Nature
    libelle: Texte
    court: Texte  # heads its columns
    unite: noms.Unite


class PosteMoyen(Nomme):
    """What a means pays or is: prestation de service, bonus territoire, contribution."""

    nature: Nature | None = None  # None: of any


class Moyens(Modele):
    natures: tuple[NatureMoyen, ...]
    postes: tuple[PosteMoyen, ...]

    @property
    def natures_demandees(self) -> dict[str, str]:
        """The nature in which each poste is asked for: euros, when it may be of any."""
        return {poste.id: poste.nature or "euros" for poste in self.postes}


class Responsables(Modele):
    responsables: tuple[Nomme, ...]


class Couleurs(Modele):  # one colour a use; a colour is never the only carrier of meaning
    texte: Couleur
    territoire: Couleur
    reference: Couleur
    secondaire: Couleur
    absence: Couleur
    filet: Couleur
    fond: Couleur


class Case(Modele):
    """How the state of an action, or of a value, is drawn, and said in the key."""

    mot: Texte
    pluriel: Texte
    signe: Texte
    couleur: Couleur
    pleine: bool = False  # filled, its sign in white; else outlined
    tirets: bool = False  # its outline is dashed: nothing is known


class Charte(Modele):
    couleurs: Couleurs
    # of the actions, by state, in the order of the key
    cases: dict[Identifiant, Case]
    # of values, by status, then "absente" when none says why, in the order of the key
    valeurs: dict[str, Case]
    # shades of the parts of a stacked bar, from strong to light
    degrade: list[Couleur] = Field(min_length=3)
    # of the two drawings of a chart, in centimetres
    largeurs: Annotated[dict[Largeur, float], complet(Largeur)]
    mots: dict[Identifiant, Texte]  # of the charts, whatever their subject
    manques: dict[Identifiant, Texte]  # what each argument of an analyst's figure must say


class CharteDeLaConvention(Modele):
    """``charte.yaml`` of a convention: what takes the place of our blue in titles and links.

    Charts keep theirs, whose colours have a meaning that is the same in all reports.
    """

    couleur: Couleur


class Reglage(Modele):  # what the rule has that is arbitrary
    titre: Texte  # of its column; ``annee_reference`` is the year that ``annees_avant`` leads to
    annees_avant: Positif  # from the first of the convention to the year of reference
    voisins: Positif  # communes that are kept
    fenetre: int = Field(ge=2)  # sizes are between one divided by it and multiplied by it


class Ressemblance(Modele):
    """By what territories are alike: density, size, structure, never by what is compared."""

    grille: Identifiant  # the family of the density grid
    degres: Annotated[tuple[Texte, ...], noms.Unique()] = Field(min_length=2)  # the densest first
    ecart_de_degre: int = Field(ge=0)  # how many degrees apart two like communes may be
    habitants: Identifiant  # the series of the size
    personnes: Identifiant  # of the structure: persons, by household
    menages: Identifiant
    # of what territories are alike by, and of a household count that is missing
    libelles: Annotated[dict[MotDeRessemblance, Texte], complet(MotDeRessemblance)]


class Comparaison(Modele):  # ``comparaison.yaml``
    serie: Identifiant  # a family of ``catalogue/sources``
    producteur: Texte  # whom the labels of all of them name
    indicateurs: Annotated[tuple[noms.Contexte, ...], noms.Unique()] = Field(min_length=1)
    ressemblance: Ressemblance
    reglage: Reglage
    variantes: tuple[Reglage, ...]
    part_inhabituelle: float = Field(gt=0, lt=1)
    # what a gap is worth, why none
    mots: Annotated[dict[MotDeComparaison, Texte], complet(MotDeComparaison)]
    phrases: dict[Identifiant, Texte]  # of the results
    tableaux: dict[Identifiant, Presentation]
    choix: tuple[Texte, ...] = ()
    limites: tuple[Texte, ...] = Field(min_length=1)


class Compte(Modele):
    """A count in a file that withholds some, and its total in a file that does not."""

    connus: Identifiant
    total: Identifiant


class Tus(Modele):
    """How a family of files withholds its figures."""

    petit: Positif  # the least that is published: a cell that is withheld is smaller
    # by how much its totals and those of the other file differ, where nothing is withheld
    ecart: float = Field(ge=0, lt=1)
    foyers: Compte
    personnes: Compte
    de_personnes: tuple[Identifiant, ...]  # its series that count persons, not households


class Sommes(Modele):
    """``sommes.yaml``: when a sum is said of parts that are not all known, and in what words."""

    connus_au_moins: float = Field(gt=0, le=1)  # the share of a place to be known
    membres_connus_au_moins: float = Field(gt=0, le=1)  # of the inhabitants of a convention's EPCI
    mots: dict[Literal["bornes", "iris", "communes", "reunion", "rupture", "separation"], Texte]
    tus: dict[Identifiant, Tus]  # by family


class Confidentialite(Modele):  # expressions, and what each finds: « une adresse électronique »
    # fit a whole heading, as ``date_de_naissance``
    colonnes: dict[Expression, Texte] = Field(min_length=1)
    valeurs: dict[Expression, Texte] = Field(min_length=1)  # are searched for in a cell
    # are searched for where only a function or a service may stand
    fonctions: dict[Expression, Texte] = Field(min_length=1)


class EffectifIdentique(Modele):
    """An indicator that counts the persons of a profile too, when both agree."""

    indicateur: noms.Mesure
    dispositif: CodeModalite | None = None  # None: the modalité of its row
    # Which persons of it, both or neither; None: all of them.
    variable: noms.Variable | None = None
    modalite: CodeModalite | None = None
    pourquoi: Texte

    @model_validator(mode="after")
    def _variable_et_modalite(self) -> EffectifIdentique:
        if (self.variable is None) != (self.modalite is None):
            raise ValueError("« variable » et « modalite » ensemble, ou aucune des deux")
        return self


class ValeurLiee(Modele):
    """An indicator from which the count of ``effectif`` in the same place could be guessed."""

    indicateur: noms.Mesure
    effectif: noms.Mesure
    pourquoi: Texte


class Secret(Modele):
    raisons: dict[Identifiant, Texte]  # why a table is withheld whole, in the words of a report
    valeurs_liees: tuple[ValeurLiee, ...] = ()
    effectifs_identiques: tuple[EffectifIdentique, ...] = ()
