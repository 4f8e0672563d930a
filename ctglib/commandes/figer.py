"""``ctg figer``."""

from __future__ import annotations

from ctglib.commandes.messages import dire, refusant
from ctglib.secret.publication import figer


@refusant("\n\nRien n'a été enregistré.")
def figer_bilan(convention: str, annee: int) -> int:
    """Keep what the published bilan of a year hides, say how much, and return 0, or 1 with what prevents it."""
    masque = figer(convention, annee)
    masque.ecrire()
    where = f"{convention}, bilan {annee}"
    if not masque.cellules:
        dire(f"{where} : aucune cellule n'est masquée, rien à noter.")
        return 0
    plural = "s" if masque.cellules > 1 else ""
    said = f"{where} : {masque.cellules} cellule{plural} masquée{plural}, ce bilan et les précédents compris"
    if masque.nouvelles:
        dire(f"{said}.", f"Notées dans {masque.relatif} : les bilans suivants ne les montreront pas.")
    else:
        dire(f"{said}, déjà notée{plural}. Rien n'a été écrit.")
    return 0
