"""The plan of a convention as it stands on a day: what the text wrote, and what avenants did of it;
the copy of it that a closed year keeps.

What an avenant withdraws is no longer there. What it suspends or abandons is there still, and its
``histoire`` says so: reports tell it, and nobody is asked about it (``dispense``).
"""

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal, TypeVar

from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets, lister
from ctglib.donnees.modeles.avenants import Avenant, Changement
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.cloture import PlanClos
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import (
    DepartAbsent,
    Etape,
    Fiche,
    IndicateurFiche,
    ModaliteAction,
    Vivant,
)
from ctglib.donnees.numeros import ordre
from ctglib.donnees.yaml_strict import charger_yaml

Element = TypeVar("Element", bound=Vivant)
# A change that the plan takes in; targets and definitions are read by the calculations, which set
# the old one beside the new.
DU_PLAN = ("fiche", "modalite", "indicateur", "pilote", "partie")
PLAN = "plan.yaml"  # in the folder of a year that is closed


def est_du(echeance: Any, jour: Any) -> Any:
    """Tell whether what has a deadline is due on a day: it is on that very day.

    One rule for targets, actions and decisions. Two dates, or a column of them and a date of its
    kind.
    """
    return echeance <= jour


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
class Acte:
    """A change, and the avenant that makes it."""

    avenant: Avenant
    changement: Changement

    @property
    def etape(self) -> Etape:
        """What the histoire of the element says of it."""
        return Etape(
            action=self.changement.action,
            effet=self.changement.effet,
            avenant=str(self.avenant.numero),
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
    for acte in actes(avenants, connus_le=connus_le):
        if acte.changement.effet <= jour:
            convention = apres(convention, acte)
    return convention


def rembobine(plan: Convention, jour: date) -> Convention:
    """Return a plan as it stood on an earlier day, as far as its histoire tells.

    What was added since is taken away, what was suspended or abandoned since is in force again.
    What was withdrawn is not known any more.
    """

    def alors(elements: Iterable[Element]) -> list[Element]:
        """Return the elements that were there, with the steps of their histoire up to that day."""
        presents = []
        for element in elements:
            passees = tuple(etape for etape in element.histoire if etape.effet <= jour)
            if passees or not any(etape.action == "ajouter" for etape in element.histoire):
                presents.append(element.model_copy(update={"histoire": passees}))
        return presents

    fiches = [
        fiche.model_copy(
            update={
                "modalites": alors(fiche.modalites),
                "indicateurs": alors(fiche.indicateurs),
            }
        )
        for fiche in alors(plan.fiches)
    ]
    return plan.model_copy(update={"fiches": fiches})


def encore_en_vigueur(convention: Convention, avenants: Iterable[Avenant]) -> Convention:
    """Return what is in force of a convention once all its avenants count.

    What they suspend, abandon or withdraw is not there, nor what the text leaves open about a fiche
    that is no longer: nobody is asked about it.
    """
    plan = en_vigueur(convention, avenants, date.max)
    fiches = []
    for fiche in plan.fiches:
        if dispense(fiche, date.max) in ARRETES:
            continue
        modalites = [
            modalite
            for modalite in fiche.modalites
            if dispense(fiche, date.max, modalite) not in ARRETES
        ]
        indicateurs = [
            indicateur
            for indicateur in fiche.indicateurs
            if dispense(fiche, date.max, indicateur) not in ARRETES
        ]
        suivis = {"modalites": modalites, "indicateurs": indicateurs}
        fiches.append(fiche.model_copy(update=suivis))
    arretees = {fiche.reference for fiche in convention.fiches}
    arretees -= {fiche.reference for fiche in fiches}
    # « annexe 3, fiche action 1 » is cited by « annexe 2 et annexe 3, fiche action 1 », not by
    # « annexe 3, fiche action 10 ».
    citations = [re.compile(rf"{re.escape(reference)}(?![\w.])") for reference in arretees]
    lacunes = [
        lacune
        for lacune in plan.lacunes
        if not any(citation.search(lacune.reference) for citation in citations)
    ]
    return plan.model_copy(update={"fiches": fiches, "lacunes": lacunes})


def actes(avenants: Iterable[Avenant], *, connus_le: date | None = None) -> list[Acte]:
    """Return the changes of the plan that avenants make, in the order of their effect.

    ``connus_le`` is the day up to which avenants count; all of them by default.
    """
    des_avenants = [
        Acte(avenant, changement)
        for avenant in avenants
        if connus_le is None or avenant.connu_le(connus_le)
        for changement in avenant.changements
        if changement.nature in DU_PLAN
    ]
    return sorted(des_avenants, key=lambda acte: acte.changement.effet)


def apres(convention: Convention, acte: Acte) -> Convention:
    """Return a convention once a change is made."""
    changement = acte.changement
    if changement.nature == "partie":
        parties = [partie for partie in convention.parties if partie.id != changement.element]
        if changement.partie_ecrite:
            parties.append(changement.partie_ecrite)
        return convention.model_copy(update={"parties": parties})
    if changement.nature == "fiche":
        fiches = _appliquer(acte, convention.fiches, "numero", changement.fiche_ecrite)
    else:
        fiches = [
            _dans_la_fiche(fiche, acte) if str(fiche.numero) == str(changement.fiche) else fiche
            for fiche in convention.fiches
        ]
    return convention.model_copy(update={"fiches": fiches})


# Why nobody is asked about an element; "" when somebody is.
Dispense = Literal[
    "", "faite", "abandonnee", "suspendue", "non_commencee", "terminee", "hors_du_plan"
]
# What nobody is asked about any more, whatever the year.
ARRETES: tuple[Dispense, ...] = ("abandonnee", "suspendue")


def dispense(
    fiche: Fiche,
    jour: date,
    element: ModaliteAction | IndicateurFiche | None = None,
    *,
    dernier_etat: str = "",
) -> Dispense:
    """Return why nobody is asked about a fiche, or an element of it, on a day; "" when they are.

    The workbook, the letters, the counts of what is missing, page 1, the dossier and the next
    convention all ask it here. What is withdrawn is not in the plan, and needs no reason.

    Args:
        fiche: As the plan of the day has it.
        jour: The last day of what is asked for: that on which a year is stopped.
        element: A modalité or an indicator of the fiche; the fiche itself by default.
        dernier_etat: The last state of a modalité that is known. What is done stays done.
    """
    if dernier_etat == "realisee":
        return "faite"

    vivants: list[Vivant] = [fiche]
    if element is not None:
        vivants.append(element)
    etats = {vivant.etat for vivant in vivants}
    if "abandonne" in etats or dernier_etat == "abandonnee":
        return "abandonnee"
    if "suspendu" in etats:
        return "suspendue"
    if commence_le(fiche, element) > jour:
        return "non_commencee"
    fin = element.fin if isinstance(element, IndicateurFiche) else None
    # It is asked about for the year in which it ends.
    if fin is not None and fin.year < jour.year:
        return "terminee"
    return ""


def derniere_etape(fiche: Fiche, element: Vivant | None = None) -> Etape | None:
    """Return what suspends or abandons a fiche, or an element of it: the step of the fiche before
    that of the element, None when both are in force.
    """
    for vivant in (fiche, element):
        if vivant is not None and vivant.etat != "en_vigueur":
            return vivant.histoire[-1]
    return None


def commence_le(fiche: Fiche, element: ModaliteAction | IndicateurFiche | None = None) -> date:
    """Return the day from which a fiche, or an element of it, is in the plan and has begun."""
    debuts = [fiche.debut]
    vivants: list[Vivant] = [fiche]
    if element is not None:
        debuts = [element.debut or fiche.debut]
        vivants.append(element)
    for vivant in vivants:
        debuts += [etape.effet for etape in vivant.histoire if etape.action == "ajouter"]
    return max(debuts)


def premiere_annee(convention: Convention, fiche: Fiche, element: IndicateurFiche) -> int:
    """Return the first year of the series of an indicator: that of the convention, or its own when
    an avenant has added it.
    """
    if est_ajoute(fiche, element):
        return commence_le(fiche, element).year
    return convention.debut.year


def depart_utile(
    convention: Convention, fiche: Fiche, element: IndicateurFiche, indicateur: Indicateur
) -> bool:
    """Tell whether a value of the year before the convention would serve an indicator: it is a
    number that is followed from the beginning, that could be known, and no break since.
    """
    debut = convention.debut.year
    if isinstance(element.valeur_initiale, DepartAbsent) and element.valeur_initiale.sans_objet:
        return False
    if indicateur.table != "observations" or premiere_annee(convention, fiche, element) != debut:
        return False
    return not any(debut - 1 < rupture.annee for rupture in indicateur.ruptures)


def est_ajoute(fiche: Fiche, element: Vivant) -> bool:
    """Tell whether an avenant brought an element, or the fiche that it is in."""
    histoire = (*fiche.histoire, *element.histoire)
    return any(etape.action == "ajouter" for etape in histoire)


def _dans_la_fiche(fiche: Fiche, acte: Acte) -> Fiche:
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
    acte: Acte, elements: Iterable[Element], cle: str, ecrit: Element | None
) -> list[Element]:
    """Return elements once a change is made to the one that it names.

    What is withdrawn goes, what is added comes where its number belongs, or last, what is changed
    keeps its place; the others get a step of ``histoire``.
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
        if changement.action == "changer" and ecrit is None:  # in words, beside the text
            resultat.append(element)
            continue
        nouveau = ecrit or element
        histoire = (*element.histoire, acte.etape)
        resultat.append(nouveau.model_copy(update={"histoire": histoire}))
    if not trouve and ecrit and changement.action == "ajouter":
        ajoute = ecrit.model_copy(update={"histoire": (acte.etape,)})
        resultat.insert(_place(resultat, ajoute, cle), ajoute)
    return resultat


def _place(elements: Sequence[Element], ajoute: Element, cle: str) -> int:
    """Return where an element goes among others: in the order of the numbers when they are in it,
    last otherwise.
    """
    if cle != "numero":
        return len(elements)
    rangs = [ordre(getattr(element, cle)) for element in elements]
    if rangs != sorted(rangs):
        return len(elements)
    return bisect(rangs, ordre(getattr(ajoute, cle)))
