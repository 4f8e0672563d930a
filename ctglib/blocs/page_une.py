"""The cover of a report, and its first page: three messages, three uncertainties, three decisions,
each with its proof.

What the diagnostic says is in ``diagnostic``, what the years say in ``messages_suivi``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from ctglib.calculs.ecriture import enumerer
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Gras,
    Groupe,
    Lien,
    Liste,
    Logo,
    Paragraphe,
    Renvoi,
    Texte,
    Titre,
    morceaux,
    sous_titre,
)
from ctglib.document.redaction import textes
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import CHAPO, MessageDesParties, ReglesMessages, Rubrique
from ctglib.donnees.modeles.suivi import Bilan

NIVEAU_DE_LA_PAGE = 2
STATUT = "Statut"  # heads the mention that the portal says too
FIN_DE_PHRASE = re.compile(r"([.!]|\s*\?)\Z")


def couvrir(
    convention: Convention,
    logos: Mapping[str, bytes | None],
    mentions: tuple[tuple[str, str], ...],
    *,
    sujet: str,
    territoire: str,
    source: str,
    date: str,
    periode: str = "Convention",
    fin: Date | None = None,
    interne: bool = False,
    complement: str = "",
    sigles: tuple[tuple[str, str], ...] = (),
) -> Couverture:
    """Return the cover of a report: the parties, their logos and the dates of the convention, then
    the other mentions.

    ``fin`` is the end of the convention as avenants extend it; ``date`` (ISO) is the day at which
    the data stop: the clock never enters a report. For the others, see ``Couverture``.
    """
    parties = enumerer([partie.nom for partie in convention.parties])
    phrases = textes("couverture.j2", convention.id)
    jours = (date_longue(convention.debut), date_longue(fin or convention.fin))
    avertissements = []
    if convention.fictive:
        avertissements.append(phrases.dire("fictif"))
    if interne:
        avertissements.append(phrases.dire("interne"))
    return Couverture(
        sujet=sujet,
        territoire=territoire,
        mentions=(("Parties", parties), (periode, phrases.dire("periode", *jours)), *mentions),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=source,
        date=date,
        avertissement=" – ".join(avertissements),
        complement=complement,
        sigles=sigles,
    )


def donnees_lues(
    bilan: Bilan, evaluation: Evaluation, lues: tuple[int | None, int | None], convention: str
) -> tuple[tuple[str, str], ...]:
    """Return two mentions of the cover, each with its title.

    « Dernières données lues : suivi de 2025 ; séries publiques de 2024 », « Statut : provisoire,
    données arrêtées au 31 décembre 2025 : le bilan de 2025 n'est pas clos ». ``lues`` are the
    latest years that have a value, of the follow-up then of the public series; None when none has.
    """
    phrases = textes("couverture.j2", convention)
    donnees = phrases.dire("donnees_lues", *lues)
    jour = date_longue(bilan.date_arretee) if _est_arrete(bilan) else ""
    statut = phrases.dire(
        "statut", evaluation.statuts[bilan.statut], jour, bilan.est_clos, bilan.annee
    )
    return (phrases.dire("titre_des_donnees"), donnees), (STATUT, statut)


def jour_des_donnees(bilan: Bilan, lues: tuple[int | None, int | None]) -> Date:
    """Return the date that a report bears: that of its bilan when somebody set it.

    Otherwise the end of the latest year read, or of the year before that of the bilan when none is,
    and never after the date of the bilan.
    """
    if _est_arrete(bilan):
        return bilan.date_arretee
    annees_lues = [annee for annee in lues if annee is not None]
    derniere_annee = max(annees_lues, default=bilan.annee - 1)
    return min(bilan.date_arretee, Date(derniere_annee, 12, 31))


def _est_arrete(bilan: Bilan) -> bool:
    """Tell whether somebody said when the year stops: a closed bilan does, or one that writes its
    date.
    """
    return bilan.est_clos or "date_arretee" in bilan.model_fields_set


@dataclass(frozen=True)
class Chiffre:
    """The large number of a message, as it is written."""

    libelle: str
    valeur: str
    detail: str = ""  # its change and its target
    verdict: str = ""  # « ■ à surveiller »


@dataclass(frozen=True)
class Message:
    """A sentence of the first page."""

    texte: str
    # anchors (« tableau-etats »): the first that the report has is referred to
    preuves: tuple[str, ...] = ()
    # address and title of another report that shows it, where this one does not
    page: tuple[str, str] | None = None
    # what follows it, each under its label: the gap, the consequence
    suite: tuple[tuple[str, str], ...] = ()
    chiffre: Chiffre | None = None
    constat: str = ""  # the indicator that it is the finding of


@dataclass(frozen=True)
class PremierePage:
    """What a report has to say on its first page: what matters most comes first in each list."""

    messages: Iterable[Message]
    incertitudes: Iterable[Message]
    decisions: Iterable[Message]
    titre: str = ""  # what the page finds; without one, it is three lists
    chapo: str = ""
    dessin: Bloc | None = None
    fil: Groupe | None = None  # what was decided, and what became of it


def page_une(
    regles: ReglesMessages,
    dits: PremierePage,
    ecrits: Iterable[MessageDesParties] = (),
    rien: Mapping[str, str] = {},
) -> Groupe:
    """Return the first page: its title, three messages with their numbers, a drawing, then what is
    uncertain, to be decided, and decided.

    Args:
        regles: How many messages a list has at most (``nombre``).
        dits: What the report has to say: the first messages of each list are taken.
        ecrits: What the parties wrote: a message takes the place of the finding that it names, or
            that its ``rang`` gives, counted from 1, of one of the report's; it is added where there
            are fewer. A chapô takes the place of the report's.
        rien: What a list says when it has no message, by its key in ``rubriques``. A list that has
            nothing at all is left out.
    """
    page = Groupe()
    if dits.titre:
        page += Titre(dits.titre, NIVEAU_DE_LA_PAGE)
    ecrits_en_ordre = sorted(ecrits, key=lambda message: message.rang)
    chapos = [_signe(ecrit) for ecrit in ecrits_en_ordre if ecrit.rubrique == CHAPO]
    if chapos or dits.chapo:
        page += Paragraphe(" ".join(chapos) or dits.chapo, "chapo")
    rubriques = {}
    for rubrique in regles.rubriques:
        sans_doublon = dict.fromkeys(getattr(dits, rubrique))  # in order; two rules may agree
        messages = list(islice(sans_doublon, regles.nombre))
        if not messages and rubrique in rien:
            messages.append(Message(rien[rubrique]))
        for ecrit in ecrits_en_ordre:
            if ecrit.rubrique == rubrique:
                messages = _avec_celui_des_parties(messages, ecrit)
        rubriques[rubrique] = messages

    if any(message.chiffre for message in rubriques["messages"]):
        colonnes = tuple(_colonne(message) for message in rubriques["messages"])
        page += Colonnes(colonnes, "constats")
    else:
        page += _liste(regles, "messages", rubriques["messages"])
    if dits.dessin:
        page += dits.dessin
    if not dits.titre:
        for rubrique in ("incertitudes", "decisions"):
            page += _liste(regles, rubrique, rubriques[rubrique])
        return page
    listes = (
        _liste(regles, "incertitudes", rubriques["incertitudes"], "brefs"),
        _liste(regles, "decisions", rubriques["decisions"], "brefs"),
        dits.fil,
    )
    return page + Colonnes(tuple(liste for liste in listes if liste), "listes")


def _avec_celui_des_parties(messages: list[Message], ecrit: MessageDesParties) -> list[Message]:
    """Return the messages with one that the parties wrote and sign: it takes the place of ours of
    this finding, and keeps its number and its proof, or that of ours of this rank, and keeps its
    number.
    """
    message = Message(_signe(ecrit))
    if ecrit.constat:
        return [
            replace(item, texte=message.texte, suite=()) if item.constat == ecrit.constat else item
            for item in messages
        ]
    if ecrit.rang > len(messages):
        return [*messages, message]
    remplace = messages[ecrit.rang - 1]
    message = replace(message, chiffre=remplace.chiffre)
    return [message if item is remplace else item for item in messages]


def _signe(ecrit: MessageDesParties) -> str:
    """Return the words of the parties with who signed them, and when."""
    texte = " ".join(ecrit.texte.split()).rstrip(" .")
    return f"{texte} ({ecrit.auteur}, le {date_longue(ecrit.date)})."


def _liste(
    regles: ReglesMessages, rubrique: Rubrique, messages: list[Message], classe: str = "messages"
) -> Groupe:
    """Return a list of the first page under its title; an empty group without any message."""
    if not messages:
        return Groupe()
    phrases = tuple(_phrase(message) for message in messages)
    liste = Liste(phrases, ordonnee=rubrique == "messages", classe=classe)
    return sous_titre(regles.rubriques[rubrique]) + liste


def _colonne(message: Message) -> Groupe:
    """Return a message under its number: label, value, change and target, verdict; then itself,
    and what follows it.
    """
    colonne = Groupe()
    if message.chiffre:
        colonne += sous_titre(message.chiffre.libelle)
        colonne += Paragraphe(message.chiffre.valeur, "chiffre")
        if message.chiffre.detail:
            colonne += Paragraphe(message.chiffre.detail, "detail")
        if message.chiffre.verdict:
            colonne += Paragraphe(message.chiffre.verdict, "verdict")
    texte, *renvoi = morceaux(_phrase(message))
    colonne += Paragraphe((Gras(str(texte)), *renvoi))
    for intitule, suite in message.suite:
        colonne += Paragraphe(intitule, "intitule")
        colonne += Paragraphe(suite)
    return colonne


def _phrase(message: Message) -> Texte:
    """Return a sentence with the reference to its proof before its stop: « … (tableau 3). ».

    The proof is the first of ``preuves`` that the report has; where it has none, the other report.
    """
    ponctuation = FIN_DE_PHRASE.search(message.texte)
    fin = ponctuation.group() if ponctuation else ""
    debut = message.texte.removesuffix(fin)
    autre_rapport = None
    if message.page:
        adresse, titre = message.page
        autre_rapport = Lien(titre, adresse)
    if message.preuves:
        premiere, *autres = message.preuves
        renvoi = Renvoi(premiere, tuple(autres), entre_parentheses=True, sinon=autre_rapport)
        return debut, renvoi, fin
    if autre_rapport:
        return debut, " (", autre_rapport, ")", fin
    return message.texte
