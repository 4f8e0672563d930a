"""Models of what a report picks and proposes: ``bilan.yaml`` and ``synthese.yaml`` of the catalogue."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, field_validator

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte
from ctglib.donnees.modeles.convention import Convention, RoleDeClause
from ctglib.donnees.modeles.suivi import Public

CodeProposition = Literal[
    "comite_non_tenu", "reconduction", "retard", "echeance_sans_etat", "cible_manquee", "postes_de_pilotage",
    "collecte", "moyens", "suites", "cibles", "valeurs_initiales", "lacunes",
]  # fmt: skip

NatureDeChangement = Literal["cible", "definition", "fiche", "indicateur", "duree"]
Lecture = Literal["hausse", "baisse", "stable", "dans_le_bruit", "trop_peu", "rupture", "seule", "absente"]


class Pilotage(Modele):
    """The indicators of the piloting: posts of coordination, and those that have become chargé de coopération."""

    postes: Identifiant
    convertis: Identifiant


class Equipe(Modele):
    """The clause that announces a party's own team on the territory, and the lines of the budget that count it."""

    clause: RoleDeClause
    postes: tuple[Identifiant, ...]


class GroupeDuTerritoire(Modele):
    """A group of rows in the table of the territory."""

    libelle: Texte
    indicateurs: tuple[Identifiant, ...] = Field(min_length=1)


class MembresDuTerritoire(Modele):
    """What the communes of an EPCI are shown by: a count, and what share of it others are, from ``plancher`` on."""

    sur: Identifiant
    parts: tuple[Identifiant, ...] = Field(min_length=1)
    plancher: int = Field(ge=1)


class TerritoireDuBilan(Modele):
    """The public series shown, in the order of the table; ``graphique``: those that have a chart.

    ``annees_avant``: how many years before the convention the charts begin.
    """

    annees_avant: int = Field(ge=1)
    groupes: tuple[GroupeDuTerritoire, ...] = Field(min_length=1)
    membres: MembresDuTerritoire
    graphique: tuple[Identifiant, ...]


class RegleDeProposition(Modele):
    """What the bilan proposes when its data call for it; ``{objets}``, ``{nombre}`` and ``{annee}`` are filled.

    ``texte_final`` replaces ``texte`` in the last year, when an avenant or a new date would come too late.
    ``page`` says it in a sentence for a first page, that of a fiche too when ``fiche``, with ``{premier}`` and
    ``{tous}``. ``clauses`` are those it rests on, which become its ``reference``; without them, one that is ``exigee``
    is not made.
    """

    id: CodeProposition
    texte: Texte
    texte_final: Texte | None = None
    page: Texte
    page_finale: Texte | None = None
    fiche: bool = False
    pourquoi: Texte
    clauses: tuple[RoleDeClause, ...] = ()
    exigee: bool = False
    reference: Texte = "convention"


class MotsDeLaParticipation(Modele):
    """How participation is said; ``publics``: each public, one and several."""

    publics: dict[Public, tuple[Texte, Texte]]
    personne: Texte
    non_renseignee: Texte
    cooperation: Texte
    cooperation_absente: Texte


class ReglesBilan(Modele):
    """``bilan.yaml``.

    ``propositions`` are in the order in which they press, each kind once. ``mots`` are sentences by use,
    ``lectures`` how a public figure moved, ``natures_d_avenant`` what an avenant changes.
    """

    indicateurs_par_fiche: int = Field(ge=1)
    objets_du_tableau: int = Field(ge=1)
    taux_a_relancer: float = Field(ge=0, le=100)
    pilotage: Pilotage
    equipe: Equipe
    territoire: TerritoireDuBilan
    participation: MotsDeLaParticipation
    propositions: tuple[RegleDeProposition, ...]
    mots: dict[Identifiant, Texte]
    natures_d_avenant: dict[NatureDeChangement, Texte]
    lectures: dict[Lecture, Texte]

    @field_validator("propositions")
    @classmethod
    def _chacune_une_fois(cls, regles: tuple[RegleDeProposition, ...]) -> tuple[RegleDeProposition, ...]:
        written = [regle.id for regle in regles]
        if sorted(written) != sorted(get_args(CodeProposition)):
            raise ValueError(f"chaque proposition une fois : {', '.join(get_args(CodeProposition))}")
        return regles

    def selon(self, convention: Convention) -> ReglesBilan:
        """Return the rules as a convention reads them: its own articles cited, without what it does not settle."""
        kept = [
            regle.model_copy(update={"reference": convention.citer(*regle.clauses) or "convention"})
            for regle in self.propositions
            if not regle.exigee or convention.citer(*regle.clauses)
        ]
        words = {name: convention.ecrire(text) for name, text in self.mots.items()}
        return self.model_copy(update={"propositions": tuple(kept), "mots": words})


SANS_CLAUSE = "Texte de la convention"


class TrancheAge(Modele):
    """A count of children by age, both ages included, in years."""

    indicateur: Identifiant
    age_min: int = Field(ge=0)
    age_max: int = Field(ge=0)


class RoleDeFichier(Modele):
    """What the data files whose path fits ``motif`` (as in a shell) are for; a file takes the first role that fits."""

    motif: Texte
    groupe: Texte
    role: Texte
    partie: Texte


class Synthese(Modele):
    """``synthese.yaml``.

    ``questions`` is how many open points the diagnostic puts to the parties, ``services`` the counts whose zero is a
    need.
    ``annees`` says what to know of a peculiar year, wherever it is that of the figures.
    ``sigles`` are the abbreviations of the reports, with their meanings.
    """

    annees: dict[int, Texte] = {}
    services: list[Identifiant] = []
    questions: int = Field(ge=1)
    tranches_age: list[TrancheAge]
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


class PhraseDeSection(Modele):
    """A sentence of the diagnostic, said when every indicator stands as ``si`` has it."""

    si: dict[Identifiant, Literal["superieur", "inferieur", "similaire", "plus_vite"]] = Field(min_length=1)
    texte: Texte


class SectionDuDiagnostic(Modele):
    """What a section shows, of which themes: sentences, rows of its table, rates of its chart, categories of the offer.

    ``absences`` are the services whose zero is told, ``definitions`` the indicators whose meaning is under the table,
    ``equipements`` the categories of the offer of which a sentence says what is there.
    The chart is that of the places by mode (``modes``), of the ages (``ages``) or of the rates.
    """

    titre: Texte
    theme: list[Identifiant] = Field(min_length=1)
    phrases: list[PhraseDeSection] = []
    tableau: list[Identifiant]
    graphique: list[Identifiant] = []
    definitions: list[Identifiant] = []
    absences: list[Identifiant] = []
    modes: bool = False
    ages: bool = False
    offre: list[Identifiant] = []
    equipements: list[Identifiant] = []


class SorteDeModes(Modele):
    """Modes of care that are alike, and how a sentence names them."""

    mot: Texte
    modes: list[Identifiant]


class Modes(Modele):
    """Places for under-threes by mode: the public series of each and of the whole, ``dimension`` naming the modes."""

    ensemble: Identifiant
    dimension: Identifiant
    series: dict[Identifiant, Identifiant]
    sortes: dict[Identifiant, SorteDeModes]


class ParTete(Modele):
    """Amounts by head: ``mot`` is one of those that ``par`` counts."""

    id: Identifiant
    libelle: Texte
    montants: list[Identifiant] = Field(min_length=1)
    par: Identifiant
    mot: Texte


class ContratPrecedent(Modele):
    """The contract that the convention replaces: its amounts, each with its name."""

    nom: Texte
    montants: dict[Identifiant, Texte]


class ReglesDiagnostic(Modele):
    """``diagnostic.yaml``: what the sections of the diagnostic show."""

    sections: dict[Identifiant, SectionDuDiagnostic]
    modes: Modes
    par_tete: list[ParTete]
    contrat_precedent: ContratPrecedent
