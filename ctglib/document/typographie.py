"""Numbers and signs as a French reader expects them: U+202F, decimal comma, U+2212."""

import re
from datetime import date
from string import Formatter

# Those that the analysis writes with are had from here too.
from ctglib.calculs.ecriture import (
    FINE,
    INSECABLE,
    nombre,
)

RIEN = "–"  # what stands for no value


def nombre_court(valeur: float) -> str:
    """Return a number with the decimals it needs and no more: ``5.0`` reads « 5 », ``0.5`` reads
    « 0,5 ».
    """
    decimales = len(f"{valeur:.6f}".rstrip("0").partition(".")[2])
    return nombre(valeur, decimales)


def compter(effectif: int, singulier: str, pluriel: str = "") -> str:
    """Return a count and its noun, singular under two as French has it; the plural adds an « s » a
    word unless given.

    Examples:
        >>> compter(0, "valeur absente"), compter(3, "valeur absente")
        ('0\\xa0valeur absente', '3\\xa0valeurs absentes')
    """
    return f"{nombre(effectif)}{INSECABLE}{_nom(effectif, singulier, pluriel)}"


def _nom(effectif: int, singulier: str, pluriel: str) -> str:
    return (
        singulier
        if effectif < 2
        else pluriel or " ".join(f"{mot}s" for mot in singulier.split(" "))
    )


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
    """Return a small count in words, a greater one in figures.

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
        >>> nombrer(3, "action", feminin=True), nombrer(1, "action", feminin=True), nombrer(2, "grand but")
        ('trois actions', 'une action', 'deux grands buts')
    """
    return f"{en_lettres(effectif, feminin)} {_nom(effectif, singulier, pluriel)}"


def tous(effectif: int, singulier: str, pluriel: str = "") -> str:
    """Return all of some things.

    Examples:
        >>> tous(3, "action"), tous(1, "indicateur demandé")
        ('les trois actions', "l'unique indicateur demandé")
    """
    return (
        f"l'unique {singulier}" if effectif == 1 else f"les {nombrer(effectif, singulier, pluriel)}"
    )


def sont(effectif: int, une: str, plusieurs: str) -> str:
    """Return how many of things just named, in the feminine, are what is said of them.

    Examples:
        >>> sont(0, "faite", "faites"), sont(1, "faite", "faites"), sont(3, "faite", "faites")
        ("aucune n'est faite", 'une est faite', 'trois sont faites')
    """
    if not effectif:
        return f"aucune n'est {une}"
    return f"{en_lettres(effectif, feminin=True)} {f'est {une}' if effectif < 2 else f'sont {plusieurs}'}"


def part_en_mots(part: float, nom: str, *, court: bool = False) -> tuple[str, bool]:
    """Return a percentage as a fraction of people, and whether it is « un sur… », which takes a
    singular verb.

    The nearest fraction is said, with « près de » or « plus de » where it is off by more than one
    point. ``nom`` is of whom, in the singular; ``court`` leaves it out: the sentence has just said
    it.

    Examples:
        >>> part_en_mots(59.4, "habitant"), part_en_mots(46.1, "allocataire"), part_en_mots(22.4, "enfant", court=True)
        (('six habitants sur dix', False), ("près d'un allocataire sur deux", True), ("plus d'un sur cinq", True))
    """
    first, space, rest = nom.partition(" ")
    if part < PART_DITE:
        return f"{nombre(part, 1)}{FINE}% des {first}s{space}{rest}", False
    up, down = min(FRACTIONS, key=lambda pair: abs(100 * pair[0] / pair[1] - part))
    gap = part - 100 * up / down
    noun = "" if court else f" {first}{'s' if up > 1 else ''}{space}{rest}"
    said = f"{NOMBRES[up]}{noun} sur {NOMBRES[down]}"
    if abs(gap) > 1:
        said = ("plus " if gap > 0 else "près ") + ("d'" if up == 1 else "de ") + said
    return said, up == 1


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
    """Return a word of a verdict or of a state, in the plural from two on; « en cours » and the
    like never change.

    Examples:
        >>> accorder("réalisée en partie", 2), accorder("non renseignée", 3), accorder("en cours", 4)
        ('réalisées en partie', 'non renseignées', 'en cours')
    """
    words = mot.split(" ")
    rank = 1 if words[0] == "non" else 0
    if effectif < 2 or words[0] in ("à", "dans", "en", "trop") or words[rank].endswith("s"):
        return mot
    return " ".join([*words[:rank], f"{words[rank]}s", *words[rank + 1 :]])


def abreger(texte: str, signes: int) -> str:
    """Return a label short enough for a list: without what it has in brackets, then cut at a word.

    Examples:
        >>> abreger("Mettre en réseau les relais (comité technique)", 40)
        'Mettre en réseau les relais'
    """
    short = re.sub(r"\s*\([^()]*\)", "", texte) if len(texte) > signes else texte
    if len(short) <= signes:
        return short
    return f"{short[:signes].rsplit(' ', 1)[0].rstrip(' ,;:')}…"


def points(valeur: float, decimales: int = 1, signe: bool = True) -> str:
    """Return a difference of rates: ``4.9`` reads « +4,9 points »; under two in size, « point »
    stays singular.
    """
    return f"{nombre(valeur, decimales, signe)}{INSECABLE}point{'s' if abs(round(valeur, decimales)) >= 2 else ''}"


def signe(valeur: float) -> str:
    """Return a change or a gap without its unit: « +1,1 », « −3,3 »; an en dash when there is none."""
    return RIEN if valeur != valeur else nombre(valeur, 1, signe=True)


def de_a(minimum: float, maximum: float) -> str:
    """Return a gap between the bounds that the rounding of its source leaves to it, without its
    unit.

    Examples:
        >>> de_a(-5.08, -1.51), de_a(float("nan"), float("nan"))
        ('de −5,1 à −1,5', '–')
    """
    return RIEN if minimum != minimum else f"de {signe(minimum)} à {signe(maximum)}"


def date_longue(jour: date) -> str:
    """Return a date in full: « 1er janvier 2023 », « 31 décembre 2026 ».

    Examples:
        >>> date_longue(date(2023, 1, 1))
        '1er\\xa0janvier 2023'
    """
    from babel.dates import format_date

    text = format_date(jour, "MMMM y", locale="fr_FR")
    return f"{jour.day}{'er' if jour.day == 1 else ''}{INSECABLE}{text}"


class _Phrase(Formatter):
    def format_field(self, valeur: object, nom: str) -> str:
        """Return a count with its noun, a word that agrees with it, a decimal number in French, or
        a word as it is.
        """
        if nom.startswith("|"):
            return nom.split("|")[1 if valeur < 2 else 2]
        if nom:
            return compter(valeur, *nom.split("|"))
        return nombre(valeur) if isinstance(valeur, float) else str(valeur)


def remplir(phrase: str, **mots: object) -> str:
    """Return a sentence of the catalogue with its words; a count that has its noun there agrees
    with it.

    Where the count is not written, a bar comes before the two forms of what agrees with it.

    Examples:
        >>> remplir("{n:élément manque|éléments manquent} en {annee}, sur {total}.", n=2, annee=2024, total=1200.0)
        '2\\xa0éléments manquent en 2024, sur 1\\u202f200.'
        >>> remplir("{n:|La fiche répond|Les fiches répondent}.", n=1)
        'La fiche répond.'
    """
    return _Phrase().format(phrase, **mots)
