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

# Both families come as files of Python packages (font-source-sans-pro, matplotlib), wherever the
# project is.
FAMILLE = "Source Sans Pro"
SECOURS = "DejaVu Sans"
ETALON = 100  # size at which signs are measured: FreeType counts in sixty-fourths of a point
FINES = re.compile(r"(?<=\d) (?=\d{3}(?!\d))| (?=[;!?%])")
INSECABLES = re.compile(r"(?<=\d) (?=€)| (?=[:»])|(?<=«) ")


def fichiers() -> dict[tuple[str, str, str], Path]:
    """Return the font files by (family, CSS weight, CSS style)."""
    source = Path(find_spec("font_source_sans_pro").origin).parent / "files"
    dejavu = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
    return {
        (FAMILLE, "400", "normal"): source / "SourceSansPro-Regular.ttf",
        (FAMILLE, "400", "italic"): source / "SourceSansPro-It.ttf",
        (FAMILLE, "600", "normal"): source / "SourceSansPro-Semibold.ttf",
        (FAMILLE, "700", "normal"): source / "SourceSansPro-Bold.ttf",
        (SECOURS, "400", "normal"): dejavu / "DejaVuSans.ttf",
    }


@lru_cache(maxsize=8)
def _fonte(famille: str, graisse: str) -> FT2Font:
    """Return a font, from memory: forked workers would share the place where an open file is read."""
    from matplotlib.ft2font import FT2Font

    font = FT2Font(BytesIO(fichiers()[famille, graisse, "normal"].read_bytes()))
    font.set_size(ETALON, 72)
    return font


@lru_cache(maxsize=8)
def signes_de(famille: str, graisse: str) -> frozenset[int]:
    """Return the code points that a font has of its own."""
    return frozenset(_fonte(famille, graisse).get_charmap())


@cache
def avance(signe: str, graisse: str) -> float:
    """Return the width of a sign at the size of one point, in the family or in the one that
    completes it.
    """
    from matplotlib.ft2font import LoadFlags

    own = ord(signe) in signes_de(FAMILLE, graisse)
    font = _fonte(FAMILLE, graisse) if own else _fonte(SECOURS, "400")
    glyph = font.load_glyph(font.get_char_index(ord(signe)), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / ETALON


@lru_cache(maxsize=16384)
def largeur(texte: str, taille: float, graisse: str = "400") -> float:
    """Return the width of a text in the project's family, in points.

    The sum of its signs: pairs that the font draws closer are not looked at, so that no text is
    wider than this. It is a hundred times faster than laying each text out, which was half of the
    time of a drawing.
    """
    return taille * sum(avance(signe, graisse) for signe in texte)


ILLISIBLE = "\ufffd"  # what XML forbids
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
VARIANTES = re.compile("[\ufe00-\ufe0f]")  # « as a picture, please »: says nothing by itself
# They draw nothing and change how the rest is read, from right to left; the others part or join
# words.
INVISIBLES_ADMIS = frozenset("\u00ad\u200b\u200c\u200d\u2060")


@lru_cache(maxsize=1)
def connus() -> frozenset[str]:
    """Return the characters that our fonts draw, in any weight."""
    weights = [
        signes_de(name, weight)
        for name, weight, style in fichiers()
        if (name, style) == (FAMILLE, "normal")
    ]
    drawn = {chr(code) for code in frozenset.intersection(*weights) | signes_de(SECOURS, "400")}
    hidden = {
        sign
        for sign in drawn
        if unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cs") or VARIANTES.match(sign)
    }
    return frozenset(drawn - hidden | {"\n", "\r", "\t", ILLISIBLE} | INVISIBLES_ADMIS)


def lisible(texte: str) -> str:
    """Return a text that our fonts draw whole: what they lack is named, between brackets.

    Examples:
        >>> lisible("Fait ✅ 漢字"), lisible("● 12 ✔\\ufe0f")
        ('Fait [bouton coché] [signes U+6F22 U+5B57]', '● 12 ✔')
    """
    text = unicodedata.normalize("NFC", texte)
    if connus().issuperset(text):
        return text
    from emoji import demojize, replace_emoji

    def nommer(suite: str, _: object) -> str:
        """Return the French name of an emoji, however many characters it takes, unless our fonts
        draw it.
        """
        if connus().issuperset(plain := VARIANTES.sub("", suite)):
            return plain
        name = demojize(suite, language="fr")
        return suite if name == suite else f"[{name.strip(':').replace('_', ' ')}]"

    def numeroter(suite: re.Match[str]) -> str:
        codes = [f"U+{ord(sign):04X}" for sign in suite[0]]
        return f"[{'signes' if len(codes) > 1 else 'signe'} {' '.join(codes)}]"

    named = VARIANTES.sub("", replace_emoji(CONTROLES.sub(ILLISIBLE, text), replace=nommer))
    unknown = re.escape("".join(sorted(set(named) - connus())))
    return re.sub(f"[{unknown}]+", numeroter, named) if unknown else named


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
