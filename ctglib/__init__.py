"""The evaluation workbook of a convention territoriale globale: ``from ctglib import ouvrir`` in a notebook.

Its doors are loaded on demand: the command line answers before pandas and matplotlib are imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.document.blocs import paragraphe
    from ctglib.document.tableau import tableau
    from ctglib.rapports.bilan import lire_suivi, ouvrir_bilan
    from ctglib.rapports.controle import ouvrir_controle
    from ctglib.rapports.diagnostic import ouvrir
    from ctglib.rapports.dossier import ouvrir_dossier
    from ctglib.rapports.en_clair import ouvrir_en_clair
    from ctglib.rapports.evaluation import ouvrir_evaluation
    from ctglib.rapports.portrait import ouvrir_portrait
    from ctglib.rapports.releve import ouvrir_releve

__all__ = [
    "lire_suivi",
    "ouvrir",
    "ouvrir_bilan",
    "ouvrir_controle",
    "ouvrir_dossier",
    "ouvrir_en_clair",
    "ouvrir_evaluation",
    "ouvrir_portrait",
    "ouvrir_releve",
    "paragraphe",
    "tableau",
]
__version__ = "0.1.0"
PORTES = {
    "lire_suivi": "rapports.bilan",
    "ouvrir": "rapports.diagnostic",
    "ouvrir_bilan": "rapports.bilan",
    "ouvrir_controle": "rapports.controle",
    "ouvrir_dossier": "rapports.dossier",
    "ouvrir_en_clair": "rapports.en_clair",
    "ouvrir_evaluation": "rapports.evaluation",
    "ouvrir_portrait": "rapports.portrait",
    "ouvrir_releve": "rapports.releve",
    "paragraphe": "document.blocs",
    "tableau": "document.tableau",
}


def __getattr__(nom: str) -> object:
    if nom not in PORTES:
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    if "ipykernel" in sys.modules:  # in a notebook, an error is a sentence
        import_module("ctglib.atelier.carnet").installer()
    return getattr(import_module(f"ctglib.{PORTES[nom]}"), nom)
