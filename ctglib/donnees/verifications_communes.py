"""What no cell of the figures by commune can tell alone: names, years, emptiness, and the rounding of the source."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute

if TYPE_CHECKING:
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.csv_strict import Ligne, TableLue

INDISPONIBLE = "O"
FIXES = ("nom", "departement")


def fautes_entre_lignes(table: TableLue, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of rows that fit their schema one by one.

    An indicator's figures are multiples of the rounding that the catalogue tells of its source: another one would make
    the bounds of a gap wrong.
    """
    measures = {name: item for name, item in catalogue.indicateurs_contexte.items() if name in _entete(table)}
    rounding = {name: int(item.arrondi_source or 1) for name, item in measures.items()}
    faults = [fault for row in table.lignes for fault in _ligne(table, row, rounding)]
    by_commune: dict[str, list[Ligne]] = {}
    for row in table.lignes:
        by_commune.setdefault(row.cellules["commune"], []).append(row)
    years = {row.cellules["annee"] for row in table.lignes}
    faults += [fault for rows in by_commune.values() for fault in _commune(table, rows, years)]
    return [*faults, *_homonymes(table, by_commune)]


def _entete(table: TableLue) -> set[str]:
    return set(table.lignes[0].cellules)


def _ligne(table: TableLue, row: Ligne, arrondis: dict[str, int]) -> list[Faute]:
    empty = [name for name in arrondis if not row.cellules[name]]
    if (row.cellules["statut"] == INDISPONIBLE) != bool(empty):
        return [_faute_de_statut(table, row, empty)]
    return [
        Faute(
            table.fichier,
            f"« {row.cellules[name]} »",
            f"un multiple de {step}, l'arrondi de la source (catalogue/contexte.yaml)",
            "corriger la valeur d'après le fichier d'origine",
            row.numero,
            name,
        )
        for name, step in arrondis.items()
        if row.cellules[name] and int(row.cellules[name]) % step
    ]


def _faute_de_statut(table: TableLue, row: Ligne, vides: list[str]) -> Faute:
    if vides:
        words = (
            f"« A », et une cellule vide ({', '.join(vides)})",
            "« O », un effectif n'est pas disponible à la source",
            "corriger le statut, ou remplir la cellule",
        )
    else:
        words = ("« O », et aucune cellule vide", "« A », tous les effectifs sont donnés", "corriger le statut")
    return Faute(table.fichier, *words, row.numero, "statut")


def _commune(table: TableLue, rows: list[Ligne], annees: set[str]) -> list[Faute]:
    """Return the faults of a commune: a second name or département, a year that others have."""
    first, faults = rows[0], []
    for column in FIXES:
        written = first.cellules[column]
        faults += [
            Faute(
                table.fichier,
                f"« {row.cellules[column][:80]} »",
                f"« {written[:80]} », comme à la ligne {first.numero}",
                "écrire la même chose sur toutes les lignes de la commune",
                row.numero,
                column,
            )
            for row in rows[1:]
            if row.cellules[column] != written
        ]
    if absent := sorted(annees - {row.cellules["annee"] for row in rows}):
        words = (
            f"aucune ligne de {first.cellules['commune']} en {', '.join(absent)}",
            "une ligne par commune et par année du fichier",
            "ajouter la ligne, avec le statut « O » et des cellules vides si la source ne donne rien",
        )
        faults.append(Faute(table.fichier, *words, first.numero, "annee"))
    return faults


def _homonymes(table: TableLue, communes: dict[str, list[Ligne]]) -> list[Faute]:
    """Return the faults of two codes with one name: a report could not tell them apart."""
    names = Counter(rows[0].cellules["nom"] for rows in communes.values())
    return [
        Faute(
            table.fichier,
            f"« {rows[0].cellules['nom'][:80]} », le nom de plusieurs communes",
            "un nom par commune",
            "corriger le code ou le nom ; pour deux vraies homonymes, ajouter ce qui les distingue",
            rows[0].numero,
            "nom",
        )
        for rows in communes.values()
        if names[rows[0].cellules["nom"]] > 1
    ]
