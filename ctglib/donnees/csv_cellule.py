"""A cell of a CSV against its column: what is written, what was expected, and what to write instead."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.donnees.schema_table import Champ

_ECRITURES = {
    "number": (
        re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"),
        "un nombre : chiffres, point décimal, signe - s'il est négatif",
    ),
    "integer": (re.compile(r"-?[0-9]{1,15}"), "un nombre entier, en chiffres"),
    "year": (re.compile(r"[0-9]{4}"), "une année sur quatre chiffres"),
}
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ESPACES = re.compile(r"[\s\u00a0\u2007\u202f']")
_ERREUR_DE_TABLEUR = re.compile(r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM)[ \u00a0]?[!?]?|#{2,}")


def examiner_cellule(relatif: str, ligne: int, texte: str, champ: Champ) -> list[Faute]:
    """Return the faults of one cell: the first thing that is wrong with it, or none.

    Any text is allowed in a free column, « =1+1 » included: reports show it as text.
    """
    problem = _probleme(texte, champ)
    return [Faute(relatif, *problem, ligne=ligne, colonne=champ.name)] if problem else []


def _probleme(texte: str, champ: Champ) -> tuple[str, str, str] | None:
    """Return what was found, expected and is to be done, or None for a cell that holds."""
    if not texte:
        if champ.constraints.required:
            return "une cellule vide", champ.description, "remplir la cellule"
        return None
    found = f"« {texte[:80]} »"
    if champ.type in _ECRITURES and not _ECRITURES[champ.type][0].fullmatch(texte):
        expected = _ECRITURES[champ.type][1]
        return found, expected, _remede_de_nombre(texte, champ)
    if champ.type == "date" and not _est_un_jour(texte):
        return found, champ.description, "écrire la date dans l'ordre année-mois-jour : 2024-01-31"
    if texte != texte.strip():
        return f"des espaces autour de {found}", "un texte sans espace au début ni à la fin", "supprimer ces espaces"
    if _ERREUR_DE_TABLEUR.fullmatch(texte):
        return (
            f"{found}, une erreur du tableur",
            champ.description,
            "corriger la formule dans le tableur, ou écrire la valeur",
        )
    return _hors_contraintes(texte, found, champ)


def _est_un_jour(texte: str) -> bool:
    """Tell whether a text is a day of the calendar, year-month-day."""
    if not _JOUR.fullmatch(texte):
        return False
    try:
        date.fromisoformat(texte)
    except ValueError:
        return False
    return True


def _remede_de_nombre(texte: str, champ: Champ) -> str:
    """Return what to write when the number can be guessed: « 59,4 % » is 59.4, « 1 466 743 » is 1466743."""
    guess = _ESPACES.sub("", texte).replace("\u2212", "-").replace(",", ".").lstrip("+").rstrip("%€")
    if champ.type != "number":
        guess = re.sub(r"\.0+$", "", guess)
    if _ECRITURES[champ.type][0].fullmatch(guess):
        return f"écrire {guess}"
    if champ.constraints.required:
        return "écrire le nombre en chiffres"
    return "écrire le nombre en chiffres ; s'il manque, laisser la cellule vide et le dire par le statut"


def _hors_contraintes(texte: str, found: str, champ: Champ) -> tuple[str, str, str] | None:
    rules = champ.constraints
    if rules.enum and texte not in rules.enum:
        close = proches(texte, rules.enum)
        remedy = f"écrire « {close[0]} »" if close else "écrire l'une de ces valeurs"
        return found, f"l'une des valeurs {', '.join(rules.enum)}", remedy
    if rules.pattern and not re.fullmatch(rules.pattern, texte):
        return found, champ.description, f"écrire « {champ.title} » comme sur les autres lignes"
    if rules.minimum is not None and float(texte) < rules.minimum:
        return found, f"{rules.minimum:g} au moins", "corriger le nombre"
    if rules.maximum is not None and float(texte) > rules.maximum:
        return found, f"{rules.maximum:g} au plus", "corriger le nombre"
    return None
