"""The fonts of the project, and any sign that a person may type: drawn, or named (« ✅ » reads
« [bouton coché] »).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import FINE, INSECABLE

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

# Of the first the files are here, with their licence; those of the second come with matplotlib.
POLICES = Path(__file__).parent / "polices"
FAMILLE = "Source Sans Pro"
SECOURS = "DejaVu Sans"
ETALON = 100  # size at which signs are measured: FreeType counts in sixty-fourths of a point
FINES = re.compile(r"(?<=\d) (?=\d{3}(?!\d))| (?=[;!?%])")
INSECABLES = re.compile(r"(?<=\d) (?=€)| (?=[:»])|(?<=«) ")


def fichiers() -> dict[tuple[str, str, str], Path]:
    """Return the font files by (family, CSS weight, CSS style)."""
    matplotlib = find_spec("matplotlib")  # the package is not imported
    if matplotlib is None or matplotlib.origin is None:
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
    dejavu = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf"
    return {
        (FAMILLE, "400", "normal"): POLICES / "SourceSansPro-Regular.ttf",
        (FAMILLE, "400", "italic"): POLICES / "SourceSansPro-It.ttf",
        (FAMILLE, "600", "normal"): POLICES / "SourceSansPro-Semibold.ttf",
        (FAMILLE, "700", "normal"): POLICES / "SourceSansPro-Bold.ttf",
        (SECOURS, "400", "normal"): dejavu / "DejaVuSans.ttf",
    }


@lru_cache(maxsize=8)
def _fonte(famille: str, graisse: str) -> FT2Font:
    """Return a font, read from memory: forked workers would share the position in an open file."""
    from matplotlib.ft2font import FT2Font

    octets = fichiers()[famille, graisse, "normal"].read_bytes()
    fonte = FT2Font(BytesIO(octets))
    fonte.set_size(ETALON, 72)
    return fonte


@lru_cache(maxsize=8)
def signes_de(famille: str, graisse: str) -> frozenset[int]:
    """Return the code points that a font draws."""
    return frozenset(_fonte(famille, graisse).get_charmap())


@cache
def avance(signe: str, graisse: str) -> float:
    """Return the width of a sign at the size of one point, in the project's family, or in the one
    that completes it when the family lacks the sign.
    """
    from matplotlib.ft2font import LoadFlags

    code = ord(signe)
    if code in signes_de(FAMILLE, graisse):
        fonte = _fonte(FAMILLE, graisse)
    else:
        fonte = _fonte(SECOURS, "400")
    glyphe = fonte.load_glyph(fonte.get_char_index(code), flags=LoadFlags.NO_HINTING)
    return glyphe.linearHoriAdvance / 65536 / ETALON  # in sixteen-sixteen fixed point


@lru_cache(maxsize=16384)
def largeur(texte: str, taille: float, graisse: str = "400") -> float:
    """Return the width of a text in the project's family, in points.

    It is the sum of the widths of its signs: the font draws some pairs closer, so that no text is
    wider than this. Laying out each text would be a hundred times slower, half of the time of a
    drawing.
    """
    return taille * sum(avance(signe, graisse) for signe in texte)


ILLISIBLE = "\ufffd"  # what XML forbids
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
VARIANTES = re.compile("[\ufe00-\ufe0f]")  # « as a picture, please »: says nothing by itself
# Of the signs that draw nothing, those that part or join words; the others change how the rest of
# the text is read, from right to left.
INVISIBLES_ADMIS = frozenset("\u00ad\u200b\u200c\u200d\u2060")


@lru_cache(maxsize=1)
def connus() -> frozenset[str]:
    """Return the characters that our fonts draw, in any weight."""
    graisses = [
        graisse
        for famille, graisse, style in fichiers()
        if famille == FAMILLE and style == "normal"
    ]
    codes_communs = frozenset.intersection(*(signes_de(FAMILLE, graisse) for graisse in graisses))
    dessines = {chr(code) for code in codes_communs | signes_de(SECOURS, "400")}
    invisibles = {
        signe
        for signe in dessines
        if unicodedata.category(signe) in ("Cf", "Cc", "Co", "Cs") or VARIANTES.match(signe)
    }
    admis = {"\n", "\r", "\t", ILLISIBLE} | INVISIBLES_ADMIS
    return frozenset((dessines - invisibles) | admis)


def lisible(texte: str) -> str:
    """Return a text that our fonts draw whole: what they lack is named, between brackets.

    Examples:
        >>> lisible("Fait ✅ 漢字"), lisible("● 12 ✔\\ufe0f")
        ('Fait [bouton coché] [signes U+6F22 U+5B57]', '● 12 ✔')
    """
    normalise = unicodedata.normalize("NFC", texte)
    if connus().issuperset(normalise):
        return normalise
    from emoji import demojize, replace_emoji

    def nommer(emoji: str, _: object) -> str:
        """Return the French name of an emoji, of one sign or more, unless our fonts draw it."""
        sans_variante = VARIANTES.sub("", emoji)
        if connus().issuperset(sans_variante):
            return sans_variante
        nom = demojize(emoji, language="fr")
        if nom == emoji:
            return emoji
        return f"[{nom.strip(':').replace('_', ' ')}]"

    def numeroter(suite: re.Match[str]) -> str:
        codes = [f"U+{ord(signe):04X}" for signe in suite[0]]
        mot = "signes" if len(codes) > 1 else "signe"
        return f"[{mot} {' '.join(codes)}]"

    sans_controles = CONTROLES.sub(ILLISIBLE, normalise)
    nomme = VARIANTES.sub("", replace_emoji(sans_controles, replace=nommer))
    inconnus = "".join(sorted(set(nomme) - connus()))
    if not inconnus:
        return nomme
    return re.sub(f"[{re.escape(inconnus)}]+", numeroter, nomme)


def montrable(valeur: object) -> str:
    """Return a value as every writer shows it: signs that we can draw, no-break spaces of French
    typography.
    """
    return ponctuer(lisible(str(valeur)))


def ponctuer(texte: str) -> str:
    """Return a sentence with the no-break spaces of French typography, so that no line begins with
    a sign.

    Examples:
        >>> ponctuer("Lecture : « oui » ; 5 %")
        'Lecture\\xa0: «\\xa0oui\\xa0»\\u202f; 5\\u202f%'
    """
    return INSECABLES.sub(INSECABLE, FINES.sub(FINE, texte))
