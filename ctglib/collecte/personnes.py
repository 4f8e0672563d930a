"""People in the cells: what gives one away is refused; what may be a name is told, since a centre can bear one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from ctglib.donnees.confidentialite import valeur_personnelle
from ctglib.donnees.fautes import Faute

if TYPE_CHECKING:
    from ctglib.collecte.fichiers import Grille
    from ctglib.donnees.modeles.confidentialite import Confidentialite
    from ctglib.donnees.modeles.gabarit import NomsDePersonnes

# Atomic, and never begun inside a chain of hyphens: a long text is read once, not once from each of its words.
_MOT = r"(?>[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*)"
_PAIRE = re.compile(rf"(?<![\w-])({_MOT}) ((?:{_MOT}|[A-ZÀ-ÖØ-Ý]{{3,}}))\b")
_LONGUEUR_D_UN_NIR = 13


def fautes_de_personnes(grille: Grille, regles: Confidentialite, places: dict[int, str]) -> list[Faute]:
    """Return a fault for each cell of a sheet with an e-mail, a telephone or a NIR, typed as text or as a number.

    ``places`` are the words of the columns that are known, by number.
    """
    faults = []
    for row, column, cell in [
        (row, column, cell) for row, cells in grille.lignes.items() for column, cell in cells.items()
    ]:
        if isinstance(cell.valeur, bool) or not isinstance(cell.valeur, str | int | float):
            continue
        if not isinstance(cell.valeur, str) and len(cell.texte) < _LONGUEUR_D_UN_NIR:
            continue
        if what := valeur_personnelle(cell.texte, regles):
            found = f"« {' '.join(cell.texte.split())[:80]} », {what}"
            place = places.get(column, get_column_letter(column))
            faults.append(Faute(grille.fichier, found, regles.pourquoi, regles.remede, row, place, grille.feuille))
    return faults


def noms_possibles(texte: str, regles: NomsDePersonnes) -> list[str]:
    """Return what looks like a person's name in a text: after a civility, or two capitalised words.

    Examples:
        >>> from ctglib.donnees.modeles.gabarit import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> noms_possibles("Vu avec Mme Durand au Centre Jean Moulin", rules)
        ['Mme Durand', 'Jean Moulin']
    """
    titles = "|".join(re.escape(word) for word in sorted(regles.civilites, key=len, reverse=True))
    called = [match.group() for match in re.finditer(rf"\b(?:{titles})\.? (?:{_MOT}|[A-ZÀ-Ý]{{2,}})", texte)]
    rest = texte
    for name in called:
        rest = rest.replace(name, "·")
    return [*called, *_paires(rest, regles.mots_admis)]


def _paires(texte: str, admis: tuple[str, ...]) -> list[str]:
    """Return the pairs of capitalised words whose first is not admitted; the second may begin the next pair."""
    pairs, start = [], 0
    while match := _PAIRE.search(texte, start):
        if match.group(1) in admis:
            start = match.start(2)
            continue
        pairs.append(match.group())
        start = match.end()
    return pairs
