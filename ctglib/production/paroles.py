"""The lines that the parties sign: each number that they write has to be in a table of the report.

A line is a text of a service of theirs (``messages.yaml``), which a report prints. Whether what it
rests on has changed is seen where the page is made (``blocs.signees``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from math import isnan
from numbers import Real
from typing import TYPE_CHECKING

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import CONVENTIONS, enregistrer, existe, par_parts
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


def nombres_absents(texte: str, document: Document, connus: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a text that no table of a report has, as they are written there; nor
    any of the texts of ``connus``.

    A table has a number when one of its values, rounded to the decimals of the text, is equal to it
    (« 12,3 » for 12.34; « 1,2 million » for 1 210 000). Signs do not count. Years, ages, the number
    of a fiche or of an article and the base of a rate are not looked for.
    """
    valeurs = {*_valeurs(document), *_nombres_des_textes(connus)}
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
                yield from _nombres_des_textes([cellule])
            elif isinstance(cellule, Real) and not isnan(cellule):
                yield abs(float(cellule))


def _nombres_des_textes(textes: Iterable[str]) -> Iterator[float]:
    for texte in textes:
        for nombre in NOMBRE.finditer(texte):
            yield _valeur(nombre)


def _valeur(nombre: re.Match[str]) -> float:
    entiers, decimales, _ = nombre.groups()
    chiffres = re.sub(r"\D", "", entiers)
    return float(f"{chiffres}.{decimales}" if decimales else chiffres)


def lignes_fautives(
    commande: Commande, document: Document, deja_dites: Collection[str]
) -> tuple[dict[str, bytes | None], list[str]]:
    """Return the lines of the parties that hold a number which no table of a report has, but those
    that the page has left out already (``deja_dites``, the sentences that say which).

    Returns:
        What to read so that the report is made without them (``lecture.superposer``), empty when
        there is none; and a sentence a line.
    """
    from ctglib.blocs.signees import dire_a_relire

    chemin, paroles = _paroles(commande)
    phrases = []
    tenues = []
    for parole in paroles:
        tenues.append(parole.model_dump(mode="json", exclude_unset=True))
        if not _est_de(commande, parole):
            continue
        # What it rests on is watched: a count of targets, which no table has, may be said.
        appuis = [texte for faits in parole.repose_sur.values() for texte in faits.values()]
        absents = nombres_absents(parole.texte, document, appuis)
        if not absents:
            continue
        catalogue = lire_dossier(commande.convention).catalogue
        regles = catalogue.messages.signees
        indicateur = catalogue.mesures.get(parole.constat or "")
        ou = f"« {indicateur.libelle} »" if indicateur else ""
        quelle = dire_a_relire(regles, parole, [], ou)
        if any(phrase.startswith(quelle) for phrase in deja_dites):
            continue
        tenues.pop()
        raisons = [regles.nombre.format(nombre=nombre) for nombre in absents]
        phrases.append(dire_a_relire(regles, parole, raisons, ou))
    if not phrases:
        return {}, []
    # JSON is YAML.
    return {chemin: json.dumps({"messages": tenues}).encode()}, phrases


def _paroles(commande: Commande) -> tuple[str, tuple[MessageDesParties, ...]]:
    """Return the lines that the parties signed beside a report, with the path of their file.

    Those of a fiche are a part of its study: the rest of the file changes nothing of its report.
    """
    annee = f"suivi/{commande.annee}/" if commande.annee else ""
    chemin = f"{CONVENTIONS}/{commande.convention}/{annee}messages.yaml"
    with par_parts():
        if not existe(chemin):
            return chemin, ()
        return chemin, charger_yaml(chemin, MessagesDesParties).messages


def _est_de(commande: Commande, parole: MessageDesParties) -> bool:
    """Tell whether a line is on the first page of a report."""
    return commande.carnet.stem.startswith(parole.rapport) and parole.fiche == commande.fiche


def lignes_a_relire(convention: str) -> list[str]:
    """Return the lines that the parties of a convention signed and that no longer hold, each in a
    sentence with its report.

    The notebooks of the reports that have a line are run, to have their tables.
    """
    from ctglib.export.document import assembler
    from ctglib.production.moteur import executer

    phrases = []
    for commande in commandes(rapports_connus(), (convention,)):
        _, paroles = _paroles(commande)
        if not any(_est_de(commande, parole) for parole in paroles):
            continue
        with enregistrer() as journal:
            carnet = executer(commande.carnet, dict(commande.parametres))
        _, fautives = lignes_fautives(commande, assembler(carnet), journal.a_relire)
        phrases += [
            f"{commande.nom}, {phrase}" for phrase in sorted({*journal.a_relire, *fautives})
        ]
    return phrases
