"""A year's follow-up as flat tables of text: read from its folder, and written back as files.

The key of a row is its schema's; in the documents, it is the first field of an item, and its rank
among those of the same public or axis, or its heading for an appreciation. What a document says
once is a row each of its own table.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from ctglib.donnees.csv_strict import charger_schema, examiner_csv
from ctglib.donnees.ecriture import en_csv
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
from ctglib.donnees.yaml_strict import charger_yaml

Table = dict[tuple[str, ...], dict[str, str]]
Suivi = dict[str, Table]

# The documents of a year: its model, and the lists of its items, each with theirs.
DOCUMENTS: dict[str, tuple[type, dict[str, type]]] = {
    "bilan": (Bilan, {"decisions": Decision, "suites": Suite}),
    "appreciations": (Appreciations, {}),
    "participation": (Participation, {"consultations": Consultation, "exemples": Exemple}),
}
NUMEROTEES = ("consultations", "exemples")
RUBRIQUES = ("reussites", "difficultes", "perspectives")
PHRASES = (*RUBRIQUES, "cooperation")
TOUTES = (*TABLES, *DOCUMENTS, *(name for _, lists in DOCUMENTS.values() for name in lists))


def lire_annee(convention: str, annee: int) -> Suivi:
    """Return the flat tables of a year, all of them, empty when their file is not there; what is
    there was checked.
    """
    folder = f"{dossier_du_suivi(convention)}/{annee}"
    tables = {name: {} for name in TOUTES}
    for name in TABLES:
        if existe(path := f"{folder}/{name}.csv"):
            rows = examiner_csv(path, name).lignes.to_dict("records")
            key = charger_schema(name).cle
            tables[name] = {tuple(row[column] for column in key): row for row in rows}
    for name, (model, lists) in DOCUMENTS.items():
        if existe(path := f"{folder}/{name}.yaml"):
            # What a model fills by default was not entered.
            said = charger_yaml(path, model).model_dump(mode="json", exclude_unset=True)
            comite = said.pop("comite", None) or {}
            held = comite.pop("date", None)
            said |= comite | (
                {"comite_absence": held["absent"]}
                if isinstance(held, dict)
                else {"comite_date": held}
            )
            for listed, item in lists.items():
                first, *fields = item.model_fields
                for row in said.pop(listed, []):
                    rank = 1 + sum(key[0] == row[first] for key in tables[listed])
                    key = (row[first], str(rank)) if listed in NUMEROTEES else (row[first],)
                    tables[listed][key] = _en_ligne({name: row.get(name) for name in fields})
            values = {
                (str(one["fiche"]), head): one.get(head)
                for one in said.pop("appreciations", [])
                for head in RUBRIQUES
            }
            values |= {(field,): value for field, value in said.items() if field != "annee"}
            rows = {key: _en_ligne({"valeur": value}) for key, value in values.items()}
            tables[name] |= {key: row for key, row in rows.items() if row}
    return tables


def _en_ligne(dit: dict[str, Any]) -> dict[str, str]:
    said = {
        name: "\n".join(one) if isinstance(one, list) else str(one)
        for name, one in dit.items()
        if one is not None
    }
    return {name: text for name, text in said.items() if text}


def en_fichiers(convention: str, annee: int, avant: Suivi, apres: Suivi) -> dict[str, bytes]:
    """Return the files that change between two states of a year, by name relative to the data
    folder.
    """
    import yaml

    folder = f"{dossier_du_suivi(convention)}/{annee}"
    files = {}
    for name in TABLES:
        if apres[name] != avant[name]:
            columns = charger_schema(name).colonnes
            rows = [
                [row.get(column, "") for column in columns] for row in triee(apres[name]).values()
            ]
            files[f"{folder}/{name}.csv"] = en_csv([columns, *rows]).encode("utf-8")
    for name, (_, lists) in DOCUMENTS.items():
        if any(apres[table] != avant[table] for table in (name, *lists)):
            document = _en_document(name, annee, apres)
            text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
            files[f"{folder}/{name}.yaml"] = text.encode("utf-8")
    return files


def triee(table: Table) -> Table:
    """Return a table in the order of its keys, numbers by their value: two imports in any order
    write the same.
    """

    def naturel(text: str) -> list[tuple[bool, int, str]]:
        return [
            (part.isdigit(), int(part) if part.isdigit() else 0, part)
            for part in re.split(r"([0-9]+)", text)
        ]

    return dict(sorted(table.items(), key=lambda row: [naturel(part) for part in row[0]]))


def _en_document(nom: str, annee: int, tables: Suivi) -> dict[str, Any]:
    model, listed = DOCUMENTS[nom]
    if nom == "appreciations":
        fiches: dict[str, dict[str, str]] = defaultdict(dict)
        for (fiche, head), row in tables[nom].items():
            fiches[fiche][head] = row["valeur"]
        items = [
            _typer({"fiche": one, **fiches[one]}, ("fiche", *RUBRIQUES))
            for one in sorted(fiches, key=int)
        ]
        return {nom: [item for item in items if len(item) > 1]}
    said = {key[0]: row["valeur"] for key, row in tables[nom].items()}
    document = _typer(said, model.model_fields)
    lists = {}
    for name, item in listed.items():
        first, *_ = fields = item.model_fields
        if rows := triee(tables[name]):
            lists[name] = [_typer({first: key[0], **row}, fields) for key, row in rows.items()]
    for item in lists.get("consultations", []):
        if item.get("combien") == 0:
            item.setdefault("date", date(annee, 12, 31))  # nobody was asked, all year long
    if nom != "bilan":
        return {**document, **lists}
    held = _typer({"date": said.get("comite_date", "")}, ("date",))
    if not held and said.get("comite_absence"):
        held = {"date": {"absent": said["comite_absence"]}}
    comite = {"comite": {**held, **lists}} if held or lists else {}
    return {"annee": annee, **document, **comite}


def _typer(dit: dict[str, str], champs: Iterable[str]) -> dict[str, Any]:
    """Return what is said of some fields, days as dates, counts as numbers and sentences as lists,
    for YAML.
    """
    typed: dict[str, Any] = {name: dit[name] for name in champs if dit.get(name)}
    for name, text in typed.items():
        if name in ("date", "date_arretee", "echeance"):
            typed[name] = date.fromisoformat(text)
        elif name in ("combien", "fiche"):
            typed[name] = int(text)
        elif name in PHRASES:
            typed[name] = [line.strip() for line in text.splitlines() if line.strip()]
    return {name: value for name, value in typed.items() if value != []}
