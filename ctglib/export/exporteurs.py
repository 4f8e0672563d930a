"""The nbconvert exporters, registered as ``ctg-html``, ``ctg-pdf`` and ``ctg-docx``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbconvert.exporters import Exporter, TemplateExporter
from traitlets import List, default

from ctglib.classeur.annuel.bruts import refuser
from ctglib.export.page import assembler

if TYPE_CHECKING:
    from nbformat import NotebookNode

MODELES = Path(__file__).parent / "modeles"


SANS_TRAITEMENT: tuple[str, ...] = ()  # nbconvert's own would copy and check the notebook for each, and change nothing


class ExporteurHTML(TemplateExporter):
    """An executed notebook becomes one semantic, self-contained HTML page in French, through our own template."""

    default_preprocessors = List(SANS_TRAITEMENT)

    export_from_notebook = "Rapport CTG (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _extension(self) -> str:
        return ".html"

    @default("template_name")
    def _template(self) -> str:
        return "ctg"

    @default("extra_template_basedirs")
    def _templates(self) -> list[str]:
        return [str(MODELES)]

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kwargs: object) -> tuple[str, dict]:
        """Return the page and the resources, among them the CSV behind its tables."""
        from ctglib.export.polices_page import feuille_de_polices

        refuser(nb)
        page = assembler(nb)
        polices = feuille_de_polices(page.signes)
        style = (MODELES / "ctg" / "page.css").read_text(encoding="utf-8")
        given = {**(resources or {}), "page": page, "polices": polices, "style": style}
        html, resources = super().from_notebook_node(nb, given, **kwargs)
        return html, {**resources, "tableaux": page.tableaux}


class ExporteurPDF(Exporter):
    """The same page becomes a PDF that is PDF/A-2a and PDF/UA-1 at once; one already assembled may be given to it."""

    default_preprocessors = List(SANS_TRAITEMENT)

    export_from_notebook = "Rapport CTG (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _extension(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[bytes, dict]:
        """Return the PDF and the resources."""
        from ctglib.export.pdf import composer

        refuser(nb)
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return composer(resources.get("page") or assembler(nb)), resources


class ExporteurDOCX(Exporter):
    """The same page becomes a Word document that the parties finish by hand."""

    default_preprocessors = List(SANS_TRAITEMENT)

    export_from_notebook = "Rapport CTG (Word)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")
    def _extension(self) -> str:
        return ".docx"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[bytes, dict]:
        """Return the document and the resources."""
        from ctglib.export.word import composer_word

        refuser(nb)
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        return composer_word(assembler(nb)), resources
