"""What a report may be written as: each format says here, once, all that is to be known of it.

Another one is one module and its entry point, in the group ``ctglib.formats``::

    [project.entry-points."ctglib.formats"]
    rtf = "rapport_rtf:FORMAT"

    # rapport_rtf.py
    FORMAT = Format("rtf", "RTF", "application/rtf", "rapport_rtf:composer", bureautique=True)

    def composer(document: Document) -> bytes:
        ...

Commands list the formats as they begin: such a module imports in ``composer`` what takes time. Ours
are described here for the same reason, and are there even where the package is not installed. A
report is made again when the code of the package changes; of a module outside of it, nobody knows:
``ctg produire --forcer``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.export.document import Document

GROUPE = "ctglib.formats"  # of entry points
OFFICE = "application/vnd.openxmlformats-officedocument."
RESUME = "resume"  # what is typed for all the formats of the first page alone


@dataclass(frozen=True)
class Format:
    """What a report is written as, and by whom."""

    nom: str  # what « --formats » takes; the names of its files end so: « odt », « resume.pdf »
    libelle: str  # what a reader calls it
    nature: str  # its media type
    ecrivain: str  # « module:function »: takes a ``Document`` and returns a text or bytes
    resume: bool = False  # of the first page alone, to be sent
    bureautique: bool = False  # somebody may fill it in: never written over, but set aside
    releve: bool = False  # the relevé is written in it too, when asked: it is filled in there

    @property
    def extension(self) -> str:
        """How the names of its files end: « .pdf » for « resume.pdf »."""
        return f".{self.nom.rpartition('.')[2]}"

    @property
    def entier(self) -> bool:
        """Whether it has all of a document, not its first page or its slides alone."""
        return "." not in self.nom

    @property
    def module(self) -> str:
        """The name of the module of its writer."""
        return self.ecrivain.partition(":")[0]

    def ecrire(self, document: Document) -> str | bytes:
        """Return a document as it writes it.

        Its writer is imported when it is needed: each needs libraries that the others do without.
        """
        fonction = self.ecrivain.partition(":")[2]
        return getattr(import_module(self.module), fonction)(document)


WORD = f"{OFFICE}wordprocessingml.document"
ECRIVAIN_WORD = "ctglib.export.word:composer"
ECRIVAIN_PDF = "ctglib.export.typst:composer"
DU_CLASSEUR = (
    Format("html", "Page HTML", "text/html", "ctglib.export.html:composer"),
    Format("pdf", "PDF", "application/pdf", ECRIVAIN_PDF),
    Format("docx", "Word", WORD, ECRIVAIN_WORD, bureautique=True, releve=True),
    Format(
        "odt",
        "OpenDocument",
        "application/vnd.oasis.opendocument.text",
        "ctglib.export.odt:composer",
        bureautique=True,
        releve=True,
    ),
    Format("resume.pdf", "Une page, PDF", "application/pdf", ECRIVAIN_PDF, resume=True),
    Format("resume.docx", "Une page, Word", WORD, ECRIVAIN_WORD, resume=True, bureautique=True),
    Format(
        "presentation.pptx",
        "Diapositives",
        f"{OFFICE}presentationml.presentation",
        "ctglib.export.diapositives_du_modele:composer",
        bureautique=True,
    ),
    Format(
        "presentation.pdf",
        "Diapositives (PDF)",
        "application/pdf",
        "ctglib.export.diapositives:composer_pdf",
    ),
)


@cache
def formats_connus() -> dict[str, Format]:
    """Return the formats by name: ours, then those of entry points, which never take our names."""
    par_nom = {du_classeur.nom: du_classeur for du_classeur in DU_CLASSEUR}
    for point in sorted(metadata.entry_points(group=GROUPE), key=lambda point: point.name):
        autre: Format = point.load()
        par_nom.setdefault(autre.nom, autre)
    return par_nom


def formats_entiers() -> list[Format]:
    """Return the formats of a whole document: neither its first page alone nor its slides."""
    return [sorte for sorte in formats_connus().values() if sorte.entier]


def extensions_bureautiques() -> tuple[str, ...]:
    """Return how the names end of the files that somebody may fill in: « .docx », « .xlsx »."""
    extensions = [sorte.extension for sorte in formats_connus().values() if sorte.bureautique]
    return tuple(dict.fromkeys((*extensions, ".xlsx")))  # each once


def natures() -> dict[str, str]:
    """Return the media types of the formats by extension."""
    return {sorte.extension: sorte.nature for sorte in formats_connus().values()}


def aide_des_formats(sortes: Collection[Format]) -> str:
    """Return what « --formats » takes, in the words of its help: « html, pdf, resume (…) »."""
    libelles = {sorte.extension: sorte.libelle for sorte in sortes if sorte.entier}
    noms = [sorte.nom for sorte in sortes if sorte.entier]
    d_une_page = " et ".join(f"en {libelles[sorte.extension]}" for sorte in sortes if sorte.resume)
    return (
        f"{', '.join(noms)}, {RESUME} (la première page seule, {d_une_page}),"
        " séparés par des virgules."
    )
