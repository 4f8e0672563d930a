"""A year's follow-up (bilan, appreciations, participation), and the avenants that change what it is held to."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from ctglib.donnees.modeles import Annee, Identifiant, Modele, Positif, Texte, noms
from ctglib.donnees.modeles.convention import Absence

StatutBilan = Literal["provisoire", "definitif"]
EtatSuite = Literal["faite", "en_cours", "abandonnee", "non_renseignee"]
StatutAction = Literal["prevue", "en_cours", "realisee", "partielle", "reportee", "abandonnee", "non_renseignee"]
Nature = Literal["etp", "euros", "investissement"]
NatureDeChangement = Literal["cible", "definition", "fiche", "indicateur", "duree"]
Public = Literal["familles", "professionnels", "partenaires"]


class Decision(Modele):  # what the comité decided, for next year's bilan to say what became of it
    id: Identifiant
    texte: Texte
    responsable: Texte | None = None
    echeance: date | None = None


class Suite(Modele):
    decision: Identifiant  # of last year's comité
    etat: EtatSuite
    commentaire: Texte | None = None


class Comite(Modele):
    date: date | Absence
    decisions: tuple[Decision, ...] = ()
    suites: tuple[Suite, ...] = ()


class Bilan(Modele):  # ``bilan.yaml``; a year without the file is ``Bilan(annee=…)``
    annee: Annee
    date_arretee: date = Field(default_factory=lambda lus: date(lus["annee"], 12, 31))  # « today » of its reports
    statut: StatutBilan = "provisoire"
    comite: Comite | None = None


class Appreciation(Modele):  # what the parties think of a fiche's year, one sentence an item
    fiche: noms.Fiche
    reussites: tuple[Texte, ...] = ()
    difficultes: tuple[Texte, ...] = ()
    perspectives: tuple[Texte, ...] = ()


class Appreciations(Modele):
    appreciations: tuple[Appreciation, ...] = ()


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


class Changement(Modele):
    """One change. ``element`` is the id of an indicator (cible, definition, indicateur) or the number of a fiche.

    A ``cible`` has a number and its ``annee``; a ``duree`` has no element, and its ``nouveau`` is the new last day.
    """

    nature: NatureDeChangement
    element: int | Texte | None = None
    ancien: float | Texte | None = None
    nouveau: float | Texte | None = None
    annee: Annee | None = None
    effet: date

    @model_validator(mode="after")
    def _selon_la_nature(self) -> Changement:
        if (self.element is None) != (self.nature == "duree"):
            raise ValueError("un élément pour chaque changement, sauf pour la durée, qui n'en a pas")
        if self.nature == "fiche" and not isinstance(self.element, int):
            raise ValueError("le numéro d'une fiche, sans guillemets, pour un changement de nature « fiche »")
        if self.nature == "cible" and (self.annee is None or not isinstance(self.nouveau, float | int)):
            expected = "pour une cible, un nombre dans « nouveau » et l'année à laquelle l'atteindre dans « annee »"
            raise ValueError(expected)
        _ = self.nouvelle_fin  # a duration whose last day is no date is refused
        return self

    @property
    def nouvelle_fin(self) -> date | None:
        """Return the last day of the convention after this change, None when it does not touch its duration."""
        if self.nature != "duree":
            return None
        try:
            return date.fromisoformat(str(self.nouveau))
        except ValueError:
            raise ValueError("pour une durée, le nouveau dernier jour dans « nouveau » : 2027-12-31") from None


class Avenant(Modele):
    numero: Positif
    date: date  # of signature
    objet: Texte
    reference: Texte  # where it is kept
    changements: tuple[Changement, ...] = ()


class Avenants(Modele):
    avenants: tuple[Avenant, ...] = ()  # in the order of signature
