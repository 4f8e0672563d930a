"""A year's follow-up: bilan, appreciations, participation; and the workbook that services fill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ctglib.donnees.modeles import (
    Annee,
    CodeStatut,
    Identifiant,
    Modele,
    Positif,
    Texte,
    complet,
    noms,
)
from ctglib.donnees.modeles.plan import Absence, Fiche

StatutBilan = Literal["provisoire", "definitif"]
EtatDecision = Literal["adoptee", "rejetee"]
ADOPTEE: EtatDecision = "adoptee"
REJETEE: EtatDecision = "rejetee"
EtatSuite = Literal["faite", "en_cours", "abandonnee", "rejetee", "non_renseignee"]
# Of a decision that is still to be followed.
SUITES_OUVERTES: tuple[EtatSuite, ...] = ("en_cours", "non_renseignee")
StatutAction = Literal[
    "prevue", "en_cours", "realisee", "partielle", "reportee", "abandonnee", "non_renseignee"
]
Nature = Literal["etp", "euros", "investissement"]
Public = Literal["familles", "professionnels", "partenaires"]
AUTRES = "autres"
NomDeFeuille = Literal[
    "actions",
    "indicateurs",
    "communes",
    "moyens",
    "profils",
    "posture",
    "appreciations",
    "participation",
    "premiere_page",
]
Pli = Literal["indicateurs", "moyens", "profils"]
# What a service is asked for, and may be missing.
NatureDemandee = Literal["valeur", "etat", "moyen", "niveau", "appreciation"]
Refus = Literal[
    "titre",
    "ecrite",
    "liste",
    "date",
    "date_bornee",
    "texte",
    "entier",
    "entier_borne",
    "nombre",
    "nombre_borne",
]
NomDeRubrique = Literal[
    "date_arretee",
    "statut",
    "comite_date",
    "comite_absence",
    "suite",
    "decision",
    "reussites",
    "difficultes",
    "perspectives",
    "consultations",
    "cooperation",
    "exemples",
    "chapo",
    "constat",
]


class Decision(Modele):  # what the comité voted, for next year's bilan to say what became of it
    id: Identifiant
    texte: Texte
    etat: EtatDecision = ADOPTEE
    responsable: Texte | None = None
    echeance: date | None = None
    # what it is about: actions of a fiche, indicators
    fiche: noms.Fiche | None = None
    modalites: tuple[noms.ModaliteDUneFiche, ...] = ()
    indicateurs: tuple[noms.IndicateurDeFiche, ...] = ()


def nom_de_la_decision(regle: str, annee: int) -> str:
    """Return the id of the decision of a comité that answers a proposal: « reconduction_2026 »."""
    return f"{regle}_{annee}"


class Suite(Modele):
    decision: Identifiant  # of the comité of an earlier year
    etat: EtatSuite
    raison: Texte | None = None  # why it was dropped, or put off
    echeance: date | None = None  # the new one, when it was put off
    commentaire: Texte | None = None


class Comite(Modele):
    date: date | Absence
    decisions: Annotated[tuple[Decision, ...], noms.Unique("id")] = ()
    suites: Annotated[tuple[Suite, ...], noms.Unique("decision")] = ()

    @property
    def adoptees(self) -> tuple[Decision, ...]:
        """The decisions that were taken: those rejected have no follow-up."""
        return tuple(decision for decision in self.decisions if decision.etat != REJETEE)


class Bilan(Modele):  # ``bilan.yaml``; a year without the file is ``Bilan(annee=…)``
    annee: Annee
    # « today » of its reports
    date_arretee: date = Field(default_factory=lambda lus: date(lus["annee"], 12, 31))
    statut: StatutBilan = "provisoire"
    comite: Comite | None = None

    @property
    def est_clos(self) -> bool:
        """Whether the year is closed: its bilan is « définitif »."""
        return self.statut == "definitif"


class Appreciation(Modele):  # what the parties think of a fiche's year, one sentence an item
    fiche: noms.Fiche
    reussites: tuple[Texte, ...] = ()
    difficultes: tuple[Texte, ...] = ()
    perspectives: tuple[Texte, ...] = ()


class Appreciations(Modele):
    appreciations: Annotated[tuple[Appreciation, ...], noms.Unique("fiche")] = ()


class Consultation(Modele):  # some people who were asked
    public: Public
    combien: int = Field(ge=0)  # answered; 0: nobody was asked
    date: date
    comment: Texte | None = None
    change: Texte | None = None


class Exemple(Modele):  # something that happened, one a day, and the axis that it shows
    axe: noms.Axe
    date: date
    texte: Texte


class Participation(Modele):  # ``participation.yaml``
    consultations: tuple[Consultation, ...] = ()
    cooperation: tuple[Texte, ...] = ()  # what the partners do together that they did not
    exemples: tuple[Exemple, ...] = ()  # one an axis


class Intitule(Modele):  # what is said of a column
    titre: Texte
    aide: str


class ColonneGabarit(Modele):
    id: Identifiant
    titre: Texte
    # tells the rows apart, is written for the reader, or is to be filled
    role: Literal["cle", "rappel", "saisie"]
    # phrases: one a line
    type: Literal["texte", "texte_long", "phrases", "nombre", "date", "liste"]
    liste: Identifiant | None = None  # where it chooses; None: its row says it
    # a column of the same row, whose code says which words of the list may follow
    selon: Identifiant | None = None
    largeur: float = Field(gt=0)
    attendue: bool = False
    masquee: bool = False  # written, and not seen: a code
    # a column on whose cells its texts are notes: it is not written, and a former workbook has it
    note: Identifiant | None = None
    # columns that it is about: lost when none of them is filled
    accompagne: tuple[Identifiant, ...] = ()
    aide: str = ""
    signes: Positif | None = None  # of a text, at most; None, as many as of any other
    # what is said of it in the first year of a convention, in place of the rest
    premiere_annee: Intitule | None = None

    @property
    def titres(self) -> set[str]:
        """Return the titles that a workbook may give it: of the first year, and of the others."""
        return {self.titre, self.premiere_annee.titre if self.premiere_annee else self.titre}

    @property
    def de_la_premiere_annee(self) -> ColonneGabarit:
        """Return the column as the first year has it; its other title may still be read."""
        if self.premiere_annee is None:
            return self
        autre = Intitule(titre=self.titre, aide=self.aide)
        intitule = self.premiere_annee
        return self.model_copy(
            update={"titre": intitule.titre, "aide": intitule.aide, "premiere_annee": autre}
        )


class FeuilleGabarit(Modele):
    id: NomDeFeuille
    titre: Texte
    resume: Texte
    consigne: Texte
    figees: int = Field(ge=0)  # columns that stay in view
    lignes_libres: int = 0  # empty rows after those already written
    colonnes: tuple[ColonneGabarit, ...] = Field(min_length=2)

    @property
    def ecrites(self) -> dict[int, ColonneGabarit]:
        """Return the columns that a workbook has, by number, from 1."""
        ecrites = [colonne for colonne in self.colonnes if not colonne.note]
        return dict(enumerate(ecrites, 1))


class PartieModeEmploi(Modele):  # a heading of the first sheet
    titre: Texte
    contenu: Literal["lignes", "feuilles", "legende"] = "lignes"
    # in the workbook of the first year of a convention, of the others, of all of them
    quand: Literal["toujours", "premiere_annee", "annees_suivantes"] = "toujours"
    lignes: tuple[Texte, ...] = ()


class Rubrique(Modele):  # what a row of the sheets of texts asks for
    sujet: str  # empty: its fiche, axis or public is it
    libelle: Texte
    # its entry cells, and the column of the follow-up that each is
    cellules: dict[Identifiant, Identifiant]
    liste: Identifiant | None = None


class Parts(Modele):  # which service fills what; ``principal`` fills what no other does
    principal: noms.Responsable = "coordination"
    fiches: dict[noms.Fiche, noms.Responsable] = {}
    dispositifs: dict[noms.Dispositif, noms.Responsable] = {}
    signataires: dict[noms.Signataire, noms.Responsable] = {}

    def de_fiche(self, fiche: Fiche) -> str:
        """Return who tells what became of a fiche: the service that it names first, or else this
        file's.
        """
        return fiche.responsable or self.des_moyens(fiche.numero)

    def des_moyens(self, fiche: str) -> str:
        """Return who tells the means of a fiche where its signatory has no service of its own."""
        return self.fiches.get(fiche, self.principal)


class PosteDeSignataire(Modele):  # a means that a signatory gives
    signataire: noms.Donateur
    poste: noms.Poste
    fiches: tuple[noms.Fiche, ...] = ()  # that it is given to; none: it is of no fiche
    soutenues: bool = False  # only of the structures that the convention lists as supported
    facultatif: Texte | None = None  # why its rows are folded, to be filled by whom has the figure


class MoyensParStructure(Modele):
    """The structures of the offer that have rows of their own, and the means of each."""

    gestions: tuple[noms.Gestion, ...] = ()
    categories: tuple[noms.Categorie, ...] = ()
    postes: tuple[PosteDeSignataire, ...] = ()


class MoyensGabarit(Modele):
    """The rows of the sheet of means. A signatory that no row names is one of the « autres »."""

    par_fiche: tuple[PosteDeSignataire, ...] = ()
    par_structure: MoyensParStructure = MoyensParStructure()

    def signataires(self, item: PosteDeSignataire, parties: Iterable[str]) -> list[str]:
        """Return the parties that a row of the workbook stands for."""
        postes = [*self.par_fiche, *self.par_structure.postes]
        signataires_nommes = {poste.signataire for poste in postes}
        if item.signataire == AUTRES:
            return [partie for partie in parties if partie not in signataires_nommes]
        return [partie for partie in parties if partie == item.signataire]


class CollecteAnnuelle(Modele):  # ``collecte.yaml`` of a convention. Absent, no means are asked for
    parts: Parts = Parts()
    moyens: MoyensGabarit = MoyensGabarit()

    @property
    def demande_des_moyens(self) -> bool:
        """Whether the workbook of a year has rows for the means of somebody."""
        return bool(self.moyens.par_fiche or self.moyens.par_structure.postes)

    def donateurs(self, fiche: str, parties: Sequence[str]) -> set[str]:
        """Return the parties that the workbook asks for what they give to a fiche."""
        donateurs: set[str] = set()
        for poste in self.moyens.par_fiche:
            if fiche in poste.fiches:
                donateurs.update(self.moyens.signataires(poste, parties))
        return donateurs


class Element(Modele):  # the noun of what may be missing
    un: Texte
    plusieurs: Texte


class LettreDeLaCoordination(Modele):  # what it asks of itself: what a letter says in its place
    expediteur: tuple[Texte, ...]
    destinataire: Texte
    objet: Texte
    paragraphes: tuple[Texte, ...]
    reponse: Texte
    fin: Texte
    signature: str


class Lettre(Modele):  # the letter to a service
    expediteur: tuple[Texte, ...]
    destinataire: Texte
    lieu_et_date: Texte
    jour_d_envoi: Texte  # what stands for it where no program writes the day
    objet: Texte
    paragraphes: tuple[Texte, ...]
    une_annee: Texte
    des_annees: Texte
    de_la_fiche: Texte  # what is asked of a fiche, when its words do not say which
    demande: Texte
    plus_le_depart: Texte  # the years asked, when a value of before the convention is too
    depart: Texte  # how that one is called
    ou_est_le_depart: Texte  # where it is written
    reponse: Texte
    jour_a_choisir: Texte
    fin: Texte
    signature: str
    delai: Texte  # when an answer is awaited
    pour_la_coordination: LettreDeLaCoordination

    @property
    def a_elle_meme(self) -> Lettre:
        """Return the letter as the coordination writes it for itself."""
        textes = self.pour_la_coordination.model_dump()
        return self.model_copy(update=textes)


class RenvoiGabarit(Modele):
    """The first sheet of a workbook that goes back to be corrected."""

    titre: Texte
    consignes: tuple[Texte, ...]
    # where, what about, found, expected, to do
    colonnes: tuple[Texte, Texte, Texte, Texte, Texte]
    largeurs: tuple[float, float, float, float, float]
    perdues: Texte  # the heading of what found no place


class NomsDePersonnes(Modele):  # how a person's name shows in a text
    civilites: tuple[Texte, ...]
    mots_admis: tuple[Texte, ...]  # first words of capitalised groups that are none


class Gabarit(CollecteAnnuelle):
    """``gabarit.yaml``, with what a convention's ``collecte.yaml`` asks for."""

    version: Positif
    rappel_long: Positif  # signs of a reminder in view; the whole is its note
    titre: Texte
    sous_titre: Texte
    mode_emploi: tuple[PartieModeEmploi, ...]
    legende: dict[Literal["attendue", "facultative", "rappel", "fermee"], Texte]
    refus: Annotated[dict[Refus, Texte], complet(Refus)]
    etats_de_valeur: dict[CodeStatut, Texte]
    diffusions: dict[Literal["interne", "publique"], Texte]
    domaines: dict[Literal["attendus", "activites"], Texte]
    fonctions: tuple[Texte, ...] = Field(min_length=1)
    rubriques: Annotated[dict[NomDeRubrique, Rubrique], complet(NomDeRubrique)]
    nombre_de_decisions: Positif
    plis: Annotated[dict[Pli, Texte], complet(Pli)]  # the headings of the folded rows
    elements: Annotated[dict[NatureDemandee, Element], complet(NatureDemandee)]
    depart: Element  # the noun of an initial value
    lettre: Lettre
    renvoi: RenvoiGabarit
    feuilles: Annotated[tuple[FeuilleGabarit, ...], complet(NomDeFeuille)]
    noms: NomsDePersonnes
    signee_ce_jour: Texte  # that a line without a day was signed on that of its import

    @property
    def par_feuille(self) -> dict[str, FeuilleGabarit]:
        """Return the sheets by id."""
        return {feuille.id: feuille for feuille in self.feuilles}
