"""A year's follow-up as flat tables of text: read from its folder, and written back as files."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from ctglib.donnees.csv_strict import charger_schema, examiner_csv
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.suivi import Appreciations, Bilan
from ctglib.donnees.suivi.pieces import TABLES, dossier_du_suivi
from ctglib.donnees.yaml_strict import examiner_yaml

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import SchemaTable


Table = dict[tuple[str, ...], dict[str, str]]
Suivi = dict[str, Table]

TABLES_BILAN = ("bilan", "decisions", "suites")


def dossier_suivi(convention: str, annee: int) -> str:
    """Return the folder of a year's follow-up, relative to the data folder."""
    return f"{dossier_du_suivi(convention)}/{annee}"


def lire_annee(convention: str, annee: int) -> Suivi:
    """Return the flat tables of a year, all of them, empty when their file is not there.

    Rows keep their text as written; the key of a row is its schema's.

    Raises:
        DonneesInvalides: A file is there and does not hold.
    """
    folder = dossier_suivi(convention, annee)
    tables = {name: _table(f"{folder}/{name}.csv", charger_schema(name)) for name in TABLES}
    tables |= {name: {} for name in (*TABLES_BILAN, "appreciations")}
    if bilan := _document(f"{folder}/bilan.yaml", Bilan):
        tables |= bilan_en_tables(bilan, set(bilan.model_fields_set))
    if appreciations := _document(f"{folder}/appreciations.yaml", Appreciations):
        tables["appreciations"] = appreciations_en_table(appreciations)
    return tables


def _table(relatif: str, schema: SchemaTable) -> Table:
    if not existe(relatif):
        return {}
    lue = examiner_csv(relatif, schema)
    if lue.fautes:
        raise DonneesInvalides(list(lue.fautes))
    return {tuple(row.cellules[name] for name in schema.cle): dict(row.cellules) for row in lue.lignes}


def _document(relatif: str, modele: type) -> Bilan | Appreciations | None:
    if not existe(relatif):
        return None
    document = examiner_yaml(relatif, modele)
    if document.fautes:
        raise DonneesInvalides(list(document.fautes))
    return document.objet


def en_fichiers(convention: str, annee: int, avant: Suivi, apres: Suivi) -> dict[str, bytes]:
    """Return the files that change between two states of a year, by name relative to the data folder."""
    folder = dossier_suivi(convention, annee)
    files = {
        f"{folder}/{name}.csv": _csv(apres[name], charger_schema(name)) for name in TABLES if apres[name] != avant[name]
    }
    if any(apres[name] != avant[name] for name in TABLES_BILAN):
        files[f"{folder}/bilan.yaml"] = bilan_en_yaml(annee, {name: triee(apres[name]) for name in TABLES_BILAN})
    if apres["appreciations"] != avant["appreciations"]:
        files[f"{folder}/appreciations.yaml"] = appreciations_en_yaml(apres["appreciations"])
    return files


def triee(table: Table) -> Table:
    """Return a table in the order of its keys, numbers by their value: two imports in any order write the same."""
    return dict(sorted(table.items(), key=lambda row: [_naturel(part) for part in row[0]]))


def _naturel(texte: str) -> list[tuple[bool, int, str]]:
    parts = re.split(r"([0-9]+)", texte)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _csv(table: Table, schema: SchemaTable) -> bytes:
    rows = [[row.get(name, "") for name in schema.colonnes] for row in triee(table).values()]
    return en_csv([schema.colonnes, *rows]).encode("utf-8")


RUBRIQUES = ("reussites", "difficultes", "perspectives")


def bilan_en_tables(bilan: Bilan, ecrits: set[str]) -> dict[str, Table]:
    """Return the flat tables of a bilan: ``bilan``, ``decisions``, ``suites``.

    Args:
        bilan: What was read.
        ecrits: The keys of the file itself: what a model fills by default was not entered.
    """
    champs: Table = {}
    if "date_arretee" in ecrits:
        champs[("date_arretee",)] = {"valeur": bilan.date_arretee.isoformat()}
    if "statut" in ecrits:
        champs[("statut",)] = {"valeur": bilan.statut}
    if bilan.comite is None:
        return {"bilan": champs, "decisions": {}, "suites": {}}
    held = bilan.comite.date
    nom, valeur = ("comite_date", held.isoformat()) if isinstance(held, date) else ("comite_absence", held.absent)
    champs[(nom,)] = {"valeur": valeur}
    decisions = {
        (item.id,): {
            "texte": item.texte,
            "responsable": item.responsable or "",
            "echeance": item.echeance.isoformat() if item.echeance else "",
        }
        for item in bilan.comite.decisions
    }
    suites = {
        (item.decision,): {"etat": item.etat, "commentaire": item.commentaire or ""} for item in bilan.comite.suites
    }
    return {"bilan": champs, "decisions": decisions, "suites": suites}


def appreciations_en_table(appreciations: Appreciations) -> Table:
    """Return the flat table of the appreciations: one row a fiche and a heading, one line a sentence."""
    return {
        (str(item.fiche), rubrique): {"texte": "\n".join(getattr(item, rubrique))}
        for item in appreciations.appreciations
        for rubrique in RUBRIQUES
        if getattr(item, rubrique)
    }


def bilan_en_yaml(annee: int, tables: dict[str, Table]) -> bytes:
    """Return ``bilan.yaml`` of the flat tables."""
    champs = {key[0]: values["valeur"] for key, values in tables.get("bilan", {}).items() if values["valeur"]}
    document: dict[str, Any] = {"annee": annee}
    if "date_arretee" in champs:
        document["date_arretee"] = date.fromisoformat(champs["date_arretee"])
    if "statut" in champs:
        document["statut"] = champs["statut"]
    if comite := _comite(champs, tables):
        document["comite"] = comite
    return _yaml(document)


def _comite(champs: dict[str, str], tables: dict[str, Table]) -> dict[str, Any]:
    comite: dict[str, Any] = {}
    if "comite_date" in champs:
        comite["date"] = date.fromisoformat(champs["comite_date"])
    elif "comite_absence" in champs:
        comite["date"] = {"absent": champs["comite_absence"]}
    decisions = [
        {"id": key[0]}
        | {name: values[name] for name in ("texte", "responsable") if values.get(name)}
        | ({"echeance": date.fromisoformat(values["echeance"])} if values.get("echeance") else {})
        for key, values in tables.get("decisions", {}).items()
    ]
    suites = [
        {"decision": key[0]} | {name: values[name] for name in ("etat", "commentaire") if values.get(name)}
        for key, values in tables.get("suites", {}).items()
    ]
    return comite | ({"decisions": decisions} if decisions else {}) | ({"suites": suites} if suites else {})


def appreciations_en_yaml(table: Table) -> bytes:
    """Return ``appreciations.yaml`` of the flat table."""
    fiches: dict[str, dict[str, Any]] = {}
    for (fiche, rubrique), values in table.items():
        lines = [line.strip() for line in values["texte"].splitlines() if line.strip()]
        if lines:
            fiches.setdefault(fiche, {})[rubrique] = lines
    items = [
        {"fiche": int(fiche)} | {name: fiches[fiche][name] for name in RUBRIQUES if name in fiches[fiche]}
        for fiche in sorted(fiches, key=int)
    ]
    return _yaml({"appreciations": items})


def _yaml(document: dict[str, Any]) -> bytes:
    import yaml

    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120).encode("utf-8")
