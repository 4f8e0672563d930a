"""Numbers and signs as a French reader expects them: U+202F, decimal comma, U+2212."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

FINE = "\u202f"
INSECABLE = "\u00a0"
MOINS = "\u2212"


@lru_cache(maxsize=4096)
def nombre(valeur: float, decimales: int = 0, signe: bool = False) -> str:
    """Return a number in French: ``12324`` reads « 12 324 », ``-36.3`` reads « −36,3 ».

    Args:
        valeur: The number.
        decimales: Decimals shown, always that many.
        signe: Show « + » before a positive number.

    Examples:
        >>> nombre(12324), nombre(-36.34, 1), nombre(0.7, 1, signe=True)
        ('12\\u202f324', '−36,3', '+0,7')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimales if decimales else "")
    text = format_decimal(abs(valeur), format=pattern, locale="fr_FR")
    if not re.search("[1-9]", text):
        return text
    return (MOINS if valeur < 0 else "+" if signe else "") + text


def nombre_court(valeur: float) -> str:
    """Return a number with the decimals it needs and no more: ``5.0`` reads « 5 », ``0.5`` reads « 0,5 »."""
    decimales = len(f"{valeur:.6f}".rstrip("0").partition(".")[2])
    return nombre(valeur, decimales)


def compter(effectif: int, singulier: str, pluriel: str = "") -> str:
    """Return a count and its noun, singular under two as French has it; the plural adds an « s » a word unless given.

    Examples:
        >>> compter(0, "valeur absente"), compter(3, "valeur absente")
        ('0\\xa0valeur absente', '3\\xa0valeurs absentes')
    """
    plural = pluriel or " ".join(f"{mot}s" for mot in singulier.split(" "))
    return f"{nombre(effectif)}{INSECABLE}{plural if effectif >= 2 else singulier}"


def pourcent(valeur: float, decimales: int = 1, signe: bool = False) -> str:
    """Return a percentage: ``59.4`` reads « 59,4 % » with U+202F before the sign."""
    return f"{nombre(valeur, decimales, signe)}{FINE}%"


def points(valeur: float, decimales: int = 1, signe: bool = True) -> str:
    """Return a difference of rates: ``4.9`` reads « +4,9 points »; under two in size, « point » stays singular."""
    return f"{nombre(valeur, decimales, signe)}{INSECABLE}point{'s' if abs(round(valeur, decimales)) >= 2 else ''}"


def avec_unite(valeur: float, symbole: str, decimales: int, signe: bool = False) -> str:
    """Return a value followed by its unit's symbol, joined by a no-break space."""
    text = nombre(valeur, decimales, signe)
    if not symbole:
        return text
    return f"{text}{FINE if symbole == '%' else INSECABLE}{symbole}"


def date_longue(jour: date) -> str:
    """Return a date in full: « 1er janvier 2023 », « 31 décembre 2026 ».

    Examples:
        >>> date_longue(date(2023, 1, 1))
        '1er\\xa0janvier 2023'
    """
    from babel.dates import format_date

    text = format_date(jour, "MMMM y", locale="fr_FR")
    return f"{jour.day}{'er' if jour.day == 1 else ''}{INSECABLE}{text}"


def ponctuer(texte: str) -> str:
    """Return a sentence with the no-break spaces of French typography, so that no line begins with a sign.

    Examples:
        >>> ponctuer("Lecture : « oui » ; 5 %")
        'Lecture\\xa0: «\\xa0oui\\xa0»\\u202f; 5\\u202f%'
    """
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", FINE, texte)
    text = re.sub(r"(?<=\d) €", INSECABLE + "€", text)
    text = re.sub(r" ([;!?%])", FINE + r"\1", text)
    text = re.sub(r" ([:»])", INSECABLE + r"\1", text)
    return re.sub(r"(«) ", r"\1" + INSECABLE, text)


def enumerer(elements: list[str]) -> str:
    """Return « a, b et c »."""
    if len(elements) < 2:
        return "".join(elements)
    return f"{', '.join(elements[:-1])} et {elements[-1]}"
