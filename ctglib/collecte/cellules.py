"""A cell as a person filled it, number, date, word of a list or text, to the text of the follow-up.

One that is not taken is ``Illisible``.
"""

import math
import re
from datetime import date, datetime, time, timedelta

from ctglib.collecte.feuilles import Nombre
from ctglib.collecte.fichiers import Cellule
from ctglib.donnees.csv_strict import ERREUR_DE_TABLEUR
from ctglib.donnees.fautes import mots
from ctglib.donnees.lecture import proches, sans_accents


class Illisible(ValueError):
    """A cell that is not taken, in the words of a fault (``fautes.yaml``): found, expected, to do."""

    def __init__(self, cellule: Cellule, cle: str, /, **valeurs: object) -> None:
        super().__init__(*mots(cle, **{"trouve": montrer(cellule), **valeurs}))


def _verifier(cellule: Cellule, attendu: str) -> None:
    """Refuse what no kind of cell takes: a formula without its result, an error, VRAI."""
    value = cellule.valeur
    if cellule.formule and value is None:
        raise Illisible(cellule, "formule_sans_resultat", attendu=attendu)
    if isinstance(value, bool):
        raise Illisible(
            cellule, "vrai_ou_faux", trouve="VRAI" if value else "FAUX", attendu=attendu
        )
    if isinstance(value, str) and ERREUR_DE_TABLEUR.fullmatch(value.strip()):
        raise Illisible(cellule, "cellule_en_erreur", trouve=value.strip(), attendu=attendu)


def montrer(cellule: Cellule) -> str:
    """Return a cell as a fault quotes it: a date in French, a text cut short."""
    value = cellule.valeur
    if isinstance(value, datetime | date):
        return f"la date {value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return f"l'heure {value}"
    text = (
        cellule.texte.replace(".", ",")
        if isinstance(value, float)
        else " ".join(cellule.texte.split())
    )
    return f"« {text[:80]} »"


_ESPACE = "[ \u00a0\u2007\u2009\u202f']"
_ENTIER = rf"(?:[0-9]{{1,3}}(?:{_ESPACE}[0-9]{{3}})+|[0-9]+)"
_NOMBRE = re.compile(
    rf"(?P<signe>[+-]?){_ESPACE}*(?P<entier>{_ENTIER})(?:[.,](?P<decimales>[0-9]+))?"
)
_ABSENCES = {
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
    "non renseigne",
    "nr",
    "neant",
    "inconnu",
    "secret",
    "aucune donnee",
    "ne sait pas",
    "x",
    "-",
    "–",
    "—",
    "/",
    "?",
    "…",
    "...",
    "*",
}
# What a text that is no number, or no date, may be: the fault of the first shape that it has.
_PAS_UN_NOMBRE = {
    "petit_effectif": rf"(?i)(<|≤|moins de){_ESPACE}*[0-9]+$",
    "formule_en_texte": r"=\s*[A-Za-z0-9(+\-]",
    "deux_separateurs": r"[0-9]+[.,][0-9]{3}.*[.,][0-9]+$",
    "nombre_et_mot": rf"(?P<nombre>{_ENTIER}(?:[.,][0-9]+)?){_ESPACE}*[^\W\d_]+\.?$",
    "nombre_en_texte": "",
}
_ANNEE_SEULE = r"(19|20)[0-9]{2}"
_PAS_UNE_DATE = {
    "annee_sur_deux_chiffres": r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}\Z",
    "date_incomplete": rf"({_ANNEE_SEULE}|[0-9]{{1,2}}[/.\-][0-9]{{4}})\Z",
    "date_en_texte": "",
}
_PRECISION = 6
_MILLIERS = 3


def _refuser(cellule: Cellule, texte: str, formes: dict[str, str], attendu: str) -> Illisible:
    told = ((fault, re.match(shape, texte)) for fault, shape in formes.items())
    return next(
        Illisible(cellule, fault, attendu=attendu, **match.groupdict())
        for fault, match in told
        if match
    )


def lire_nombre(cellule: Cellule, nombre: Nombre) -> tuple[str, ...]:
    """Return a number with a point, then how it was understood when that may surprise."""
    expected = "un nombre" if nombre.decimales else "un nombre entier"
    value = cellule.valeur
    _verifier(cellule, expected)
    if isinstance(value, str):
        return (_borner(cellule, _nombre_ecrit(cellule, expected, nombre), nombre),)
    if not isinstance(value, int | float):
        raise Illisible(cellule, "nombre_en_date", attendu=expected)
    if not math.isfinite(value):
        raise Illisible(cellule, "nombre_infini", attendu=expected)
    plain = _francais(value)
    hundred = _francais(value * 100)
    if not cellule.pourcent:
        doubtful = nombre.pourcent and 0 < abs(value) < 1
        return _borner(cellule, value, nombre), *(
            [f"lu {plain} %, et non {hundred} %."] if doubtful else []
        )
    if nombre.pourcent:
        shown = Cellule(f"{hundred} %")
        return _borner(
            shown, value * 100, nombre
        ), f"cellule au format pourcentage, lue {hundred} %."
    raise Illisible(cellule, "format_pourcentage", cent=hundred, nombre=plain, attendu=expected)


def _nombre_ecrit(cellule: Cellule, attendu: str, nombre: Nombre) -> float:
    text = cellule.valeur.strip()
    plain = text.replace("\u2212", "-").rstrip("€").strip()
    match = _NOMBRE.fullmatch(plain.rstrip("%").strip(" \u00a0\u202f"))
    if match is None:
        if not _ABSENCES.isdisjoint((sans_accents(text), text)):
            raise Illisible(cellule, "absence_en_mots", attendu=attendu)
        raise _refuser(cellule, plain, _PAS_UN_NOMBRE, attendu)
    if plain.endswith("%") and not nombre.pourcent:
        raise Illisible(cellule, "part_pour_nombre", attendu=attendu)
    whole = re.sub(_ESPACE, "", match["entier"])
    decimals = match["decimales"] or ""
    if len(decimals) == _MILLIERS and whole.strip("0") and nombre.decimales < _MILLIERS:
        raise Illisible(cellule, "deux_lectures", attendu=attendu, entier=whole, decimales=decimals)
    return float(f"{match['signe']}{whole}.{decimals or '0'}")


def _borner(cellule: Cellule, value: float, nombre: Nombre) -> str:
    """Return a number as the follow-up writes it, once it has the decimals and the bounds that its
    cell allows.
    """
    rounded = round(float(value), _PRECISION)
    low = nombre.minimum
    high = nombre.maximum
    if not nombre.decimales and not rounded.is_integer():
        raise Illisible(cellule, "nombre_sans_decimale")
    if rounded < low:
        raise Illisible(cellule, "nombre_trop_petit", minimum=_francais(low))
    if high is not None and rounded > high:
        raise Illisible(cellule, "nombre_trop_grand", maximum=_francais(high))
    if abs(rounded) >= 10**15:
        raise Illisible(cellule, "nombre_demesure")
    return _point(rounded)


def _point(value: float) -> str:
    """Return a number with a point, no decimal more than needed, never « -0 »."""
    text = f"{value:.{_PRECISION}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _francais(value: float) -> str:
    return _point(round(value, _PRECISION)).replace(".", ",").replace("-", "\u2212")


_UNE_DATE = "une date : jour/mois/année, par exemple 15/03/2024"
_DATES = (
    r"(?P<j>[0-9]{1,2})[/.\- ](?P<m>[0-9]{1,2})[/.\- ](?P<a>[0-9]{4})",
    r"(?P<a>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<j>[0-9]{1,2})(?:[T ]00:00(?::00)?)?",
)
# Day 0 of a spreadsheet, and the numbers that are days of this century.
_ORIGINE = date(1899, 12, 30)
_NUMEROS = (36526, 73415)


def lire_date(cellule: Cellule) -> str:
    """Return a day of this century as year-month-day."""
    _verifier(cellule, _UNE_DATE)
    value = cellule.valeur
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        number = (day - _ORIGINE).days
        if re.fullmatch(_ANNEE_SEULE, str(number)):
            raise Illisible(cellule, "annee_seule", annee=number, attendu=_UNE_DATE)
    elif isinstance(value, int | float):
        if not _NUMEROS[0] <= value <= _NUMEROS[1]:
            raise Illisible(cellule, "date_incomplete", attendu=_UNE_DATE)
        raise Illisible(
            cellule, "numero_de_jour", attendu=_UNE_DATE, jour=_ORIGINE + timedelta(days=int(value))
        )
    else:
        text = str(value).strip()
        match = next(filter(None, (re.fullmatch(pattern, text) for pattern in _DATES)), None)
        if match is None:
            raise _refuser(cellule, text, _PAS_UNE_DATE, _UNE_DATE)
        try:
            day = date(int(match["a"]), int(match["m"]), int(match["j"]))
        except ValueError:
            raise Illisible(cellule, "jour_inexistant", attendu=_UNE_DATE) from None
    if not 2000 <= day.year <= 2100:
        raise Illisible(cellule, "date_d_un_autre_siecle")
    return day.isoformat()


TEXTE_MAX = 4000
_MONTRES = 8
_RETOURS = re.compile(r"_x000[dD]_|\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
_INVISIBLES = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def lire_texte_libre(cellule: Cellule, lignes: bool = False) -> str:
    """Return a text without what cannot be seen; its line breaks are kept for a list of sentences
    only.
    """
    _verifier(cellule, "un texte")
    text = _texte(cellule)
    if "\ufffd" in text:
        raise Illisible(cellule, "signe_perdu")
    if len(text) > TEXTE_MAX:
        raise Illisible(cellule, "texte_trop_long", longueur=len(text), maximum=TEXTE_MAX)
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
    """Return the code of a word of a list; accents and capitals do not matter, and a code stands
    for itself.
    """
    names = list(choix)
    expected = "l'un des choix de la liste" + (
        f" : {', '.join(names)}" if len(names) <= _MONTRES else ""
    )
    _verifier(cellule, expected)
    text = _texte(cellule)
    known = {sans_accents(code): code for code in choix.values()} | {
        sans_accents(word): choix[word] for word in names
    }
    if (written := sans_accents(text)) in known:
        return known[written]
    close = proches(text, names)
    raise Illisible(
        cellule, "choix_proche" if close else "hors_liste", attendu=expected, proches=close
    )
