"""The evaluation workbook of a convention territoriale globale: ``from ctglib import ouvrir`` in a notebook.

``ouvrir`` is loaded on demand: the command line answers before pandas and matplotlib are imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.classeur import ouvrir

__all__ = ["ouvrir"]
__version__ = "0.1.0"


def __getattr__(nom: str) -> object:
    if nom != "ouvrir":
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    from ctglib.classeur import ouvrir

    return ouvrir
