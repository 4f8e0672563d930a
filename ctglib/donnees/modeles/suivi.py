"""Models of a year's follow-up, ``suivi/<annee>``: bilan.yaml and appreciations.yaml."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import Annee, Identifiant, Modele, Texte
from ctglib.donnees.modeles.convention import Absence

StatutBilan = Literal["provisoire", "definitif"]
EtatSuite = Literal["faite", "en_cours", "abandonnee", "non_renseignee"]
StatutAction = Literal["prevue", "en_cours", "realisee", "partielle", "reportee", "abandonnee", "non_renseignee"]
Nature = Literal["etp", "euros"]
Domaine = Literal["attendus", "activites"]
Diffusion = Literal["interne", "publique"]


class Decision(Modele):
    """What the comité decided, for next year's bilan to say what became of it."""

    id: Identifiant
    texte: Texte
    responsable: Texte | None = None
    echeance: date | None = None


class Suite(Modele):
    """What became of a decision of last year's comité."""

    decision: Identifiant
    etat: EtatSuite
    commentaire: Texte | None = None


class Comite(Modele):
    """The year's comité de pilotage: its date or why there is none, its decisions, the fate of last year's."""

    date: date | Absence
    decisions: tuple[Decision, ...] = ()
    suites: tuple[Suite, ...] = ()


class Bilan(Modele):
    """``bilan.yaml``. ``date_arretee`` is the « today » of the year's reports; ``comite`` is None when nothing is said.

    A year without the file is ``Bilan(annee=…)``: provisional, at 31 December, its comité unknown.
    """

    annee: Annee
    date_arretee: date = Field(default_factory=lambda lus: date(lus["annee"], 12, 31))
    statut: StatutBilan = "provisoire"
    comite: Comite | None = None


class Appreciation(Modele):
    """What the parties think of a fiche's year, one sentence an item."""

    fiche: int = Field(ge=1)
    reussites: tuple[Texte, ...] = ()
    difficultes: tuple[Texte, ...] = ()
    perspectives: tuple[Texte, ...] = ()


class Appreciations(Modele):
    """``appreciations.yaml``."""

    appreciations: tuple[Appreciation, ...] = ()
