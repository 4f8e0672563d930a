"""Numbers and short texts as a French reader expects them, for the analysis and, above it, for the
reports.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from ctglib.donnees.modeles.catalogue import Indicateur, Unite

FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"
SEPARATEUR = ";"  # between several codes in one cell


@lru_cache(maxsize=4096)
def nombre(valeur: float, decimales: int = 0, signe: bool = False) -> str:
    """Return a number in French: ``12324`` reads « 12 324 », ``-36.3`` reads « −36,3 ».

    Always that many ``decimales``; ``signe`` shows « + » before a positive number.

    Examples:
        >>> nombre(12324), nombre(-36.34, 1), nombre(0.7, 1, signe=True)
        ('12\\u202f324', '−36,3', '+0,7')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0"
    if decimales:
        pattern += "." + "0" * decimales
    texte = format_decimal(abs(valeur), format=pattern, locale="fr_FR")
    est_nul_une_fois_arrondi = not re.search("[1-9]", texte)
    if est_nul_une_fois_arrondi:
        return texte
    if valeur < 0:
        return f"{MOINS}{texte}"
    return f"+{texte}" if signe else texte


def avec_unite(valeur: float, symbole: str, decimales: int, signe: bool = False) -> str:
    """Return a value and its unit's symbol, joined by the no-break space that is used before it."""
    texte = nombre(valeur, decimales, signe)
    if not symbole:
        return texte
    espace = FINE if symbole == "%" else INSECABLE
    return f"{texte}{espace}{symbole}"


def ecrire(valeur: float, indicateur: Indicateur, unites: Mapping[str, Unite]) -> str:
    """Return a value of an indicator with its unit's symbol, or its word (« oui »); an evolution
    shows its sign.
    """
    unite = unites[indicateur.unite]
    if unite.mots:
        return unite.mots[bool(valeur)]
    symbole = unite.apres(valeur)
    return avec_unite(valeur, symbole, indicateur.decimales, signe=indicateur.est_evolution)


def pourcent(valeur: float, decimales: int = 1, signe: bool = False) -> str:
    """Return a percentage: ``59.4`` reads « 59,4 % » with U+202F before the sign."""
    return avec_unite(valeur, "%", decimales, signe)


def variation(valeur: float) -> str:
    """Return a change in %, with its sign: ``-36.3`` reads « −36,3 % »."""
    return pourcent(valeur, 1, signe=True)


def enumerer(elements: list[str]) -> str:
    """Return « a, b et c »."""
    if len(elements) < 2:
        return "".join(elements)
    return f"{', '.join(elements[:-1])} et {elements[-1]}"


def majuscule(texte: str) -> str:
    """Return a text that begins a sentence."""
    return texte[:1].upper() + texte[1:]


def minuscule(texte: str) -> str:
    """Return a label inside a sentence; one that begins with an acronym keeps it.

    Examples:
        >>> minuscule("Jours d'ouverture"), minuscule("ETP du lieu")
        ("jours d'ouverture", 'ETP du lieu')
    """
    return texte if texte[1:2].isupper() else texte[:1].lower() + texte[1:]
