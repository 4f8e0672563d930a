"""The letter that goes to a service with its part of the workbook, as the bytes of a Word file."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from ctglib.collecte.classeur import dater, insecables

if TYPE_CHECKING:
    from collections.abc import Iterable


def lettre(
    objet: str, service: str, paragraphes: Iterable[str], demandes: Iterable[str], fin: str, *, annee: int
) -> bytes:
    """Return the letter: to whom, about what, why, what is asked for, and to whom to send it back.

    Args:
        objet: Its subject.
        service: To whom it is.
        paragraphes: What it says before what is asked for.
        demandes: What is asked for, one line each.
        fin: What it says at the end.
        annee: Year of the file's date, so that the same data give the same bytes.
    """
    import docx
    from docx.shared import Cm, Pt

    word = docx.Document()
    word.styles["Normal"].font.name, word.styles["Normal"].font.size = "Calibri", Pt(11)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    word.core_properties.title, word.core_properties.author, word.core_properties.language = objet, "ctglib", "fr-FR"
    word.add_paragraph(insecables(service)).runs[0].bold = True
    word.add_paragraph(insecables(f"Objet : {objet}")).runs[0].bold = True
    for text in paragraphes:
        word.add_paragraph(insecables(text))
    for text in demandes:
        word.add_paragraph(insecables(text), style="List Bullet")
    word.add_paragraph(insecables(fin))
    raw = io.BytesIO()
    word.core_properties.created = datetime(annee, 12, 31)
    word.save(raw)
    return dater(raw, datetime(annee, 12, 31))
