"""Statistical secrecy: small counts are hidden, and enough others for nobody to find them again.

``publication.appliquer`` is the only door: it takes what a bilan may show and gives it back masked.
The model and the attacker it stands up to are told in docs/decisions/0006-secret-statistique.md.
Counts as entered are for an internal use: asked for by name, told to be secret, and kept out of
what is published.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

MIME = "application/vnd.ctg.brut+json"  # what a notebook that asked for raw counts keeps of it
INTERNE = "interne"
AVERTISSEMENT = (
    "Effectifs bruts : les petits effectifs ne sont pas masqués. Ce carnet est interne. Ne rien en publier, ni "
    "chiffre, ni graphique, ni fichier ; sans brut=True, les mêmes tableaux sont masqués."
)
REFUS = (
    "Ce carnet a lu des effectifs bruts : il ne peut pas être exporté comme public. Retirer brut=True (les mêmes "
    "tableaux seront masqués), relancer toutes les cellules, puis exporter ; pour un document interne, donner au "
    "carnet le paramètre diffusion = « interne »."
)


class EffectifsBruts(UserWarning):
    """Small counts are in clear."""


class ExportRefuse(ValueError):
    """A notebook that read raw counts was to be published; the message says what to do, in French."""


def avertir() -> None:
    """Warn that counts are raw, and leave in the notebook, when there is one, what exporters refuse
    to publish.
    """
    warnings.warn(AVERTISSEMENT, EffectifsBruts, stacklevel=3)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_pub.publish({MIME: {"brut": True}, "text/plain": AVERTISSEMENT})


def refuser(carnet: NotebookNode) -> None:
    """Refuse to export (``ExportRefuse``) a notebook that asked for raw counts, unless run for an
    internal use.
    """
    told = carnet.metadata.get("papermill", {}).get("parameters", {}).get("diffusion")
    outputs = (output for cell in carnet.cells for output in cell.get("outputs", []))
    if told != INTERNE and any(MIME in output.get("data", {}) for output in outputs):
        raise ExportRefuse(REFUS)
