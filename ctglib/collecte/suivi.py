"""A year's follow-up as flat tables of text: read from its folder, and written back as files."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from ctglib.donnees.csv_strict import charger_schema, examiner_csv
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.suivi import (
    Appreciations,
    Bilan,
    Consultation,
    Decision,
    Exemple,
    Participation,
    Suite,
)
from ctglib.donnees.pieces import TABLES, dossier_du_suivi
from ctglib.donnees.yaml_strict import examiner_yaml

Table = dict[tuple[str, ...], dict[str, str]]
Suivi = dict[str, Table]

RUBRIQUES = ("reussites", "difficultes", "perspectives")
# The documents of a year, and the flat tables that each becomes.
DOCUMENTS = {
    "bilan": (Bilan, ("bilan", "decisions", "suites")),
    "appreciations": (Appreciations, ("appreciations",)),
    "participation": (Participation, ("consultations", "cooperation", "exemples")),
}
# Their lists of items, of which the first field tells one from another; those of one public, or axis, are numbered.
LISTES = {"decisions": Decision, "suites": Suite, "consultations": Consultation, "exemples": Exemple}
NUMEROTEES = ("consultations", "exemples")
TOUTES = (*TABLES, *(name for _, names in DOCUMENTS.values() for name in names))


def lire_annee(convention: str, annee: int) -> Suivi:
    """Return the flat tables of a year, all of them, empty when their file is not there.

    Rows keep their text as written; the key of a row is its schema's.

    Raises:
        DonneesInvalides: A file is there and does not hold.
    """
    folder, tables = f"{dossier_du_suivi(convention)}/{annee}", {name: {} for name in TOUTES}
    for name in TABLES:
        if existe(path := f"{folder}/{name}.csv"):
            schema = charger_schema(name)
            read = examiner_csv(path, schema)
            if read.fautes:
                raise DonneesInvalides(list(read.fautes))
            rows = read.lignes.to_dict("records")
            tables[name] = {tuple(row[column] for column in schema.cle): row for row in rows}
    for name, (model, _) in DOCUMENTS.items():
        if existe(path := f"{folder}/{name}.yaml"):
            document = examiner_yaml(path, model)
            if document.fautes:
                raise DonneesInvalides(list(document.fautes))
            # What a model fills by default was not entered.
            tables |= _EN_TABLES[name](document.objet.model_dump(mode="json", exclude_unset=True))
    return tables


def _bilan_en_tables(bilan: dict[str, Any]) -> Suivi:
    comite = bilan.get("comite") or {}
    held = comite.get("date")
    said = {name: bilan.get(name) for name in ("date_arretee", "statut")}
    said |= {"comite_absence": held["absent"]} if isinstance(held, dict) else {"comite_date": held}
    fields = {(name,): {"valeur": text} for name, text in said.items() if text}
    return {"bilan": fields} | {name: _liste_en_table(name, comite.get(name, [])) for name in ("decisions", "suites")}


def _appreciations_en_tables(document: dict[str, Any]) -> Suivi:
    """Return one row a fiche and a heading, one line a sentence."""
    rows = {
        (str(item["fiche"]), rubrique): {"texte": "\n".join(item[rubrique])}
        for item in document.get("appreciations", [])
        for rubrique in RUBRIQUES
        if item.get(rubrique)
    }
    return {"appreciations": rows}


def _participation_en_tables(document: dict[str, Any]) -> Suivi:
    together = "\n".join(document.get("cooperation", []))
    rows = {("cooperation",): {"texte": together}} if together else {}
    return {"cooperation": rows} | {name: _liste_en_table(name, document.get(name, [])) for name in NUMEROTEES}


def _liste_en_table(nom: str, items: list[dict[str, Any]]) -> Table:
    first, *fields = LISTES[nom].model_fields
    table: Table = {}
    for item in items:
        rank = [str(1 + sum(key[0] == item[first] for key in table))] if nom in NUMEROTEES else []
        table[item[first], *rank] = {name: str(item[name]) for name in fields if item.get(name) is not None}
    return table


_EN_TABLES = {
    "bilan": _bilan_en_tables,
    "appreciations": _appreciations_en_tables,
    "participation": _participation_en_tables,
}


def en_fichiers(convention: str, annee: int, avant: Suivi, apres: Suivi) -> dict[str, bytes]:
    """Return the files that change between two states of a year, by name relative to the data folder."""
    import yaml

    folder, files = f"{dossier_du_suivi(convention)}/{annee}", {}
    for name in TABLES:
        if apres[name] != avant[name]:
            columns = charger_schema(name).colonnes
            rows = [[row.get(column, "") for column in columns] for row in triee(apres[name]).values()]
            files[f"{folder}/{name}.csv"] = en_csv([columns, *rows]).encode("utf-8")
    for name, (_, tables) in DOCUMENTS.items():
        if any(apres[table] != avant[table] for table in tables):
            document = _EN_DOCUMENT[name]({table: triee(apres[table]) for table in tables}, annee)
            text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
            files[f"{folder}/{name}.yaml"] = text.encode("utf-8")
    return files


def triee(table: Table) -> Table:
    """Return a table in the order of its keys, numbers by their value: two imports in any order write the same."""

    def naturel(text: str) -> list[tuple[bool, int, str]]:
        return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", text)]

    return dict(sorted(table.items(), key=lambda row: [naturel(part) for part in row[0]]))


def _bilan_en_document(tables: Suivi, annee: int) -> dict[str, Any]:
    said = {key[0]: row["valeur"] for key, row in tables["bilan"].items() if row["valeur"]}
    held = {"date": said["comite_date"]} if "comite_date" in said else {}
    if "comite_absence" in said and not held:
        held = {"date": {"absent": said["comite_absence"]}}
    lists = {name: _table_en_liste(name, tables[name]) for name in ("decisions", "suites") if tables[name]}
    comite = {**_typer(held), **lists}
    fields = _typer({name: said[name] for name in ("date_arretee", "statut") if name in said})
    return {"annee": annee, **fields, **({"comite": comite} if comite else {})}


def _appreciations_en_document(tables: Suivi, annee: int) -> dict[str, Any]:
    fiches: dict[str, dict[str, Any]] = {}
    for (fiche, rubrique), row in tables["appreciations"].items():
        if lines := _phrases(row):
            fiches.setdefault(fiche, {})[rubrique] = lines
    items = [
        {"fiche": int(fiche)} | {name: fiches[fiche][name] for name in RUBRIQUES if name in fiches[fiche]}
        for fiche in sorted(fiches, key=int)
    ]
    return {"appreciations": items}


def _participation_en_document(tables: Suivi, annee: int) -> dict[str, Any]:
    lists: dict[str, list] = {name: _table_en_liste(name, tables[name]) for name in NUMEROTEES}
    for item in lists["consultations"]:
        if item.get("combien") == 0:
            item.setdefault("date", date(annee, 12, 31))  # nobody was asked, all year long
    lists["cooperation"] = [line for row in tables["cooperation"].values() for line in _phrases(row)]
    return {name: lists[name] for name in DOCUMENTS["participation"][1] if lists[name]}


def _table_en_liste(nom: str, table: Table) -> list[dict[str, Any]]:
    first, *fields = LISTES[nom].model_fields
    return [
        {first: key[0]} | _typer({name: row[name] for name in fields if row.get(name)}) for key, row in table.items()
    ]


def _phrases(row: dict[str, str]) -> list[str]:
    return [line.strip() for line in row["texte"].splitlines() if line.strip()]


def _typer(dit: dict[str, Any]) -> dict[str, Any]:
    """Return what is said with its days as dates and its counts as numbers, as YAML writes them."""
    read = {"date_arretee": date.fromisoformat, "date": date.fromisoformat, "echeance": date.fromisoformat}
    read["combien"] = int
    return {name: read[name](text) if name in read and isinstance(text, str) else text for name, text in dit.items()}


_EN_DOCUMENT = {
    "bilan": _bilan_en_document,
    "appreciations": _appreciations_en_document,
    "participation": _participation_en_document,
}
