"""From a cell as a person filled it to the text of the follow-up: numbers, dates, words of a list.

A cell that is not accepted is ``Illisible``.
"""

import math
import re
from datetime import date, datetime, time, timedelta
from functools import cache

from ctglib.collecte.feuilles import Nombre
from ctglib.collecte.ouverture import Cellule
from ctglib.donnees.csv_strict import ERREUR_DE_TABLEUR
from ctglib.donnees.fautes import mots
from ctglib.donnees.lecture import proches, sans_accents


class Illisible(ValueError):
    """A cell that is not accepted.

    Its arguments are the words of a fault (``fautes.yaml``): found, expected, to do.
    """

    def __init__(self, cellule: Cellule, cle: str, /, **valeurs: object) -> None:
        super().__init__(*mots(cle, **{"trouve": montrer(cellule), **valeurs}))


def _verifier(cellule: Cellule, attendu: str) -> None:
    """Refuse what no kind of cell accepts: a formula without its result, an error, VRAI."""
    valeur = cellule.valeur
    if cellule.formule and valeur is None:
        raise Illisible(cellule, "formule_sans_resultat", attendu=attendu)
    if isinstance(valeur, bool):
        trouve = "VRAI" if valeur else "FAUX"
        raise Illisible(cellule, "vrai_ou_faux", trouve=trouve, attendu=attendu)
    if isinstance(valeur, str) and ERREUR_DE_TABLEUR.fullmatch(valeur.strip()):
        raise Illisible(cellule, "cellule_en_erreur", trouve=valeur.strip(), attendu=attendu)


def montrer(cellule: Cellule) -> str:
    """Return a cell as a fault quotes it: a date in French, a text cut short."""
    valeur = cellule.valeur
    if isinstance(valeur, date):
        return f"la date {valeur:%d/%m/%Y}"
    if isinstance(valeur, time | timedelta):
        return f"l'heure {valeur}"
    if isinstance(valeur, float):
        texte = cellule.texte.replace(".", ",")
    else:
        texte = " ".join(cellule.texte.split())
    return f"« {texte[:80]} »"


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
# What a text that is no number, or no date, may be: its fault is that of the first shape that it
# has.
_PAS_UN_NOMBRE = {
    "petit_effectif": rf"(?i)(<|≤|moins de){_ESPACE}*[0-9]+$",
    "formule_en_texte": r"=\s*[A-Za-z0-9(+\-]",
    "deux_separateurs": r"[0-9]+[.,][0-9]{3}.*[.,][0-9]+$",
    "nombre_et_millier": rf"(?i){_ENTIER}(?:[.,][0-9]+)?{_ESPACE}*"
    r"(k|ke|keur|keuros|mille|milliers?|m|me|meur|millions?|milliards?)\.?$",
    "nombre_et_mot": rf"(?P<nombre>{_ENTIER}(?:[.,][0-9]+)?){_ESPACE}*[^\W\d_]+\.?$",
}
_ANNEE_SEULE = r"(19|20)[0-9]{2}"
_PAS_UNE_DATE = {
    "annee_sur_deux_chiffres": r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{2}\Z",
    "date_incomplete": rf"({_ANNEE_SEULE}|[0-9]{{1,2}}[/.\-][0-9]{{4}})\Z",
}
_PRECISION = 6
_MILLIERS = 3


def _refus(
    cellule: Cellule, texte: str, formes: dict[str, str], sinon: str, **mots_dits: str
) -> Illisible:
    """Return the refusal of a text by the first shape that it has, or ``sinon`` without any."""
    for cle, forme in formes.items():
        trouve = re.match(forme, texte)
        if trouve:
            return Illisible(cellule, cle, **mots_dits, **trouve.groupdict())
    return Illisible(cellule, sinon, **mots_dits)


def lire_nombre(cellule: Cellule, nombre: Nombre) -> tuple[str, ...]:
    """Return a number with a point, then how it was understood when that may surprise."""
    attendu = "un nombre" if nombre.decimales else "un nombre entier"
    valeur = cellule.valeur
    _verifier(cellule, attendu)
    if isinstance(valeur, str):
        lu = _nombre_ecrit(cellule, valeur.strip(), nombre, attendu)
        return (_borner(cellule, lu, nombre),)
    if not isinstance(valeur, int | float):
        raise Illisible(cellule, "nombre_en_date", attendu=attendu)
    if not math.isfinite(valeur):
        raise Illisible(cellule, "nombre_infini", attendu=attendu)
    tel_quel = _francais(valeur)
    en_pourcent = _francais(valeur * 100)
    if not cellule.pourcent:
        texte = _borner(cellule, valeur, nombre)
        if nombre.pourcent and 0 < abs(valeur) < 1:
            return texte, f"lu {tel_quel} %, et non {en_pourcent} %."
        return (texte,)
    if not nombre.pourcent:
        raise Illisible(
            cellule,
            "format_pourcentage",
            cent=en_pourcent,
            attendu=attendu,
            unite=_unite_dite(nombre),
        )
    affichee = Cellule(f"{en_pourcent} %")
    texte = _borner(affichee, valeur * 100, nombre)
    return texte, f"cellule au format pourcentage, lue {en_pourcent} %."


def lire_valeur(cellule: Cellule, nombre: Nombre) -> tuple[str, ...]:
    """Return what a cell of a value holds, by its form: a number, 1 for « oui » and 0 for « non »,
    the names of a list joined by « ; », a text. Then how it was understood, when that may surprise.
    """
    match nombre.forme:
        case "oui_non":
            return (lire_choix(cellule, nombre.choix),)
        case "liste":
            # Between two names, a semicolon or a line; a name said twice is one.
            noms = re.split(r"[;\n]", lire_texte_libre(cellule, lignes=True))
            nommes = dict.fromkeys(nom.strip() for nom in noms if nom.strip())
            return (" ; ".join(nommes),)
        case "texte":
            return (lire_texte_libre(cellule),)
    return lire_nombre(cellule, nombre)


def _nombre_ecrit(cellule: Cellule, texte: str, nombre: Nombre, attendu: str) -> float:
    """Return a number written as a text: « 12 345,50 € », « 59 % »."""
    sans_euro = texte.replace("\u2212", "-").rstrip("€").strip()
    sans_pourcent = sans_euro.rstrip("%").strip(" \u00a0\u202f")
    ecrit = _NOMBRE.fullmatch(sans_pourcent)
    if ecrit is None:
        if texte in _ABSENCES or sans_accents(texte) in _ABSENCES:
            raise Illisible(cellule, "absence_en_mots", attendu=attendu)
        raise _refus(
            cellule,
            sans_euro,
            _PAS_UN_NOMBRE,
            "nombre_en_texte",
            attendu=attendu,
            unite=_unite_dite(nombre),
        )
    if sans_euro.endswith("%") and not nombre.pourcent:
        raise Illisible(cellule, "part_pour_nombre", attendu=attendu)
    entier = re.sub(_ESPACE, "", ecrit["entier"])
    decimales = ecrit["decimales"] or ""
    # « 1.234 » may be a thousand or a little more than one.
    peut_etre_des_milliers = len(decimales) == _MILLIERS and entier.strip("0")
    if peut_etre_des_milliers and nombre.decimales < _MILLIERS:
        raise Illisible(cellule, "deux_lectures", attendu=attendu, unite=_unite_dite(nombre))
    return float(f"{ecrit['signe']}{entier}.{decimales or '0'}")


def _unite_dite(nombre: Nombre) -> str:
    """Return the beginning of a question about a number: « la cellule est en euros : »."""
    return f"la cellule est en {nombre.unite} : " if nombre.unite else ""


def _borner(cellule: Cellule, valeur: float, nombre: Nombre) -> str:
    """Return a number as the follow-up writes it, once it has the decimals and the bounds that its
    cell allows.
    """
    arrondi = round(float(valeur), _PRECISION)
    if not nombre.decimales and not arrondi.is_integer():
        raise Illisible(cellule, "nombre_sans_decimale")
    if arrondi < nombre.minimum:
        raise Illisible(cellule, "nombre_trop_petit", minimum=_francais(nombre.minimum))
    if nombre.maximum is not None and arrondi > nombre.maximum:
        raise Illisible(cellule, "nombre_trop_grand", maximum=_francais(nombre.maximum))
    if abs(arrondi) >= 10**15:
        raise Illisible(cellule, "nombre_demesure")
    return _point(arrondi)


def _point(valeur: float) -> str:
    """Return a number with a point, no decimal more than needed, never « -0 »."""
    texte = f"{valeur:.{_PRECISION}f}".rstrip("0").rstrip(".")
    return "0" if texte == "-0" else texte


def _francais(valeur: float) -> str:
    return _point(round(valeur, _PRECISION)).replace(".", ",").replace("-", "\u2212")


_UNE_DATE = "une date : jour, mois, année, par exemple 15/03/2024 ou 15 mars 2024"
_DATE_FRANCAISE = r"(?P<j>[0-9]{1,2})[/.\- ](?P<m>[0-9]{1,2})[/.\- ](?P<a>[0-9]{4})"
_DATE_EN_LETTRES = (
    r"(?:le )?(?:[a-z]+di |dimanche )?(?P<j>[0-9]{1,2})(?:er)? (?P<m>[a-z]+) (?P<a>[0-9]{4})"
)
_DATE_ISO = r"(?P<a>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<j>[0-9]{1,2})(?:[T ]00:00(?::00)?)?"
# Day 0 of a spreadsheet, and the numbers that are days of this century.
_ORIGINE = date(1899, 12, 30)
_NUMEROS = (36526, 73415)


@cache
def _mois() -> dict[str, int]:
    """Return the months by their names, whole or short, without accents: « juin », « fevr »."""
    from babel import Locale

    noms = Locale("fr").months["format"]
    par_nom = {}
    for forme in ("wide", "abbreviated"):
        for rang, nom in noms[forme].items():
            par_nom[sans_accents(nom)] = rang
    return par_nom


def lire_date(cellule: Cellule) -> str:
    """Return a day of this century as year-month-day."""
    _verifier(cellule, _UNE_DATE)
    valeur = cellule.valeur
    if isinstance(valeur, int | float):
        premier, dernier = _NUMEROS
        if not premier <= valeur <= dernier:
            raise Illisible(cellule, "date_incomplete", attendu=_UNE_DATE)
        # The day that a spreadsheet counts so.
        jour = _ORIGINE + timedelta(days=int(valeur))
        raise Illisible(cellule, "numero_de_jour", attendu=_UNE_DATE, jour=jour)
    if isinstance(valeur, date):
        jour = valeur.date() if isinstance(valeur, datetime) else valeur
        numero = (jour - _ORIGINE).days
        if re.fullmatch(_ANNEE_SEULE, str(numero)):  # « 2024 » in a cell of dates
            raise Illisible(cellule, "annee_seule", annee=numero, attendu=_UNE_DATE)
    else:
        texte = str(valeur).strip()
        en_mots = sans_accents(texte)
        ecrit = (
            re.fullmatch(_DATE_FRANCAISE, texte)
            or re.fullmatch(_DATE_ISO, texte)
            or re.fullmatch(_DATE_EN_LETTRES, en_mots)
        )
        dit_un_mois = not _mois().keys().isdisjoint(en_mots.split())
        if dit_un_mois and ecrit is None:  # « juin 2025 », « 3 juin »
            raise Illisible(cellule, "date_incomplete", attendu=_UNE_DATE)
        if ecrit is None or not (dit_un_mois or ecrit["m"].isdecimal()):
            raise _refus(cellule, texte, _PAS_UNE_DATE, "date_en_texte", attendu=_UNE_DATE)
        mois = _mois().get(ecrit["m"]) or int(ecrit["m"])
        try:
            jour = date(int(ecrit["a"]), mois, int(ecrit["j"]))
        except ValueError:
            raise Illisible(cellule, "jour_inexistant", attendu=_UNE_DATE) from None
    if not 2000 <= jour.year <= 2100:
        raise Illisible(cellule, "date_d_un_autre_siecle")
    return jour.isoformat()


TEXTE_MAX = 4000
_MONTRES = 8
_RETOURS = re.compile(r"_x000[dD]_|\r\n?|\x0b|\x0c|\u2028|\u2029|\x85")
_INVISIBLES = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def lire_texte_libre(cellule: Cellule, lignes: bool = False, maximum: int = TEXTE_MAX) -> str:
    """Return a text without what cannot be seen; its line breaks are kept for a list of sentences
    only.
    """
    _verifier(cellule, "un texte")
    texte = _texte(cellule)
    if "\ufffd" in texte:
        raise Illisible(cellule, "signe_perdu")
    if len(texte) > maximum:
        raise Illisible(cellule, "texte_trop_long", longueur=len(texte), maximum=maximum)
    # A no-break space is the author's own: it stays.
    phrases = [re.sub("[ \t]+", " ", ligne).strip(" \t") for ligne in texte.splitlines()]
    if not lignes:
        return " ".join(filter(None, phrases))
    sans_puces = [re.sub("^[•*–-] ", "", phrase) for phrase in phrases]
    return "\n".join(filter(None, sans_puces))


def _texte(cellule: Cellule) -> str:
    valeur = cellule.valeur
    if isinstance(valeur, date | time):
        return f"{valeur:%d/%m/%Y}"
    return _INVISIBLES.sub("", _RETOURS.sub("\n", cellule.texte))


def lire_choix(cellule: Cellule, choix: dict[str, str], *, en_word: bool = False) -> str:
    """Return the code of a word of a list; accents and capitals do not matter, and a code stands
    for itself. A table of a Word document (``en_word``) has no list to choose from.
    """
    mots_de_la_liste = list(choix)
    attendu = "l'un de ces mots" if en_word else "l'un des choix de la liste"
    if len(mots_de_la_liste) <= _MONTRES:
        attendu = f"{attendu} : {', '.join(mots_de_la_liste)}"
    _verifier(cellule, attendu)
    texte = _texte(cellule)
    if texte in choix.values():
        return texte
    codes = {sans_accents(code): code for code in choix.values()}
    codes |= {sans_accents(mot): code for mot, code in choix.items()}
    ecrit = sans_accents(texte)
    if ecrit in codes:
        return codes[ecrit]
    mots_proches = proches(texte, mots_de_la_liste)
    cle = "choix_proche" if mots_proches else "hors_liste"
    if en_word:
        cle = "mot_proche" if mots_proches else "hors_des_mots"
    permis = " ou ".join(f"« {mot} »" for mot in mots_de_la_liste)
    raise Illisible(cellule, cle, attendu=attendu, proches=mots_proches, permis=permis)
