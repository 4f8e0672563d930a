"""A convention's own folder: ``convention.yaml``, its affirmations, its commentaires."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, TypeVar, cast

from pydantic import Field

from ctglib.donnees.modeles import (
    Annee,
    CodeTerritoire,
    Identifiant,
    Modele,
    Nomme,
    Positif,
    Texte,
    noms,
    soit,
)
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.plan import Absence, Axe, Enjeu, Fiche, Partie, Poids
from ctglib.donnees.montrable import Montrable

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
# What a sentence of the catalogue takes from the convention: where a clause is, what it says, what
# is said of the comité.
_MARQUE = re.compile(r"\{(clause\.[a-z_+]+(?:\.texte)?|comite\.[a-z_]+)\}")
# between brackets, with a mark
_FACULTATIF = re.compile(r"\[([^\[\]]*\{(?:clause|comite)\.[^\[\]]*)\]")


class Article(Modele):  # what binds the workbook, in our words, and what follows for the reports
    numero: Texte
    objet: Texte
    consequence: Texte


class Clause(Modele):
    article: Texte  # « 6-a », « annexe 3 »
    # what it says, in our words, to be read after a colon: « la reconduction est expresse »
    texte: Texte | None = None
    poids: Poids | None = None

    @property
    def dit(self) -> str:
        """What it says, without a full stop; "" when its words are not entered."""
        return (self.texte or "").rstrip(" .")


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


class ComiteDePilotage(Modele):  # the body that validates, as the convention describes it
    # functions and services, never a person, with their article: « les élus de la commune »
    membres: list[Texte] = []
    frequence: Texte | None = None  # « une fois par an au moins »
    par_an: Positif | None = None  # how many times a year, when the text says it
    valide: list[Texte] = []  # who validates, as the members are written
    article: Texte | None = None


class LigneDeFinancement(Modele):  # who pays what for what, by year
    libelle: Texte
    payeur: noms.Signataire | None = None
    autre_payeur: Texte | None = None  # one that has not signed: « Département »
    fiche: noms.Fiche | None = None  # none: the convention as a whole
    poste: noms.Poste | None = None  # what the follow-up calls it, to set what was spent beside it
    montants: dict[Annee, float] = Field(min_length=1)
    reference: Texte

    _soit = soit("payeur", "autre_payeur")

    @property
    def suivie(self) -> bool:
        """Whether the follow-up can say what was spent of it."""
        return self.payeur is not None and bool(self.poste or self.fiche)

    def compte_avec(self, autre: LigneDeFinancement) -> bool:
        """Tell whether some means would be counted in this line and in another."""
        meme_poste = not (self.poste and autre.poste) or self.poste == autre.poste
        meme_fiche = not (self.fiche and autre.fiche) or self.fiche == autre.fiche
        memes = meme_poste and meme_fiche and self.payeur == autre.payeur
        return memes and self.suivie and autre.suivie


class Licence(Modele):  # under which the tables of its public reports may be used again
    nom: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]  # its SPDX identifier: « etalab-2.0 »
    titre: Texte
    adresse: Annotated[str, Field(pattern=r"^https://[^\s<>\"]+$")] | None = None


class Contact(Modele):  # whom a reader of the site writes to, a service, never a person
    nom: Texte
    adresse: Annotated[str, Field(pattern=r"^(https://[^\s<>\"]+|[^\s<>\"@]+@[^\s<>\"@]+)$")]


class Financement(Modele):  # the financing plan
    unite: Literal["euros", "k_euros"]  # of all its amounts
    lignes: list[LigneDeFinancement] = Field(min_length=1)


class Convention(Montrable, Modele):
    """``convention.yaml``; the four sources are what captions write."""

    id: Identifiant
    titre: Texte
    fictive: bool
    territoire: noms.Territoire
    membres: list[CodeTerritoire] = []  # the communes of an EPCI, whose public counts are added up
    reference: noms.Territoire  # the one that gaps and needs are read against
    # others whose figures are shown beside: they judge nothing
    references: Annotated[list[noms.Territoire], noms.Unique()] = []
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
    comite: ComiteDePilotage | None = None
    financement: Financement | None = None
    axes: list[Axe]
    enjeux: list[Enjeu]
    fiches: list[Fiche]
    responsables: list[Nomme] = []  # its own names of services of the catalogue
    sigles: dict[str, Texte] = {}  # abbreviations that the catalogue does not have
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
    licence: Licence | None = None
    contact: Contact | None = None

    @property
    def porteuses(self) -> dict[str, str | int]:
        """The number of the fiche in which each indicator counts, by id.

        Of those that follow it, the first where it is in force, or else the first: an indicator
        that serves several fiches is asked, judged and counted once.
        """
        porteuses: dict[str, str | int] = {}
        for en_vigueur in (True, False):
            for fiche in self.fiches:
                for suivi in fiche.indicateurs:
                    vivant = fiche.etat == suivi.etat == "en_vigueur"
                    if vivant is en_vigueur:
                        porteuses.setdefault(suivi.id, fiche.numero)
        return porteuses

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
        """Return a sentence of the catalogue, its marks replaced by what the convention has.

        « Un acte ({clause.avenant}) » becomes « Un acte (article 9) », and
        ``{clause.evaluation+avenant}`` cites two clauses; ``{clause.avenant.texte}`` is what one
        says, ``{comite.frequence}`` how often the comité meets. A mark that the convention does
        not fill takes away what stands between the square brackets around it; without brackets, the
        whole sentence becomes "".
        """
        sans_crochets = _FACULTATIF.sub(lambda partie: self._remplir(partie[1]), phrase)
        return self._remplir(sans_crochets)

    def _remplir(self, texte: str) -> str:
        """Return a text with its marks replaced, "" when the convention does not fill one."""
        valeurs = {marque: self.citation(marque) for marque in _MARQUE.findall(texte)}
        if not all(valeurs.values()):
            return ""
        return _MARQUE.sub(lambda marque: valeurs[marque[1]], texte)

    def citation(self, marque: str) -> str:
        """Return what the convention has for a mark (« clause.avenant.texte »), "" when it has
        nothing.
        """
        sujet, cle, *suite = marque.split(".")
        if sujet == "comite":
            valeur = getattr(self.comite, cle, None) or ""
            return _et(valeur) if isinstance(valeur, list) else str(valeur)
        if not suite:
            return self.citer(*cast("list[RoleDeClause]", cle.split("+")))
        clause = self.clauses.get(cast("RoleDeClause", cle))
        return clause.dit if clause else ""

    def avec_ses_clauses(self, regles: T) -> T:
        """Return what the catalogue says, the marks of each text replaced as ``citer_dans`` does.

        ``regles`` is a text, a model, a list or a dict of either, at any depth; anything else is
        returned as it is. An item of a list that becomes "", or whose ``libelle`` does, is left out
        of it: it is about what the convention does not settle.
        """
        if isinstance(regles, str):
            return self.citer_dans(regles)
        if isinstance(regles, dict):
            return cast("T", {nom: self.avec_ses_clauses(valeur) for nom, valeur in regles.items()})
        if isinstance(regles, list | tuple):
            dits = []
            for element in regles:
                dit = self.avec_ses_clauses(element)
                vide = dit == "" if isinstance(dit, str) else not getattr(dit, "libelle", True)
                if not vide or dit == element:
                    dits.append(dit)
            return type(regles)(dits)
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
    ``periodicite``: how often a benefit is paid. One whose ``periodicite`` is not that of its
    benefit is contradicted, whatever its operator.
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
        "periodicite",
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
