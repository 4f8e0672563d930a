"""The consistency check: the catalogue's relations and rules, what conventions declare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctglib.donnees.modeles import Identifiant, Modele, Texte, noms, soit
from ctglib.donnees.modeles.convention import Validation

Gravite = Literal["a_corriger", "a_verifier", "information"]
StatutConstat = Literal["ouvert", "justifie", "redit", "corrige"]
Verdict = Literal["verifiee", "contredite", "inverifiable"]


class Regle(Modele):  # its name, what it does, how grave its findings are, what to ask and whom
    libelle: Texte
    explication: Texte  # tells the thresholds as ``{name}``
    lieu: Texte = "{lieu}"  # the words of a finding, around what the rule works out
    objet: Texte = "{objet}"
    ecrit: Texte = "{ecrit}"
    calcule: Texte = "{calcule}"
    gravite: Gravite
    question: Texte  # the rule fills ``{objet}``, ``{ecrit}``, ``{calcule}``, ``{A_territoire}``
    a_qui: Texte
    seuils: dict[Identifiant, float] = {}
    mots: dict[Identifiant, tuple[Texte, ...]] = {}  # what it looks for in texts, by use
    # the table that gives its findings one by one: the others count them on one line
    detail: Texte | None = None


class Regles(Modele):  # ``regles.yaml``
    gravites: dict[Gravite, Texte]  # the gravest first
    statuts: dict[StatutConstat, Texte]
    verdicts: dict[Verdict, Texte]
    regles: dict[Identifiant, Regle]


class Relation(Modele):  # what every relation has
    id: Identifiant
    objet: Texte  # begins a French sentence or follows « sur » in a question
    pourquoi: Texte | None = None  # shown with the finding
    gravite: Gravite | None = None  # graver or lighter than its rule has it


class PartiesTout(Relation):
    """Parts that make a whole: ``tout`` is an indicator, or ``constante`` (100 for shares)."""

    tout: noms.Indicateur | None = None
    constante: float | None = None
    parties: tuple[noms.Indicateur, ...] = Field(min_length=1)
    tolerance: float | None = None  # replaces the one from rounding
    _soit = soit("tout", "constante")


class Inclusion(Relation):  # a count that cannot exceed the sum of others
    partie: noms.Indicateur
    tout: tuple[noms.Indicateur, ...] = Field(min_length=1)


class VariationsComparables(Relation):  # a variation that neighbouring groups make plausible or not
    indicateur: noms.Indicateur
    comparables: tuple[noms.Indicateur, ...] = Field(min_length=1)
    seuil: float  # in points: beyond it from all of them, it is doubtful


class VariationDesParties(Relation):  # a whole whose past is the sum of the past of its parts
    tout: noms.Indicateur
    parties: tuple[noms.Indicateur, ...] = Field(min_length=2)
    exhaustives: bool = True  # else the parts cannot have been more than the whole


class LectureAnnexe1(Modele):
    indicateur: noms.Indicateur
    champ: Literal["valeur", "variation_5_ans"] = "valeur"


class MemeGrandeur(Relation):  # two or more cells of annexe 1 that give the same thing
    lectures: tuple[LectureAnnexe1, ...] = Field(min_length=2)
    tolerance: float


class LectureEffectif(Modele):  # one way to know a number: an indicator of annexe 1, or the offer
    nom: Texte
    indicateur: noms.Indicateur | None = None
    types: tuple[noms.Type, ...] = ()
    # summed over ``types``; None: structures are counted
    caracteristique: noms.Caracteristique | None = None
    modalites: tuple[noms.ModaliteDOffre, ...] = ()
    ajoute: bool = False  # comes on top of the one before it, and is compared only in its absence
    _soit = soit("indicateur", "types")


class MemeEffectif(Relation):
    """One thing counted at several places; an absent reading is told beside the others."""

    lectures: tuple[LectureEffectif, ...] = Field(min_length=2)


class AgesOfferts(Relation):
    """The ages that structures take, against those that the fiches of the theme are for."""

    types: tuple[noms.Type, ...] = Field(min_length=1)
    theme: noms.Theme


class Periodicite(Relation):
    """How often a benefit is paid: an affirmation that says otherwise contradicts it."""

    indicateur: noms.Indicateur
    periodicite: Literal["mensuelle", "annuelle"]


class Relations(Modele):
    """``relations.yaml``: what holds between indicators by what they mean, in any convention."""

    parties_tout: tuple[PartiesTout, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()
    variations_comparables: tuple[VariationsComparables, ...] = ()
    variations_des_parties: tuple[VariationDesParties, ...] = ()
    memes_grandeurs: tuple[MemeGrandeur, ...] = ()
    memes_effectifs: tuple[MemeEffectif, ...] = ()
    ages_offerts: tuple[AgesOfferts, ...] = ()
    periodicites: tuple[Periodicite, ...] = ()
    # What a kind of structure should say of itself: each characteristic absent or blank is a gap.
    attendus_offre: dict[noms.Type, tuple[noms.Caracteristique, ...]] = {}


class Correction(Validation):  # a damaged place of the source, read otherwise than written
    id: Identifiant
    objet: Texte
    fichier: Literal["annexe1.csv", "offre.csv"]
    mention: Texte  # that its rows carry; when none does any more, it is reported as obsolete
    ecrit: Texte
    lu: Texte
    raison: Texte
    reference: Texte


class Corrections(Modele):
    corrections: Annotated[tuple[Correction, ...], noms.Unique("id")] = ()


class Justification(Validation):  # a finding that is no fault, or that others already say
    cle: Texte
    raison: Texte | None = None
    redit_par: tuple[Texte, ...] = ()  # their keys
    _soit = soit("raison", "redit_par")


class Justifications(Modele):
    justifications: Annotated[tuple[Justification, ...], noms.Unique("cle")] = ()
