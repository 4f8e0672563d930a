"""A chart of a report: a matplotlib figure, the text that stands for it, its reading, its source and its numbers."""

from __future__ import annotations

import sys
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ctglib.document.blocs import Bloc
from ctglib.document.blocs import Dessin as Trace
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import ecrire

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Dessin

IMAGES = ("png", "svg", "pdf")
POUCE = 2.54  # cm
PLUS_HAUT_QUE_LARGE = 1.6  # a figure made narrow is at most so many times as high as wide


@dataclass(frozen=True, repr=False)
class Figure(Bloc):
    """A captioned, sourced chart; its number is given when the report is assembled.

    Args:
        nom: Short name (letters, digits, hyphens): the anchor of the figure.
        titre: Caption, without its number; it asks the question or says the answer.
        alt: What the chart shows, in one or two sentences, with its main figures.
        lecture: One sentence that reads one real figure of the chart, without « Lecture : »; it may be "".
        source: Producer and document.
        tableau: The numbers of the chart (``donnees_de`` is this figure's ``nom``), if any.
        dessiner: Makes the matplotlib figure of a width, « large » (17 cm) or « etroit » (8.5 cm, a telephone).
        territoire: Where the figures are from, written in an image that leaves the report.
    """

    nom: str
    titre: str
    alt: str
    lecture: str
    source: str
    tableau: Tableau | None
    dessiner: Callable[[str], Dessin]
    territoire: str = ""

    def __repr__(self) -> str:
        return f'Figure « {self.titre} ». Ensuite : .axes, .enregistrer("figure.png"), .tableau.'

    @cached_property
    def figure(self) -> Dessin:
        """La figure matplotlib, large de 17 cm : on peut la reprendre, puis l'enregistrer."""
        return self.dessiner("large")

    @property
    def axes(self) -> list[Axes]:
        """Les axes de la figure matplotlib (``figure.axes[0].set_xlim(…)``)."""
        return self.figure.axes

    @property
    def svg_large(self) -> str:
        """Return the drawing for a page, an ``<svg role="img" aria-label=alt>`` element (see ``dessin.svg``)."""
        from ctglib.document.dessin import svg

        return svg(self.figure, self.nom, self.alt, "large")

    @property
    def svg_etroit(self) -> str:
        """Return the drawing for a telephone."""
        from ctglib.document.dessin import svg

        return svg(self.dessiner("etroit"), self.nom, self.alt, "etroit")

    @property
    def bloc(self) -> Bloc:
        """What a document carries of it: the two drawings, without matplotlib."""
        shown = (self.svg_large, self.svg_etroit, self.lecture, self.source, self.tableau)
        return Trace(self.nom, self.titre, self.alt, *shown)

    def enregistrer(self, chemin: str | Path) -> Path:
        """Enregistre la figure (« .png », « .svg », « .pdf ») ou ses chiffres (« .csv »), et rend le chemin.

        L'image porte son titre, son territoire et sa source.

        Raises:
            ValueError: L'extension n'est pas une de celles-là, ou la figure n'a pas de chiffres.
            EcritureImpossible: Le fichier ne peut pas être écrit.
        """
        path = Path(chemin)
        form = path.suffix.lower().removeprefix(".")
        if form == "csv" and self.tableau:
            return self.tableau.exporter(path)
        if form not in IMAGES:
            known = [f".{name}" for name in (*IMAGES, *(("csv",) if self.tableau else ()))]
            raise ValueError(
                f"{path.name} : une figure s'enregistre en {', '.join(known[:-1])} ou {known[-1]} ; "
                f"« {path.suffix or 'sans extension'} » trouvé. Choisir une de ces extensions."
            )
        from ctglib.document.dessin import image

        title = " – ".join(part for part in (self.titre, self.territoire) if part)
        ecrire({path: image(self.figure, form, title, f"Source : {self.source}")})
        return path


def figure_de(
    figure_matplotlib: Dessin | Axes, *, nom: str, titre: str, alt: str, source: str, lecture: str = "",
    tableau: Tableau | None = None,
) -> Figure:  # fmt: skip
    """Rend une figure matplotlib quelconque prête pour un rapport (HTML, PDF, Word) ou un enregistrement.

    Args:
        figure_matplotlib: Une figure de matplotlib, ou un de ses axes (``ax = table.plot()``).
        nom: Nom court, en lettres, chiffres et tirets.
        titre: Le titre, qui pose la question ou dit la réponse.
        alt: Ce que montre le graphique, avec ses principaux chiffres, pour qui ne le voit pas.
        source: Le producteur et le document.
        lecture: Une phrase qui lit un chiffre du graphique.
        tableau: Les chiffres du graphique.

    Raises:
        ValueError: Le nom, le titre, l'alternative ou la source manque, ce n'est pas une figure de matplotlib, ou des
            axes n'ont que des courbes, des barres ou des points sans valeur.
    """
    drawing = figure_matplotlib if hasattr(figure_matplotlib, "savefig") else getattr(figure_matplotlib, "figure", None)
    faults = [
        f"« {name} » manque : {what}"
        for name, value, what in (
            ("nom", nom, "un nom court, comme « foyers-rsa »"),
            ("titre", titre, "ce que demande ou dit le graphique"),
            ("alt", alt, "ce qu'il montre, avec ses principaux chiffres, pour qui ne le voit pas"),
            ("source", source, "le producteur et le document"),
        )
        if not (isinstance(value, str) and value.strip())
    ]
    if not hasattr(drawing, "savefig"):
        found = type(figure_matplotlib).__name__
        faults.insert(0, f"une figure ou des axes de matplotlib étaient attendus, « {found} » trouvé")
    elif any(map(_sans_valeur, drawing.axes)):
        faults.insert(0, "aucune valeur n'y est tracée ; dire plutôt, en une phrase, ce qui manque et pourquoi")
    if faults:
        raise ValueError("Figure refusée : " + " ; ".join(faults) + ".")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:  # which would show it a second time at the end of the cell
        pyplot.close(drawing)
    return Figure(nom, titre, alt, lecture, source, tableau, lambda taille: _at_width(drawing, taille))


def _sans_valeur(axes: Axes) -> bool:
    """Return whether axes have lines, bars or points, none of which has a value."""
    drawn = [line.get_xydata() for line in axes.lines]
    drawn += [patch.get_patch_transform().transform(patch.get_path().vertices) for patch in axes.patches]
    drawn += [np.ma.filled(marks.get_offsets(), np.nan) for marks in axes.collections]
    return bool(drawn) and not axes.images and not any(np.isfinite(places).all(axis=1).any() for places in drawn)


def _at_width(drawing: Dessin, taille: str) -> Dessin:
    """Return a copy of an analyst's figure at one of the two widths, laid out again so that nothing is cut."""
    from ctglib.document.dessin import charte

    copy = deepcopy(drawing)
    width, height = copy.get_size_inches()
    wanted = charte().largeurs[taille] / POUCE
    copy.set_size_inches(wanted, min(max(height * wanted / width, height * 0.75), PLUS_HAUT_QUE_LARGE * wanted))
    if copy.get_layout_engine() is None:
        copy.set_layout_engine("constrained")
    return copy
