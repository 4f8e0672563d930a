"""A convention's own folder: ``convention.yaml``, its affirmations, its commentaires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from string import Formatter
from typing import Annotated, Literal, TypeVar, cast

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles import (
    Annee,
    CodeModalite,
    CodeTerritoire,
    Identifiant,
    Modele,
    Nomme,
    Positif,
    Texte,
    noms,
)
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.montrable import Montrable

# What each type of analysis needs, then what it may be given besides: the roles that its function
# reads (see ``ctglib/blocs/analyses.py``), then the same of the keys of ``Analyse``. A new type is
# that function, its line in ``FONCTIONS`` or ``AILLEURS`` of that file, and a line here.
TYPES: dict[str, tuple[str, str, str, str]] = {
    "effectifs": ("effectifs", "", "", "rapports graphique note"),
    "taux": ("numerateur denominateur", "taux capacite", "", "phrase"),
    "inclusion": ("effectif", "volume", "", "rapports note"),
    "flux": ("entrees sorties", "effectif", "", "graphique"),
    "norme": ("postes base", "a_defaut", "norme", ""),
    "profils": ("", "", "dispositifs public", "variables"),
    "livrables": ("livrables", "annuels par_poste convertis", "", ""),
    "passage": ("postes convertis", "", "", ""),
    "postes": ("postes", "convertis", "financement", ""),
    "grille": ("", "", "", ""),
}
# The roles that a list of indicators plays.
PLUSIEURS = {"effectifs", "livrables", "annuels", "par_poste"}
MOTS = {"numerateur", "denominateur", "rapport", "annees"}
# What a clause is for, whatever its number in a given text.
RoleDeClause = Literal[
    "champs_caf",
    "moyens",
    "comite_annuel",
    "pilotage",
    "financement_pilotage",
    "evaluation",
    "evaluation_finale",
    "source",
    "logos",
    "reconduction",
    "avenant",
    "resiliation",
    "confidentialite",
    "donnees_personnelles",
    "diagnostic",
    "offre",
    "fiches",
    "referentiel",
]
SUR_LES_DONNEES: tuple[RoleDeClause, ...] = ("source", "donnees_personnelles", "confidentialite")
T = TypeVar("T")
_CLAUSE = re.compile(r"\{clause\.([a-z_+]+)\}")
_FACULTATIF = re.compile(r"\[([^\[\]]*\{clause\.[^\[\]]*)\]")  # between brackets, with a clause


def _gabarit(phrase: str) -> str:
    """Check that the braces of a sentence name nothing but ``MOTS``."""
    try:
        champs = {champ for _, champ, _, _ in Formatter().parse(phrase) if champ is not None}
    except ValueError:  # a brace that is not closed
        champs = {phrase}
    if champs - MOTS:
        raise ValueError(f"une phrase dont les accolades nomment {', '.join(sorted(MOTS))}")
    return phrase


Gabarit = Annotated[Texte, AfterValidator(_gabarit)]


class Rapport(Modele):  # two indicators set against each other by a sentence of the convention
    # "cumul": of the years that know both; "depart": against what the convention writes; "ecrit":
    # both as written.
    calcul: Literal["part", "moyenne", "cumul", "depart", "ecrit"] = "part"
    numerateur: noms.IndicateurDeLaFiche
    denominateur: noms.IndicateurDeLaFiche
    phrase: Gabarit
    decimales: int = Field(default=0, ge=0, le=3)


class Norme(Modele):
    valeur: float = Field(gt=0)  # how many of the base go with one full-time equivalent
    reference: Texte  # who says so


class Analyse(Modele):  # an analysis that a fiche shows « en détail »
    type: Texte
    titre: Texte  # the question that it answers
    nom: CodeModalite | None = None  # what its tables and charts are called; its type unless told
    roles: dict[Identifiant, noms.IndicateurDeLaFiche | tuple[noms.IndicateurDeLaFiche, ...]] = {}
    rapports: tuple[Rapport, ...] = ()
    graphique: Texte | None = None  # the question of its chart
    note: Texte | None = None
    phrase: Gabarit | None = None
    public: Texte | None = None  # who is counted: « les jeunes participants »
    norme: Norme | None = None
    dispositifs: tuple[noms.Dispositif, ...] = ()
    variables: tuple[noms.Variable, ...] = ()
    financement: noms.Poste | None = None

    @property
    def id(self) -> str:
        """What its tables and charts are called."""
        return self.nom or self.type

    def indicateur_du_role(self, role: str) -> str:
        """Return the id of the indicator that plays a role, of several the first; "" for none."""
        indicateurs = self.indicateurs_des_roles(role)
        return indicateurs[0] if indicateurs else ""

    def indicateurs_des_roles(self, *roles: str) -> tuple[str, ...]:
        """Return the ids of the indicators that play these roles, in the order of the roles."""
        indicateurs: list[str] = []
        for role in roles:
            du_role = self.roles.get(role, ())
            if isinstance(du_role, str):
                indicateurs.append(du_role)
            else:
                indicateurs += du_role
        return tuple(indicateurs)


CLES = {*Analyse.model_fields} - {"type", "titre", "nom", "roles"}


class Partie(Modele):  # a signatory
    id: Identifiant
    nom: Texte
    nom_court: Texte
    qualite_du_signataire: Texte
    logo: Texte  # a file of ``logos``; while it is absent, a placeholder shows ``nom_court``


class Article(Modele):  # what binds the workbook, in our words, and what follows for the reports
    numero: Texte
    objet: Texte
    consequence: Texte


class Clause(Modele):
    article: Texte  # « 6-a », « annexe 3 »
    texte: Texte | None = None  # in our words


class Axe(Modele):
    id: Identifiant
    titre: Texte


class Enjeu(Modele):
    id: Identifiant
    axe: noms.Axe
    titre: Texte
    themes: list[noms.Theme] = []  # themes of the catalogue whose findings it gathers


class Absence(Modele):
    absent: Texte  # why the text does not give it


class ValeurDatee(Modele):
    valeur: float
    annee: int
    reference: Texte


class ModaliteAction(Modele):  # a « modalité de mise en œuvre »
    numero: Texte  # « 1.2 »
    libelle: Texte
    parties: list[Texte] = []
    debut: date | None = None
    echeance: date | None = None
    note: Texte | None = None

    @property
    def texte(self) -> str:
        """The modalité with its parts."""
        if not self.parties:
            return self.libelle
        return f"{self.libelle} : {' ; '.join(self.parties)}"


class Resultat(Nomme):
    """An expected result and the indicators that could show it; none reads « aucun indicateur »."""

    indicateurs: list[noms.IndicateurDeLaFiche] = []
    note: Texte | None = None


class Implicite(Modele):
    """The direction, or the threshold, that the text implies without writing a target."""

    sens: Literal["hausse", "baisse", "maintien"]
    valeur: float | None = None
    annee: Annee | None = None
    echeance: date | None = None  # the day that the text writes, when it is not the end of the year
    reference: Texte


class IndicateurFiche(Modele):
    """One of the fiche, in its words, or one that the catalogue proposes (no words)."""

    id: noms.IndicateurDeFiche
    libelle: Texte | None = None
    valeur_initiale: ValeurDatee | Absence
    cible: ValeurDatee | Absence
    implicite: Implicite | None = None
    references: list[Texte] = []
    note: Texte | None = None

    @property
    def annee_attendue(self) -> int | None:
        """The year that its target, written or implied, is for."""
        if isinstance(self.cible, ValeurDatee):
            return self.cible.annee
        return self.implicite.annee if self.implicite else None

    @property
    def echeance(self) -> date | None:
        """The day by which it is awaited: the one written, or the last of its year."""
        if self.implicite and self.implicite.echeance:
            return self.implicite.echeance
        return date(self.annee_attendue, 12, 31) if self.annee_attendue else None


class Fiche(Modele):  # a fiche action in full; from ``contexte`` to ``analyses``, a reading of ours
    numero: Positif
    axe: noms.Axe
    enjeu: noms.Enjeu
    titre: Texte
    constat_initial: list[Texte]
    besoins: list[Texte] = []  # that its constat initial tells
    publics: list[Texte]
    age_min: int | None = None
    age_max: int | None = None
    objectifs: list[Texte]
    modalites: Annotated[list[ModaliteAction], noms.Unique("numero", partout=True)]
    debut: date
    fin: date
    services: list[Texte]
    # the service that tells what became of it, where not the catalogue's
    responsable: noms.Responsable | None = None
    partenaires: list[Texte]
    resultats: Annotated[list[Resultat], noms.Unique("id", partout=True)]
    indicateurs: Annotated[list[IndicateurFiche], noms.Unique("id", partout=True)]
    contexte: list[noms.Contexte] = []  # public series that the final evaluation sets beside it
    # those, or indicators of the diagnostic, that its yearly report shows
    series_publiques: list[Identifiant] = []
    repond_a: list[noms.Indicateur] = []  # indicators of the diagnostic that it answers
    autres_explications: list[Texte] = []  # what else than the action may move its results
    offre: list[noms.Categorie] = []  # categories of the offer that it bears on
    modes: list[Identifiant] = []  # modes of care that it supports
    analyses: list[Analyse] = []
    reference: Texte


class Lacune(Modele):
    """What the text leaves out, contradicts or leaves open, with a question to the parties."""

    id: Identifiant
    objet: Texte
    manque: Texte
    reference: Texte
    question: Texte


class Validation(Modele):  # who has validated something, and when
    par: Texte
    date: date


class Schema(Modele):  # a schéma départemental that the text names
    nom: Texte
    debut: int
    fin: int
    reference: Texte
    axes: list[Texte] = []
    chapitres: list[Texte] = []


class Convention(Montrable, Modele):
    """``convention.yaml``; the four sources are what captions write."""

    id: Identifiant
    titre: Texte
    fictive: bool
    territoire: noms.Territoire
    membres: list[CodeTerritoire] = []  # the communes of an EPCI, whose public counts are added up
    reference: noms.Territoire
    debut: date
    fin: date
    date_signature: date | Absence
    date_des_donnees: Texte
    source_diagnostic: Texte  # of annexe 1
    source_offre: Texte  # of the description of the offer
    source_texte: Texte
    source_suivi: Texte
    parties: list[Partie] = Field(min_length=2)
    articles: list[Article] = []
    clauses: dict[RoleDeClause, Clause] = {}  # where it settles something
    axes: list[Axe]
    enjeux: list[Enjeu]
    fiches: list[Fiche]
    responsables: list[Nomme] = []  # its own names of services of the catalogue
    schemas: list[Schema] = []
    annexes_vides: list[Texte] = []
    lacunes: Annotated[list[Lacune], noms.Unique("id")] = []
    lacunes_d_abord: list[Identifiant] = []
    # indicators that say that a promised document or instance exists
    livrables: list[noms.IndicateurDeFiche] = []
    themes: dict[noms.Theme, Texte] = {}  # its own names of themes
    # Until its indices of vulnerability are validated they are a hypothesis, and only the report of
    # the check has them.
    radar: dict[Literal["valide"], Validation] = {}

    def fin_selon(self, avenants: Iterable[Avenant]) -> date:
        """Return its last day, as some avenants extend it."""
        fins = [self.fin]
        for avenant in avenants:
            for changement in avenant.changements:
                if changement.nouvelle_fin:
                    fins.append(changement.nouvelle_fin)
        return max(fins)

    def citer(self, *roles: RoleDeClause) -> str:
        """Return « articles 7 et 11 », « annexe 3 »: where the clauses of some roles are.

        A clause that the convention does not declare is left out; "" when none is declared.
        """
        declares = [self.clauses[role].article for role in roles if role in self.clauses]
        lieux = list(dict.fromkeys(declares))  # one article may settle several things
        articles = [lieu for lieu in lieux if lieu[0].isdigit()]
        annexes = [lieu for lieu in lieux if lieu.startswith("annexe ")]
        autres = [lieu for lieu in lieux if lieu not in articles + annexes]
        numeros_des_annexes = [annexe.removeprefix("annexe ") for annexe in annexes]
        groupes = []
        for mot, numeros in (("article", articles), ("annexe", numeros_des_annexes)):
            if numeros:
                pluriel = "s" if len(numeros) > 1 else ""
                groupes.append(f"{mot}{pluriel} {_et(numeros)}")
        return _et(groupes + autres)

    def piece(self, role: Literal["diagnostic", "offre"]) -> str:
        """Return where the convention has its diagnostic or its offer (« annexe 1 »).

        When it declares no such clause, return « diagnostic » or « offre ».
        """
        return self.citer(role) or role

    @property
    def lacunes_en_ordre(self) -> list[Lacune]:
        """What the text leaves open, those to be put first before the others."""
        rangs = {nom: rang for rang, nom in enumerate(self.lacunes_d_abord)}
        return sorted(self.lacunes, key=lambda lacune: rangs.get(lacune.id, len(rangs)))

    @property
    def limites(self) -> list[str]:
        """What follows, for the figures that reports may show, from the clauses on data."""
        consequences = {article.numero: article.consequence for article in self.articles}
        limite_de_la_clause: dict[str, str] = {}
        for role in SUR_LES_DONNEES:
            if role not in self.clauses:
                continue
            consequence = consequences.get(self.clauses[role].article)
            if consequence:
                limite_de_la_clause[self.citer(role)] = consequence
        return [
            f"{clause[0].upper()}{clause[1:]} : {consequence}"
            for clause, consequence in limite_de_la_clause.items()
        ]

    def citer_dans(self, phrase: str) -> str:
        """Return a sentence of the catalogue, where each mark of a clause is replaced by its place.

        « Un acte ({clause.avenant}) » becomes « Un acte (article 9) », and
        ``{clause.evaluation+avenant}`` cites two clauses. A clause that the convention does not
        declare takes away what stands between the square brackets around it; without brackets, the
        whole sentence becomes "".
        """
        sans_crochets = _FACULTATIF.sub(lambda partie: self._citations_dans(partie[1]), phrase)
        return self._citations_dans(sans_crochets)

    def _citations_dans(self, texte: str) -> str:
        """Return a text with its clauses cited, "" when one of them is not declared."""
        citations = {roles: self.citer(*roles.split("+")) for roles in _CLAUSE.findall(texte)}
        if not all(citations.values()):
            return ""
        return _CLAUSE.sub(lambda clause: citations[clause[1]], texte)

    def avec_ses_clauses(self, regles: T) -> T:
        """Return what the catalogue says, its clauses cited in each text as ``citer_dans`` does.

        ``regles`` is a text, a model, a list or a dict of either, at any depth; anything else is
        returned as it is. An item of a list whose ``libelle`` becomes "" is left out of it: it is
        about what the convention does not settle.
        """
        if isinstance(regles, str):
            return self.citer_dans(regles)
        if isinstance(regles, dict):
            return cast("T", {nom: self.avec_ses_clauses(valeur) for nom, valeur in regles.items()})
        if isinstance(regles, list | tuple):
            elements = [self.avec_ses_clauses(element) for element in regles]
            return type(regles)(
                element for element in elements if getattr(element, "libelle", True)
            )
        if isinstance(regles, Modele):
            return regles.model_copy(
                update={nom: self.avec_ses_clauses(valeur) for nom, valeur in regles}
            )
        return regles


def _et(noms_cites: list[str]) -> str:
    """Return « a, b et c »."""
    if len(noms_cites) < 2:
        return "".join(noms_cites)
    return f"{', '.join(noms_cites[:-1])} et {noms_cites[-1]}"


class Affirmation(Modele):
    """A sentence of the text that compares, ranks or totals: its verdict is worked out again.

    ``superieur``, ``inferieur``, ``similaire``: the territory's value against ``reference``'s, for
    each indicator. ``maximum``: the first indicator is the greatest of ``parmi``. ``environ``: the
    sum of the indicators is within half of ``arrondi`` of ``valeur``. ``egal``: equal to ``valeur``
    as printed. ``aucun_superieur``: no indicator exceeds the reference's. ``nul``: the sum is zero.
    """

    id: Identifiant
    section: Texte
    resume: Texte
    operateur: Literal[
        "superieur",
        "inferieur",
        "similaire",
        "maximum",
        "environ",
        "egal",
        "aucun_superieur",
        "nul",
    ]
    indicateurs: list[noms.Indicateur] = []
    parmi: list[noms.Indicateur] = []
    territoire: noms.Territoire
    reference: noms.Territoire | None = None
    valeur: float | None = None
    unite: noms.Unite | None = None
    arrondi: float | None = None
    periodicite: Literal["mensuelle", "annuelle"] | None = None
    note: Texte | None = None


class Affirmations(Modele):
    affirmations: Annotated[list[Affirmation], noms.Unique("id")]


class Commentaire(Modele):
    """A comment entered by a party under a theme (« Commentaires : » is blank in the study)."""

    theme: noms.Theme
    auteur: Texte
    date: date
    texte: Texte


class Commentaires(Modele):
    commentaires: list[Commentaire] = []
