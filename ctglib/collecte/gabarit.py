"""What is handed out: the workbook of a year, never over a filled one, and the letter that goes with it."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from ctglib.collecte.cadre import ouvrir_cadre
from ctglib.collecte.classeur import classeur, insecables
from ctglib.collecte.feuilles import feuilles
from ctglib.donnees.ecriture import EcritureImpossible, dater, ecrire

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def lettre(
    objet: str, service: str, paragraphes: Iterable[str], demandes: Iterable[str], fin: str, *, annee: int
) -> bytes:
    """Return the letter to a service, as the bytes of a Word file: why, what is asked for, to whom to send it back."""
    import docx
    from docx.shared import Cm, Pt

    word = docx.Document()
    word.styles["Normal"].font.name, word.styles["Normal"].font.size = "Calibri", Pt(11)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    word.core_properties.title, word.core_properties.author, word.core_properties.language = objet, "ctglib", "fr-FR"
    word.core_properties.created = end = datetime(annee, 12, 31)
    for text in (service, f"Objet : {objet}"):
        word.add_paragraph(insecables(text)).runs[0].bold = True
    for text in paragraphes:
        word.add_paragraph(insecables(text))
    for text in demandes:
        word.add_paragraph(insecables(text), style="List Bullet")
    word.add_paragraph(insecables(fin))
    raw = io.BytesIO()
    word.save(raw)
    return dater(raw, end)
