"""The evaluation workbook of a convention territoriale globale: ``from ctglib import ouvrir`` in a notebook.

Its doors are loaded on demand: the command line answers before pandas and matplotlib are imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.classeur.annuel.ouverture import lire_suivi, ouvrir_bilan
    from ctglib.classeur.classeur import ouvrir
    from ctglib.classeur.finale.ouverture import ouvrir_evaluation
    from ctglib.secret.sommes import sommer

__all__ = ["lire_suivi", "ouvrir", "ouvrir_bilan", "ouvrir_evaluation", "sommer"]
__version__ = "0.1.0"


def __getattr__(nom: str) -> object:
    if nom not in __all__:
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    if nom in ("lire_suivi", "ouvrir_bilan"):
        from ctglib.classeur.annuel import ouverture

        return getattr(ouverture, nom)
    if nom == "sommer":
        from ctglib.secret.sommes import sommer

        return sommer
    if nom == "ouvrir_evaluation":
        from ctglib.classeur.finale.ouverture import ouvrir_evaluation

        return ouvrir_evaluation
    from ctglib.classeur.classeur import ouvrir

    return ouvrir
