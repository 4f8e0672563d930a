"""The evaluation workbook of a convention territoriale globale: ``from ctglib import ouvrir`` in a notebook.

Its doors are loaded on demand: the command line answers before pandas and matplotlib are imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.classeur.annuel.ouverture import ouvrir_bilan
    from ctglib.classeur.classeur import ouvrir
    from ctglib.classeur.finale.ouverture import ouvrir_evaluation

__all__ = ["ouvrir", "ouvrir_bilan", "ouvrir_evaluation"]
__version__ = "0.1.0"


def __getattr__(nom: str) -> object:
    if nom not in __all__:
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    if nom == "ouvrir_bilan":
        from ctglib.classeur.annuel.ouverture import ouvrir_bilan

        return ouvrir_bilan
    if nom == "ouvrir_evaluation":
        from ctglib.classeur.finale.ouverture import ouvrir_evaluation

        return ouvrir_evaluation
    from ctglib.classeur.classeur import ouvrir

    return ouvrir
