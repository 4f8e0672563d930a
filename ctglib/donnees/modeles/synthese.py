"""Model of ``data/catalogue/synthese.yaml``: what the diagnostic picks, groups and sets side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte

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
    """A modality of opening hours: the days it covers, in term time or in the holidays."""

    modalite: Identifiant
    periode: Literal["scolaire", "vacances"]
    jours: list[Jour] = Field(min_length=1)


class Synthese(Modele):
    """``synthese.yaml``.

    ``forces`` and ``besoins`` are how many of each the first page shows. ``places_moins_3`` is the count of children
    that places for under-threes are set against, ``capacite`` the theoretical capacity that Annexe 1 gives for them.
    """

    chiffres_cles: list[Identifiant] = Field(min_length=1)
    forces: int = Field(ge=1)
    besoins: int = Field(ge=1)
    groupes: list[GroupeDeLignes] = Field(min_length=1)
    enfants_moins_3: Identifiant
    capacite: Identifiant
    tranches_age: list[TrancheAge]
    moments: list[Moment]
