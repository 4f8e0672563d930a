"""Statistical secrecy: small counts are hidden, and enough others for nobody to find them again.

``publication.appliquer`` is the only door: it takes what a bilan may show and gives it back masked.
docs/decisions/0006-secret-statistique.md describes the model, and the attacker that it stands up
to. Counts as entered are for an internal use: they are asked for by name, with a warning that they
are secret, and kept out of what is published.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import noter_ouverture
from ctglib.donnees.ouvertures import Ouverture

if TYPE_CHECKING:
    from nbformat import NotebookNode

MIME = "application/vnd.ctg.brut+json"  # an output of this type: the notebook asked for raw counts
INTERNE = "interne"
AVERTISSEMENT = (
    "Effectifs bruts : les petits effectifs ne sont pas masqués. Ce carnet est interne. "
    "Ne rien en publier, ni chiffre, ni graphique, ni fichier ; sans brut=True, les mêmes "
    "tableaux sont masqués."
)
PAGE_INTERNE = (
    "Diffusion interne : des effectifs de personnes peuvent y être en clair, "
    "ce document ne se publie pas"
)
REFUS = (
    "Ce carnet a lu des effectifs bruts : il ne peut pas être exporté comme public. "
    "Retirer brut=True (les mêmes tableaux seront masqués), relancer toutes les cellules, puis "
    "exporter ; pour un document interne, donner au carnet le paramètre diffusion = « interne »."
)


class EffectifsBruts(UserWarning):
    """Small counts are in clear."""


class ExportRefuse(ValueError):
    """A notebook that read raw counts was to be published; the message says what to do."""


def avertir_des_effectifs_bruts() -> None:
    """Warn that counts are raw, and leave an output of type ``MIME`` in the notebook, if any.

    The exporters refuse to publish a notebook that has it (``est_interne``), and the atelier to
    save anything from it (``garde``).
    """
    warnings.warn(AVERTISSEMENT, EffectifsBruts, stacklevel=3)
    noter_ouverture(Ouverture("suivi", "brut=True"))
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is not None:
        shell.display_pub.publish({MIME: {"brut": True}, "text/plain": AVERTISSEMENT})


def est_interne(carnet: NotebookNode) -> bool:
    """Tell whether a notebook is for an internal use, by its parameter « diffusion ».

    Raises:
        ExportRefuse: It is not, and it asked for raw counts, or opened what closes its exits: it
            has an output of type ``MIME``.
    """
    parameters = carnet.metadata.get("papermill", {}).get("parameters", {})
    if parameters.get("diffusion") == INTERNE:
        return True
    for cell in carnet.cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}):
                raise ExportRefuse(output["data"][MIME].get("refus") or REFUS)
    return False
