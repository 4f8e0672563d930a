"""What the spreadsheet itself checks while a cell is filled, with a help before and a French message after."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from ctglib.collecte.feuille import Feuille, Ligne, Nombre
    from ctglib.donnees.modeles.gabarit import ColonneGabarit

# What the format of the file allows.
_TITRE_MAX, _MESSAGE_MAX = 32, 255
_TEXTE_MAX = 4000
_PLUS_PETIT = -(10**12)
_PREMIER_JOUR, _DERNIER_JOUR = "DATE(2000,1,1)", "DATE(2100,12,31)"


@dataclass(frozen=True)
class Controle:
    """A check: its kind for the spreadsheet, what it compares to, what is shown before and after."""

    type: str
    operateur: str | None
    formule_1: str
    formule_2: str | None
    titre: str
    aide: str
    erreur: str


def poser_les_controles(ws: Worksheet, cellules: dict[tuple[int, int], Controle]) -> None:
    """Put each check on its cells, one rule for all the cells that share it."""
    shared: dict[Controle, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (row, column), check in cellules.items():
        shared[check][column].append(row)
    for check, columns in shared.items():
        rule = DataValidation(
            type=check.type,
            operator=check.operateur,
            formula1=check.formule_1,
            formula2=check.formule_2,
            allow_blank=True,
            showErrorMessage=True,
            showInputMessage=True,
            errorTitle="Saisie refusée",
            error=check.erreur[:_MESSAGE_MAX],
            promptTitle=check.titre[:_TITRE_MAX],
            prompt=check.aide[:_MESSAGE_MAX],
        )
        for column, rows in columns.items():
            for first, last in _suites(rows):
                letter = get_column_letter(column)
                rule.add(f"{letter}{first}:{letter}{last}" if last > first else f"{letter}{first}")
        ws.add_data_validation(rule)


def _suites(rows: list[int]) -> list[tuple[int, int]]:
    """Return the runs of consecutive rows."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def controle(feuille: Feuille, ligne: Ligne | None, colonne: ColonneGabarit) -> Controle:
    """Return the check of a cell."""
    if colonne.type == "liste" and (choices := feuille.liste(ligne, colonne.id)):
        error = "Choisissez l'une des valeurs de la liste (flèche à droite de la cellule)."
        return Controle("list", None, choices.nom, None, colonne.titre, colonne.aide, error)
    if colonne.type == "nombre":
        return _nombre(feuille.nombre(ligne, colonne.id), colonne)
    if colonne.type == "date":
        error = "Écrivez une date : jour/mois/année, par exemple 15/03/2024."
        return Controle("date", "between", _PREMIER_JOUR, _DERNIER_JOUR, colonne.titre, colonne.aide, error)
    error = f"Texte trop long : {_TEXTE_MAX} caractères au plus."
    return Controle("textLength", "lessThanOrEqual", str(_TEXTE_MAX), None, colonne.titre, colonne.aide, error)


def _nombre(nombre: Nombre, colonne: ColonneGabarit) -> Controle:
    kind = "decimal" if nombre.decimales or nombre.pourcent else "whole"
    what = "un nombre" if kind == "decimal" else "un nombre entier"
    bounds = _bornes(nombre.minimum, nombre.maximum)
    error = f"Écrivez {what}{bounds.mots}, sans unité ni texte. Si la valeur manque, laissez vide."
    return Controle(kind, bounds.operateur, bounds.premier, bounds.second, colonne.titre, colonne.aide, error)


@dataclass(frozen=True)
class _Bornes:
    mots: str
    operateur: str
    premier: str
    second: str | None = None


def _bornes(low: float | None, high: float | None) -> _Bornes:
    """Return the bounds of a number for the spreadsheet, which wants one even where there is none."""
    if low is not None and high is not None:
        return _Bornes(f", entre {low:g} et {high:g}", "between", f"{low:g}", f"{high:g}")
    if high is not None:
        return _Bornes(f", {high:g} au plus", "lessThanOrEqual", f"{high:g}")
    if low is not None:
        return _Bornes(f", {low:g} au moins", "greaterThanOrEqual", f"{low:g}")
    return _Bornes("", "greaterThanOrEqual", str(_PLUS_PETIT))
