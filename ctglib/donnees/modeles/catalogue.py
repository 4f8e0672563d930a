"""Models of ``data/catalogue``: what the words mean, whatever the convention."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import CodeModalite, CodeTerritoire, Identifiant, Modele, Texte


class Rupture(Modele):
    """A year from which values no longer compare with earlier ones."""

    annee: int
    raison: Texte
    reference: Texte


class Collecte(Modele):
    """Who gives the value, when, and from which document; ``responsable`` is the service that enters it."""

    responsable: Identifiant | None = None
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

    ``dimension`` is what it may be broken down by, and ``modalites`` those of its values that concern it (none: all).
    ``table`` is the file of the follow-up that it is read from: most are observations, a typology comes from
    profils.csv, the grid of annexe 4 from posture.csv. ``unique`` is what is awaited once, in the year of its target:
    it is judged then, and what it was then it stays. ``hasard``: a count of persons, families, births or requests, that
    chance alone moves; a number that somebody decides (places, meetings, posts) is none. ``petits_effectifs_publies``:
    why its small counts are shown, against the rule. ``origine``: of what a fiche follows, whether the fiche writes
    it in its own words is what tells.
    """

    id: Identifiant
    libelle: Texte
    definition: Texte
    unite: Identifiant
    nature: Literal["contexte", "moyen", "realisation", "resultat"]
    sens: Literal["hausse", "baisse", "maintien", "neutre"]
    origine: Literal["convention", "propose"] = "propose"
    dimension: Identifiant | None = None
    modalites: list[CodeModalite] = []
    table: Literal["observations", "profils", "posture"] = "observations"
    unique: bool = False
    calcul: Identifiant | None = None
    entrees: dict[Identifiant, Identifiant | list[Identifiant]] = {}
    decimales: int = Field(ge=0, le=3)
    bornes: tuple[float | None, float | None] = (None, None)
    arrondi_source: float | None = None
    ruptures: list[Rupture] = []
    collecte: Collecte | None = None
    sensible: bool = False
    hasard: bool = False
    petits_effectifs_publies: Texte | None = None
    petite_serie: PetiteSerie | None = None
    references: list[Texte] = []

    @property
    def est_evolution(self) -> bool:
        """Whether it is itself a change, and shows a sign: its lower bound is under zero."""
        return self.bornes[0] is not None and self.bornes[0] < 0


class Theme(Modele):
    """A file of ``data/catalogue/themes``: a theme of Annexe 1 and its indicators, in the order of its table.

    ``question`` is what its chapter answers; ``chapitre`` the heading of the chapter, where it is not ``titre``.
    """

    theme: Identifiant
    ordre: int
    titre: Texte
    chapitre: Texte = ""
    question: Texte
    sections: list[Texte]
    constats: list[Identifiant] = Field(min_length=2, max_length=5)
    graphique: list[Identifiant] = []
    indicateurs: list[Indicateur]


class Statut(Modele):
    """An SDMX observation status. ``absence`` tells that the value is empty; ``mot`` is what a table then shows."""

    code: Literal["A", "P", "E", "L", "M", "O", "Q"]
    libelle: Texte
    absence: bool
    mot: str = ""


class Statuts(Modele):
    """``data/catalogue/statuts.yaml``."""

    statuts: list[Statut] = Field(min_length=1)


Renversement = Literal["complement", "inverse"]


class Unite(Modele):
    """A unit: ``symbole`` follows a value; ``ecart`` is how two territories compare (points, pourcent, aucun).

    ``renversement`` is how the radar turns an axis round: a share by its complement, a ratio by its inverse.
    """

    id: Identifiant
    libelle: Texte
    symbole: str = ""
    ecart: Literal["points", "pourcent", "aucun"]
    renversement: Renversement | None = None
    decimales: int = Field(ge=0, le=3)


class Unites(Modele):
    """``data/catalogue/unites.yaml``."""

    unites: list[Unite] = Field(min_length=1)


class Territoire(Modele):
    """A territory and how a sentence names it: ``a`` (« à Harnes »), ``de`` (« de Harnes »), ``le`` (« Harnes »)."""

    code: CodeTerritoire
    nom: Texte
    niveau: Literal["commune", "epci", "departement", "region", "pays"]
    a: Texte
    de: Texte
    le: Texte


class Territoires(Modele):
    """``data/catalogue/territoires.yaml``."""

    territoires: list[Territoire] = Field(min_length=1)


class TypeOffre(Modele):
    """A kind of structure or service of annexe 2. ``accueil_moins_3`` : its places take children under three."""

    id: Identifiant
    libelle: Texte
    categorie: Identifiant
    accueil_moins_3: bool = False


class CategorieOffre(Modele):
    """A group of kinds, in the order of the tables; those of ``usagers`` receive people (places, ages, hours)."""

    id: Identifiant
    libelle: Texte
    usagers: bool = False


class VocabulaireOffre(Modele):
    """``data/catalogue/offre.yaml``."""

    categories: list[CategorieOffre]
    types: list[TypeOffre]
    gestions: dict[Identifiant, Texte]
    caracteristiques: dict[Identifiant, Texte]
    modalites: dict[Identifiant, Texte]


class Seuils(Modele):
    """``data/catalogue/seuils.yaml``: every threshold used in a report, each printed where it is used.

    ``ecart_similaire_points`` and ``ecart_similaire_pourcent``: below it, two values are called similar.
    ``ecart_notable_pourcent``: below it, in % of the reference, a gap is neither a strength nor a need.
    ``petits_effectifs``: counts of persons under it are suppressed in sensitive tables.
    """

    ecart_similaire_points: float
    ecart_similaire_pourcent: float
    ecart_notable_pourcent: float
    petits_effectifs: int
    variation_invraisemblable: float
    arrondi_cnaf: int


class AxeRadar(Modele):
    """An axis of the radar: an indicator, as is or turned round by the rule of its unit."""

    indicateur: Identifiant
    libelle: Texte
    renverse: bool = False


class RegleDeRenversement(Modele):
    """How a kind of measure is turned round: ``mots`` beside the axis, ``regle`` in full."""

    mots: Texte
    regle: Texte


class ReglesDeRenversement(Modele):
    """One rule a kind of measure."""

    complement: RegleDeRenversement
    inverse: RegleDeRenversement


class Radar(Modele):
    """``data/catalogue/radar.yaml``: index = 100 × value / reference; above it the vulnerability is greater.

    ``lacune`` is the id of what a convention leaves open about its radar, told with the working hypothesis.
    """

    avertissement: Texte
    formule: Texte
    renversements: ReglesDeRenversement
    groupe_de_reference: Texte
    seuil_bas: float
    seuil_haut: float
    lacune: Identifiant | None = None
    axes: list[AxeRadar] = Field(min_length=3)


class ItemReferentiel(Modele):
    """An attendu, a family of activities or a group of competences, with optional detailed items."""

    id: Identifiant
    libelle: Texte
    items: list[Texte] = []


class ReferentielEmploi(Modele):
    """Annexe 4 as a grid: what fiche 4 is measured against."""

    reference: Texte
    cout_etp: float
    attendus: list[ItemReferentiel]
    activites: list[ItemReferentiel]
    competences: list[ItemReferentiel]
