"""``bilan.yaml`` and ``appreciations.yaml`` as flat tables of text, and back: what a sheet can show and compare."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ctglib.collecte.suivi import Table
    from ctglib.donnees.modeles.suivi import Appreciations, Bilan

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
