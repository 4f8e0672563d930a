"""The evaluation workbook of a convention territoriale globale, as a notebook imports it.

``from ctglib import ouvrir`` imports ``ctglib.rapports.diagnostic`` at that moment, not before: the
command line answers before pandas and matplotlib are imported.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from ctglib.document.affichage import ECRIVAINS
from ctglib.donnees import VERSION

if TYPE_CHECKING:  # for an editor, which then knows what each of these names is
    from ctglib.document.blocs import paragraphe
    from ctglib.document.figure import figure_de
    from ctglib.document.tableau import tableau
    from ctglib.rapports.bilan import lire_suivi, ouvrir_bilan
    from ctglib.rapports.controle import ouvrir_controle
    from ctglib.rapports.diagnostic import ouvrir
    from ctglib.rapports.dossier import ouvrir_dossier
    from ctglib.rapports.en_clair import ouvrir_en_clair
    from ctglib.rapports.evaluation import ouvrir_evaluation
    from ctglib.rapports.portrait import ouvrir_portrait
    from ctglib.rapports.releve import ouvrir_releve

__version__ = VERSION
# What a notebook imports. A type checker only reads a list that is written out: a test says that
# these are the names of ``PORTES``, in the same order.
__all__ = [
    "figure_de",
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
# The module of ``ctglib`` where each of them is defined.
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


def __getattr__(nom: str) -> object:
    """Return a name of ``PORTES``, its module imported now: Python asks for what is not here yet.

    Raises:
        AttributeError: The name is none of them.
    """
    if nom not in PORTES:
        raise AttributeError(f"module « ctglib » : « {nom} » n'existe pas")
    if "IPython" in sys.modules:  # in a notebook, an error is a sentence
        import_module("ctglib.atelier.carnet").installer()
    return getattr(import_module(f"ctglib.{PORTES[nom]}"), nom)


def _ecrire_html(objet: object) -> str:
    """Return an object of a document as HTML; what writes it is imported by the first object."""
    return str(import_module("ctglib.export.html").ecrire_html(objet))


ECRIVAINS["text/html"] = _ecrire_html
