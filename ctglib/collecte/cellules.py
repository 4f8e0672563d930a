"""A cell as a person filled it, number, date, word of a list or text, to the text of the follow-up."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ctglib.collecte.fichiers import cle_de_titre
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.feuilles import Nombre
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
    return _nombre_ecrit(cellule, value.strip(), nombre)


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


def _nombre_ecrit(cellule: Cellule, text: str, nombre: Nombre) -> Lu:
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


_UNE_DATE = "une date : jour/mois/année, par exemple 15/03/2024"
_FRANCAIS = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_ANNEE_COURTE = re.compile(r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}")
_ANNEE_SEULE = re.compile(r"(19|20)[0-9]{2}")
_MOIS = re.compile(r"[0-9]{1,2}[/.\-][0-9]{4}")
# Day 0 of a spreadsheet, and the numbers that are days of this century.
_ORIGINE = datetime(1899, 12, 30)
_NUMEROS = (36526, 73415)
_PREMIERE, _DERNIERE = date(2000, 1, 1), date(2100, 12, 31)


def lire_date(cellule: Cellule) -> Lu:
    """Return a day as year-month-day, or what is wrong with it."""
    if common := refus_commun(cellule, _UNE_DATE):
        return common
    value = cellule.valeur
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        number = (day - _ORIGINE.date()).days
        if _ANNEE_SEULE.fullmatch(str(number)):
            return Lu(probleme=(f"« {number} », une année seule", _UNE_DATE, _remede_de_date(number)))
        return _borner_le_jour(day, montrer(cellule))
    if isinstance(value, int | float):
        return Lu(probleme=(montrer(cellule), _UNE_DATE, _remede_de_date(float(value))))
    return _date_ecrite(str(value).strip(), montrer(cellule))


def _remede_de_date(value: float) -> str:
    """Return what to do with a number: the day that the spreadsheet stores under it, when it may be one."""
    if _NUMEROS[0] <= value <= _NUMEROS[1]:
        day = _ORIGINE + timedelta(days=int(value))
        return f"mettre la cellule au format Date (ce serait le {day:%d/%m/%Y}), ou retaper la date"
    return "écrire la date en entier, avec le jour et le mois"


def _date_ecrite(text: str, found: str) -> Lu:
    for pattern, order in ((_FRANCAIS, (2, 1, 0)), (_ISO, (0, 1, 2))):
        if match := pattern.fullmatch(text):
            parts = [int(part) for part in match.groups()]
            try:
                day = date(*(parts[rank] for rank in order))
            except ValueError:
                return Lu(probleme=(found, _UNE_DATE, "corriger le jour ou le mois : cette date n'existe pas"))
            return _borner_le_jour(day, found)
    if _ANNEE_COURTE.fullmatch(text):
        return Lu(probleme=(found, _UNE_DATE, "écrire l'année sur quatre chiffres"))
    if _ANNEE_SEULE.fullmatch(text) or _MOIS.fullmatch(text):
        return Lu(probleme=(found, _UNE_DATE, "écrire la date en entier, avec le jour et le mois"))
    return Lu(probleme=(found, _UNE_DATE, "écrire la date en chiffres ; ce qu'il faut en dire va dans un commentaire"))


def _borner_le_jour(day: date, found: str) -> Lu:
    if _PREMIERE <= day <= _DERNIERE:
        return Lu(day.isoformat())
    return Lu(probleme=(found, f"une date de {_PREMIERE.year} à {_DERNIERE.year}", "corriger l'année"))


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
