"""From an executed notebook to one accessible HTML page, and from that page to a PDF or a Word document.

The three are nbconvert exporters (``jupyter nbconvert --to ctg-html``, ``ctg-pdf``, ``ctg-docx``).
They are loaded on demand: nbconvert takes a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.export.exporteurs import (
        ExporteurDOCX,
        ExporteurHTML,
        ExporteurPDF,
        ExporteurPresentation,
        ExporteurPresentationPDF,
    )

__all__ = ["ExporteurDOCX", "ExporteurHTML", "ExporteurPDF", "ExporteurPresentation", "ExporteurPresentationPDF"]


def __getattr__(nom: str) -> type:
    if nom not in __all__:
        raise AttributeError(nom)
    from ctglib.export import exporteurs

    return getattr(exporteurs, nom)
