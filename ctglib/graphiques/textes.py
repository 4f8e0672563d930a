"""Texts as a chart sees them: how wide they are, where they break, which parts of them another font draws."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from ctglib.document.polices import FAMILLE, SECOURS, face, signes
from ctglib.document.typographie import INSECABLE

ILLISIBLE = "\ufffd"  # stands for what XML forbids, and stays in its word
ESPACES = f" {INSECABLE}"
# Signs are measured at this size in points, to the sixty-fourth, which is how renderers place them.
ETALON = 100
FINESSE = 64


class _Avances(dict[str, float]):
    """The widths of the signs of a weight, at the size of one point, each measured when first asked for."""

    def __init__(self, gras: bool) -> None:
        from uharfbuzz import Font

        super().__init__()
        self._connus = signes(*_police(gras))
        self._polices = [Font(face(*_police(gras))), Font(face(SECOURS, "400"))]
        for police in self._polices:
            police.scale = (ETALON * FINESSE, ETALON * FINESSE)

    def __missing__(self, signe: str) -> float:
        """Measure a sign, in the family or, when that lacks it, in the one that completes it."""
        from uharfbuzz import Buffer, shape

        buffer = Buffer()
        buffer.add_str(signe)
        buffer.guess_segment_properties()
        shape(self._polices[ord(signe) not in self._connus], buffer)
        self[signe] = sum(place.x_advance for place in buffer.glyph_positions) / (ETALON * FINESSE)
        return self[signe]


def _police(gras: bool) -> tuple[str, str]:
    return FAMILLE, "700" if gras else "400"


@lru_cache(maxsize=2)
def _avances(gras: bool) -> _Avances:
    return _Avances(gras)


def mesurer(texte: str, taille: float, gras: bool) -> float:
    """Return the width of a text in the project's family, in points.

    The sum of its signs: pairs that the font draws closer are not looked at, so that no text is wider than this.
    """
    return taille * sum(map(_avances(gras).__getitem__, texte))


def morceaux(texte: str, gras: bool) -> list[tuple[int, str]]:
    """Return the runs of a text that one font has, each with its place: Typst gives a whole text the font of one sign.

    A sign that the family lacks, such as « ● », would otherwise change the face of the words beside it on paper.
    """
    known, runs, start = signes(*_police(gras)), [], 0
    for _, group in groupby(texte, key=lambda sign: ord(sign) in known or sign == ILLISIBLE):
        run = "".join(group)
        runs.append((start + len(run) - len(run.lstrip(ESPACES)), run.strip(ESPACES)))
        start += len(run)
    return [(place, run) for place, run in runs if run] if len(runs) > 1 else [(0, texte)]


@lru_cache(maxsize=1024)
def couper(texte: str, largeur: float, lignes: int, taille: float, gras: bool) -> tuple[str, ...]:
    """Return the lines of a text, broken at spaces, and inside a word that is wider than the line."""
    found: list[str] = []
    rest = texte
    while rest and len(found) < lignes:
        line = _debut(rest, largeur, taille, gras)
        found.append(line.rstrip(" "))
        rest = rest[len(line) :].lstrip(" ")
    if rest:
        found[-1] = _debut_de_mot(found[-1], largeur - mesurer("…", taille, gras), taille, gras).rstrip(" ,;") + "…"
    return tuple(found) or ("",)


def _debut(texte: str, largeur: float, taille: float, gras: bool) -> str:
    """Return the longest beginning that fits and ends before a space, or a piece of the first word."""
    start = _debut_de_mot(texte, largeur, taille, gras)
    if len(start) == len(texte) or texte[len(start)] == " ":
        return start
    space = start.rfind(" ")
    return start[: space + 1] if space > 0 else start


def _debut_de_mot(texte: str, largeur: float, taille: float, gras: bool) -> str:
    low, high = 1, min(len(texte), int(largeur))
    while low < high:
        middle = (low + high + 1) // 2
        if mesurer(texte[:middle], taille, gras) <= largeur:
            low = middle
        else:
            high = middle - 1
    return texte[:low]
