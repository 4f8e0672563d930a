"""Where public figures come from: the origin of a series, the families of official files, the register of a store."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ctglib.donnees.modeles.base import Annee, CodeTerritoire, Expression, Identifiant, Modele, Texte

Empreinte = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Niveau = Literal["commune", "departement", "epci", "iris"]


class RuptureSource(Modele):
    """A year from which the series no longer compares with what was before."""

    annee: Annee
    raison: Texte


class Origine(Modele):
    """``origine.yaml``.

    ``jeu`` is the data set's id at its producer's, ``periode`` the dates of its figures, ``publie`` when they came out
    (a day, a month or a year, as text), ``fichier`` and ``sha256`` the file that our rows were taken from, ``arrondi``
    how its producer rounds.
    """

    producteur: Texte
    titre: Texte
    jeu: Texte
    periode: Texte
    publie: Texte
    consulte: date
    licence: Texte
    fichier: Texte
    sha256: Empreinte
    arrondi: Texte | None = None
    ruptures: tuple[RuptureSource, ...] = ()
    remarques: tuple[Texte, ...] = ()


class SerieOfficielle(Modele):
    """A column of an official file that we keep, and what it means.

    ``colonne`` is a regular expression for a whole header in lower case; its group ``an`` is a year on
    two digits, when the header carries one. ``entier`` refuses decimals; ``libre`` accepts negative numbers, and
    percentages above 100.
    """

    code: Identifiant
    colonne: Expression
    libelle: Texte
    unite: Identifiant
    definition: Texte | None = None
    arrondi: float | None = None
    entier: bool = False
    libre: bool = False
    ruptures: tuple[RuptureSource, ...] = ()


class Filtre(Modele):
    """The rows kept: those whose column, if there is one, holds one of the values."""

    colonne: Expression
    valeurs: tuple[Texte, ...]


class LignePublique(Modele):
    """An indicator of a diagnostic that public series give, with why the definitions agree and what to know of it.

    The ``series`` are added up; ``sur``, those of the denominator of a share.
    """

    indicateur: Identifiant
    series: tuple[Identifiant, ...] = Field(min_length=1)
    sur: tuple[Identifiant, ...] = ()
    raison: Texte
    reserve: str = ""


class DonneesPubliques(Modele):
    """``data/catalogue/donnees_publiques.yaml``: what public figures say of a diagnostic, and its words."""

    anciennete: int = Field(ge=0)
    note: Texte
    a_demander: Texte
    source: Texte
    date: Texte
    aucune_date: Texte
    lignes: tuple[LignePublique, ...]


class Famille(Modele):
    """``catalogue/sources/<id>.yaml``: a family of official files, whatever the year.

    ``signature`` are the columns that a file must have to be one of the family; ``vide`` the status of an empty cell (Q
    suppressed, O missing); ``somme`` the levels whose counts are the sums of those below; ``inclusions`` pairs of
    series of which the first never exceeds the second; ``totaux`` the counts that communes share with their
    département in the file itself; ``autres`` the columns kept under their own name; ``textes`` columns of text;
    ``articles`` what is written before a name, by the code that ``tncc`` gives it.
    """

    id: Identifiant
    titre: Texte
    producteur: Texte
    jeu: Texte
    adresse: Texte
    licence: Texte
    signature: tuple[Expression, ...]
    cle: Expression
    prefixe: str = ""
    filtre: Filtre | None = None
    libelle: Expression | None = None
    annee: Expression | None = None
    mois: int | None = None
    niveaux: tuple[Niveau, ...]
    non_localise: Expression = ""
    vide: Literal["Q", "O"]
    somme: tuple[Niveau, ...]
    textes: dict[Identifiant, Expression] = {}
    articles: dict[str, str] = {}
    series: tuple[SerieOfficielle, ...]
    autres: tuple[SerieOfficielle, ...] = ()
    inclusions: tuple[tuple[Identifiant, Identifiant], ...] = ()
    totaux: tuple[Identifiant, ...] = ()
    remarques: tuple[Texte, ...] = ()


class Arrondissements(Modele):
    """``catalogue/arrondissements.yaml``: the pattern of the codes of each commune's arrondissements."""

    communes: dict[CodeTerritoire, Expression]


class TableGardee(Modele):
    """A table of the store: its Parquet file beside ``origine.yaml``, and what it was made of.

    ``series`` are its columns of figures, ``sources`` the fingerprints of the official files, the last added last.
    """

    famille: Identifiant
    annee: Annee
    niveau: Niveau
    table: Texte
    sha256: Empreinte
    territoires: int
    series: tuple[Identifiant, ...]
    sources: tuple[Empreinte, ...]


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


class Registre(Modele):
    """``origine.yaml`` of a store: the files added, the tables made of them; what it does not name does not exist."""

    fichiers: tuple[FichierAjoute, ...] = ()
    tables: tuple[TableGardee, ...] = ()


class Vraisemblance(Modele):
    """``catalogue/vraisemblance.yaml``: from what a figure looks wrong; shares between 0 and 1."""

    saut: float = Field(gt=0)
    effectif_du_saut: int = Field(ge=1)
    perte: float = Field(gt=0, lt=1)
    ecart_des_noms: float = Field(gt=0, lt=1)
    marge_du_departement: float = Field(ge=0, lt=1)
    communes_manquantes: float = Field(ge=0, lt=1)


class Profil(Modele):
    """A way of being alike: shares of one denominator, from public series."""

    libelle: Texte
    denominateur: Identifiant
    parts: tuple[Identifiant, ...]
    minimum: int = Field(ge=1)


class Reperes(Modele):
    """``catalogue/atelier.yaml``: which public series count households, and what a profile is made of."""

    foyers: Identifiant
    taux_minimum: int = Field(ge=1)
    iris: Identifiant
    profils: dict[Identifiant, Profil]

    @property
    def series(self) -> tuple[str, ...]:
        """The public series that it names."""
        parts = [code for profil in self.profils.values() for code in (profil.denominateur, *profil.parts)]
        return tuple(dict.fromkeys([self.foyers, self.iris, *parts]))
