"""The messages of the parties: each number that they write has to be in a table of the report that
bears it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from numbers import Real
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.lecture import CONVENTIONS, existe
from ctglib.donnees.modeles.rapports import MessageDesParties, MessagesDesParties
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.plan import Commande, commandes, rapports_connus

if TYPE_CHECKING:
    from ctglib.export.document import Document

BLANC = "[ \u00a0\u202f]"
NOMBRE = re.compile(
    rf"(?<![\w,.])(\d{{1,3}}(?:{BLANC}\d{{3}})+|\d+)(?:,(\d+))?(?:{BLANC}(millions?|ans?)\b)?"
)
# A number that counts nothing: the year, the age, what is numbered, the base of a rate.
REPERE = re.compile(
    rf"\b(?:pour|(?:fiche|axe|article|annexe|tableau|figure)s?){BLANC}(?:action{BLANC})?$",
    re.IGNORECASE,
)
AGES = re.compile(rf"^{BLANC}(?:à|et|ou){BLANC}\d+{BLANC}ans?\b")
ANNEES = range(1900, 2101)


def nombres_absents(texte: str, document: Document) -> list[str]:
    """Return the numbers of a text that no table of a report has, as they are written.

    A number is there when a value of a table rounds to it, at the decimals that it is written with.
    Years, ages, and the numbers of a fiche or of an article count nothing, and are not looked for.
    """
    known = set(_valeurs(document))
    absent = []
    for found in NOMBRE.finditer(texte):
        whole, decimals, unit = found.groups()
        value = _valeur(found)
        places = len(decimals or "")
        scale = 1e6 if unit else 1
        named = REPERE.search(texte[: found.start()]) or AGES.match(texte[found.end() :])
        year = value in ANNEES and not decimals and len(whole) == len("2026")
        if not (
            unit in ("an", "ans")
            or named
            or year
            or any(round(one / scale, places) == value for one in known)
        ):
            absent.append(found.group(0).strip())
    return absent


def _valeurs(document: Document) -> Iterator[float]:
    """Yield every number of the tables of a report, those that its cells write and those that its
    CSV carry.
    """
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


def _paroles_de(commande: Commande) -> list[tuple[str, MessageDesParties]]:
    year = f"suivi/{commande.annee}/" if commande.annee else ""
    path = f"{CONVENTIONS}/{commande.convention}/{year}messages.yaml"
    written = charger_yaml(path, MessagesDesParties).messages if existe(path) else ()
    stem = commande.carnet.stem
    return [
        (path, item)
        for item in written
        if stem.startswith(item.rapport) and item.fiche == commande.fiche
    ]


def fautes_de(commande: Commande, document: Document) -> list[Faute]:
    """Return a fault a number that the parties wrote and that the report does not have."""
    return [
        Faute(
            path,
            *mots("nombre_sans_tableau", nombre=number, texte=item.texte, titre=document.titre),
        )
        for path, item in _paroles_de(commande)
        for number in nombres_absents(item.texte, document)
    ]


def fautes_des_paroles(convention: str) -> list[Faute]:
    """Return the faults of all the messages that the parties wrote; only the reports that have some
    are made.
    """
    from ctglib.export.document import assembler
    from ctglib.production.moteur import executer

    return [
        fault
        for order in commandes(rapports_connus(), (convention,))
        if _paroles_de(order)
        for fault in fautes_de(order, assembler(executer(order.carnet, dict(order.parametres))))
    ]
