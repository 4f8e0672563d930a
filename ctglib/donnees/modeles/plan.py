"""The plan of a convention: its parties, its axes, and its fiches with all that they hold.

It is what the parties agree to do. What is around it (clauses, dates, sources) is in
``convention``; what changes it, in ``avenants``; what the follow-up of a closed year keeps of it,
in ``PlanClos`` of ``cloture``.
"""

from __future__ import annotations

from datetime import date
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles import (
    Annee,
    CodeModalite,
    Identifiant,
    Modele,
    Nomme,
    Numero,
    Texte,
    noms,
    soit,
)

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
# « 08-31 »; never the 29 February, which not every year has.
JOUR = (
    r"^(02-(0[1-9]|1\d|2[0-8])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|(0[13578]|1[02])-(0[1-9]|[12]\d|3[01]))$"
)
JourDeLAnnee = Annotated[str, Field(pattern=JOUR)]
# What an avenant does to an element of the plan, and where the element stands after it.
Action = Literal["ajouter", "changer", "suspendre", "reprendre", "abandonner", "retirer"]
EtatDuPlan = Literal["en_vigueur", "suspendu", "abandonne"]
ETAT_APRES: dict[Action, EtatDuPlan] = {
    "ajouter": "en_vigueur",
    "changer": "en_vigueur",
    "reprendre": "en_vigueur",
    "suspendre": "suspendu",
    "abandonner": "abandonne",
}


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


class Axe(Modele):
    id: Identifiant
    titre: Texte


class Poids(Modele):  # why something weighs more than its neighbours, in what a report says first
    valeur: Literal["fort", "moyen", "faible"]
    pourquoi: Texte  # « conditionne les financements du pilotage »

    @staticmethod
    def rang(poids: Poids | None) -> int:
        """Return what things are sorted by, the heaviest first; no weight is in between."""
        return {"fort": 0, "moyen": 1, "faible": 2}[poids.valeur if poids else "moyen"]


class Enjeu(Modele):
    id: Identifiant
    axe: noms.Axe
    titre: Texte
    themes: list[noms.Theme] = []  # themes of the catalogue whose findings it gathers
    poids: Poids | None = None


class Absence(Modele):
    absent: Texte  # why the text does not give it


class DepartAbsent(Absence):
    # it could not be known: what it counts, or the register that counts it, did not exist
    sans_objet: bool = False


class ValeurDatee(Modele):
    valeur: float
    annee: int
    reference: Texte


class ServiceNouveau(ValeurDatee):
    """The start of a service that did not exist: zero, in the year that it opens or before.

    Written ``{service_nouveau: true, annee: 2026, reference: …}``, beside a dated value, or why
    there is none.
    """

    service_nouveau: Literal[True]
    valeur: float = Field(default=0, ge=0, le=0)


class Etape(Modele):
    """What an avenant has done of an element, as the plan is read on a day.

    Nobody writes it in ``convention.yaml``: ``donnees.plan.en_vigueur`` does, and ``plan.yaml`` of
    a closed year keeps it.
    """

    action: Action
    effet: date
    avenant: Numero
    raison: Texte | None = None


class Vivant(Modele):
    """An element that avenants may add, change, suspend, take up again, or abandon."""

    histoire: tuple[Etape, ...] = ()  # in the order of their effect

    @property
    def etat(self) -> EtatDuPlan:
        """Where it stands on the day that the plan is read."""
        if not self.histoire:
            return "en_vigueur"
        return ETAT_APRES[self.histoire[-1].action]

    @property
    def depuis(self) -> date | None:
        """The day from which it is in its state, None when no avenant is about it."""
        return self.histoire[-1].effet if self.histoire else None


class ModaliteAction(Vivant):  # a « modalité de mise en œuvre »
    numero: Numero
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


class IndicateurFiche(Vivant):
    """One of the fiche, in its words, or one that the catalogue proposes (no words)."""

    id: noms.IndicateurDeFiche
    libelle: Texte | None = None
    definition: Texte | None = None  # when the text says what it counts
    valeur_initiale: ValeurDatee | DepartAbsent | ServiceNouveau
    cible: ValeurDatee | Absence
    implicite: Implicite | None = None
    debut: date | None = None  # from which it is asked; from the beginning of its fiche unless told
    fin: date | None = None  # until which it is asked
    # the day of a year, « 08-31 », from which its value no longer changes: a summer's stay
    fin_de_saison: JourDeLAnnee | None = None
    references: list[Texte] = []
    note: Texte | None = None

    def est_acquis_le(self, annee: int) -> date:
        """Return the day from which its value of a year no longer changes: by default the last."""
        return date.fromisoformat(f"{annee}-{self.fin_de_saison or '12-31'}")

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


class Pilote(Modele):
    """Who conducts a fiche: a party, or a service; never a person."""

    partie: noms.Signataire | None = None
    service: noms.Responsable | None = None
    debut: date | None = None
    fin: date | None = None

    _soit = soit("partie", "service")

    @property
    def id(self) -> str:
        """The id of the party or of the service."""
        return self.partie or self.service or ""


class Fiche(Vivant):  # a fiche action in full; from ``contexte`` to ``analyses``, a reading of ours
    numero: Numero
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
    pilotes: list[Pilote] = []  # those that the text names, or that an avenant brought
    # the service that tells what became of it, where not the catalogue's
    responsable: noms.Responsable | None = None
    partenaires: list[Texte]
    resultats: Annotated[list[Resultat], noms.Unique("id", partout=True)]
    # one may serve several fiches
    indicateurs: Annotated[list[IndicateurFiche], noms.Unique("id")]
    contexte: list[noms.Contexte] = []  # public series that the final evaluation sets beside it
    # those, or indicators of the diagnostic, that its yearly report shows
    series_publiques: list[Identifiant] = []
    repond_a: list[noms.Indicateur] = []  # indicators of the diagnostic that it answers
    autres_explications: list[Texte] = []  # what else than the action may move its results
    offre: list[noms.Categorie] = []  # categories of the offer that it bears on
    modes: list[Identifiant] = []  # modes of care that it supports
    analyses: list[Analyse] = []
    reference: Texte

    @property
    def suivis(self) -> list[str]:
        """The ids of the indicators that it follows, in its order."""
        return [indicateur.id for indicateur in self.indicateurs]
