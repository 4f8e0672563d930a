"""``ctg gabarit``: the workbook of a year, written where it is asked for, never over a filled one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.cadre import ouvrir_cadre
from ctglib.collecte.classeur import classeur
from ctglib.collecte.feuilles import feuilles
from ctglib.donnees.ecriture import EcritureImpossible, ecrire

if TYPE_CHECKING:
    from pathlib import Path


def nom_du_classeur(convention: str, annee: int, responsable: str = "") -> str:
    """Return the name of a workbook: ``ctg-<convention>-<annee>[-<responsable>].xlsx``."""
    return "-".join(part for part in ("ctg", convention, str(annee), responsable) if part) + ".xlsx"


def ecrire_gabarit(
    convention: str, annee: int, sortie: Path, *, responsable: str = "", remplacer: bool = False
) -> Path:
    """Write the workbook of a year and return its path.

    Raises:
        DonneesInvalides: The data do not hold, or the year or the service is unknown.
        EcritureImpossible: Another file is there, maybe filled, or the folder cannot be written.
    """
    cadre = ouvrir_cadre(convention, annee, responsable)
    content = classeur(cadre, feuilles(cadre))
    target = sortie / nom_du_classeur(convention, annee, responsable)
    if target.exists() and not remplacer and target.read_bytes() != content:
        raise EcritureImpossible(
            f"{target} existe déjà, et n'est pas le gabarit vierge : quelqu'un l'a peut-être rempli. "
            "Rien n'a été écrit. Déplacez-le, choisissez un autre dossier (--sortie), ou écrasez-le par --remplacer."
        )
    ecrire({target: content})
    return target
