"""A free text, kept as it is but for what cannot be seen; a word chosen from a list, to its code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.collecte.cellules.lu import Lu, montrer, refus_commun
from ctglib.collecte.fichiers import cle_de_titre
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.fichiers import Cellule

_TEXTE_MAX = 4000
_MONTRES = 8
_RETOURS = re.compile(r"_x000[dD]_|\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
_INVISIBLES = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PUCE = re.compile(r"^[•*–-] ")
# A no-break space is the author's own: it stays.
_BLANC = " \t"
_BLANCS = re.compile(f"[{_BLANC}]+")
_PERDU = "\ufffd"


def lire_texte_libre(cellule: Cellule, lignes: bool = False) -> Lu:
    """Return a text without what cannot be seen; its line breaks are kept for a list of sentences only."""
    expected = "un texte"
    if common := refus_commun(cellule, expected):
        return common
    text = _texte(cellule)
    if _PERDU in text:
        return Lu(probleme=(f"un caractère perdu (« {_PERDU} ») dans {montrer(cellule)}", expected, "retaper le mot"))
    if len(text) > _TEXTE_MAX:
        return Lu(
            probleme=(f"{montrer(cellule)}…, {len(text)} caractères", f"{_TEXTE_MAX} au plus", "résumer le texte")
        )
    kept = [_BLANCS.sub(" ", line).strip(_BLANC) for line in text.splitlines()]
    if lignes:
        return Lu("\n".join(line for line in (_PUCE.sub("", line) for line in kept) if line))
    return Lu(" ".join(line for line in kept if line))


def _texte(cellule: Cellule) -> str:
    if hasattr(cellule.valeur, "strftime"):
        return f"{cellule.valeur:%d/%m/%Y}"
    return _INVISIBLES.sub("", _RETOURS.sub("\n", cellule.texte))


def lire_choix(cellule: Cellule, choix: dict[str, str]) -> Lu:
    """Return the code of a word of a list; accents and capitals do not matter, and a code stands for itself."""
    names = list(choix)
    expected = "l'un des choix de la liste"
    if len(names) <= _MONTRES:
        expected += f" : {', '.join(names)}"
    if common := refus_commun(cellule, expected):
        return common
    written = cle_de_titre(_texte(cellule))
    plain = {cle_de_titre(word): code for word, code in choix.items()}
    codes = {cle_de_titre(code): code for code in choix.values()}
    if (code := plain.get(written, codes.get(written))) is not None:
        return Lu(code)
    close = proches(_texte(cellule), names)
    remedy = f"choisir « {close[0]} »" if close else "choisir dans la liste (flèche à droite de la cellule)"
    return Lu(probleme=(montrer(cellule), expected, remedy))
