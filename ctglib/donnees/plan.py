"""The plan of a convention as it stands on a day: what the text wrote, and what avenants did of it;
the copy of it that a closed year keeps.

What an avenant withdraws is no longer there. What it suspends or abandons is there still, and its
``histoire`` says so: reports tell it, and nobody is asked about it (``demandes`` and the like).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TypeVar

from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets, lister
from ctglib.donnees.modeles.avenants import Avenant, Changement
from ctglib.donnees.modeles.cloture import PlanClos
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Etape, Fiche, Vivant
from ctglib.donnees.yaml_strict import charger_yaml

Element = TypeVar("Element", bound=Vivant)
# A change that the plan takes in; targets and definitions are read by the calculations, which set
# the old one beside the new.
DU_PLAN = ("fiche", "modalite", "indicateur", "pilote", "partie")
PLAN = "plan.yaml"  # in the folder of a year that is closed


def dossier_du_suivi(convention: str) -> str:
    """Return the folder of the years of follow-up."""
    return f"{CONVENTIONS}/{convention}/suivi"


def chemin_du_plan(convention: str, annee: int) -> str:
    """Return the file that keeps the plan of a year once it is closed."""
    return f"{dossier_du_suivi(convention)}/{annee}/{PLAN}"


def plan_clos(convention: str, annee: int) -> PlanClos | None:
    """Return what a year kept when it was closed, None while it is open."""
    chemin = chemin_du_plan(convention, annee)
    return charger_yaml(chemin, PlanClos) if existe(chemin) else None


def saisies(convention: str, annee: int) -> dict[str, str]:
    """Return the SHA-256 of each file that the parties entered for a year, by path in the data
    folder.
    """
    dossier = f"{dossier_du_suivi(convention)}/{annee}"
    empreintes = {}
    for nom in lister(dossier):
        if nom != PLAN and nom.endswith((".csv", ".yaml")):
            chemin = f"{dossier}/{nom}"
            empreintes[chemin] = sha256(lire_octets(chemin)).hexdigest()
    return empreintes


def saisies_changees(convention: str, annee: int, copie: PlanClos) -> dict[str, str]:
    """Return what became of the files of a closed year that are not as they were, by path.

    « changé », « ajouté » or « retiré ».
    """
    actuelles = saisies(convention, annee)
    changees = {}
    for chemin in sorted({*copie.saisies, *actuelles}):
        if chemin not in actuelles:
            changees[chemin] = "retiré"
        elif chemin not in copie.saisies:
            changees[chemin] = "ajouté"
        elif actuelles[chemin] != copie.saisies[chemin]:
            changees[chemin] = "changé"
    return changees


def avenants_ignores(avenants: Iterable[Avenant], annee: int, copie: PlanClos) -> list[Avenant]:
    """Return the avenants that have an effect in a closed year, and that its copy does not have."""
    ignores = []
    for avenant in avenants:
        effets = [changement.effet.year for changement in avenant.changements]
        if avenant not in copie.avenants and min(effets, default=annee + 1) <= annee:
            ignores.append(avenant)
    return ignores


@dataclass(frozen=True)
class _Acte:
    """A change, and the number of the avenant that makes it."""

    avenant: str
    changement: Changement

    @property
    def etape(self) -> Etape:
        """What the histoire of the element says of it."""
        return Etape(
            action=self.changement.action,
            effet=self.changement.effet,
            avenant=self.avenant,
            raison=self.changement.raison,
        )


def en_vigueur(
    convention: Convention,
    avenants: Iterable[Avenant],
    jour: date,
    *,
    connus_le: date | None = None,
) -> Convention:
    """Return a convention as it stands on a day.

    Args:
        convention: As it was signed.
        avenants: All those that are entered.
        jour: The day on which the plan is read: a change counts from its effect.
        connus_le: The day up to which avenants count; all of them by default.
    """
    actes = [
        _Acte(avenant.numero, changement)
        for avenant in avenants
        if connus_le is None or avenant.connu_le(connus_le)
        for changement in avenant.changements
        if changement.nature in DU_PLAN and changement.effet <= jour
    ]
    actes.sort(key=lambda acte: acte.changement.effet)
    parties = list(convention.parties)
    fiches = list(convention.fiches)
    for acte in actes:
        changement = acte.changement
        if changement.nature == "partie":
            parties = [partie for partie in parties if partie.id != changement.element]
            if changement.partie_ecrite:
                parties.append(changement.partie_ecrite)
        elif changement.nature == "fiche":
            fiches = _appliquer(acte, fiches, "numero", changement.fiche_ecrite)
        else:
            fiches = [
                _dans_la_fiche(fiche, acte) if fiche.numero == changement.fiche else fiche
                for fiche in fiches
            ]
    if not actes:
        return convention
    return convention.model_copy(update={"parties": parties, "fiches": fiches})


def _dans_la_fiche(fiche: Fiche, acte: _Acte) -> Fiche:
    """Return a fiche once a change of one of its modalités, indicators or pilots is made."""
    changement = acte.changement
    if changement.nature == "modalite":
        modalites = _appliquer(acte, fiche.modalites, "numero", changement.modalite_ecrite)
        return fiche.model_copy(update={"modalites": modalites})
    if changement.nature == "indicateur":
        indicateurs = _appliquer(acte, fiche.indicateurs, "id", changement.indicateur_ecrit)
        return fiche.model_copy(update={"indicateurs": indicateurs})
    pilotes = [pilote for pilote in fiche.pilotes if pilote.id != changement.element]
    if changement.action == "ajouter" and changement.pilote_ecrit:
        nouveau = changement.pilote_ecrit.model_copy(update={"debut": changement.effet})
        pilotes.append(nouveau)
    return fiche.model_copy(update={"pilotes": pilotes})


def _appliquer(
    acte: _Acte, elements: Iterable[Element], cle: str, ecrit: Element | None
) -> list[Element]:
    """Return elements once a change is made to the one that it names.

    What is withdrawn goes, what is added comes last, what is changed keeps its place; the others
    get a step of ``histoire``.
    """
    changement = acte.changement
    resultat = []
    trouve = False
    for element in elements:
        if getattr(element, cle) != changement.element:
            resultat.append(element)
            continue
        trouve = True
        if changement.action == "retirer":
            continue
        nouveau = ecrit or element
        histoire = (*element.histoire, acte.etape)
        resultat.append(nouveau.model_copy(update={"histoire": histoire}))
    if not trouve and ecrit and changement.action == "ajouter":
        resultat.append(ecrit.model_copy(update={"histoire": (acte.etape,)}))
    return resultat
