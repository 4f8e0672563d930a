"""The rows of the two tables of a convention against the catalogue and against one another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import elements, parcourir

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.pieces import Pieces

_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DE_LA_STRUCTURE = ("nom", "type", "gestion")


def verifier_annexe1(pieces: Pieces) -> list[Faute]:
    """Return the faults of the rows of Annexe 1: unit, section, bounds, and a value empty as its status says."""
    table = pieces.tables.get("annexe1")
    if table is None:
        return []
    items = {item["id"]: (item, theme) for theme, item in _indicateurs(pieces)}
    faults = fautes_de_vide(table, absences(pieces))
    for row in table.lignes:
        item, theme = items.get(row.cellules.get("indicateur", ""), ({}, {}))
        faults += [*faute_d_unite(table, row, item), *_section(table, row, theme), *faute_de_bornes(table, row, item)]
    return faults


def verifier_offre(pieces: Pieces) -> list[Faute]:
    """Return the faults of the rows of the offer: an empty value as the status says, one name and kind a structure."""
    table = pieces.tables.get("offre")
    if table is None:
        return []
    faults = fautes_de_vide(table, absences(pieces))
    first: dict[str, Ligne] = {}
    for row in table.lignes:
        origin = first.setdefault(row.cellules.get("structure", ""), row)
        for column in _DE_LA_STRUCTURE:
            written, before = row.cellules.get(column), origin.cellules.get(column)
            if written != before:
                faults.append(
                    faute_de_cellule(
                        table,
                        row,
                        column,
                        f"« {written} »",
                        (
                            f"« {before} », comme ligne {origin.numero} pour la même structure",
                            "donner la même valeur à toutes les lignes de la structure, ou corriger son identifiant",
                        ),
                    )
                )
    return faults


def _indicateurs(pieces: Pieces) -> list[tuple[dict, dict]]:
    """Return the indicators as read, each after its theme; those without an id have their fault already."""
    return [
        (document.arbre.contenu, item)
        for document in pieces.documents["themes"]
        for item in elements(document.arbre.contenu, "indicateurs")
        if isinstance(item.get("id"), str)
    ]


def absences(pieces: Pieces) -> dict[str, bool]:
    """Return whether each status tells an absence, as far as statuts.yaml can be read."""
    return {
        item["code"]: item["absence"]
        for document in pieces.documents["statuts"]
        for item in elements(document.arbre.contenu, "statuts")
        if isinstance(item.get("code"), str) and isinstance(item.get("absence"), bool)
    }


def fautes_de_vide(table: TableLue, absences: dict[str, bool], colonne: str = "valeur") -> list[Faute]:
    """Return the faults of rows whose value is empty without a status of absence, or the other way round."""
    codes = ", ".join(code for code, absence in absences.items() if absence)
    faults = []
    for row in table.lignes:
        status, value = row.cellules.get("statut"), row.cellules.get(colonne)
        if status not in absences or value is None or bool(value) != absences[status]:
            continue
        found = f"« {value[:80]} » avec le statut {status}" if value else f"une valeur vide avec le statut {status}"
        faults.append(
            faute_de_cellule(
                table,
                row,
                colonne,
                found,
                (
                    "une cellule vide, puisque ce statut dit une absence"
                    if value
                    else f"une valeur, ou un statut d'absence ({codes})",
                    "vider la cellule, ou corriger le statut"
                    if value
                    else "écrire la valeur, ou le statut qui dit pourquoi elle manque",
                ),
            )
        )
    return faults


def faute_d_unite(table: TableLue, row: Ligne, item: dict) -> list[Faute]:
    """Return the fault of a row whose unit is not that of its indicator, as the catalogue writes it."""
    expected, written = item.get("unite"), row.cellules.get("unite")
    if not isinstance(expected, str) or not written or written == expected:
        return []
    return [
        faute_de_cellule(
            table,
            row,
            "unite",
            f"« {written[:80]} »",
            (
                f"« {expected} », l'unité de « {item['id']} » au catalogue",
                f"écrire « {expected} », ou corriger l'indicateur de la ligne",
            ),
        )
    ]


def _section(table: TableLue, row: Ligne, theme: dict) -> list[Faute]:
    """Return the fault of a row whose section is one of another theme."""
    sections = [str(value) for _, value in parcourir(theme, "sections.*")]
    written = row.cellules.get("section")
    if not sections or not written or written in sections:
        return []
    return [
        faute_de_cellule(
            table,
            row,
            "section",
            f"« {written[:80]} »",
            (
                f"{' ou '.join(sections)}, section du thème « {theme.get('theme')} » de l'indicateur",
                "corriger la section, ou l'indicateur de la ligne",
            ),
        )
    ]


def faute_de_bornes(table: TableLue, row: Ligne, item: dict) -> list[Faute]:
    """Return the fault of a row whose value is out of the bounds of its indicator."""
    limits = item.get("bornes")
    text = row.cellules.get("valeur", "")
    if not isinstance(limits, list) or len(limits) != 2 or not _NOMBRE.fullmatch(text):
        return []
    low, high = (limit if isinstance(limit, int | float) else None for limit in limits)
    if (low is None or float(text) >= low) and (high is None or float(text) <= high):
        return []
    words = f"{low} au moins" if high is None else f"{high} au plus" if low is None else f"entre {low} et {high}"
    return [
        faute_de_cellule(
            table,
            row,
            "valeur",
            f"« {text} »",
            (
                f"{words}, les bornes de « {item['id']} » au catalogue",
                "corriger la valeur, ou l'indicateur de la ligne",
            ),
        )
    ]


def faute_de_cellule(table: TableLue, row: Ligne, column: str, found: str, words: tuple[str, str]) -> Faute:
    """Return a fault of a cell; ``words`` are what was expected and what to do."""
    return Faute(table.fichier, found, *words, ligne=row.numero, colonne=column)
