"""Where public figures come from: origins of series, families of files, the register of a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ctglib.donnees.modeles import (
    Annee,
    CodeTerritoire,
    Expression,
    Identifiant,
    Modele,
    Positif,
    Texte,
    complet,
    noms,
)

Empreinte = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Part = Annotated[float, Field(gt=0, lt=1)]
Niveau = Literal[
    "commune", "arrondissement", "iris", "epci", "departement", "region", "france", "qpv"
]

NiveauOfficiel = Literal["commune", "departement", "epci", "region"]  # of the official code


class RuptureSource(Modele):
    annee: Annee  # from which the series no longer compares with what was before
    raison: Texte


class Origine(Modele):  # ``origine.yaml`` of a series that is outside the stores
    producteur: Texte
    titre: Texte
    jeu: Texte  # the data set's id at its producer's
    periode: Texte  # dates of its figures
    publie: Texte  # when they came out: a day, a month or a year, as text
    consulte: date
    licence: Texte
    fichier: Texte  # that our rows were taken from
    sha256: Empreinte
    arrondi: Texte | None = None  # how its producer rounds
    ruptures: tuple[RuptureSource, ...] = ()
    remarques: tuple[Texte, ...] = ()


class SerieOfficielle(Modele):  # a column of an official file that we keep, and what it means
    code: Identifiant
    # fits a whole header in lower case; its group ``an`` is a year on two digits
    colonne: Expression
    libelle: Texte
    unite: Identifiant
    definition: Texte | None = None
    arrondi: float | None = None
    entier: bool = False  # refuses decimals
    compte: bool = False  # counts the rows of each territory, of a file of which rows add up
    libre: bool = False  # accepts negative numbers, and percentages above 100
    ruptures: tuple[RuptureSource, ...] = ()


class LignePublique(Modele):  # an indicator of a diagnostic that public series give
    indicateur: noms.Indicateur
    series: tuple[Identifiant, ...] = Field(min_length=1)  # added up
    sur: tuple[Identifiant, ...] = ()  # those of the denominator of a share
    raison: Texte  # why the definitions agree
    reserve: str = ""


class DonneesPubliques(Modele):
    """``donnees_publiques.yaml``: what public figures say of a diagnostic, and its words."""

    anciennete: int = Field(ge=0)
    mots: dict[Identifiant, Texte]
    annonce: tuple[Texte, ...]
    lignes: Annotated[tuple[LignePublique, ...], noms.Unique("indicateur")]


class Debuts(Modele):  # what is written before a name: its article, « à » and « de » with it
    le: str = ""
    a: str = "à "
    de: str = "de "


class ColonneDuNiveau(Modele):  # a column that says the level of each row
    colonne: Expression
    valeurs: dict[Texte, Niveau]  # rows of another value are left aside


class Mesures(Modele):
    """How a file that has a row a measure becomes a column a series (Melodi, quotient familial).

    A series has the rows whose measure, the texts of these columns side by side, its ``colonne``
    fits; a row of no series is left aside. A series fitted by several rows is their sum.
    """

    colonnes: tuple[Expression, ...]
    valeur: Expression  # the column of the numbers
    statut: Expression = ""  # the column that says why a number is missing
    secrets: tuple[Texte, ...] = ()  # its values that mean suppressed


class Presentation(Modele):
    """How the columns of a file say what its figures are."""

    # the columns that a file must have to be one of the family
    signature: tuple[Expression, ...]
    # The column of the codes; several by level where they say it: the first that is there.
    cle: Expression = ""
    cles: dict[Niveau, Expression] = {}
    # a département and three digits, that are a commune together
    cle_composee: tuple[Expression, ...] = ()
    prefixes: dict[Texte, Niveau] = {}  # before a code, that say its level: « DEP62 »
    niveau: ColonneDuNiveau | None = None
    # A table whose columns are years is the series of the first pattern that fits its name: that of
    # the file, of the sheet, or what is written above the header.
    tableaux: dict[Expression, Identifiant] = {}
    mesures: Mesures | None = None  # of a file that has a row a measure
    somme_des_lignes: bool = False  # several rows of a territory and a year add up
    textes_reunis: bool = False  # the texts of several rows of a territory stand side by side
    # the rows kept: what these columns hold, if they are there
    filtre: dict[Expression, tuple[Texte, ...]] = {}
    annee: Expression | None = None
    # columns of text; ``libelle`` is the name of the territory. Of several, the first that is there
    textes: dict[Identifiant, Expression | tuple[Expression, ...]] = {}
    ignorees: tuple[Expression, ...] = ()  # columns that it is known to have, and that are not kept


class PresentationDite(Presentation):
    colonnes: dict[Identifiant, Expression] = {}  # of the series, by code


class Geographie(Modele):
    """Of which year's communes the figures of a family are."""

    decalage: int = 0  # years from that of the figures
    du_fichier: bool = False  # all the years of a file have the communes of its last one's
    annees: dict[Annee, Annee] = {}  # the years of figures that are an exception


class Famille(Presentation):
    """``catalogue/sources/<id>.yaml``: a family of official files, whatever the year."""

    id: Identifiant
    titre: Texte
    producteur: Texte
    jeu: Texte
    # those of the levels that have one of their own
    jeux: dict[Niveau, Texte] = {}
    adresse: Texte
    page: str = ""  # where its files are; ``adresse`` is the site
    licence: Texte
    # how many years after those that its last figures tell of, None when it has no more
    retard: int | None = Field(default=None, ge=0)
    mois: int | None = None
    niveaux: tuple[Niveau, ...]
    geographie: Geographie | None = None  # None: nothing tells, and no figure is carried over
    non_localise: Expression = ""
    vide: Literal["Q", "O"]  # the status of an empty cell: suppressed, missing
    somme: tuple[Niveau, ...]  # levels whose counts are the sums of those below
    # The other headers under which the same figures are published, each in place of the first.
    presentations: tuple[PresentationDite, ...] = ()
    refus: str = ""  # why such a file is never read, when it is known and of no use
    # the names of its territories check their codes, and are those of the official code: not kept
    noms_officiels: bool = False
    debuts: dict[str, Debuts] = {}  # of the names, by the code that ``tncc`` gives to their kind
    # the kind of a name, by code, where the territory itself writes it otherwise than ``tncc``
    genres_corriges: dict[Texte, Texte] = {}
    series: tuple[SerieOfficielle, ...] = ()
    autres: tuple[SerieOfficielle, ...] = ()  # columns kept under their own name
    # the first never exceeds the second
    inclusions: tuple[tuple[Identifiant, Identifiant], ...] = ()
    # counts that communes share with their département in the file itself
    totaux: tuple[Identifiant, ...] = ()
    remarques: tuple[Texte, ...] = ()

    def presentees(self) -> Iterator[Famille]:
        """Yield this family under each of the headers of its files.

        What a presentation does not say is not there: its columns are others.
        """
        yield self
        for presentation in self.presentations:
            series = []
            for serie in self.series:
                colonne = presentation.colonnes.get(serie.code, serie.colonne)
                series.append(serie.model_copy(update={"colonne": colonne}))
            champs = {nom: getattr(presentation, nom) for nom in Presentation.model_fields}
            yield self.model_copy(update={**champs, "series": tuple(series), "presentations": ()})


class Ville(Modele):
    motif: Expression  # of the codes of its arrondissements
    nombre: Positif  # how many they are


class Arrondissements(Modele):  # ``arrondissements.yaml``: the communes that have some
    communes: dict[CodeTerritoire, Ville]


class MotsDUnNiveau(Modele):
    titre: Texte
    mots: tuple[Texte, ...]  # that name it in the name of a file or of a sheet


class Ensemble(Modele):  # France, or a part of it: how files name it
    noms: tuple[Texte, ...]
    codes: tuple[Texte, ...]


class Officiels(Modele):
    """``officiels.yaml``: what official files have in common, whoever publishes them."""

    niveaux: Annotated[dict[Niveau, MotsDUnNiveau], complet(Niveau)]
    autres_niveaux: dict[Texte, Texte]
    france: dict[Texte, Ensemble]
    codes_ambigus_de_la_france: tuple[Texte, ...]
    # by how the codes of each begin: the official code has none of them
    collectivites_d_outre_mer: dict[Texte, Texte]
    part_des_codes: Part
    part_des_noms: Part
    departements_d_un_fichier_national: Positif
    part_des_communes: Part
    absences: dict[Texte, Literal["Q", "O", "M"]]


class TableGardee(Modele):
    """A table of the store: its Parquet file beside ``origine.yaml``, and what it was made of."""

    famille: Identifiant
    annee: Annee
    niveau: Niveau
    table: Texte
    sha256: Empreinte
    territoires: int
    series: tuple[Identifiant, ...]  # its columns of figures
    # of the series that have no figure for some of its territories, for how many they have one
    partielles: dict[Identifiant, int] = {}
    sources: tuple[Empreinte, ...]  # of the official files, the last added last
    geographie: Annee | None = None  # the year of whose communes its figures are, None: not known


class FichierAjoute(Modele):
    """An official file that was added: its name, fingerprint, date, and whose it is."""

    fichier: Texte
    sha256: Empreinte
    famille: Identifiant
    date: date
    producteur: Texte
    jeu: Texte
    licence: Texte
    departements: tuple[CodeTerritoire, ...] = ()
    copie: bool = False  # found elsewhere than at its producer's, and not yet compared with theirs


class Registre(Modele):  # ``origine.yaml`` of a store; what it does not name does not exist
    fichiers: tuple[FichierAjoute, ...] = ()
    tables: tuple[TableGardee, ...] = ()


class Vraisemblance(Modele):  # ``vraisemblance.yaml``: from what a figure looks wrong
    saut: float = Field(gt=0)
    effectif_du_saut: Positif
    perte: Part
    perte_a_la_fin: float = Field(gt=0, le=1)
    ecart_des_noms: Part
    marge_du_departement: float = Field(ge=0, lt=1)
    communes_manquantes: float = Field(ge=0, lt=1)
    # from what to what factor an amount looks typed in thousands of euros, or its neighbours do
    millier: tuple[float, float]
    autres_montants: Positif  # that an amount is compared with, at least


class Profil(Modele):  # a way of being alike: shares of one denominator, from public series
    libelle: Texte
    denominateur: Identifiant
    parts: tuple[Identifiant, ...]
    minimum: Positif


class Ailleurs(Modele):
    """A subject that no series is of: where else the workbook, or somebody, speaks of it."""

    mots: tuple[Texte, ...]
    dit: Texte


class Recherche(Modele):
    """What ``chercher`` understands: words of one sense, words that say nothing."""

    totaux: tuple[Texte, ...]  # with what the row of a total begins, in a file
    mots_vides: tuple[Texte, ...]
    synonymes: tuple[tuple[Texte, ...], ...]
    ailleurs: tuple[Ailleurs, ...]


class Reperes(Modele):
    """``atelier.yaml``: which public series count households, what a profile is made of, heads."""

    foyers: Identifiant
    taux_minimum: Positif
    rang_minimum: Positif
    iris: Identifiant
    profils: dict[Identifiant, Profil]
    recherche: Recherche
    genres: dict[Identifiant, Texte]  # of rows that a sum does not mix
    # what a label says of its source between brackets, and a title does not
    precisions_de_source: tuple[Texte, ...]
    reperes_des_lignes: tuple[Identifiant, ...]  # columns of numbers that measure nothing
    entetes: dict[Identifiant, Texte]  # of the columns of a table, by name
    phrases: dict[Identifiant, str]  # why a question has no answer, what to beware of in one
    appels: dict[Expression, Texte]  # what Python says of a wrong call, and our sentence
    erreurs: dict[Expression, Texte]  # what Python or pandas says of any other, and ours after it

    @property
    def series(self) -> list[str]:
        """The public series that it names, each once."""
        series = [self.foyers, self.iris]
        for profil in self.profils.values():
            series += [profil.denominateur, *profil.parts]
        return list(dict.fromkeys(series))
