"""Models of ``data/catalogue``: what the words mean, whatever the convention."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles import (
    CodeModalite,
    CodeTerritoire,
    Couleur,
    Expression,
    Identifiant,
    Modele,
    Positif,
    Texte,
    noms,
)
from ctglib.donnees.modeles.convention import Responsable
from ctglib.donnees.modeles.suivi import Nature


class Rupture(Modele):
    annee: int  # from which values no longer compare with earlier ones
    raison: Texte
    reference: Texte


class Collecte(Modele):
    """Who gives the value, when, and from which document; ``responsable`` is the service that enters it."""

    responsable: noms.Responsable | None = None
    qui: Texte
    quand: Texte
    document: Texte


class PetiteSerie(Modele):
    """The years of a short series that are read on means: the first period, the second from a year on, and why."""

    avant: tuple[int, int]
    depuis: int
    pourquoi: Texte


class Indicateur(Modele):
    """One indicator: one meaning, one unit, one direction.

    ``table`` is the file of the follow-up that it is read from: most are observations, a typology comes from
    profils.csv, the grid of annexe 4 from posture.csv. ``unique`` is what is awaited once, in the year of its target:
    it is judged then, and what it was then it stays. ``hasard``: a count of persons, families, births or requests, that
    chance alone moves; a number that somebody decides (places, meetings, posts) is none. ``origine``: of what a fiche
    follows, whether the fiche writes it in its own words is what tells.
    """

    id: Identifiant
    libelle: Texte
    definition: Texte
    unite: noms.Unite
    nature: Literal["contexte", "moyen", "realisation", "resultat"]
    sens: Literal["hausse", "baisse", "maintien", "neutre"]
    origine: Literal["convention", "propose"] = "propose"
    noyau: Texte | None = None  # why a proposed one is asked of every service; the others may be left empty
    dimension: noms.Dimension | None = None  # what it may be broken down by
    modalites: list[CodeModalite] = []  # those of its dimension that concern it; none: all
    table: Literal["observations", "profils", "posture"] = "observations"
    unique: bool = False
    calcul: Identifiant | None = None
    entrees: dict[Identifiant, noms.Mesure | list[noms.Mesure]] = {}
    decimales: int = Field(ge=0, le=3)
    bornes: tuple[float | None, float | None] = (None, None)
    arrondi_source: float | None = None
    ruptures: list[Rupture] = []
    collecte: Collecte | None = None
    sensible: bool = False
    hasard: bool = False
    petits_effectifs_publies: Texte | None = None  # why its small counts are shown, against the rule
    petite_serie: PetiteSerie | None = None
    references: list[Texte] = []

    @property
    def termes(self) -> list[str]:
        """The indicators that it is computed from."""
        return [one for entree in self.entrees.values() for one in ([entree] if isinstance(entree, str) else entree)]

    @property
    def est_evolution(self) -> bool:
        """Whether it is itself a change, and shows a sign: its lower bound is under zero."""
        return self.bornes[0] is not None and self.bornes[0] < 0

    @property
    def facultatif(self) -> bool:
        """Whether nobody has to give it: the fiche does not write it, and the catalogue does not ask it of all."""
        return self.origine == "propose" and self.noyau is None


class IndicateurDeTheme(Indicateur):  # is computed from those of the diagnostic alone
    entrees: dict[Identifiant, noms.Indicateur | list[noms.Indicateur]] = {}


class Theme(Modele):
    """A file of ``data/catalogue/themes``: a theme of a diagnostic and its indicators, in the order of its table."""

    theme: Identifiant
    ordre: int
    titre: Texte
    indicateurs: list[IndicateurDeTheme]


class SujetIndicateurs(Modele):
    """A file of ``catalogue/indicateurs``: what the fiches of any convention may follow of a subject."""

    titre: Texte
    indicateurs: tuple[Indicateur, ...]


class IndicateursContexte(Modele):  # ``contexte.yaml``: the indicators of the public series
    indicateurs: tuple[Indicateur, ...]


class Statut(Modele):
    """An SDMX observation status. ``absence`` tells that the value is empty; ``mot`` is what a table then shows."""

    code: Literal["A", "P", "E", "L", "M", "O", "Q"]
    libelle: Texte
    absence: bool
    mot: str = ""


class Statuts(Modele):
    statuts: list[Statut] = Field(min_length=1)


class Unite(Modele):
    id: Identifiant
    libelle: Texte
    symbole: str = ""  # follows a value
    singulier: str = ""  # follows one under two
    ecart: Literal["points", "pourcent", "aucun"]  # how two territories compare
    renversement: Literal["complement", "inverse"] | None = None  # how the radar turns an axis round
    decimales: int = Field(ge=0, le=3)

    def apres(self, valeur: float) -> str:
        """Return what follows a value: « 1 jour », « 2 jours »."""
        return self.singulier if self.singulier and abs(valeur) < 2 else self.symbole


class Unites(Modele):
    unites: list[Unite] = Field(min_length=1)


class Territoire(Modele):
    """A territory and how a sentence names it: ``a`` (« à Harnes »), ``de`` (« de Harnes »), ``le`` (« Harnes »)."""

    code: CodeTerritoire
    nom: Texte
    niveau: Literal["commune", "epci", "departement", "region", "pays"]
    a: Texte
    de: Texte
    le: Texte


class Territoires(Modele):  # ``territoires.yaml`` of a convention: those that it compares
    territoires: list[Territoire] = Field(min_length=1)


class CategorieOffre(Modele):
    id: Identifiant
    libelle: Texte


class TypeOffre(CategorieOffre):  # a kind of structure or service of the offer
    categorie: noms.Categorie


class VocabulaireOffre(Modele):  # ``offre.yaml``; the categories are in the order of the tables
    categories: list[CategorieOffre]
    types: list[TypeOffre]
    gestions: dict[Identifiant, Texte]
    caracteristiques: dict[Identifiant, Texte]
    modalites: dict[Identifiant, Texte]


class Seuils(Modele):  # ``seuils.yaml``: every threshold used in a report, each printed where it is used
    ecart_similaire_points: float  # below it, two values are called similar
    ecart_similaire_pourcent: float
    ecart_notable_pourcent: float  # below it, in % of the reference, a gap is neither a strength nor a need
    petits_effectifs: int  # counts of persons under it are suppressed in sensitive tables
    variation_invraisemblable: float


class AxeRadar(Modele):
    indicateur: noms.Indicateur
    libelle: Texte
    renverse: bool = False  # by the rule of its unit


class RegleDeRenversement(Modele):
    mots: Texte  # beside the axis
    regle: Texte  # in full


class ReglesDeRenversement(Modele):  # how the radar turns round: a share by its complement, a ratio by its inverse
    complement: RegleDeRenversement
    inverse: RegleDeRenversement


class Radar(Modele):  # ``radar.yaml``: index = 100 × value / reference; above it the vulnerability is greater
    avertissement: Texte
    formule: Texte
    renversements: ReglesDeRenversement
    groupe_de_reference: Texte
    seuil_bas: float
    seuil_haut: float
    lacune: Identifiant | None = None  # what a convention leaves open about its radar, told with the hypothesis
    axes: list[AxeRadar] = Field(min_length=3)


class ItemReferentiel(Modele):
    id: Identifiant
    libelle: Texte
    items: list[Texte] = []


class ReferentielEmploi(Modele):
    """The référentiel d'emploi as a grid: what the function of coordination is measured against."""

    cout_etp: float
    attendus: list[ItemReferentiel]
    activites: list[ItemReferentiel]


class Modalite(Modele):
    id: CodeModalite
    libelle: Texte


class Dimension(Modele):  # what an indicator can be broken down by
    id: Identifiant
    libelle: Texte
    modalites: tuple[Modalite, ...] = Field(min_length=1)


class Dimensions(Modele):  # ``dimensions.yaml``; the dispositifs are one of them
    dimensions: tuple[Dimension, ...]


class IndicateursPropres(Modele):
    """``indicateurs.yaml`` of a convention: what it adds to the library, and its own breakdowns.

    A dimension of the same name as one of the catalogue takes its place: « dispositif » is what a territory has.
    """

    indicateurs: tuple[Indicateur, ...] = ()
    dimensions: tuple[Dimension, ...] = ()


class VariableProfil(Dimension):
    """What the people of a dispositif are counted by. Counts of a sensitive one are suppressed when small."""

    question: Texte  # title of its chart: ``{qui}`` is who is counted, ``{annee}`` the year
    sensible: bool = True


class Profils(Modele):  # ``profils.yaml``. ``dimension`` is the dimension whose modalités are the dispositifs
    dimension: noms.Dimension = "dispositif"
    variables: tuple[VariableProfil, ...]


class NatureMoyen(Modele):
    id: Nature
    libelle: Texte
    court: Texte  # heads its columns
    unite: noms.Unite


class PosteMoyen(Modele):  # what a means pays or is: prestation de service, bonus territoire, contribution
    id: Identifiant
    libelle: Texte
    nature: Nature | None = None  # None: of any


class Moyens(Modele):
    natures: tuple[NatureMoyen, ...]
    postes: tuple[PosteMoyen, ...]


class Responsables(Modele):
    responsables: tuple[Responsable, ...]


class Couleurs(Modele):  # one colour a use; a colour is never the only carrier of meaning
    texte: Couleur
    territoire: Couleur
    reference: Couleur
    secondaire: Couleur
    absence: Couleur
    panneau: Couleur
    filet: Couleur
    fond: Couleur


class Degrades(Modele):
    territoire: list[Couleur] = Field(min_length=3)  # shades of the parts of a stacked bar, from strong to light


class Largeurs(Modele):  # widths of the two drawings of a chart, in centimetres
    large: float = Field(gt=0)
    etroit: float = Field(gt=0)


class Charte(Modele):
    couleurs: Couleurs
    degrades: Degrades
    interligne: float = Field(ge=9)
    largeurs: Largeurs


class Reglage(Modele):
    """What the rule has that is arbitrary.

    The year of reference is the first of the convention less ``annees_avant``; ``voisins`` communes are kept among
    those whose size is between that of the one looked at divided by ``fenetre``, and multiplied by it.
    """

    annees_avant: Positif
    voisins: Positif
    fenetre: int = Field(ge=2)


class MotsComparaison(Modele):  # words of what a gap is worth, and why there is none
    bruit: Texte
    depasse: Texte
    rupture: Texte
    sans_calcul: Texte


class Comparaison(Modele):  # ``comparaison.yaml``
    serie: Identifiant  # a family of ``catalogue/sources``
    indicateurs: tuple[noms.Contexte, ...] = Field(min_length=1)
    taille: noms.Contexte  # bounds the window and divides the ratios of the distance
    ratios: tuple[noms.Contexte, ...] = Field(min_length=1)
    reglage: Reglage
    variantes: tuple[Reglage, ...]
    part_inhabituelle: float = Field(gt=0, lt=1)
    mots: MotsComparaison
    choix: tuple[Texte, ...] = ()
    limites: tuple[Texte, ...] = Field(min_length=1)


class MotifPersonnel(Modele):
    motif: Expression
    objet: Texte  # what it finds: « une adresse électronique »


class Confidentialite(Modele):
    """``confidentialite.yaml``.

    ``colonnes`` fit a whole heading without accents, capitals or signs (« date de naissance » reads
    ``date_de_naissance``); ``valeurs`` are searched for in a cell.
    """

    pourquoi: Texte
    remede: Texte
    colonnes: tuple[MotifPersonnel, ...] = Field(min_length=1)
    valeurs: tuple[MotifPersonnel, ...] = Field(min_length=1)


class EffectifIdentique(Modele):
    """An indicator that counts the persons of a profile too, when both agree.

    The dispositif is ``dispositif``, or, without it, the modalité of the indicator's row. Without a variable, the
    persons are all those of the dispositif; with one, those of one of its modalités.
    """

    indicateur: noms.Mesure
    dispositif: CodeModalite | None = None
    variable: noms.Variable | None = None
    modalite: CodeModalite | None = None
    pourquoi: Texte


class ValeurLiee(Modele):
    """An indicator that counts no one, but from which the count of ``effectif`` in the same place could be guessed."""

    indicateur: noms.Mesure
    effectif: noms.Mesure
    pourquoi: Texte


class Secret(Modele):
    raisons: dict[Identifiant, Texte]  # why a table is withheld whole, in the words of a report
    valeurs_liees: tuple[ValeurLiee, ...] = ()
    effectifs_identiques: tuple[EffectifIdentique, ...] = ()
