"""Models of what looks ahead: the rules and the trial of the catalogue, and what a convention
declares.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctglib.donnees.modeles import Annee, Identifiant, Modele, Positif, Texte, complet, noms
from ctglib.donnees.modeles.rapports import Presentation

Cible = Literal["naissances", "moins_de_3_ans"]
# Why a class and a horizon have no range; "" when they have one.
Motif = Literal["", "origines", "couverture", "largeur"]
Cote = Literal["dessous", "dessus"]  # of a range, where what happened was
Part = Annotated[float, Field(gt=0, lt=1)]


class CibleProlongee(Modele):
    libelle: Texte
    annees: Positif  # of births that it adds up


class SeuilsDeRefus(Modele):  # beyond which a range is not given
    origines_au_moins: Positif  # set aside, that a coverage is measured on
    couverture: Part  # what is promised, on the mean of the origins
    dernieres_origines: Positif  # so many of the last ones are looked at apart
    couverture_des_dernieres: Part  # no more than that in one of them, the promise is not kept
    du_simple_a: float = Field(gt=1)  # how many times its lower end the upper one may be


class ReglesProlongement(Modele):  # ``prolongement.yaml`` of the catalogue
    serie: Identifiant  # of the store
    cibles: Annotated[dict[Cible, CibleProlongee], complet(Cible)]
    # the births a year from which the next class begins
    bornes_des_classes: tuple[Positif, ...] = Field(min_length=1)
    classes: tuple[Texte, ...]  # their names
    annees_de_la_classe: Positif
    annees_de_la_pente: Positif
    communes_de: Annee  # whose communes the births are those of
    amortissement: Part
    oubli: Part
    # and the first year of their births
    departements_hors_essai: Annotated[dict[Texte, Annee], Field(min_length=1)]
    naissances_au_plus: Positif  # a year: of larger communes there are too few to be judged apart
    communes_connues_au_moins: Part  # of a département, for its births to be added up
    types_de_places: tuple[noms.Type, ...]  # of structures, whose places are for children under 3
    refus: SeuilsDeRefus
    tableaux: dict[Identifiant, Presentation]

    @model_validator(mode="after")
    def _une_classe_de_plus(self) -> ReglesProlongement:
        if len(self.classes) != len(self.bornes_des_classes) + 1:
            raise ValueError("une classe de plus que de bornes")
        return self


class LigneDeLEpreuve(Modele):  # what the trial found of a target, a class and a horizon
    cible: Cible
    classe: Annotated[int, Field(ge=0)]
    horizon: Positif
    bas: float  # the range, as parts of the central value
    haut: float
    origines: Annotated[int, Field(ge=0)]  # set aside, on which coverage was measured
    fenetres: Annotated[int, Field(ge=0)]  # of them, how many share no year
    couverture: float | None  # per 100, the mean over origins
    couverture_basse: float | None  # its interval, of the origins that share no year
    couverture_haute: float | None
    prouvee: bool  # whether the whole interval keeps the promise
    pire: float | None  # of the worst origin, of the best, of the last
    meilleure: float | None
    derniere: float | None
    pire_des_dernieres: float | None
    # communes per 100 below their range: the mean of the origins, the one with the fewest, with the
    # most; and above
    dessous: float | None
    dessous_moins: float | None
    dessous_plus: float | None
    dessus: float | None
    dessus_moins: float | None
    dessus_plus: float | None
    de: Annee | None  # the first origin that judges, and the last
    a: Annee | None
    motif: Motif


class EnsembleDeLEpreuve(Modele):  # how often all the ranges of a class held together
    classe: Annotated[int, Field(ge=0)]
    horizons: Positif  # that have a range, for children under three
    origines: Positif
    couverture: float  # per 100, the mean over origins
    # and with those of births, in the same years; None when births have none
    avec_les_naissances: float | None


class DepasseesDeLEpreuve(Modele):
    """How the ranges of children under three held in the communes of a class whose births had
    already been on the same side of them at least half of the time, as far as their origin knew.
    """

    classe: Annotated[int, Field(ge=0)]
    horizon: Positif
    cote: Cote
    cas: Positif
    communes: Positif  # that the cases are of
    origines: Positif
    couverture: float  # per 100 cases
    encore: float  # per 100 cases, again on that side


class EssaiDeLEpreuve(Modele):  # the range that a past origin would have given children under three
    classe: Annotated[int, Field(ge=0)]
    horizon: Positif
    origine: Annee
    bas: float  # as parts of the central value
    haut: float


class Epreuve(Modele):  # ``prolongement_epreuve.yaml``, written by ``make epreuve``
    origine: Annee  # the last year of births
    premiere: Annee
    communes: Positif
    methode: Identifiant
    lignes: tuple[LigneDeLEpreuve, ...]
    premiere_jugee: Annee  # the first year that judges ranges
    hausses: tuple[Annee, ...]  # of those that judge, when the country's births rose
    plus_forte_baisse: Annee
    ensembles: tuple[EnsembleDeLEpreuve, ...]
    depassees: tuple[DepasseesDeLEpreuve, ...]
    essais: tuple[EssaiDeLEpreuve, ...]


class Bareme(Modele):  # what a place costs, as a source says
    euros_par_place: float = Field(gt=0)
    source: Texte
    annee: Annee


class Scenario(Modele):  # « et si »: what somebody declares, and no effect of the convention
    id: Identifiant
    quoi: Texte
    places: int  # added, or taken away
    annee: Annee  # from the end of which they are there
    service: noms.Responsable  # that declares it
    date: date
    source: Texte
    structure: Identifiant | None = None  # of the offer, that it closes
    bareme: Bareme | None = None


class SaisieProlongement(Modele):  # ``prolongement.yaml`` of a convention
    et_si: Annotated[tuple[Scenario, ...], noms.Unique("id")] = ()
