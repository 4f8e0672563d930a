"""Models of the consistency check: relations and rules of the catalogue, declarations of a convention."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles import Identifiant, Modele, Texte, noms, soit

Gravite = Literal["a_corriger", "a_verifier", "information"]
StatutConstat = Literal["ouvert", "justifie", "redit", "corrige"]
Verdict = Literal["verifiee", "contredite", "inverifiable"]


class Regle(Modele):  # a rule: its name, what it does, how grave its findings are, what to ask and whom
    id: Identifiant
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
    detail: Texte | None = None  # the table that gives its findings one by one: the others count them on one line


class MotDeVerdict(Modele):
    """A word that states something; ``feminin`` when it counts feminine things.

    The verdict on a target alone has a sign, of a shape of its own; everything else is words.
    """

    mot: Texte
    signe: str = ""
    feminin: Texte | None = None

    @property
    def dit(self) -> str:
        """The word, after its sign when it has one."""
        return f"{self.signe}\u00a0{self.mot}" if self.signe else self.mot


class Regles(Modele):
    """``regles.yaml``: the rules, and the words of severities (the gravest first), of statuses and of verdicts."""

    gravites: dict[Gravite, Texte]
    statuts: dict[StatutConstat, Texte]
    verdicts: dict[Verdict, MotDeVerdict]
    regles: tuple[Regle, ...]

    def regle(self, identifiant: str) -> Regle:
        """Return the rule of that id; a missing one is a KeyError, since the code and the file go together."""
        return {regle.id: regle for regle in self.regles}[identifiant]


class Relation(Modele):
    """What every relation has: an id, the thing it is about, why it must hold, a graver or lighter severity."""

    id: Identifiant
    objet: Texte  # begins a French sentence or follows « sur » in a question
    pourquoi: Texte | None = None  # shown with the finding
    gravite: Gravite | None = None


class PartiesTout(Relation):  # parts that make a whole: ``tout`` is an indicator, or ``constante`` (100 for shares)
    tout: noms.Indicateur | None = None
    constante: float | None = None
    parties: tuple[noms.Indicateur, ...] = Field(min_length=1)
    tolerance: float | None = None  # replaces the one from rounding
    _soit = soit("tout", "constante")


class Inclusion(Relation):
    """A count that cannot exceed the sum of others, because what it counts is among what they count."""

    partie: noms.Indicateur
    tout: tuple[noms.Indicateur, ...] = Field(min_length=1)


class VariationsComparables(Relation):
    """A variation that neighbouring groups make plausible or not: beyond ``seuil`` points from all, it is doubtful."""

    indicateur: noms.Indicateur
    comparables: tuple[noms.Indicateur, ...] = Field(min_length=1)
    seuil: float


class VariationDesParties(Relation):
    """A whole whose past is the sum of the past of its parts, value / (1 + variation / 100).

    Parts that are not ``exhaustives`` (an age is missing) cannot have been more than the whole.
    """

    tout: noms.Indicateur
    parties: tuple[noms.Indicateur, ...] = Field(min_length=2)
    exhaustives: bool = True


class LectureAnnexe1(Modele):
    indicateur: noms.Indicateur
    champ: Literal["valeur", "variation_5_ans"] = "valeur"


class MemeGrandeur(Relation):  # two or more cells of annexe 1 that give the same thing
    lectures: tuple[LectureAnnexe1, ...] = Field(min_length=2)
    tolerance: float


class LectureEffectif(Modele):
    """One way to know a number: an indicator of annexe 1, or the offer.

    In the offer, the sum of ``caracteristique`` over the rows of ``types`` (and of ``modalites`` when given); without a
    characteristic, the number of structures of these types of which something is said. A reading that ``ajoute`` comes
    on top of the one before it: it is told beside it, and compared only in its absence.
    """

    nom: Texte
    indicateur: noms.Indicateur | None = None
    types: tuple[noms.Type, ...] = ()
    caracteristique: noms.Caracteristique | None = None
    modalites: tuple[noms.ModaliteDOffre, ...] = ()
    ajoute: bool = False
    _soit = soit("indicateur", "types")


class MemeEffectif(Relation):
    """One thing counted at several places of the convention; an absent reading is told beside the others."""

    lectures: tuple[LectureEffectif, ...] = Field(min_length=2)


class AgesOfferts(Relation):
    """The ages that kinds of structures take, against those that the fiches of the theme are meant for."""

    types: tuple[noms.Type, ...] = Field(min_length=1)
    theme: noms.Theme


class Periodicite(Relation):  # how often a benefit is paid: an affirmation that says otherwise contradicts it
    indicateur: noms.Indicateur
    periodicite: Literal["mensuelle", "annuelle"]


class AttenduOffre(Modele):
    """What a kind of structure should say of itself: each characteristic absent or blank is a gap."""

    type: noms.Type
    caracteristiques: tuple[noms.Caracteristique, ...] = Field(min_length=1)


class Relations(Modele):  # ``relations.yaml``: what holds between indicators by what they mean, in any convention
    parties_tout: tuple[PartiesTout, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()
    variations_comparables: tuple[VariationsComparables, ...] = ()
    variations_des_parties: tuple[VariationDesParties, ...] = ()
    memes_grandeurs: tuple[MemeGrandeur, ...] = ()
    memes_effectifs: tuple[MemeEffectif, ...] = ()
    ages_offerts: tuple[AgesOfferts, ...] = ()
    periodicites: tuple[Periodicite, ...] = ()
    attendus_offre: tuple[AttenduOffre, ...] = ()


class ReglesCoherence(Modele):  # the rules and the relations they run on
    relations: Relations
    regles: Regles


class Correction(Modele):
    """A damaged or misspelt place of the source: what it writes, what is read instead, and why.

    ``mention`` is the text that the concerned rows of ``fichier`` carry (in their note or in a cell). It is the trace
    of what the source writes: when no row carries it any more, the correction is reported as obsolete.
    """

    id: Identifiant
    objet: Texte
    fichier: Literal["annexe1.csv", "offre.csv"]
    mention: Texte
    ecrit: Texte
    lu: Texte
    raison: Texte
    reference: Texte
    par: Texte
    date: date


class Corrections(Modele):
    corrections: tuple[Correction, ...] = ()


class Justification(Modele):
    """A finding (``cle``) that is no fault (``raison``), or that others already say (``redit_par``, their keys).

    The reason and its author are shown in the report; a finding said by others is told once. A justification whose
    finding no longer exists is reported.
    """

    cle: Texte
    raison: Texte | None = None
    redit_par: tuple[Texte, ...] = ()
    par: Texte
    date: date
    _soit = soit("raison", "redit_par")


class Justifications(Modele):
    justifications: tuple[Justification, ...] = ()
