"""The looks of the workbook's cells: the colours of the charter, one style a use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

if TYPE_CHECKING:
    from openpyxl.cell import Cell

    from ctglib.donnees.modeles.charte import Couleurs

FORMAT_TEXTE = "@"
FORMAT_DATE = "dd/mm/yyyy"


@dataclass(frozen=True)
class Style:
    """What a cell looks like, and whether it may be filled."""

    police: Font
    fond: PatternFill
    bordure: Border
    alignement: Alignment
    ouvert: bool = False

    def appliquer(self, cellule: Cell, nombre: str = FORMAT_TEXTE) -> None:
        """Give a cell this look and a number format."""
        cellule.font = self.police
        cellule.fill = self.fond
        cellule.border = self.bordure
        cellule.alignment = self.alignement
        cellule.number_format = nombre
        cellule.protection = Protection(locked=not self.ouvert)


def styles(couleurs: Couleurs, attendue: str) -> dict[str, Style]:
    """Return the styles by use: headings, cells written for the reader, cells to fill, texts of the first sheet."""
    line = Side("thin", _argb(couleurs.filet))
    entry = Side("thin", _argb(couleurs.secondaire))
    text = _argb(couleurs.texte)
    wrap = Alignment(vertical="top", wrap_text=True)
    none, box, frame = Border(), Border(line, line, line, line), Border(entry, entry, entry, entry)
    panel = aplat(couleurs.panneau)
    hatched = PatternFill("lightUp", fgColor=_argb(couleurs.filet), bgColor=_argb(couleurs.panneau))
    title = Font(name="Calibri", size=16, bold=True, color=_argb(couleurs.territoire))
    header = Font(name="Calibri", size=11, bold=True, color=_argb(couleurs.fond))
    body = Font(name="Calibri", size=11, color=text)
    subtitle = Font(name="Calibri", size=13, bold=True, color=_argb(couleurs.territoire))
    link = Font(name="Calibri", size=11, underline="single", color=_argb(couleurs.territoire))
    small = Font(name="Calibri", size=9, color=_argb(couleurs.secondaire))
    middle = Alignment(vertical="center", wrap_text=True)
    return {
        "titre": Style(title, PatternFill(), none, Alignment(vertical="center")),
        "consigne": Style(body, PatternFill(), none, Alignment(vertical="center")),
        "entete": Style(header, aplat(couleurs.territoire), box, middle),
        "rappel": Style(body, panel, box, wrap),
        "repere": Style(small, panel, box, wrap),
        "attendue": Style(body, aplat(attendue), frame, wrap, ouvert=True),
        "facultative": Style(body, aplat(couleurs.fond), frame, wrap, ouvert=True),
        "fermee": Style(small, hatched, box, wrap),
        "texte": Style(body, PatternFill(), none, wrap),
        "puce": Style(body, PatternFill(), none, Alignment(horizontal="right", vertical="top")),
        "lien": Style(link, PatternFill(), none, wrap),
        "intertitre": Style(subtitle, PatternFill(), none, Alignment(vertical="center")),
    }


def aplat(couleur: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", fgColor=_argb(couleur), bgColor=_argb(couleur))


def _argb(couleur: str) -> str:
    return f"FF{couleur.removeprefix('#').upper()}"
