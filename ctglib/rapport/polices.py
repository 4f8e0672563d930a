"""The one family of the project, for text and charts alike: Source Sans Pro, completed by DejaVu Sans for a few signs.

Both come as files of Python packages (font-source-sans-pro, matplotlib): they are there wherever the project is.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

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


@lru_cache(maxsize=2)
def signes(gras: bool) -> frozenset[int]:
    """Return the code points that the family itself has; the others are those that it is completed for."""
    from matplotlib.font_manager import get_font

    return frozenset(get_font(str(fichiers()[FAMILLE, "700" if gras else "400", "normal"])).get_charmap())


def declarer_a_matplotlib() -> list[str]:
    """Make the family known to matplotlib and return the families to ask for, in order of preference."""
    from matplotlib import font_manager

    for path in fichiers().values():
        font_manager.fontManager.addfont(path)
    return [FAMILLE, SECOURS]
