"""``ctg figer``."""

from __future__ import annotations

from rich.console import Console

from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.secret.publication import MasqueFige, figer


def figer_bilan(convention: str, annee: int) -> int:
    """Keep what the published bilan of a year hides, say how much, and return 0, or 1 with what prevents it."""
    try:
        masque = figer(convention, annee)
        masque.ecrire()
    except (DonneesInvalides, EcritureImpossible) as error:
        Console(stderr=True, highlight=False).print(
            f"{error}\n\nRien n'a été enregistré.", markup=False, soft_wrap=True
        )
        return 1
    Console(highlight=False).print(_dire(convention, annee, masque), markup=False, soft_wrap=True)
    return 0


def _dire(convention: str, annee: int, masque: MasqueFige) -> str:
    where = f"{convention}, bilan {annee}"
    if not masque.cellules:
        return f"{where} : aucune cellule n'est masquée, rien à noter."
    plural = "s" if masque.cellules > 1 else ""
    said = f"{where} : {masque.cellules} cellule{plural} masquée{plural}, ce bilan et les précédents compris"
    if not masque.nouvelles:
        return f"{said}, déjà notée{plural}. Rien n'a été écrit."
    return f"{said}.\nNotées dans {masque.relatif} : les bilans suivants ne les montreront pas."
