"""The rows of observations: of a year of follow-up, of a public series, of the context of a fictional convention."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.donnees.suivi.noms import fautes_de_noms
from ctglib.donnees.verifications_tables import (
    faute_d_unite,
    faute_de_bornes,
    faute_de_cellule,
    fautes_de_vide,
)

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.suivi.connus import Connus

_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ANNEE = re.compile(r"[0-9]{4}")
_LIEU = ("territoire", "annee", "indicateur", "millesime")


def fautes_d_observations(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults that any observations may have: names, unit, bounds, emptiness, breakdown, year of entry."""
    faults = [*fautes_de_noms("observations", table, connus), *fautes_de_vide(table, connus.absences)]
    for row in table.lignes:
        item = connus.mesures.get(row.cellules.get("indicateur", ""), {})
        faults += [*faute_d_unite(table, row, item), *faute_de_bornes(table, row, item)]
        faults += [*_detail(table, row, item, connus), *_annee(table, row), *_entier(table, row, item)]
    return [*faults, *_parties(table, connus)]


def fautes_de_saisie_annuelle(table: TableLue, annee: int, connus: Connus) -> list[Faute]:
    """Return the faults of a year's own rows: entered in the year of the folder, about our territories."""
    faults = []
    for row in table.lignes:
        faults += [
            *_millesime(table, row, annee),
            *_territoire(table, row, connus),
            *_table_de_saisie(table, row, connus),
        ]
    return faults


def fautes_de_contexte(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the context of a fictional convention: its territories."""
    return [fault for row in table.lignes for fault in _territoire(table, row, connus)]


def _millesime(table: TableLue, row: Ligne, annee: int) -> list[Faute]:
    written = row.cellules.get("millesime", "")
    if not _ANNEE.fullmatch(written) or int(written) == annee:
        return []
    words = (f"{annee}, l'année du dossier", f"écrire {annee}, ou mettre la ligne dans le dossier « {written} »")
    return [faute_de_cellule(table, row, "millesime", f"« {written} »", words)]


def _territoire(table: TableLue, row: Ligne, connus: Connus) -> list[Faute]:
    written = row.cellules.get("territoire", "")
    if written not in connus.noms["territoire"] or not connus.territoires or written in connus.territoires:
        return []
    words = (
        f"l'un des territoires de la convention : {', '.join(connus.territoires)}",
        "corriger le code, ou retirer la ligne",
    )
    return [faute_de_cellule(table, row, "territoire", f"« {written} »", words)]


def _table_de_saisie(table: TableLue, row: Ligne, connus: Connus) -> list[Faute]:
    """Return the fault of an indicator that the catalogue reads from another table of the follow-up."""
    name = row.cellules.get("indicateur", "")
    other = connus.mesures.get(name, {}).get("table", "observations")
    if other == "observations":
        return []
    words = (f"un indicateur qui se lit dans observations.csv ; celui-ci se lit dans {other}.csv", "retirer la ligne")
    return [faute_de_cellule(table, row, "indicateur", f"« {name} »", words)]


def _detail(table: TableLue, row: Ligne, item: dict, connus: Connus) -> list[Faute]:
    """Return the faults of a breakdown: dimension and modalité go together, and are those of the indicator."""
    dimension, part = row.cellules.get("dimension", ""), row.cellules.get("modalite", "")
    if bool(dimension) != bool(part):
        empty = "modalite" if dimension else "dimension"
        words = (
            "dimension et modalité remplies toutes deux, ou vides toutes deux",
            "compléter la ligne, ou vider l'autre",
        )
        return [faute_de_cellule(table, row, empty, "une cellule vide", words)]
    known = connus.modalites["dimension"]
    if not item or part not in known.get(dimension, []):  # empty, or told already
        return []
    own = item.get("dimension")
    if own != dimension:
        expected = f"« {own} », la dimension" if own else "une cellule vide : aucune dimension"
        words = (f"{expected} de « {item['id']} » au catalogue", "corriger la dimension, ou l'indicateur de la ligne")
        return [faute_de_cellule(table, row, "dimension", f"« {dimension[:80]} »", words)]
    kept = item.get("modalites")
    if not isinstance(kept, list) or not kept or part in kept:
        return []
    words = (f"l'une des modalités de « {item['id']} » : {', '.join(map(str, kept))}", "corriger la modalité")
    return [faute_de_cellule(table, row, "modalite", f"« {part[:80]} »", words)]


def _entier(table: TableLue, row: Ligne, item: dict) -> list[Faute]:
    """Return the fault of a count of persons that is not whole: secrecy would not know what it may show."""
    text = row.cellules.get("valeur", "")
    if not item.get("sensible") or item.get("calcul") or not _NOMBRE.fullmatch(text) or float(text).is_integer():
        return []
    words = ("un nombre entier de personnes", "écrire le nombre de personnes, sans décimale")
    return [faute_de_cellule(table, row, "valeur", f"« {text} »", words)]


def _annee(table: TableLue, row: Ligne) -> list[Faute]:
    year, entered = row.cellules.get("annee", ""), row.cellules.get("millesime", "")
    if not _ANNEE.fullmatch(year) or not _ANNEE.fullmatch(entered) or int(year) <= int(entered):
        return []
    words = (f"{entered} au plus, l'année de saisie ou de publication", "corriger l'année, ou le millésime")
    return [faute_de_cellule(table, row, "annee", f"« {year} »", words)]


def _parties(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of a part greater than its whole, for counts and amounts.

    Parts may add up to more than the whole, where a child who goes to two places counts once in it.
    """
    wholes = {_lieu(row): row for row in table.lignes if not row.cellules.get("dimension") and _est_nombre(row)}
    faults = []
    for row in table.lignes:
        whole = wholes.get(_lieu(row))
        item = connus.mesures.get(row.cellules.get("indicateur", ""), {})
        if whole is None or whole is row or not _est_nombre(row):
            continue
        if item.get("unite") not in connus.additives or item.get("calcul"):
            continue
        if float(row.cellules["valeur"]) > float(whole.cellules["valeur"]):
            words = (
                f"{whole.cellules['valeur']} au plus, l'ensemble (ligne {whole.numero})",
                "corriger la valeur, ou celle de l'ensemble",
            )
            faults.append(faute_de_cellule(table, row, "valeur", f"« {row.cellules['valeur']} »", words))
    return faults


def _lieu(row: Ligne) -> tuple[str, ...]:
    return tuple(row.cellules.get(name, "") for name in _LIEU)


def _est_nombre(row: Ligne) -> bool:
    return bool(_NOMBRE.fullmatch(row.cellules.get("valeur", "")))
