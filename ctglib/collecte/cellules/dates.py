"""A date as a spreadsheet keeps it or as a person types it, to year-month-day."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ctglib.collecte.cellules.lu import Lu, montrer, refus_commun

if TYPE_CHECKING:
    from ctglib.collecte.fichiers import Cellule

_ATTENDU = "une date : jour/mois/année, par exemple 15/03/2024"
_FRANCAIS = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_ANNEE_COURTE = re.compile(r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}")
_ANNEE = re.compile(r"(19|20)[0-9]{2}")
_MOIS = re.compile(r"[0-9]{1,2}[/.\-][0-9]{4}")
# Day 0 of a spreadsheet, and the numbers that are days of this century.
_ORIGINE = datetime(1899, 12, 30)
_NUMEROS = (36526, 73415)
_PREMIERE, _DERNIERE = date(2000, 1, 1), date(2100, 12, 31)


def lire_date(cellule: Cellule) -> Lu:
    """Return a day as year-month-day, or what is wrong with it."""
    if common := refus_commun(cellule, _ATTENDU):
        return common
    value = cellule.valeur
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        number = (day - _ORIGINE.date()).days
        if _ANNEE.fullmatch(str(number)):
            return Lu(probleme=(f"« {number} », une année seule", _ATTENDU, _remede_de_nombre(number)))
        return _borner(day, montrer(cellule))
    if isinstance(value, int | float):
        return Lu(probleme=(montrer(cellule), _ATTENDU, _remede_de_nombre(float(value))))
    return _du_texte(str(value).strip(), montrer(cellule))


def _remede_de_nombre(value: float) -> str:
    """Return what to do with a number: the day that the spreadsheet stores under it, when it may be one."""
    if _NUMEROS[0] <= value <= _NUMEROS[1]:
        day = _ORIGINE + timedelta(days=int(value))
        return f"mettre la cellule au format Date (ce serait le {day:%d/%m/%Y}), ou retaper la date"
    return "écrire la date en entier, avec le jour et le mois"


def _du_texte(text: str, found: str) -> Lu:
    for pattern, order in ((_FRANCAIS, (2, 1, 0)), (_ISO, (0, 1, 2))):
        if match := pattern.fullmatch(text):
            parts = [int(part) for part in match.groups()]
            try:
                day = date(*(parts[rank] for rank in order))
            except ValueError:
                return Lu(probleme=(found, _ATTENDU, "corriger le jour ou le mois : cette date n'existe pas"))
            return _borner(day, found)
    if _ANNEE_COURTE.fullmatch(text):
        return Lu(probleme=(found, _ATTENDU, "écrire l'année sur quatre chiffres"))
    if _ANNEE.fullmatch(text) or _MOIS.fullmatch(text):
        return Lu(probleme=(found, _ATTENDU, "écrire la date en entier, avec le jour et le mois"))
    return Lu(probleme=(found, _ATTENDU, "écrire la date en chiffres ; ce qu'il faut en dire va dans un commentaire"))


def _borner(day: date, found: str) -> Lu:
    if _PREMIERE <= day <= _DERNIERE:
        return Lu(day.isoformat())
    return Lu(probleme=(found, f"une date de {_PREMIERE.year} à {_DERNIERE.year}", "corriger l'année"))
