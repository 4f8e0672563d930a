"""The nbconvert exporters, registered as ``ctg-html``, ``ctg-pdf``, ``ctg-docx``, ``ctg-odt`` and
``ctg-presentation``.
"""

from dataclasses import replace
from importlib import import_module

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import List

from ctglib.export.document import Document, assembler
from ctglib.secret import PAGE_INTERNE, est_interne

OFFICE = "application/vnd.openxmlformats-officedocument."
# In the resources of nbconvert: what is written, and its tables as CSV.
DOCUMENT = "document"
TABLEAUX = "tableaux"


class Exporteur(Exporter):
    """What is common to our exporters: the document of an executed notebook, given to a writer.

    The writer is the function ``fonction`` of the module ``ctglib.export.<module>``, imported when
    it is needed: each needs libraries that the others do without (Typst, python-docx, python-pptx).
    It takes a ``Document`` and returns a text or bytes.
    """

    module = ""
    fonction = "composer"
    # nbconvert's own would copy and check the notebook for each, and change nothing
    default_preprocessors = List([])

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **kwargs: object
    ) -> tuple[str | bytes, dict]:
        """Return the report of an executed notebook as written (HTML text, or the bytes of a file),
        and the resources.

        Resources may give the document to be written under ``DOCUMENT``: the first page alone, or a
        document already assembled; it is otherwise assembled from the notebook. Those returned have
        it under that key, and under ``TABLEAUX`` the CSV of each of its tables, by name.

        Raises:
            ExportRefuse: The notebook read counts in clear, or opened what closes its exits, and
                its parameter « diffusion » is not « interne »: one that is says so on each page.
            CarnetImpubliable: The notebook shows what a report cannot carry.
        """
        interne = est_interne(nb)
        resources = self._init_resources(resources)
        if self._preprocessors:
            # Those that a user asks for; nbconvert copies everything twice, even for none.
            nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        document: Document = resources.get(DOCUMENT) or assembler(nb)
        if interne and not document.couverture.avertissement:
            couverture = replace(document.couverture, avertissement=PAGE_INTERNE)
            document = replace(document, couverture=couverture)
        resources.update({DOCUMENT: document, TABLEAUX: document.tableaux})
        ecrire = getattr(import_module(f"ctglib.export.{self.module}"), self.fonction)
        return ecrire(document), resources


class ExporteurHTML(Exporteur):
    """One semantic, self-contained page in French."""

    export_from_notebook = "Rapport CTG (HTML)"
    output_mimetype = "text/html"
    file_extension = ".html"
    module = "html"


class ExporteurPDF(Exporteur):
    """A PDF that is PDF/A-2a and PDF/UA-1 at once."""

    export_from_notebook = "Rapport CTG (PDF)"
    output_mimetype = "application/pdf"
    file_extension = ".pdf"
    module = "typst"


class ExporteurDOCX(Exporteur):
    """A Word document that the parties finish by hand."""

    export_from_notebook = "Rapport CTG (Word)"
    output_mimetype = f"{OFFICE}wordprocessingml.document"
    file_extension = ".docx"
    module = "word"


class ExporteurODT(Exporteur):
    """An OpenDocument text that the parties finish by hand."""

    export_from_notebook = "Rapport CTG (OpenDocument)"
    output_mimetype = "application/vnd.oasis.opendocument.text"
    file_extension = ".odt"
    module = "odt"


class ExporteurPresentation(Exporteur):
    """Slides for a meeting, which PowerPoint or Impress changes."""

    export_from_notebook = "Diapositives CTG (PowerPoint)"
    output_mimetype = f"{OFFICE}presentationml.presentation"
    file_extension = ".pptx"
    module = "diapositives_du_modele"


class ExporteurPresentationPDF(ExporteurPDF):
    """The same slides as a PDF."""

    export_from_notebook = "Diapositives CTG (PDF)"
    module = "diapositives"
    fonction = "composer_pdf"
