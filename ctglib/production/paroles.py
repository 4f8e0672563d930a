"""The messages of the parties: each number that they write has to be in a table of the report that bears it."""

from __future__ import annotations

import re
from itertools import chain
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.conventions import DOSSIER
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.rapports import MessageDesParties, MessagesDesParties
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.plan import PUBLIQUE, SORTIE, Demande, commandes, rapports_connus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.export.document import Document
    from ctglib.production.plan import Commande

BLANC = "[ \u00a0\u202f]"
NOMBRE = re.compile(rf"(?<![\w,.])(\d{{1,3}}(?:{BLANC}\d{{3}})+|\d+)(?:,(\d+))?(?:{BLANC}(millions?|ans?)\b)?")
# A number that counts nothing: the year, the age, what is numbered, the base of a rate.
REPERE = re.compile(
    rf"\b(?:pour|(?:fiche|axe|article|annexe|tableau|figure)s?){BLANC}(?:action{BLANC})?$", re.IGNORECASE
)
AGES = re.compile(rf"^{BLANC}(?:à|et|ou){BLANC}\d+{BLANC}ans?\b")
ANNEES = range(1900, 2101)


def nombres_absents(texte: str, document: Document) -> list[str]:
    """Return the numbers of a text that no table of a report has, as they are written.

    A number is there when a value of a table rounds to it, at the decimals that it is written with. Years, ages, and
    the numbers of a fiche or of an article count nothing, and are not looked for.
    """
    known = set(_valeurs(document))
    absent = []
    for found in NOMBRE.finditer(texte):
        whole, decimals, unit = found.groups()
        value = _valeur(found)
        if unit in ("an", "ans") or REPERE.search(texte[: found.start()]) or AGES.match(texte[found.end() :]):
            continue
        if value in ANNEES and not decimals and len(whole) == len("2026"):
            continue
        scale = 1e6 if unit else 1
        if not any(round(known_one / scale, len(decimals or "")) == value for known_one in known):
            absent.append(found.group(0).strip())
    return absent


def _valeurs(document: Document) -> Iterator[float]:
    """Yield every number of the tables of a report, those that its cells write and those that its CSV carry."""
    from ctglib.export.document import tableaux_de

    for table in tableaux_de(document.corps):
        for cell in chain(table.donnees.to_numpy().ravel(), table.cellules.to_numpy().ravel()):
            if isinstance(cell, Real) and cell == cell:
                yield abs(float(cell))
            elif isinstance(cell, str):
                yield from (_valeur(found) for found in NOMBRE.finditer(cell))


def _valeur(trouve: re.Match[str]) -> float:
    whole, decimals, _ = trouve.groups()
    return float(re.sub(r"\D", "", whole) + (f".{decimals}" if decimals else ""))


def paroles_de(commande: Commande) -> list[tuple[str, MessageDesParties]]:
    """Return the messages that the parties wrote for a report, each with its file."""
    fiche = dict(commande.parametres).get("fiche")
    year = f"suivi/{commande.annee}/" if commande.annee else ""
    path = f"{DOSSIER}/{commande.convention}/{year}messages.yaml"
    written = charger_yaml(path, MessagesDesParties).messages if existe(path) else ()
    stem = commande.carnet.stem
    return [(path, item) for item in written if stem.startswith(item.rapport) and item.fiche == fiche]


def fautes_de(commande: Commande, document: Document) -> list[Faute]:
    """Return a fault a number that the parties wrote and that the report does not have."""
    return [
        Faute(
            path,
            f"« {number} », dans « {item.texte} »",
            f"un nombre d'un tableau du rapport « {document.titre} »",
            "corriger le nombre, ou l'écrire comme le tableau le donne",
        )
        for path, item in paroles_de(commande)
        for number in nombres_absents(item.texte, document)
    ]


def fautes_des_paroles(convention: str) -> list[Faute]:
    """Return the faults of all the messages that the parties wrote; only the reports that have some are made."""
    from ctglib.export.document import assembler
    from ctglib.production.moteur import executer

    faults = []
    for order in commandes(Demande(rapports_connus(), (convention,), (), PUBLIQUE, ("html",), Path(SORTIE))):
        if paroles_de(order):
            faults += fautes_de(order, assembler(executer(order.carnet, dict(order.parametres))))
    return faults


def refuser_les_paroles(commande: Commande, document: Document) -> None:
    """Refuse a report in which the parties write a number that its tables do not have.

    Raises:
        DonneesInvalides: Every such number.
    """
    if faults := fautes_de(commande, document):
        raise DonneesInvalides(faults)
