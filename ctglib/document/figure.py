"""A chart of a report: its drawings, the text that stands for it, its reading, its source and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ctglib.document.blocs import Bloc
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import ecrire


@dataclass(frozen=True)
class Figure(Bloc):
    """A captioned, sourced chart; its number is given when the report is assembled.

    Args:
        nom: Short name (letters, digits, hyphens): the anchor of the figure.
        titre: Caption, without its number; it asks the question or says the answer.
        alt: What the chart shows, in one or two sentences, with its main figures.
        svg_large: The drawing for a page of 17 cm, an ``<svg role="img" aria-label=alt>`` element (see svg.py).
        svg_etroit: The same for a telephone, 8.5 cm wide.
        lecture: One sentence that reads one real figure of the chart, without « Lecture : ».
        source: Producer and document.
        tableau: The numbers of the chart (``donnees_de`` is this figure's ``nom``).
    """

    nom: str
    titre: str
    alt: str
    svg_large: str
    svg_etroit: str
    lecture: str
    source: str
    tableau: Tableau

    def exporter(self, chemin: str | Path) -> Path:
        """Write the drawing when the name ends with « .svg », else its numbers as CSV, and return the path.

        Raises:
            EcritureImpossible: The file cannot be written.
        """
        path = Path(chemin)
        if path.suffix.lower() != ".svg":
            return self.tableau.exporter(path)
        ecrire({path: self.svg_large.encode("utf-8")})
        return path
