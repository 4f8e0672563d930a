"""The first page of every report: three messages, three uncertainties, three decisions, each with its proof.

What the diagnostic says is in ``diagnostic``, what the years say in ``messages_suivi``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from ctglib.document.blocs import Groupe, Lien, Liste, Renvoi, sous_titre
from ctglib.document.typographie import date_longue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.blocs import Texte
    from ctglib.donnees.modeles.rapports import MessageDesParties, ReglesMessages

RUBRIQUES = {"messages": "À retenir", "incertitudes": "Ce qui est incertain", "decisions": "À décider"}


@dataclass(frozen=True)
class Message:
    """A sentence of the first page.

    Args:
        texte: The sentence, whole.
        preuves: Anchors of what shows it (« tableau-etats »): the first that the report has is referred to.
        page: Address and title of another report that shows it, where this one does not.
    """

    texte: str
    preuves: tuple[str, ...] = ()
    page: tuple[str, str] | None = None


class Messages(Protocol):
    """What a report has to say, what matters most first."""

    def messages(self) -> Iterable[Message]:
        """Return what to know."""

    def incertitudes(self) -> Iterable[Message]:
        """Return what is not sure, or not known."""

    def decisions(self) -> Iterable[Message]:
        """Return what is to be decided."""


def page_une(regles: ReglesMessages, dits: Messages, ecrits: Iterable[MessageDesParties] = ()) -> Groupe:
    """Return the first page: the first messages of each kind, those that the parties wrote in their places.

    Args:
        regles: How many.
        dits: What the report has to say.
        ecrits: What the parties wrote for this report.
    """
    page, written = Groupe(), sorted(ecrits, key=lambda item: item.rang)
    for name, found in zip(RUBRIQUES, (dits.messages(), dits.incertitudes(), dits.decisions()), strict=True):
        first = islice(dict.fromkeys(found), regles.nombre)  # the same sentence may be called for twice
        told: list[Texte] = [_phrase(message) for message in first]
        for item in written:
            if item.rubrique == name:
                told[item.rang - 1 : item.rang] = [
                    f"{item.texte.rstrip(' .')} ({item.auteur}, le {date_longue(item.date)})."
                ]
        if told:
            page += sous_titre(RUBRIQUES[name]) + Liste(tuple(told), name == "messages", "messages")
    return page


def _phrase(message: Message) -> Texte:
    """Return a sentence with what shows it before its stop: « … (tableau 3). »."""
    body, end = re.fullmatch(r"(.*?)([.!]?|\s*\?)", message.texte).groups()
    other = Lien(message.page[1], message.page[0]) if message.page else None
    if not message.preuves:
        return (body, " (", other, ")", end) if other else message.texte
    return body, Renvoi(message.preuves[0], message.preuves[1:], True, other), end
