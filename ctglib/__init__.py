"""The evaluation workbook of a convention territoriale globale: ``from ctglib import ouvrir`` in a
notebook.

Its doors are loaded on demand: the command line answers before pandas and matplotlib are imported.
"""

import sys
from importlib import import_module

from ctglib.document.affichage import ECRIVAINS

__version__ = "0.1.0"
PORTES = {
    "figure_de": "document.figure",
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
__all__ = list(PORTES)


def __getattr__(nom: str) -> object:
    if nom not in PORTES:
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    if "IPython" in sys.modules:  # in a notebook, an error is a sentence
        import_module("ctglib.atelier.carnet").installer()
    return getattr(import_module(f"ctglib.{PORTES[nom]}"), nom)


def _ecrire_html(objet: object) -> str:
    """Return an object of a document as its page has it; the writer is loaded by the first one."""
    return str(import_module("ctglib.export.html").ecrire_html(objet))


ECRIVAINS["text/html"] = _ecrire_html
