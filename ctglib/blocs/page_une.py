"""The cover of a report, and its first page: three messages, three uncertainties, three decisions,
each with its proof.

What the diagnostic says is in ``diagnostic``, what the years say in ``messages_suivi``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ctglib.calculs.ecriture import enumerer
from ctglib.document.blocs import Couverture, Groupe, Lien, Liste, Logo, Renvoi, Texte, sous_titre
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import MessageDesParties, ReglesMessages
from ctglib.donnees.modeles.suivi import Bilan

RUBRIQUES = {
    "messages": "À retenir",
    "incertitudes": "Ce qui est incertain",
    "decisions": "À décider",
}
CLOS = "definitif"
FICTIF = "Données fictives : ce rapport montre le classeur d'évaluation, il ne décrit aucun territoire réel"
INTERNE = "Diffusion interne : la grille du référentiel d'emploi vise un ou deux postes, ce rapport ne se publie pas"


def couvrir(
    convention: Convention,
    logos: Mapping[str, bytes | None],
    mentions: tuple[tuple[str, str], ...],
    *,
    periode: str = "Convention",
    fin: date | None = None,
    interne: bool = False,
    **reste: object,
) -> Couverture:
    """Return the cover of a report: the parties, their logos and the dates of the convention, then
    the other mentions.

    ``fin`` is its end as avenants extend it. The clock never enters it: a report bears the date its
    data stop at.
    """
    dates = f"du {date_longue(convention.debut)} au {date_longue(fin or convention.fin)}"
    parties = ("Parties", enumerer([partie.nom for partie in convention.parties]))
    warnings = [text for text, said in ((FICTIF, convention.fictive), (INTERNE, interne)) if said]
    return Couverture(
        mentions=(parties, (periode, dates), *mentions),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        avertissement=" – ".join(warnings),
        **reste,
    )


def donnees_lues(
    bilan: Bilan, evaluation: Evaluation, lues: tuple[int | None, int | None]
) -> tuple[tuple[str, str], ...]:
    """Return two mentions: the latest years read (follow-up, public series), and whether the bilan
    is closed.
    """
    own, public = lues
    told = f"suivi de {own}" if own else "aucun suivi transmis"
    told += f" ; séries publiques de {public}" if public else ""
    stopped = f", arrêté au {date_longue(bilan.date_arretee)}" if _arrete(bilan) else ""
    still = "" if bilan.statut == CLOS else f" : le bilan de {bilan.annee} n'est pas clos"
    return ("Dernières données lues", told), (
        "Statut",
        f"{evaluation.statuts[bilan.statut]}{stopped}{still}",
    )


def jour_des_donnees(bilan: Bilan, lues: tuple[int | None, int | None]) -> date:
    """Return the date that a report bears: that of its bilan, or the end of the latest year read,
    never a later one.
    """
    if _arrete(bilan):
        return bilan.date_arretee
    return min(bilan.date_arretee, date(max(filter(None, lues), default=bilan.annee - 1), 12, 31))


def _arrete(bilan: Bilan) -> bool:
    """Tell whether somebody said when the year stops: a closed bilan does, or one that writes its
    date.
    """
    return bilan.statut == CLOS or "date_arretee" in bilan.model_fields_set


@dataclass(frozen=True)
class Message:
    """A sentence of the first page."""

    texte: str
    preuves: tuple[
        str, ...
    ] = ()  # anchors (« tableau-etats »): the first that the report has is referred to
    page: tuple[str, str] | None = (
        None  # address and title of another report that shows it, where this one does not
    )


def page_une(
    regles: ReglesMessages,
    dits: object,
    ecrits: Iterable[MessageDesParties] = (),
    rien: Mapping[str, str] = {},
) -> Groupe:
    """Return the first page: the first messages of each kind that a report has to say, those of the
    parties in place.

    ``dits`` has a method for each of ``RUBRIQUES``, which gives what matters most first; ``rien``
    is said in place of a kind that has none.
    """
    page = Groupe()
    written = sorted(ecrits, key=lambda item: item.rang)
    for name, title in RUBRIQUES.items():
        first = islice(
            dict.fromkeys(getattr(dits, name)()), regles.nombre
        )  # the same may be called for twice
        told = [_phrase(message) for message in first] or [*filter(None, [rien.get(name)])]
        for item in written:
            if item.rubrique == name:
                signed = f"{item.texte.rstrip(' .')} ({item.auteur}, le {date_longue(item.date)})."
                told[item.rang - 1 : item.rang] = [signed]
        if told:
            page += sous_titre(title) + Liste(tuple(told), name == "messages", "messages")
    return page


def _phrase(message: Message) -> Texte:
    """Return a sentence with what shows it before its stop: « … (tableau 3). »."""
    body, end = re.fullmatch(r"(.*?)([.!]?|\s*\?)", message.texte).groups()
    other = Lien(message.page[1], message.page[0]) if message.page else None
    if not message.preuves:
        return (body, " (", other, ")", end) if other else message.texte
    return body, Renvoi(message.preuves[0], message.preuves[1:], True, other), end
