"""The rows of profiles: counts of people by one variable or by two, which must fit one another."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ctglib.donnees.suivi.noms import fautes_de_noms, nom_de_cellule
from ctglib.donnees.verifications_tables import faute_de_cellule, fautes_de_vide

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.suivi.connus import Connus

_ENTIER = re.compile(r"[0-9]+")
_DISPOSITIFS = ("un dispositif", "catalogue/dimensions.yaml")


def fautes_de_profils(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the profiles: names, whole numbers, a second variable in full, parts and whole."""
    faults = [*fautes_de_noms("profils", table, connus), *fautes_de_vide(table, connus.absences, "effectif")]
    for row in table.lignes:
        faults += nom_de_cellule(table, row, "dispositif", (connus.dispositifs, *_DISPOSITIFS))
        faults += [*_seconde_variable(table, row), *_entier(table, row)]
    return [*faults, *_croisements_doubles(table), *_parties(table)]


def _seconde_variable(table: TableLue, row: Ligne) -> list[Faute]:
    variable, second, part = (row.cellules.get(name, "") for name in ("variable", "variable_2", "modalite_2"))
    if bool(second) != bool(part):
        empty = "modalite_2" if second else "variable_2"
        words = (
            "seconde variable et seconde modalité remplies toutes deux, ou vides toutes deux",
            "compléter la ligne, ou vider l'autre",
        )
        return [faute_de_cellule(table, row, empty, "une cellule vide", words)]
    if second and second == variable:
        words = ("une autre variable que la première", "corriger l'une des deux variables")
        return [faute_de_cellule(table, row, "variable_2", f"« {second} »", words)]
    return []


def _entier(table: TableLue, row: Ligne) -> list[Faute]:
    text = row.cellules.get("effectif", "")
    if not re.fullmatch(r"[0-9]+\.[0-9]+", text):
        return []
    words = ("un nombre entier de personnes", "écrire le nombre de personnes, sans décimale")
    return [faute_de_cellule(table, row, "effectif", f"« {text} »", words)]


def _croisements_doubles(table: TableLue) -> list[Faute]:
    """Return the faults of a crossing given twice, the second time the other way round."""
    first: dict[frozenset, Ligne] = {}
    faults = []
    for row in table.lignes:
        if not (row.cellules.get("variable_2") and row.cellules.get("modalite_2")):
            continue
        key = frozenset([row.cellules.get("dispositif", ""), *_cotes(row)])
        before = first.setdefault(key, row)
        if before is not row and _cotes(before) != _cotes(row):
            words = ("chaque croisement une seule fois", "supprimer l'une des deux lignes")
            found = f"le croisement de la ligne {before.numero}, dans l'autre sens"
            faults.append(faute_de_cellule(table, row, "variable", found, words))
    return faults


def _parties(table: TableLue) -> list[Faute]:
    """Return the faults of a count that is under what its crossing with another variable adds up to."""
    sums: dict[tuple, Counter] = defaultdict(Counter)
    for row in table.lignes:
        if _est_entier(row) and row.cellules.get("variable_2"):
            first, second = _cotes(row)
            sums[row.cellules.get("dispositif"), first][second[0]] += int(row.cellules["effectif"])
            sums[row.cellules.get("dispositif"), second][first[0]] += int(row.cellules["effectif"])
    faults = []
    for row in table.lignes:
        if row.cellules.get("variable_2") or not _est_entier(row):
            continue
        for other, total in sums[row.cellules.get("dispositif"), _cotes(row)[0]].items():
            if total > int(row.cellules["effectif"]):
                words = (
                    f"{total} au moins, la somme de ses croisements avec « {other} »",
                    "corriger l'effectif, ou celui des croisements",
                )
                faults.append(faute_de_cellule(table, row, "effectif", f"« {row.cellules['effectif']} »", words))
    return faults


def _est_entier(row: Ligne) -> bool:
    return bool(_ENTIER.fullmatch(row.cellules.get("effectif", "")))


def _cotes(row: Ligne) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the two sides of a crossing: variable and modalité of each."""
    cells = row.cellules
    return (
        (cells.get("variable", ""), cells.get("modalite", "")),
        (cells.get("variable_2", ""), cells.get("modalite_2", "")),
    )
