"""The result of reading a cell, and what every kind of cell refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.collecte.fichiers import Cellule

_ERREUR = re.compile(
    r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM|SPILL|EPARS)[ \u00a0]?[!?]?|#{2,}|Err:\d+"
)
_FORMULE = re.compile(r"=\s*[A-Za-z0-9(+\-]")


@dataclass(frozen=True)
class Lu:
    """What a cell reads: its text for the follow-up, or its problem; ``remarque`` is what was understood.

    ``probleme``: what was found, what was expected, what to do.
    """

    texte: str = ""
    probleme: tuple[str, str, str] | None = None
    remarque: str = ""


def refus_commun(cellule: Cellule, attendu: str) -> Lu | None:
    """Return the problem of a cell that no kind of cell takes: a formula without its result, an error, VRAI."""
    value = cellule.valeur
    if cellule.formule and value is None:
        remedy = "ouvrir le classeur dans le tableur et l'enregistrer, ou taper la valeur à la place de la formule"
        return Lu(probleme=("une formule sans résultat enregistré", attendu, remedy))
    if isinstance(value, bool):
        return Lu(probleme=(f"« {'VRAI' if value else 'FAUX'} »", attendu, "taper la valeur"))
    if isinstance(value, str) and _ERREUR.fullmatch(value.strip()):
        return Lu(
            probleme=(f"« {value.strip()} », une erreur du tableur", attendu, "corriger la formule, ou taper la valeur")
        )
    return None


def montrer(cellule: Cellule) -> str:
    """Return a cell as a fault quotes it: a date in French, a text cut short."""
    value = cellule.valeur
    if isinstance(value, datetime | date):
        return f"la date {value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return f"l'heure {value}"
    text = cellule.texte.replace(".", ",") if isinstance(value, float) else " ".join(cellule.texte.split())
    return f"« {text[:80]} »"


def ressemble_a_une_formule(texte: str) -> bool:
    """Tell whether a text is a formula that was typed where text is kept as it is (« =12+3 »)."""
    return bool(_FORMULE.match(texte))
