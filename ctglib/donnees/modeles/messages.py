"""Models of the first page: ``data/catalogue/messages.yaml``, and what the parties write in place of our messages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import Date, Identifiant, Modele, Texte


class Part(Modele):
    """How a share is said: « un allocataire sur cinq » takes ``un``, « six allocataires sur dix » ``plusieurs``."""

    nom: Texte
    un: Texte
    plusieurs: Texte


class GroupeDeParts(Modele):
    """Shares that make one message; ``preuves``: the tables that show them, the first that the report has."""

    id: Identifiant
    preuves: tuple[Texte, ...]
    indicateurs: dict[Identifiant, Part]


class ParTete(Modele):
    """A sum of amounts by head of a count, in each territory."""

    id: Identifiant
    numerateur: tuple[Identifiant, ...] = Field(min_length=1)
    denominateur: Identifiant
    phrase: Texte
    preuves: tuple[Texte, ...]


class ServicesAbsents(Modele):
    """How the services that a territory has none of are said, in the singular."""

    phrase: Texte
    preuves: tuple[Texte, ...]
    noms: dict[Identifiant, Texte]


class EnClair(Modele):
    """The plain-language summary: its sentences by use, and what difficult words mean."""

    fiches: int = Field(ge=1)
    phrases: dict[Identifiant, tuple[Texte, ...]]
    mots: dict[Texte, Texte]


class ReglesMessages(Modele):
    """``messages.yaml``: ``nombre`` messages of each kind a page, labels cut at ``signes``; the rest are sentences."""

    nombre: int = Field(ge=1)
    signes: int = Field(ge=20)
    parts: tuple[GroupeDeParts, ...]
    par_tete: tuple[ParTete, ...]
    services: ServicesAbsents
    incertitudes: dict[Identifiant, Texte]
    controle: dict[Identifiant, tuple[Texte, ...]]
    sans_point_ouvert: Texte
    sans_incertitude: Texte
    a_decider: dict[Identifiant, Texte]
    familles: dict[Identifiant, Texte]
    reste: Texte
    sans_decision: Texte
    territoire: dict[Identifiant, Texte]
    articles: dict[Texte, tuple[Texte, ...]]
    en_clair: EnClair

    def avec_article(self, nom: str) -> str:
        """Return the name of a party inside a sentence: « la Ville de Harnes »; as it is when its first word is new."""
        first = nom.split(" ")[0]
        article = next((article for article, words in self.articles.items() if first in words), "")
        return nom if not article else f"{article}{nom}" if article.endswith("'") else f"{article} {nom}"


class MessageDesParties(Modele):
    """What the parties say in place of one of our messages: ``rang`` is the one it replaces, 1 the first.

    ``rapport`` is the kind of report, with ``fiche`` for that of a fiche action.
    """

    rapport: Literal["diagnostic", "controle", "bilan", "fiche", "evaluation"]
    fiche: int | None = None
    rubrique: Literal["messages", "incertitudes", "decisions"] = "messages"
    rang: int = Field(ge=1)
    texte: Texte
    auteur: Texte
    date: Date


class MessagesDesParties(Modele):
    """``messages.yaml`` of a convention, or of a year of its follow-up."""

    messages: tuple[MessageDesParties, ...] = ()
