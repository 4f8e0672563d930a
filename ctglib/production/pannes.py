"""What happened to a task that gave no report, as a failure that a reader understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.production.echec import Echec
from ctglib.production.processus import DelaiDepasse, OuvrierPerdu, TacheEchouee
from ctglib.production.rapports import Carnet

if TYPE_CHECKING:
    from ctglib.production.rapports import Commande

DELAI = "Relancer ctg produire, en laissant plus de temps par --delai si l'ordinateur est lent ou chargé."
PERDU = "Relancer ctg produire ; si l'échec se répète, fermer d'autres programmes, ou ajouter --travailleurs 1."


def echec_de(error: BaseException, commande: Commande) -> Echec:
    """Return the failure of a task from the error that its future holds."""
    carnet = commande.carnet.name
    if isinstance(error, DelaiDepasse):
        return Echec(
            f"Le carnet {carnet} n'a pas fini dans le temps permis, et il a été arrêté.",
            DELAI,
            **_lieu(error, commande),
        )
    if isinstance(error, OuvrierPerdu):
        code = f" (code {error.code})" if error.code is not None else ""
        cause = f"Le programme qui faisait ce rapport s'est arrêté avant la fin{code}, faute de mémoire peut-être."
        return Echec(cause, PERDU, **_lieu(error, commande))
    if isinstance(error, TacheEchouee):
        panne = error.panne
        found = Echec.de_l_erreur(panne.type_, panne.valeur, carnet=carnet)
        return Echec(found.cause, found.remede, carnet=carnet, details=panne.trace)
    return Echec.de_l_erreur(type(error).__name__, str(error), carnet=carnet)


def _lieu(error: DelaiDepasse | OuvrierPerdu, commande: Commande) -> dict[str, object]:
    """Return the notebook and, when it was at one, its cell and the heading above it."""
    source = error.etape.source if error.etape else ""
    cellule, section = Carnet(commande.carnet).situer(source) if source else (None, "")
    return {"carnet": commande.carnet.name, "cellule": cellule, "section": section}
