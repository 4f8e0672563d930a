"""Models of a convention's own folder: convention.yaml, affirmations.yaml, commentaires.yaml."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.analyses import Analyse
from ctglib.donnees.modeles.base import Annee, CodeTerritoire, Identifiant, Modele, Texte
from ctglib.donnees.montrable import Montrable


class Responsable(Modele):
    """A service that fills its part of the year's spreadsheet."""

    id: Identifiant
    libelle: Texte


class Partie(Modele):
    """A signatory. ``logo`` is a file of ``logos/``; while it is absent a neutral placeholder shows ``nom_court``."""

    id: Identifiant
    nom: Texte
    nom_court: Texte
    qualite_du_signataire: Texte
    logo: Texte


class Article(Modele):
    """An article that binds the workbook: what it says in our words, and what follows for the reports."""

    numero: Texte
    objet: Texte
    consequence: Texte


# What a clause is for, whatever its number in a given text.
RoleDeClause = Literal[
    "champs_caf", "moyens", "comite_annuel", "pilotage", "financement_pilotage", "evaluation", "evaluation_finale",
    "source", "logos", "reconduction", "avenant", "resiliation", "confidentialite",
    "donnees_personnelles", "diagnostic", "offre", "fiches", "referentiel",
]  # fmt: skip
SUR_LES_DONNEES: tuple[RoleDeClause, ...] = ("source", "donnees_personnelles", "confidentialite")
_CLAUSE = re.compile(r"\{clause\.([a-z_+]+)\}")


class Clause(Modele):
    """Where a convention settles something: ``article`` is « 6-a » or « annexe 3 »; ``texte`` says it in our words."""

    article: Texte
    texte: Texte | None = None


class Axe(Modele):
    """An axis of the plan."""

    id: Identifiant
    titre: Texte


class Enjeu(Modele):
    """A stake. ``themes`` are the themes of the catalogue whose findings it gathers."""

    id: Identifiant
    axe: Identifiant
    titre: Texte
    themes: list[Identifiant] = []


class Absence(Modele):
    """Something the text does not give, and why it stays absent."""

    absent: Texte


class ValeurDatee(Modele):
    """A value with its year and its place in the text."""

    valeur: float
    annee: int
    reference: Texte


class ModaliteAction(Modele):
    """A way of doing (« modalité de mise en œuvre »), numbered within its fiche: « 1.2 », with the parts it details."""

    numero: Texte
    libelle: Texte
    parties: list[Texte] = []
    debut: date | None = None
    echeance: date | None = None
    note: Texte | None = None

    @property
    def texte(self) -> str:
        """The modalité with its parts."""
        return f"{self.libelle} : {' ; '.join(self.parties)}" if self.parties else self.libelle


class Resultat(Modele):
    """An expected result and the indicators that could show it; none reads « aucun indicateur »."""

    id: Identifiant
    libelle: Texte
    indicateurs: list[Identifiant] = []
    note: Texte | None = None


class Implicite(Modele):
    """The direction, or the threshold and perhaps its year, that the text implies without writing a target.

    ``echeance`` is the day that the text writes, when it is not the end of the year.
    """

    sens: Literal["hausse", "baisse", "maintien"]
    valeur: float | None = None
    annee: Annee | None = None
    echeance: date | None = None
    reference: Texte


class IndicateurFiche(Modele):
    """An evaluation indicator of the fiche: its own, in its words, or one that the catalogue proposes (no words)."""

    id: Identifiant
    libelle: Texte | None = None
    valeur_initiale: ValeurDatee | Absence
    cible: ValeurDatee | Absence
    implicite: Implicite | None = None
    references: list[Texte] = []
    note: Texte | None = None

    @property
    def annee_attendue(self) -> int | None:
        """The year that its target, written or implied, is for."""
        return self.cible.annee if isinstance(self.cible, ValeurDatee) else self.implicite and self.implicite.annee

    @property
    def echeance(self) -> date | None:
        """The day by which it is awaited: the one written, or the last of its year."""
        if self.implicite and self.implicite.echeance:
            return self.implicite.echeance
        return date(self.annee_attendue, 12, 31) if self.annee_attendue else None


class Fiche(Modele):
    """A fiche action in full.

    ``besoins`` are the needs that its constat initial tells. ``repond_a`` are catalogue indicators that the fiche
    answers, ``contexte`` the public series that the final evaluation sets beside it, ``series_publiques`` those, or the
    indicators of the diagnostic, that its yearly report shows, ``offre`` the categories of the offer that it bears
    on, ``modes`` the modes of care that it supports, ``analyses`` what it shows in detail, ``autres_explications`` what
    else than the action may move its results: all are a reading of ours. ``responsable`` is the service of the year's
    workbook that tells what became of it, where it is not the catalogue's.
    """

    numero: int = Field(ge=1)
    axe: Identifiant
    enjeu: Identifiant
    titre: Texte
    constat_initial: list[Texte]
    besoins: list[Texte] = []
    publics: list[Texte]
    age_min: int | None = None
    age_max: int | None = None
    objectifs: list[Texte]
    modalites: list[ModaliteAction]
    debut: date
    fin: date
    services: list[Texte]
    responsable: Identifiant | None = None
    partenaires: list[Texte]
    resultats: list[Resultat]
    indicateurs: list[IndicateurFiche]
    contexte: list[Identifiant] = []
    series_publiques: list[Identifiant] = []
    repond_a: list[Identifiant] = []
    autres_explications: list[Texte] = []
    offre: list[Identifiant] = []
    modes: list[Identifiant] = []
    analyses: list[Analyse] = []
    reference: Texte


class Lacune(Modele):
    """What the text leaves out, contradicts or leaves open, with the question to put to the parties."""

    id: Identifiant
    objet: Texte
    manque: Texte
    reference: Texte
    question: Texte


class Validation(Modele):
    """Who has validated something, and when."""

    par: Texte
    date: date


class Schema(Modele):
    """A schéma départemental that the text names."""

    nom: Texte
    debut: int
    fin: int
    reference: Texte
    axes: list[Texte] = []
    chapitres: list[Texte] = []


class Convention(Montrable, Modele):
    """``convention.yaml``.

    The four sources are what captions write: producer, document and dates of the figures of annexe 1
    (``source_diagnostic``), of the description of the offer (``source_offre``), of the text itself (``source_texte``),
    of the yearly follow-up (``source_suivi``). ``responsables``: how the convention calls services of the catalogue.
    ``membres``: the communes of an EPCI, whose public counts are added up. ``livrables``: the indicators that say that
    a document or an instance that the text promises exists. ``themes``: its own names of themes. ``radar``: who has
    validated its indices of vulnerability; until then they are a hypothesis, and only the report of the check has them.
    """

    id: Identifiant
    titre: Texte
    fictive: bool
    territoire: CodeTerritoire
    membres: list[CodeTerritoire] = []
    reference: CodeTerritoire
    debut: date
    fin: date
    date_signature: date | Absence
    date_des_donnees: Texte
    source_diagnostic: Texte
    source_offre: Texte
    source_texte: Texte
    source_suivi: Texte
    parties: list[Partie] = Field(min_length=2)
    articles: list[Article] = []
    clauses: dict[RoleDeClause, Clause] = {}
    axes: list[Axe]
    enjeux: list[Enjeu]
    fiches: list[Fiche]
    responsables: list[Responsable] = []
    schemas: list[Schema] = []
    annexes_vides: list[Texte] = []
    lacunes: list[Lacune] = []
    lacunes_d_abord: list[Identifiant] = []
    livrables: list[Identifiant] = []
    themes: dict[Identifiant, Texte] = {}
    radar: dict[Literal["valide"], Validation] = {}

    def clause(self, role: RoleDeClause) -> Clause | None:
        """Return where the convention settles something, None when it does not say."""
        return self.clauses.get(role)

    def citer(self, *roles: RoleDeClause) -> str:
        """Return « articles 7 et 11 », « annexe 3 »: the clauses that are declared, "" when none is."""
        told = list(dict.fromkeys(self.clauses[role].article for role in roles if role in self.clauses))
        groups = {"article": [item for item in told if item[0].isdigit()]}
        groups["annexe"] = [item.removeprefix("annexe ") for item in told if item.startswith("annexe ")]
        named = [f"{word}{'s' if len(kept) > 1 else ''} {_et(kept)}" for word, kept in groups.items() if kept]
        others = [item for item in told if not item[0].isdigit() and not item.startswith("annexe ")]
        return _et(named + others)

    def piece(self, role: Literal["diagnostic", "offre"]) -> str:
        """Return where the convention has its diagnostic or its offer, or that word when it does not say."""
        return self.citer(role) or role

    @property
    def limites(self) -> list[str]:
        """What follows, for the figures that reports may show, from the clauses on data."""
        told = {item.numero: item.consequence for item in self.articles}
        places = {
            self.citer(role): told.get(self.clauses[role].article) for role in SUR_LES_DONNEES if role in self.clauses
        }
        return [f"{place[0].upper()}{place[1:]} : {text}" for place, text in places.items() if text]

    def ecrire(self, phrase: str) -> str:
        """Return a sentence with its clauses cited: ``{clause.avenant}``, or ``{clause.evaluation+avenant}`` for two.

        A clause that is not declared takes away what stands between brackets around it, or else the whole sentence.
        """

        def cite(found: re.Match) -> str:
            return self.citer(*found[1].split("+"))

        def keep(found: re.Match) -> str:
            return found[1] if all(cite(clause) for clause in _CLAUSE.finditer(found[1])) else ""

        kept = re.sub(r"\[([^\[\]]*\{clause\.[^\[\]]*)\]", keep, phrase)
        return _CLAUSE.sub(cite, kept) if all(cite(clause) for clause in _CLAUSE.finditer(kept)) else ""


def _et(noms: list[str]) -> str:
    return " et ".join([", ".join(noms[:-1]), noms[-1]]) if len(noms) > 1 else "".join(noms)


class Affirmation(Modele):
    """A sentence of the text that compares, ranks or totals, as data: the workbook recomputes its verdict.

    ``superieur``, ``inferieur``, ``similaire``: the territory's value against ``reference``'s, for each indicator.
    ``maximum``: the first indicator is the greatest of ``parmi``. ``environ``: the sum of the indicators is within
    half of ``arrondi`` of ``valeur``. ``egal``: equal to ``valeur`` as printed. ``aucun_superieur``: no indicator
    exceeds the reference's. ``nul``: the sum is zero.
    """

    id: Identifiant
    section: Texte
    resume: Texte
    operateur: Literal["superieur", "inferieur", "similaire", "maximum", "environ", "egal", "aucun_superieur", "nul"]
    indicateurs: list[Identifiant] = []
    parmi: list[Identifiant] = []
    territoire: CodeTerritoire
    reference: CodeTerritoire | None = None
    valeur: float | None = None
    unite: Identifiant | None = None
    arrondi: float | None = None
    periodicite: Literal["mensuelle", "annuelle"] | None = None
    note: Texte | None = None


class Affirmations(Modele):
    """``affirmations.yaml``."""

    affirmations: list[Affirmation]


class Commentaire(Modele):
    """A comment entered by a party under a theme (« Commentaires : » is blank in the study)."""

    theme: Identifiant
    auteur: Texte
    date: date
    texte: Texte


class Commentaires(Modele):
    """``commentaires.yaml``, empty until the parties fill it."""

    commentaires: list[Commentaire] = []
