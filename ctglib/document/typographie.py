"""Numbers and signs as a French reader expects them: U+202F, decimal comma, U+2212."""

import math
import re
from datetime import date
from string import Formatter
from typing import Any

from ctglib.calculs.ecriture import FINE, INSECABLE, nombre

RIEN = "–"  # is shown where there is no value


def nombre_court(valeur: float) -> str:
    """Return a number with the decimals it needs and no more: ``5.0`` reads « 5 », ``0.5`` reads
    « 0,5 ».
    """
    decimales = len(f"{valeur:.6f}".rstrip("0").partition(".")[2])
    return nombre(valeur, decimales)


def compter(effectif: int, singulier: str, pluriel: str = "") -> str:
    """Return a count and its noun, singular under two as French has it.

    Without ``pluriel``, each word of the noun takes an « s ».

    Examples:
        >>> compter(0, "valeur absente"), compter(3, "valeur absente")
        ('0\\xa0valeur absente', '3\\xa0valeurs absentes')
    """
    return f"{nombre(effectif)}{INSECABLE}{_nom(effectif, singulier, pluriel)}"


def _nom(effectif: int, singulier: str, pluriel: str) -> str:
    if effectif < 2:
        return singulier
    return pluriel or " ".join(f"{mot}s" for mot in singulier.split(" "))


NOMBRES = (
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
)


def en_lettres(effectif: int, feminin: bool = False) -> str:
    """Return a count up to sixteen in words, a greater one in figures.

    Examples:
        >>> en_lettres(3), en_lettres(1, feminin=True), en_lettres(49)
        ('trois', 'une', '49')
    """
    if feminin and effectif == 1:
        return "une"
    return NOMBRES[effectif] if effectif < len(NOMBRES) else nombre(effectif)


def nombrer(effectif: int, singulier: str, pluriel: str = "", *, feminin: bool = False) -> str:
    """Return a count in words and its noun, which agree as those of ``compter``.

    Examples:
        >>> nombrer(3, "action", feminin=True), nombrer(1, "action", feminin=True)
        ('trois actions', 'une action')
        >>> nombrer(2, "grand but")
        'deux grands buts'
    """
    return f"{en_lettres(effectif, feminin)} {_nom(effectif, singulier, pluriel)}"


def tous(effectif: int, singulier: str, pluriel: str = "") -> str:
    """Return « les trois actions », or « l'unique action » when there is one only.

    Examples:
        >>> tous(3, "action"), tous(1, "indicateur demandé")
        ('les trois actions', "l'unique indicateur demandé")
    """
    if effectif == 1:
        return f"l'unique {singulier}"
    return f"les {nombrer(effectif, singulier, pluriel)}"


def sont(effectif: int, une: str, plusieurs: str) -> str:
    """Return how many of the things just named are in a state; these things are feminine nouns.

    ``une`` is the word of the state in the singular, ``plusieurs`` in the plural.

    Examples:
        >>> sont(0, "faite", "faites"), sont(1, "faite", "faites"), sont(3, "faite", "faites")
        ("aucune n'est faite", 'une est faite', 'trois sont faites')
    """
    if not effectif:
        return f"aucune n'est {une}"
    if effectif == 1:
        return f"une est {une}"
    return f"{en_lettres(effectif, feminin=True)} sont {plusieurs}"


def part_en_mots(part: float, nom: str, *, court: bool = False) -> tuple[str, bool]:
    """Return a percentage as a fraction of people, and whether it takes a singular verb (« un sur
    cinq »).

    The fraction is the nearest one, with « près de » or « plus de » before it where it is off by
    more than one point. A small share stays in figures. ``nom`` is of whom, in the singular;
    ``court`` leaves it out, when the sentence has just said it.

    Examples:
        >>> part_en_mots(59.4, "habitant")
        ('six habitants sur dix', False)
        >>> part_en_mots(46.1, "allocataire")
        ("près d'un allocataire sur deux", True)
        >>> part_en_mots(22.4, "enfant", court=True)
        ("plus d'un sur cinq", True)
    """
    mot, espace, complement = nom.partition(" ")
    pluriel = f"{mot}s{espace}{complement}"
    if part < PART_DITE:
        return f"{nombre(part, 1)}{FINE}% des {pluriel}", False

    def distance(fraction: tuple[int, int]) -> float:
        numerateur, denominateur = fraction
        return abs(100 * numerateur / denominateur - part)

    numerateur, denominateur = min(FRACTIONS, key=distance)
    if court:
        de_qui = ""
    elif numerateur > 1:
        de_qui = f" {pluriel}"
    else:
        de_qui = f" {nom}"
    texte = f"{NOMBRES[numerateur]}{de_qui} sur {NOMBRES[denominateur]}"
    ecart = part - 100 * numerateur / denominateur
    if abs(ecart) > 1:
        adverbe = "plus" if ecart > 0 else "près"
        preposition = "d'" if numerateur == 1 else "de "
        texte = f"{adverbe} {preposition}{texte}"
    return texte, numerateur == 1


PART_DITE = 8  # « un sur douze » speaks to nobody
FRACTIONS = (
    (1, 10),
    (1, 8),
    (1, 6),
    (1, 5),
    (1, 4),
    (3, 10),
    (1, 3),
    (4, 10),
    (1, 2),
    (6, 10),
    (2, 3),
    (7, 10),
    (3, 4),
    (8, 10),
    (9, 10),
    (10, 10),
)


def accorder(mot: str, effectif: float) -> str:
    """Return the word of a verdict or of a state, in the plural when ``effectif`` is two or more.

    Its first word takes an « s », or the second after « non »; « en cours » and the like, and what
    ends with an « s », stay as they are.

    Examples:
        >>> accorder("réalisée en partie", 2), accorder("non renseignée", 3)
        ('réalisées en partie', 'non renseignées')
        >>> accorder("en cours", 4)
        'en cours'
    """
    mots = mot.split(" ")
    rang_du_participe = 1 if mots[0] == "non" else 0
    participe = mots[rang_du_participe]
    invariable = mots[0] in ("à", "dans", "en", "trop") or participe.endswith("s")
    if effectif < 2 or invariable:
        return mot
    mots[rang_du_participe] = f"{participe}s"
    return " ".join(mots)


def abreger(texte: str, signes: int) -> str:
    """Return a label in about ``signes`` characters at most, for a list.

    A longer one loses what it has in brackets; if it is still too long, it is cut at the end of a
    word, and « … » is added.

    Examples:
        >>> abreger("Mettre en réseau les relais (comité technique)", 40)
        'Mettre en réseau les relais'
    """
    if len(texte) <= signes:
        return texte
    sans_parentheses = re.sub(r"\s*\([^()]*\)", "", texte)
    if len(sans_parentheses) <= signes:
        return sans_parentheses
    debut = sans_parentheses[:signes].rsplit(" ", 1)[0]
    return f"{debut.rstrip(' ,;:')}…"


def points(valeur: float, decimales: int = 1, signe: bool = True) -> str:
    """Return a difference of rates: ``4.9`` reads « +4,9 points »; under two in size, « point »
    stays singular.
    """
    mot = "points" if abs(round(valeur, decimales)) >= 2 else "point"
    return f"{nombre(valeur, decimales, signe)}{INSECABLE}{mot}"


def signe(valeur: float) -> str:
    """Return a change or a gap without its unit: « +1,1 », « −3,3 », « – » when it is NaN."""
    return RIEN if math.isnan(valeur) else nombre(valeur, 1, signe=True)


def de_a(minimum: float, maximum: float) -> str:
    """Return a gap between the bounds that the rounding of its source leaves, without its unit.

    Examples:
        >>> de_a(-5.08, -1.51), de_a(float("nan"), float("nan"))
        ('de −5,1 à −1,5', '–')
    """
    return RIEN if math.isnan(minimum) else f"de {signe(minimum)} à {signe(maximum)}"


def date_longue(jour: date) -> str:
    """Return a date in full: « 1er janvier 2023 », « 31 décembre 2026 ».

    Examples:
        >>> date_longue(date(2023, 1, 1))
        '1er\\xa0janvier 2023'
    """
    from babel.dates import format_date

    mois_et_annee = format_date(jour, "MMMM y", locale="fr_FR")
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{mois_et_annee}"


class _Phrase(Formatter):
    """Fills the sentences of the catalogue (see ``remplir``)."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return what is written in the place of ``{n:format_spec}``, of which ``value`` is ``n``.

        « |forme|formes » is one of the two forms, « élément|éléments » the count and its noun; with
        an empty ``format_spec``, a float is written in French, and anything else as it is.
        """
        if format_spec.startswith("|"):
            formes = format_spec.split("|")
            return formes[1] if value < 2 else formes[2]
        if format_spec:
            return compter(value, *format_spec.split("|"))
        return nombre(value) if isinstance(value, float) else str(value)


def remplir(phrase: str, **mots: object) -> str:
    """Return a sentence of the catalogue with its words.

    ``{n:élément|éléments}`` is a count with its noun, which agrees with it. ``{n:|forme|formes}``
    is a word that agrees with a count which is not written.

    Examples:
        >>> phrase = "{n:élément manque|éléments manquent} en {annee}, sur {total}."
        >>> remplir(phrase, n=2, annee=2024, total=1200.0)
        '2\\xa0éléments manquent en 2024, sur 1\\u202f200.'
        >>> remplir("{n:|La fiche répond|Les fiches répondent}.", n=1)
        'La fiche répond.'
    """
    return _Phrase().format(phrase, **mots)
