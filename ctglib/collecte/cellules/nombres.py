"""A number as a person types it: « 1 234,5 », « 59 % », 0.59 shown as 59 %, and what is none."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from ctglib.collecte.cellules.lu import Lu, montrer, refus_commun, ressemble_a_une_formule
from ctglib.collecte.fichiers import cle_de_titre

if TYPE_CHECKING:
    from ctglib.collecte.feuille import Nombre
    from ctglib.collecte.fichiers import Cellule

_ESPACE = "[ \u00a0\u2007\u2009\u202f']"
_ENTIER = rf"(?:[0-9]{{1,3}}(?:{_ESPACE}[0-9]{{3}})+|[0-9]+)"
_NOMBRE = re.compile(rf"(?P<signe>[+-]?){_ESPACE}*(?P<entier>{_ENTIER})(?:(?P<marque>[.,])(?P<decimales>[0-9]+))?")
_DEUX_MARQUES = re.compile(r"[0-9]+([.,])[0-9]{3}.*[.,][0-9]+")
_MASQUE = re.compile(rf"(<|≤|moins de){_ESPACE}*[0-9]+", re.IGNORECASE)
_ABSENCES = (
    "non transmis",
    "non communique",
    "nc",
    "n c",
    "non disponible",
    "nd",
    "sans objet",
    "so",
    "s o",
    "na",
    "n a",
)
_ABSENCES += ("non renseigne", "nr", "neant", "inconnu", "secret", "aucune donnee", "ne sait pas", "x")
_SIGNES = ("-", "–", "—", "/", "?", "…", "...", "*")
_PRECISION = 6
_MILLIERS = 3
_FRACTION_MAX = 1


def lire_nombre(cellule: Cellule, nombre: Nombre) -> Lu:
    """Return a number with a point, or what is wrong with it."""
    expected = _attendu(nombre)
    if common := refus_commun(cellule, expected):
        return common
    value = cellule.valeur
    if isinstance(value, int | float):
        return _du_tableur(cellule, float(value), nombre)
    if not isinstance(value, str):
        remedy = "le tableur a pris le nombre pour une date : remettre la cellule au format Nombre, puis retaper"
        return Lu(probleme=(montrer(cellule), expected, remedy))
    return _du_texte(cellule, value.strip(), nombre)


def _attendu(nombre: Nombre) -> str:
    return "un nombre" if nombre.decimales else "un nombre entier"


def _du_tableur(cellule: Cellule, value: float, nombre: Nombre) -> Lu:
    if not math.isfinite(value):
        return Lu(probleme=(montrer(cellule), _attendu(nombre), "taper le nombre"))
    if not cellule.pourcent:
        read = _borner(value, montrer(cellule), nombre)
        if nombre.pourcent and 0 < abs(value) < _FRACTION_MAX and not read.probleme:
            return Lu(read.texte, remarque=f"lu {_francais(value)} %, et non {_francais(value * 100)} %")
        return read
    shown = f"{_francais(value * 100)} %"
    if nombre.pourcent:
        read = _borner(value * 100, f"« {shown} »", nombre)
        return Lu(read.texte, read.probleme, "" if read.probleme else f"cellule au format pourcentage, lue {shown}")
    remedy = (
        f"remettre la cellule au format Nombre, puis écrire le nombre ({_francais(value)}, ou {_francais(value * 100)})"
    )
    return Lu(probleme=(f"« {shown} », une cellule au format pourcentage", f"{_attendu(nombre)}, sans %", remedy))


def _du_texte(cellule: Cellule, text: str, nombre: Nombre) -> Lu:
    found, expected = montrer(cellule), _attendu(nombre)
    plain = text.replace("\u2212", "-").rstrip("€").strip()
    percent = plain.endswith("%")
    match = _NOMBRE.fullmatch(plain.rstrip("%").strip(" \u00a0\u202f"))
    if match is None:
        return Lu(probleme=(found, expected, _remede(text, plain)))
    if percent and not nombre.pourcent:
        return Lu(probleme=(found, f"{expected}, sans %", "écrire le nombre, et non une part"))
    whole = re.sub(_ESPACE, "", match["entier"])
    decimals = match["decimales"] or ""
    if len(decimals) == _MILLIERS and whole.strip("0") and nombre.decimales < _MILLIERS:
        remedy = f"écrire {whole}{decimals} si c'est un séparateur de milliers, sinon arrondir ({whole},{decimals[0]})"
        return Lu(probleme=(f"{found}, qui peut se lire de deux façons", expected, remedy))
    value = float(f"{match['signe']}{whole}.{decimals or '0'}")
    return _borner(value, found, nombre)


def _remede(text: str, plain: str) -> str:
    """Return what to write instead of a text that is no number, as near as it can be guessed."""
    if cle_de_titre(text) in _ABSENCES or text in _SIGNES:
        return "laisser la valeur vide, et dire pourquoi dans « État de la valeur »"
    if _MASQUE.fullmatch(text):
        return "écrire l'effectif exact : le bilan publié masque de lui-même les petits effectifs"
    if ressemble_a_une_formule(text):
        return "remettre la cellule au format Nombre, puis retaper la formule, ou taper son résultat"
    if _DEUX_MARQUES.fullmatch(plain):
        return "écrire le nombre avec une virgule décimale, sans autre point ni virgule"
    if found := re.match(rf"{_ENTIER}(?:[.,][0-9]+)?(?={_ESPACE}*[^\W\d_]+\.?$)", plain):
        return f"écrire {found.group()}, sans unité ni texte"
    return "écrire le nombre seul, en chiffres ; ce qu'il faut en dire va dans « Note »"


def _borner(value: float, found: str, nombre: Nombre) -> Lu:
    """Return a number once it has the decimals and the bounds that its cell allows."""
    rounded = round(value, _PRECISION)
    if not nombre.decimales and not rounded.is_integer():
        return Lu(probleme=(found, "un nombre entier", "corriger le nombre : il n'a pas de décimale"))
    low, high = nombre.minimum, nombre.maximum
    if low is not None and rounded < low:
        return Lu(probleme=(found, f"{_francais(low)} au moins", "corriger le nombre"))
    if high is not None and rounded > high:
        return Lu(probleme=(found, f"{_francais(high)} au plus", "corriger le nombre"))
    if abs(rounded) >= 10**15:
        return Lu(probleme=(found, "un nombre de moins de seize chiffres", "corriger le nombre"))
    return Lu(_point(rounded))


def _point(value: float) -> str:
    """Return a number as the follow-up writes it: a point, no decimal more than needed, never « -0 »."""
    text = f"{value:.{_PRECISION}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _francais(value: float) -> str:
    return _point(round(value, _PRECISION)).replace(".", ",").replace("-", "\u2212")
