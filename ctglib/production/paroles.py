"""The messages of the parties: each number that they write has to be in a table of the report.

A message is a text that the signatories of the convention wrote (``messages.yaml``), which a report
prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from math import isnan
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
# What stands before a number that counts nothing: « pour » 1 000 habitants, « fiche » 3.
REPERE = re.compile(
    rf"\b(?:pour|(?:fiche|axe|article|annexe|tableau|figure)s?){BLANC}(?:action{BLANC})?$",
    re.IGNORECASE,
)
# what stands after the first of two ages: 3 « à 5 ans »
AGES = re.compile(rf"^{BLANC}(?:à|et|ou){BLANC}\d+{BLANC}ans?\b")
ANNEES = range(1900, 2101)


def nombres_absents(texte: str, document: Document) -> list[str]:
    """Return the numbers of a text that no table of a report has, as they are written there.

    A table has a number when one of its values, rounded to the decimals of the text, is equal to it
    (« 12,3 » for 12.34; « 1,2 million » for 1 210 000). Signs do not count. Years, ages, the number
    of a fiche or of an article and the base of a rate are not looked for.
    """
    valeurs = set(_valeurs(document))
    absents = []
    for nombre in NOMBRE.finditer(texte):
        entiers, decimales, unite = nombre.groups()
        un_age = unite in ("an", "ans") or AGES.match(texte[nombre.end() :])
        un_repere = REPERE.search(texte[: nombre.start()])
        une_annee = len(entiers) == len("2026") and not decimales and _valeur(nombre) in ANNEES
        if un_age or un_repere or une_annee:
            continue
        chiffres_apres_la_virgule = len(decimales or "")
        echelle = 1e6 if unite else 1
        arrondies = (round(valeur / echelle, chiffres_apres_la_virgule) for valeur in valeurs)
        if _valeur(nombre) not in arrondies:
            absents.append(nombre.group(0).strip())
    return absents


def _valeurs(document: Document) -> Iterator[float]:
    """Yield every number of the tables of a report, without its sign.

    Those of the data that their CSV has, and those written in the texts of their cells.
    """
    from ctglib.export.document import tableaux_de

    for tableau in tableaux_de(document.corps):
        donnees = tableau.donnees.to_numpy().ravel()
        cellules = tableau.cellules.to_numpy().ravel()
        for cellule in chain(donnees, cellules):
            if isinstance(cellule, str):
                for nombre in NOMBRE.finditer(cellule):
                    yield _valeur(nombre)
            elif isinstance(cellule, Real) and not isnan(cellule):
                yield abs(float(cellule))


def _valeur(nombre: re.Match[str]) -> float:
    entiers, decimales, _ = nombre.groups()
    chiffres = re.sub(r"\D", "", entiers)
    return float(f"{chiffres}.{decimales}" if decimales else chiffres)


def _paroles_de(commande: Commande) -> list[tuple[str, MessageDesParties]]:
    """Return the messages that the parties wrote for a report, each with the path of its file."""
    annee = f"suivi/{commande.annee}/" if commande.annee else ""
    chemin = f"{CONVENTIONS}/{commande.convention}/{annee}messages.yaml"
    if not existe(chemin):
        return []
    return [
        (chemin, message)
        for message in charger_yaml(chemin, MessagesDesParties).messages
        if commande.carnet.stem.startswith(message.rapport) and message.fiche == commande.fiche
    ]


def fautes_de(commande: Commande, document: Document) -> list[Faute]:
    """Return a fault for each number that the parties wrote and that no table of the report has."""
    fautes = []
    for chemin, message in _paroles_de(commande):
        for nombre in nombres_absents(message.texte, document):
            phrases = mots(
                "nombre_sans_tableau", nombre=nombre, texte=message.texte, titre=document.titre
            )
            fautes.append(Faute(chemin, *phrases))
    return fautes


def fautes_des_paroles(convention: str) -> list[Faute]:
    """Return the faults of all the messages that the parties wrote for a convention.

    The notebooks of the reports that have a message are run, to have their tables.
    """
    from ctglib.export.document import assembler
    from ctglib.production.moteur import executer

    fautes = []
    for commande in commandes(rapports_connus(), (convention,)):
        if _paroles_de(commande):
            carnet = executer(commande.carnet, dict(commande.parametres))
            fautes += fautes_de(commande, assembler(carnet))
    return fautes
