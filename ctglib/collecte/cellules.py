"""A cell as a person filled it, number, date, word of a list or text, to the text of the follow-up."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ctglib.collecte.fichiers import cle_de_titre
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.feuilles import Nombre
    from ctglib.collecte.fichiers import Cellule


class Illisible(ValueError):
    """A cell that is not taken: what was found, what was expected, what to do."""


_ERREUR = re.compile(
    r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM|SPILL|EPARS)[ \u00a0]?[!?]?|#{2,}|Err:\d+"
)


def _verifier(cellule: Cellule, attendu: str) -> None:
    """Refuse what no kind of cell takes: a formula without its result, an error, VRAI."""
    value = cellule.valeur
    if cellule.formule and value is None:
        remedy = "ouvrir le classeur dans le tableur et l'enregistrer, ou taper la valeur à la place de la formule"
        raise Illisible("une formule sans résultat enregistré", attendu, remedy)
    if isinstance(value, bool):
        raise Illisible(f"« {'VRAI' if value else 'FAUX'} »", attendu, "taper la valeur")
    if isinstance(value, str) and _ERREUR.fullmatch(value.strip()):
        remedy = "corriger la formule, ou taper la valeur"
        raise Illisible(f"« {value.strip()} », une erreur du tableur", attendu, remedy)


def montrer(cellule: Cellule) -> str:
    """Return a cell as a fault quotes it: a date in French, a text cut short."""
    value = cellule.valeur
    if isinstance(value, datetime | date):
        return f"la date {value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return f"l'heure {value}"
    text = cellule.texte.replace(".", ",") if isinstance(value, float) else " ".join(cellule.texte.split())
    return f"« {text[:80]} »"


_ESPACE = "[ \u00a0\u2007\u2009\u202f']"
_ENTIER = rf"(?:[0-9]{{1,3}}(?:{_ESPACE}[0-9]{{3}})+|[0-9]+)"
_NOMBRE = re.compile(rf"(?P<signe>[+-]?){_ESPACE}*(?P<entier>{_ENTIER})(?:[.,](?P<decimales>[0-9]+))?")
_ABSENCES = {
    "non transmis", "non communique", "nc", "n c", "non disponible", "nd", "sans objet", "so", "s o", "na", "n a",
    "non renseigne", "nr", "neant", "inconnu", "secret", "aucune donnee", "ne sait pas", "x",
    "-", "–", "—", "/", "?", "…", "...", "*",
}  # fmt: skip
# What a text that is no number, or no date, may be, and what to write instead.
_NOMBRE_AUTREMENT = (
    (rf"(?i)(<|≤|moins de){_ESPACE}*[0-9]+$",
     "écrire l'effectif exact : le bilan publié masque de lui-même les petits effectifs"),
    (r"=\s*[A-Za-z0-9(+\-]", "remettre la cellule au format Nombre, puis retaper la formule, ou taper son résultat"),
    (r"[0-9]+[.,][0-9]{3}.*[.,][0-9]+$", "écrire le nombre avec une virgule décimale, sans autre point ni virgule"),
    (rf"({_ENTIER}(?:[.,][0-9]+)?){_ESPACE}*[^\W\d_]+\.?$", r"écrire \1, sans unité ni texte"),
    ("", "écrire le nombre seul, en chiffres ; ce qu'il faut en dire va dans « Note »"),
)  # fmt: skip
_ANNEE_SEULE = r"(19|20)[0-9]{2}"
_EN_ENTIER = "écrire la date en entier, avec le jour et le mois"
_DATE_AUTREMENT = (
    (r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}\Z", "écrire l'année sur quatre chiffres"),
    (rf"({_ANNEE_SEULE}|[0-9]{{1,2}}[/.\-][0-9]{{4}})\Z", _EN_ENTIER),
    ("", "écrire la date en chiffres ; ce qu'il faut en dire va dans un commentaire"),
)
_PRECISION, _MILLIERS = 6, 3


def _autrement(texte: str, remedes: tuple[tuple[str, str], ...]) -> str:
    told = ((re.match(pattern, texte), remedy) for pattern, remedy in remedes)
    return next(match.expand(remedy) for match, remedy in told if match)


def lire_nombre(cellule: Cellule, nombre: Nombre) -> tuple[str, ...]:
    """Return a number with a point, then how it was understood when that may surprise.

    Raises:
        Illisible: It is none, or not one that the cell may hold.
    """
    expected, found, value = "un nombre" if nombre.decimales else "un nombre entier", montrer(cellule), cellule.valeur
    _verifier(cellule, expected)
    if isinstance(value, str):
        return (_borner(_nombre_ecrit(value.strip(), found, expected, nombre), found, nombre),)
    if not isinstance(value, int | float):
        remedy = "le tableur a pris le nombre pour une date : remettre la cellule au format Nombre, puis retaper"
        raise Illisible(found, expected, remedy)
    if not math.isfinite(value):
        raise Illisible(found, expected, "taper le nombre")
    plain, hundred = _francais(value), _francais(value * 100)
    if not cellule.pourcent:
        doubtful = nombre.pourcent and 0 < abs(value) < 1
        return _borner(value, found, nombre), *([f"lu {plain} %, et non {hundred} %."] if doubtful else [])
    if nombre.pourcent:
        return _borner(value * 100, f"« {hundred} % »", nombre), f"cellule au format pourcentage, lue {hundred} %."
    remedy = f"remettre la cellule au format Nombre, puis écrire le nombre ({plain}, ou {hundred})"
    raise Illisible(f"« {hundred} % », une cellule au format pourcentage", f"{expected}, sans %", remedy)


def _nombre_ecrit(text: str, found: str, expected: str, nombre: Nombre) -> float:
    plain = text.replace("\u2212", "-").rstrip("€").strip()
    match = _NOMBRE.fullmatch(plain.rstrip("%").strip(" \u00a0\u202f"))
    if match is None:
        absent = not _ABSENCES.isdisjoint((cle_de_titre(text), text))
        remedy = "laisser la valeur vide, et dire pourquoi dans « État de la valeur »"
        raise Illisible(found, expected, remedy if absent else _autrement(plain, _NOMBRE_AUTREMENT))
    if plain.endswith("%") and not nombre.pourcent:
        raise Illisible(found, f"{expected}, sans %", "écrire le nombre, et non une part")
    whole, decimals = re.sub(_ESPACE, "", match["entier"]), match["decimales"] or ""
    if len(decimals) == _MILLIERS and whole.strip("0") and nombre.decimales < _MILLIERS:
        remedy = f"écrire {whole}{decimals} si c'est un séparateur de milliers, sinon arrondir ({whole},{decimals[0]})"
        raise Illisible(f"{found}, qui peut se lire de deux façons", expected, remedy)
    return float(f"{match['signe']}{whole}.{decimals or '0'}")


def _borner(value: float, found: str, nombre: Nombre) -> str:
    """Return a number as the follow-up writes it, once it has the decimals and the bounds that its cell allows."""
    rounded, low, high = round(float(value), _PRECISION), nombre.minimum, nombre.maximum
    if not nombre.decimales and not rounded.is_integer():
        raise Illisible(found, "un nombre entier", "corriger le nombre : il n'a pas de décimale")
    for outside, expected in (
        (rounded < low, f"{_francais(low)} au moins"),
        (high is not None and rounded > high, f"{_francais(high or 0)} au plus"),
        (abs(rounded) >= 10**15, "un nombre de moins de seize chiffres"),
    ):
        if outside:
            raise Illisible(found, expected, "corriger le nombre")
    return _point(rounded)


def _point(value: float) -> str:
    """Return a number with a point, no decimal more than needed, never « -0 »."""
    text = f"{value:.{_PRECISION}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _francais(value: float) -> str:
    return _point(round(value, _PRECISION)).replace(".", ",").replace("-", "\u2212")


_UNE_DATE = "une date : jour/mois/année, par exemple 15/03/2024"
_DATES = (r"(?P<j>[0-9]{1,2})[/.\- ](?P<m>[0-9]{1,2})[/.\- ](?P<a>[0-9]{4})",
          r"(?P<a>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<j>[0-9]{1,2})(?:[T ]00:00(?::00)?)?")  # fmt: skip
# Day 0 of a spreadsheet, and the numbers that are days of this century.
_ORIGINE, _NUMEROS = date(1899, 12, 30), (36526, 73415)


def lire_date(cellule: Cellule) -> str:
    """Return a day as year-month-day.

    Raises:
        Illisible: It is none, or one of another century.
    """
    _verifier(cellule, _UNE_DATE)
    value, found = cellule.valeur, montrer(cellule)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        number = (day - _ORIGINE).days
        if re.fullmatch(_ANNEE_SEULE, str(number)):
            raise Illisible(f"« {number} », une année seule", _UNE_DATE, _EN_ENTIER)
    elif isinstance(value, int | float):
        remedy = _EN_ENTIER
        if _NUMEROS[0] <= value <= _NUMEROS[1]:
            meant = _ORIGINE + timedelta(days=int(value))
            remedy = f"mettre la cellule au format Date (ce serait le {meant:%d/%m/%Y}), ou retaper la date"
        raise Illisible(found, _UNE_DATE, remedy)
    else:
        text = str(value).strip()
        match = next(filter(None, (re.fullmatch(pattern, text) for pattern in _DATES)), None)
        if match is None:
            raise Illisible(found, _UNE_DATE, _autrement(text, _DATE_AUTREMENT))
        try:
            day = date(int(match["a"]), int(match["m"]), int(match["j"]))
        except ValueError:
            remedy = "corriger le jour ou le mois : cette date n'existe pas"
            raise Illisible(found, _UNE_DATE, remedy) from None
    if not 2000 <= day.year <= 2100:
        raise Illisible(found, "une date de 2000 à 2100", "corriger l'année")
    return day.isoformat()


TEXTE_MAX = 4000
_MONTRES = 8
_RETOURS = re.compile(r"_x000[dD]_|\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
_INVISIBLES = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PERDU = "\ufffd"


def lire_texte_libre(cellule: Cellule, lignes: bool = False) -> str:
    """Return a text without what cannot be seen; its line breaks are kept for a list of sentences only.

    Raises:
        Illisible: A character was lost, or the text is too long.
    """
    _verifier(cellule, "un texte")
    text, found = _texte(cellule), montrer(cellule)
    if _PERDU in text:
        raise Illisible(f"un caractère perdu (« {_PERDU} ») dans {found}", "un texte", "retaper le mot")
    if len(text) > TEXTE_MAX:
        raise Illisible(f"{found}…, {len(text)} caractères", f"{TEXTE_MAX} au plus", "résumer le texte")
    # A no-break space is the author's own: it stays.
    kept = [re.sub("[ \t]+", " ", line).strip(" \t") for line in text.splitlines()]
    if lignes:
        return "\n".join(filter(None, (re.sub("^[•*–-] ", "", line) for line in kept)))
    return " ".join(filter(None, kept))


def _texte(cellule: Cellule) -> str:
    if hasattr(cellule.valeur, "strftime"):
        return f"{cellule.valeur:%d/%m/%Y}"
    return _INVISIBLES.sub("", _RETOURS.sub("\n", cellule.texte))


def lire_choix(cellule: Cellule, choix: dict[str, str]) -> str:
    """Return the code of a word of a list; accents and capitals do not matter, and a code stands for itself.

    Raises:
        Illisible: The list has no such word.
    """
    names = list(choix)
    expected = "l'un des choix de la liste" + (f" : {', '.join(names)}" if len(names) <= _MONTRES else "")
    _verifier(cellule, expected)
    text = _texte(cellule)
    known = {cle_de_titre(code): code for code in choix.values()} | {cle_de_titre(word): choix[word] for word in names}
    if (written := cle_de_titre(text)) in known:
        return known[written]
    close = proches(text, names)
    remedy = f"choisir « {close[0]} »" if close else "choisir dans la liste (flèche à droite de la cellule)"
    raise Illisible(montrer(cellule), expected, remedy)
