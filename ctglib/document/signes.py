"""Any sign that a person may type, drawn by our fonts or named: « ✅ » reads « [bouton coché] »."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ctglib.document.polices import FAMILLE, SECOURS, fichiers, signes
from ctglib.document.typographie import ponctuer

ILLISIBLE = "\ufffd"  # what XML forbids
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
VARIANTES = re.compile("[\ufe00-\ufe0f]")  # « as a picture, please »: says nothing by itself
# They draw nothing and change how the rest is read, from right to left; the others part or join words.
INVISIBLES_ADMIS = frozenset("\u00ad\u200b\u200c\u200d\u2060")


@lru_cache(maxsize=1)
def connus() -> frozenset[str]:
    """Return the characters that our fonts draw, in any weight."""
    weights = [
        signes(FAMILLE, weight) for family, weight, style in fichiers() if (family, style) == (FAMILLE, "normal")
    ]
    drawn = {chr(code) for code in frozenset.intersection(*weights) | signes(SECOURS, "400")}
    hidden = {sign for sign in drawn if unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cs")} - INVISIBLES_ADMIS
    hidden |= {chr(code) for code in range(0xFE00, 0xFE10)}  # variants
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
    text = CONTROLES.sub(ILLISIBLE, text)
    from emoji import replace_emoji

    named = VARIANTES.sub("", replace_emoji(text, replace=_nommer))
    return "".join(_numeroter(piece) for piece in re.findall(f"[{_classe(named)}]+|[^{_classe(named)}]+", named))


def montrable(valeur: object) -> str:
    """Return a value as every writer shows it: signs that we can draw, no-break spaces of French typography."""
    return ponctuer(lisible(str(valeur)))


def _nommer(suite: str, _donnees: object) -> str:
    """Return the French name of an emoji, however many characters it takes, unless our fonts draw it."""
    from emoji import demojize

    if connus().issuperset(plain := VARIANTES.sub("", suite)):
        return plain
    name = demojize(suite, language="fr")
    return suite if name == suite else f"[{name.strip(':').replace('_', ' ')}]"


def _classe(texte: str) -> str:
    """Return the unknown signs of a text as the inside of a class of a regular expression."""
    return re.escape("".join(sorted(set(texte) - connus()))) or "\ue000"


def _numeroter(morceau: str) -> str:
    if morceau[0] in connus():
        return morceau
    codes = [f"U+{ord(sign):04X}" for sign in morceau]
    return f"[{'signes' if len(codes) > 1 else 'signe'} {' '.join(codes)}]"
