"""The one family of the project, for text and charts alike: Source Sans Pro, completed by DejaVu Sans for a few signs.

Both come as files of Python packages (font-source-sans-pro, matplotlib): they are there wherever the project is.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uharfbuzz import Face, Font

FAMILLE = "Source Sans Pro"
SECOURS = "DejaVu Sans"


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
def face(famille: str, graisse: str, style: str = "normal") -> Face:
    """Return a font file, opened by HarfBuzz."""
    from uharfbuzz import Blob, Face

    return Face(Blob.from_file_path(str(fichiers()[famille, graisse, style])))


@lru_cache(maxsize=8)
def signes(famille: str, graisse: str) -> frozenset[int]:
    """Return the code points that a font has of its own."""
    return frozenset(face(famille, graisse).unicodes)


def largeur(texte: str, taille: float, *, gras: bool = False) -> float:
    """Return the width of a text in points: the sum of its signs, whatever pairs the font draws closer."""
    return taille * sum(_avance(sign, "600" if gras else "400") for sign in texte)


@lru_cache(maxsize=4096)
def _avance(signe: str, graisse: str) -> float:
    """Return the width of a sign at the size of one point, in the family or in the one that completes it."""
    has_it = ord(signe) in signes(FAMILLE, graisse)
    font = _fonte(FAMILLE, graisse) if has_it else _fonte(SECOURS, "400")
    return font.get_glyph_h_advance(font.get_nominal_glyph(ord(signe)) or 0) / font.face.upem


@lru_cache(maxsize=4)
def _fonte(famille: str, graisse: str) -> Font:
    from uharfbuzz import Font

    return Font(face(famille, graisse))
