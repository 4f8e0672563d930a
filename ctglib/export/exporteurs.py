"""The nbconvert exporters, registered as ``ctg-html``, ``ctg-pdf``, ``ctg-docx``, ``ctg-odt`` and
``ctg-presentation``: what they say of themselves is their format's.
"""

from dataclasses import replace

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import List

from ctglib.export.document import Document, assembler
from ctglib.export.formats import DU_CLASSEUR, formats_connus
from ctglib.secret import PAGE_INTERNE, est_interne

# In the resources of nbconvert: what is written, and its tables as CSV.
DOCUMENT = "document"
TABLEAUX = "tableaux"


class Exporteur(Exporter):
    """The document of an executed notebook, given to the writer of a format."""

    sorte = "html"  # the name of the format
    # nbconvert's own would copy and check the notebook for each, and change nothing
    default_preprocessors = List([])

    def __init_subclass__(cls) -> None:
        """Tell nbconvert and JupyterLab, who ask the class, what its format is."""
        super().__init_subclass__()
        (sorte,) = [sorte for sorte in DU_CLASSEUR if sorte.nom == cls.sorte]
        cls.export_from_notebook = f"Rapport CTG ({sorte.libelle})"
        cls.output_mimetype = sorte.nature
        cls.file_extension = sorte.extension

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
        return formats_connus()[self.sorte].ecrire(document), resources


class ExporteurHTML(Exporteur):
    """One semantic, self-contained page in French."""

    sorte = "html"


class ExporteurPDF(Exporteur):
    """A PDF that is PDF/A-2a and PDF/UA-1 at once."""

    sorte = "pdf"


class ExporteurDOCX(Exporteur):
    """A Word document that the parties finish by hand."""

    sorte = "docx"


class ExporteurODT(Exporteur):
    """An OpenDocument text that the parties finish by hand."""

    sorte = "odt"


class ExporteurPresentation(Exporteur):
    """Slides for a meeting, which PowerPoint or Impress changes."""

    sorte = "presentation.pptx"
