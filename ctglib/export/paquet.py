"""``datapackage.json``: what the CSV beside a report hold, as the Data Package standard says it.

Version 2.0 of the standard (https://datapackage.org/standard/data-package/). What is said of a
column comes from what its CSV shows: its type, never a bound nor a list of what it holds. Where a
value is absent, its cell is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ctglib.document.tableau import Tableau, neutraliser
from ctglib.donnees.modeles.catalogue import Statuts
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export.document import Document, en_clair, tableaux_de

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Licence

PROFIL = "https://datapackage.org/profiles/2.0/datapackage.json"
PROFIL_D_UN_SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"
PROFIL_D_UN_DIALECTE = "https://datapackage.org/profiles/2.0/tabledialect.json"
DIALECTE = {
    "$schema": PROFIL_D_UN_DIALECTE,
    "header": True,
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
}
# How the standard is told what Python writes.
ECRITURES: dict[str, dict[str, Any]] = {
    "boolean": {"trueValues": ["True"], "falseValues": ["False"]},
    "number": {"decimalChar": "."},
}
SANS_LICENCE = "Licence proposée, que les parties n'ont pas confirmée : Licence Ouverte 2.0."
STATUT = "statut"  # how the names begin of the columns that hold statuses of values


def paquet_du_rapport(document: Document, nom: str, licence: Licence | None = None) -> bytes:
    """Return the ``datapackage.json`` of a report, to lie among its CSV.

    Args:
        document: The report, whose CSV are those that are published.
        nom: The name of the package: « harnes-2025-bilan ».
        licence: Under which its tables may be used again; None, nobody has said.
    """
    couverture = document.couverture
    mots = [document.titre, couverture.territoire]
    tableaux = {tableau.nom: tableau for tableau in tableaux_de(document.corps)}
    phrases = [couverture.sujet, couverture.avertissement]
    if licence is None:
        phrases.append(SANS_LICENCE)
    paquet = _entete(nom, " – ".join(mot for mot in mots if mot), phrases)
    if licence is not None:
        ecrite = {"name": licence.nom, "title": licence.titre, "path": licence.adresse}
        paquet["licenses"] = [{cle: valeur for cle, valeur in ecrite.items() if valeur}]
    if couverture.date:
        paquet["created"] = document.instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    ressources = [_ressource(tableau, document.tableaux[nom]) for nom, tableau in tableaux.items()]
    return _ecrire(paquet, ressources)


def paquet_commun(paquets: Mapping[str, bytes], nom: str, titre: str, avertissement: str) -> bytes:
    """Return one ``datapackage.json`` of the CSV of several reports, each under its own licence.

    Args:
        paquets: The package of each report, by its folder in that of the convention: « 2025/bilan
            ».
        nom: Its own name: « harnes ».
        titre: Its title.
        avertissement: What is to be known of all of them, "" for nothing.
    """
    ressources = []
    licences = []
    for dossier, contenu in paquets.items():
        paquet = json.loads(contenu)
        licence = paquet.get("licenses", [])
        licences.append(licence)
        for ressource in paquet["resources"]:
            rangee = {
                **ressource,
                "name": f"{dossier}/{ressource['name']}".replace("/", "-"),
                "path": f"{dossier}/{ressource['path']}",
                "description": paquet["title"],
            }
            if licence:
                rangee["licenses"] = licence
            ressources.append(rangee)
    phrases = [avertissement] if all(licences) else [avertissement, SANS_LICENCE]
    entete = _entete(nom, titre, phrases)
    if all(licence == licences[0] != [] for licence in licences):
        entete["licenses"] = licences[0]
    return _ecrire(entete, ressources)


def _entete(nom: str, titre: str, phrases: Iterable[str]) -> dict[str, Any]:
    """Return what a package says of itself before its resources and their sources."""
    entete: dict[str, Any] = {"$schema": PROFIL, "name": nom, "title": titre}
    description = " ".join(f"{phrase.rstrip('. ')}." for phrase in phrases if phrase)
    if description:
        entete["description"] = description
    return entete


def _ecrire(paquet: dict[str, Any], ressources: list[dict[str, Any]]) -> bytes:
    """Return a package with its resources as bytes, the sources of all of them said once each."""
    titres = [source["title"] for ressource in ressources for source in ressource["sources"]]
    sources = [{"title": titre} for titre in dict.fromkeys(titres)]
    contenu = {**paquet, "sources": sources, "resources": ressources}
    return (json.dumps(contenu, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _ressource(tableau: Tableau, texte: str) -> dict[str, Any]:
    """Return what a package says of a table, whose CSV is ``texte``."""
    octets = texte.encode("utf-8")
    return {
        "name": tableau.nom,
        "path": f"{tableau.nom}.csv",
        "type": "table",
        "title": tableau.titre,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(octets),
        "hash": f"sha256:{sha256(octets).hexdigest()}",
        "dialect": DIALECTE,
        "schema": {
            "$schema": PROFIL_D_UN_SCHEMA,
            "missingValues": [""],
            "fields": champs(tableau),
        },
        "sources": [{"title": en_clair(tableau.source)}],
    }


def champs(tableau: Tableau) -> list[dict[str, Any]]:
    """Return the fields of a table's CSV: name, type, title when the report shows the column, or
    its catalogue says what it holds.

    A column of statuses says what each of its letters means.
    """
    titres_du_csv = dict(tableau.titres_du_csv)
    libelles = {colonne.cle: colonne for colonne in tableau.colonnes}
    decrits = []
    for rang, nom in enumerate(map(str, tableau.donnees.columns)):
        valeurs = [neutraliser(valeur) for valeur in tableau.donnees.iloc[:, rang].tolist()]
        presentes = [valeur for valeur in valeurs if valeur != ""]
        sorte = type_de(presentes)
        champ: dict[str, Any] = {"name": nom, "type": sorte, **ECRITURES.get(sorte, {})}
        colonne = libelles.get(nom)
        if colonne is not None:
            titres = (colonne.groupe, colonne.libelle)
            champ["title"] = ", ".join(titre for titre in titres if titre) or nom
        elif nom in titres_du_csv:
            champ["title"] = titres_du_csv[nom]
        mots = _mots_des_statuts() if nom.startswith(STATUT) else {}
        if presentes and all(valeur in mots for valeur in presentes):
            champ["categories"] = [
                {"value": code, "label": libelle} for code, libelle in mots.items()
            ]
        decrits.append(champ)
    return decrits


def type_de(valeurs: Iterable[object]) -> str:
    """Return the type of the standard that all values have, « any » when there is none.

    What is written as a text is one, whatever it looks like: « 01001 » is a code.

    Examples:
        >>> type_de([1, 2]), type_de([1, 2.5]), type_de(["01001"]), type_de([True, 1]), type_de([])
        ('integer', 'number', 'string', 'string', 'any')
    """
    sortes = {_type(valeur) for valeur in valeurs}
    if not sortes:
        return "any"
    if sortes == {"integer", "number"}:
        return "number"
    return sortes.pop() if len(sortes) == 1 else "string"


def _type(valeur: object) -> str:
    if isinstance(valeur, (bool, np.bool_)):
        return "boolean"
    if isinstance(valeur, Integral):
        return "integer"
    if isinstance(valeur, Real):
        return "number"
    return "date" if isinstance(valeur, date) else "string"


def _mots_des_statuts() -> dict[str, str]:
    statuts = charger_yaml("catalogue/statuts.yaml", Statuts).statuts
    return {str(code): statut.libelle for code, statut in statuts.items()}
