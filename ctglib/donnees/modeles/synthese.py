"""Model of ``data/catalogue/synthese.yaml``: what the diagnostic picks, groups and sets side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte
from ctglib.donnees.modeles.convention import Convention

SANS_CLAUSE = "Texte de la convention"

Jour = Literal["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


class GroupeDeLignes(Modele):
    """A group of rows in the tables of a theme; an indicator goes to the first group that takes it.

    An empty list takes every unit, or every nature.
    """

    libelle: Texte
    unites: list[Identifiant] = []
    natures: list[Literal["contexte", "moyen", "realisation", "resultat"]] = []


class TrancheAge(Modele):
    """A count of children by age, both ages included, in years."""

    indicateur: Identifiant
    age_min: int = Field(ge=0)
    age_max: int = Field(ge=0)


class Moment(Modele):
    """A modality of opening hours: the days it covers, in term time or in the holidays.

    ``jours_supposes``: the text gives the hours without the days, and these are taken for granted.
    """

    modalite: Identifiant
    periode: Literal["scolaire", "vacances"]
    jours: list[Jour] = Field(min_length=1)
    jours_supposes: bool = False


class RoleDeFichier(Modele):
    """What the data files whose path fits ``motif`` (as in a shell) are for; a file takes the first role that fits."""

    motif: Texte
    groupe: Texte
    role: Texte
    partie: Texte


class Synthese(Modele):
    """``synthese.yaml``.

    ``forces`` and ``besoins`` are how many of each the first page shows, ``points_graves`` how many of the gravest open
    findings it names, ``services`` the counts whose zero is a need. ``places_moins_3`` is the count of children
    that places for under-threes are set against, ``capacite`` the theoretical capacity that Annexe 1 gives for them.
    ``annees`` says what to know of a peculiar year, wherever it is that of the figures.
    ``sigles`` are the abbreviations of the reports, with their meanings.
    """

    annees: dict[int, Texte] = {}
    chiffres_cles: list[Identifiant] = Field(min_length=1)
    forces: int = Field(ge=1)
    besoins: int = Field(ge=1)
    points_graves: int = Field(ge=1)
    services: list[Identifiant] = []
    groupes: list[GroupeDeLignes] = Field(min_length=1)
    enfants_moins_3: Identifiant
    capacite: Identifiant
    tranches_age: list[TrancheAge]
    moments: list[Moment]
    fichiers: list[RoleDeFichier]
    sigles: dict[str, Texte] = {}

    def selon(self, convention: Convention) -> Synthese:
        """Return the roles of the files as a convention reads them: the part of its own text that each one is."""
        kept = [
            one.model_copy(update={"partie": told[0].upper() + told[1:] if told else SANS_CLAUSE})
            for one in self.fichiers
            for told in [convention.ecrire(one.partie)]
        ]
        return self.model_copy(update={"fichiers": kept})
