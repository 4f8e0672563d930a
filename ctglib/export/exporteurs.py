"""The nbconvert exporters, registered as ``ctg-html``, ``ctg-pdf``, ``ctg-docx`` and
``ctg-presentation``.
"""

from importlib import import_module

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import List

from ctglib.export.document import assembler
from ctglib.secret import refuser_les_effectifs_bruts

OFFICE = "application/vnd.openxmlformats-officedocument."


class Exporteur(Exporter):
    """An executed notebook becomes a document, which one writer writes; one already assembled may
    be given to it.
    """

    # the module of ctglib.export that composes it, and what in it
    ecrivain = ""
    fonction = "composer"
    # nbconvert's own would copy and check the notebook for each, and change nothing
    default_preprocessors = List([])

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[str | bytes, dict]:
        """Return what was written and the resources: « page » is the document, « tableaux » its CSV
        by name.
        """
        refuser_les_effectifs_bruts(nb)
        resources = self._init_resources(resources)
        if self._preprocessors:
            # Those that a user asks for; nbconvert copies everything twice, even for none.
            nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        document = resources.get("page") or assembler(nb)
        resources.update(page=document, tableaux=document.tableaux)
        composer = getattr(import_module(f"ctglib.export.{self.ecrivain}"), self.fonction)
        return composer(document), resources


class ExporteurHTML(Exporteur):
    """One semantic, self-contained page in French."""

    export_from_notebook = "Rapport CTG (HTML)"
    output_mimetype = "text/html"
    file_extension = ".html"
    ecrivain = "html"


class ExporteurPDF(Exporteur):
    """A PDF that is PDF/A-2a and PDF/UA-1 at once."""

    export_from_notebook = "Rapport CTG (PDF)"
    output_mimetype = "application/pdf"
    file_extension = ".pdf"
    ecrivain = "typst"


class ExporteurDOCX(Exporteur):
    """A Word document that the parties finish by hand."""

    export_from_notebook = "Rapport CTG (Word)"
    output_mimetype = f"{OFFICE}wordprocessingml.document"
    file_extension = ".docx"
    ecrivain = "word"


class ExporteurPresentation(Exporteur):
    """Slides for a meeting, which PowerPoint or Impress changes."""

    export_from_notebook = "Diapositives CTG (PowerPoint)"
    output_mimetype = f"{OFFICE}presentationml.presentation"
    file_extension = ".pptx"
    ecrivain = "diapositives"


class ExporteurPresentationPDF(ExporteurPDF):
    """The same slides as a PDF."""

    export_from_notebook = "Diapositives CTG (PDF)"
    ecrivain = "diapositives"
    fonction = "composer_pdf"
