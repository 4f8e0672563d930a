"""The rows of actions, means, profiles and posture of a year, against the convention, the catalogue and one another."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.suivi.noms import fautes_de_noms, nom_de_cellule
from ctglib.donnees.verifications_tables import faute_de_cellule, fautes_de_vide

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.suivi.connus import Connus

_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def fautes_d_actions(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the actions: names, dates in order and inside the convention, an end when done."""
    faults = fautes_de_noms("actions", table, connus)
    for row in table.lignes:
        start, end = _jour(row, "debut"), _jour(row, "fin")
        for column, day in (("debut", start), ("fin", end)):
            if day:
                faults += _hors_convention(table, row, column, connus)
        if start and end and end < start:
            words = (f"le {start} ou après, la date du début", "corriger l'une des deux dates")
            faults.append(faute_de_cellule(table, row, "fin", f"« {end} »", words))
        if row.cellules.get("statut") == "realisee" and row.cellules.get("fin") == "":
            words = ("la date de fin d'une action réalisée", "écrire la date de fin, ou corriger le statut")
            faults.append(faute_de_cellule(table, row, "fin", "une cellule vide avec le statut realisee", words))
    return faults


def fautes_de_moyens(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the means: names, emptiness as the status says, a poste of the right nature."""
    faults = [*fautes_de_noms("moyens", table, connus), *fautes_de_vide(table, connus.absences)]
    for row in table.lignes:
        faults += nom_de_cellule(
            table, row, "structure", (connus.structures, "une structure", "l'annexe 2 (offre.csv)")
        )
        item, written = row.cellules.get("poste", ""), row.cellules.get("nature", "")
        bound = connus.natures.get(item)
        if bound and written and written != bound:
            words = (
                f"« {bound} », la nature de « {item} » dans catalogue/moyens.yaml",
                "corriger la nature, ou le poste",
            )
            faults.append(faute_de_cellule(table, row, "nature", f"« {written[:80]} »", words))
    return faults


def fautes_de_posture(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the grid: items that annexe 4 has not."""
    return [
        fault
        for row in table.lignes
        if (names := connus.items.get(domain := row.cellules.get("domaine", "")))
        for fault in nom_de_cellule(
            table, row, "item", (names, f"un item de « {domain} »", "catalogue/referentiel_emploi.yaml")
        )
    ]


def _jour(row: Ligne, colonne: str) -> date | None:
    """Return the day of a cell, None when it is empty or has its fault already."""
    text = row.cellules.get(colonne, "")
    if not _JOUR.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hors_convention(table: TableLue, row: Ligne, colonne: str, connus: Connus) -> list[Faute]:
    day = _jour(row, colonne)
    if connus.debut is None or connus.fin is None or connus.debut <= day <= connus.fin:
        return []
    words = (
        f"une date entre le {connus.debut} et le {connus.fin}, la durée de la convention",
        "corriger la date",
    )
    return [faute_de_cellule(table, row, colonne, f"« {day} »", words)]
