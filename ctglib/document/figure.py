"""A chart of a report: a matplotlib figure, the text that stands for it, its reading, its source
and its numbers.

Then its way to a page or a file: the charter's style, the widths of its texts, SVG, framed images.
"""

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from io import BytesIO, StringIO
from itertools import accumulate, takewhile
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure as Dessin
from matplotlib.font_manager import fontManager
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

from ctglib.document.blocs import Bloc
from ctglib.document.blocs import Dessin as Trace
from ctglib.document.signes import FAMILLE, SECOURS, avance, fichiers, largeur, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.modeles.catalogue import Charte
from ctglib.donnees.partage import partager
from ctglib.donnees.yaml_strict import charger_yaml

IMAGES = ("png", "svg", "pdf")
PLUS_HAUT_QUE_LARGE = 1.6  # a figure made narrow is at most so many times as high as wide
STYLE = Path(__file__).parents[1] / "graphiques" / "charte.mplstyle"
SANS_DATE = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
MARGE = 9.0  # points around a framed image
BALISE = re.compile(r"<[^<>]+>")
STYLES = re.compile(r' style="([^"]*)"')
DECIMALES = re.compile(r"\d+\.\d{3,}")
SANS_ANGLE = re.compile(r' transform="rotate\(-?0 [^"]*"')
ENTRE_BALISES = re.compile(r">\s+<")


@dataclass(frozen=True, repr=False)
class Figure(Bloc):
    """A captioned, sourced chart (see ``figure_de``); its number is given when the report is
    assembled.
    """

    nom: str
    titre: str
    alt: str
    lecture: str  # of one real figure of it, without « Lecture : »
    source: str
    tableau: Tableau | None  # its numbers
    dessiner: Callable[
        [str], Dessin
    ]  # makes the matplotlib figure of a width: « large », 17 cm, or « etroit », 8.5 cm
    territoire: str = ""  # written in an image that leaves the report
    cle: str = ""  # the name of what is drawn (see ``nom_par_contenu``), when all of it is known

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
        """Return the drawing for a page, an ``<svg role="img" aria-label=alt>`` element (see
        ``svg``).
        """
        return svg(self.figure, self.nom, self.alt, "large")

    @property
    def svg_etroit(self) -> str:
        """Return the drawing for a telephone."""
        return svg(self.dessiner("etroit"), self.nom, self.alt, "etroit")

    @property
    def bloc(self) -> Bloc:
        """What a document carries of it: the two drawings, without matplotlib; the same are drawn
        once.
        """
        cle = (
            "" if "figure" in vars(self) else self.cle
        )  # someone who asked for it may have changed it
        drawn = partager(cle, lambda: (self.svg_large, self.svg_etroit))
        return Trace(
            self.nom, self.titre, self.alt, *drawn, self.lecture, self.source, self.tableau
        )

    def enregistrer(self, chemin: str | Path) -> Path:
        """Enregistre la figure (« .png », « .svg », « .pdf ») ou ses chiffres (« .csv »), et rend
        le chemin.

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
        title = " – ".join(part for part in (self.titre, self.territoire) if part)
        ecrire({path: image(self.figure, form, title, f"Source : {self.source}")})
        return path


def figure_de(
    figure_matplotlib: Dessin | Axes,
    *,
    nom: str,
    titre: str,
    alt: str,
    source: str,
    lecture: str = "",
    tableau: Tableau | None = None,
) -> Figure:
    """Rend une figure matplotlib quelconque prête pour un rapport (HTML, PDF, Word) ou un
    enregistrement.

    Args:
        figure_matplotlib: Une figure de matplotlib, ou un de ses axes (``ax = table.plot()``).
        nom: Nom court, en lettres, chiffres et tirets.
        titre: Le titre, qui pose la question ou dit la réponse.
        alt: Ce que montre le graphique, avec ses principaux chiffres, pour qui ne le voit pas.
        source: Le producteur et le document.
        lecture: Une phrase qui lit un chiffre du graphique.
        tableau: Les chiffres du graphique.

    Raises:
        ValueError: Le nom, le titre, l'alternative ou la source manque, ce n'est pas une figure de
            matplotlib, ou des axes n'ont que des courbes, des barres ou des points sans valeur.
    """
    drawing = (
        figure_matplotlib
        if hasattr(figure_matplotlib, "savefig")
        else getattr(figure_matplotlib, "figure", None)
    )
    given = {"nom": nom, "titre": titre, "alt": alt, "source": source}
    missing = [
        name for name, value in given.items() if not (isinstance(value, str) and value.strip())
    ]
    faults = [f"« {name} » manque : {charte().manques[name]}" for name in missing]
    if not hasattr(drawing, "savefig"):
        found = type(figure_matplotlib).__name__
        faults.insert(
            0, f"une figure ou des axes de matplotlib étaient attendus, « {found} » trouvé"
        )
    elif any(map(_sans_valeur, drawing.axes)):
        faults.insert(
            0,
            "aucune valeur n'y est tracée ; dire plutôt, en une phrase, ce qui manque et pourquoi",
        )
    if faults:
        raise ValueError("Figure refusée : " + " ; ".join(faults) + ".")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:  # which would show it a second time at the end of the cell
        pyplot.close(drawing)
    return Figure(
        nom, titre, alt, lecture, source, tableau, lambda taille: _at_width(drawing, taille)
    )


def _sans_valeur(axes: Axes) -> bool:
    """Return whether axes have lines, bars or points, none of which has a value."""
    drawn = [line.get_xydata() for line in axes.lines]
    drawn += [
        patch.get_patch_transform().transform(patch.get_path().vertices) for patch in axes.patches
    ]
    drawn += [np.ma.filled(marks.get_offsets(), np.nan) for marks in axes.collections]
    return (
        bool(drawn)
        and not axes.images
        and not any(np.isfinite(places).all(axis=1).any() for places in drawn)
    )


def _at_width(drawing: Dessin, taille: str) -> Dessin:
    """Return a copy of an analyst's figure at one of the two widths, laid out again so that nothing
    is cut.
    """
    copy = deepcopy(drawing)
    width, height = copy.get_size_inches()
    wanted = charte().largeurs[taille] / 2.54  # inches
    copy.set_size_inches(
        wanted, min(max(height * wanted / width, height * 0.75), PLUS_HAUT_QUE_LARGE * wanted)
    )
    if copy.get_layout_engine() is None:
        copy.set_layout_engine("constrained")
    return copy


def charte() -> Charte:
    """Return the visual charter; its file is read at each call, so that each reading is recorded."""
    return charger_yaml("catalogue/charte.yaml", Charte)


@lru_cache(maxsize=1)
def _reglages() -> dict[str, object]:
    """Return the settings of the style file, the fonts of the project being known to matplotlib."""
    for path in fichiers().values():
        fontManager.addfont(path)
    return dict(matplotlib.rc_params_from_file(STYLE, use_default_template=False))


def charter_style() -> AbstractContextManager[None]:
    """Apply the charter's style file for a while; the settings of whoever calls come back."""
    return matplotlib.rc_context(_reglages())


def measure(text: str, size: float, bold: bool) -> float:
    """Return the width of a text of a chart, in points."""
    return largeur(text, size, "700" if bold else "400")


class _Renderer(RendererSVG):
    """The SVG renderer of matplotlib, without a group around each artist; a text is measured once
    for all drawings.
    """

    get_text_width_height_descent = staticmethod(
        lru_cache(maxsize=8192)(text_to_path.get_text_width_height_descent)
    )

    def open_group(self, s: str, gid: str | None = None) -> None:
        pass

    close_group = open_group


def svg(figure: Dessin, nom: str, alt: str, taille: str) -> str:
    """Return a figure as an ``<svg role="img">`` element whose ids belong to it alone; its texts
    stay texts.

    ``taille``, « large » or « etroit », is in the class of the element; with ``nom``, it is what
    its ids are made from.
    """
    width, height = (72 * side for side in figure.get_size_inches())
    dpi = figure.dpi
    shown = figure.patch.get_visible()
    buffer = StringIO()
    with charter_style(), matplotlib.rc_context({"svg.hashsalt": f"{nom}-{taille}"}):
        figure.set_dpi(72)
        figure.patch.set_visible(False)
        renderer = _Renderer(width, height, buffer, metadata=SANS_DATE["svg"])
        figure.draw(renderer)
        renderer.finalize()
        figure.set_dpi(dpi)
        figure.patch.set_visible(shown)
        common = {
            "font-family": f"'{FAMILLE}', '{SECOURS}'",
            "font-size": f"{matplotlib.rcParams['font.size']:g}px",
        }
    written = buffer.getvalue()
    body = lisible(
        written[written.index("</style>") :].partition("</defs>")[2].rpartition("</svg>")[0]
    )
    body = BALISE.sub(lambda tag: _light(tag[0], tuple(common.items())), body)
    width, height = (_short(f"{side:.6f}") for side in (width, height))
    opening = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": f"dessin-{taille}",
        "role": "img",
        "aria-label": lisible(alt),
        "width": f"{width}pt",
        "height": f"{height}pt",
        "viewBox": f"0 0 {width} {height}",
        "stroke-linejoin": "round",
        **(common if "<text" in body else {}),
    }
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in opening.items())
    return f"<svg{attributes}>{ENTRE_BALISES.sub('><', body).strip()}</svg>"


@lru_cache(maxsize=4096)
def _light(tag: str, common: tuple[tuple[str, str], ...]) -> str:
    """Return a tag of matplotlib's SVG with attributes for its style, without what all share, to
    the hundredth.
    """
    found = STYLES.search(tag)
    if found:
        pairs = [
            tuple(part.strip() for part in pair.split(":", 1))
            for pair in found[1].split(";")
            if ":" in pair
        ]
        idle = (*common, ("stroke-linecap", "butt"))
        kept = [pair for pair in pairs if pair[0] != "font-family" and pair not in idle]
        tag = STYLES.sub(lambda _: "".join(f' {key}="{value}"' for key, value in kept), tag)
    tag = SANS_ANGLE.sub("", tag).replace("xlink:href", "href")
    return " ".join(DECIMALES.sub(lambda number: _short(number[0]), tag).split())


def _short(number: str) -> str:
    return f"{round(float(number), 2):.2f}".rstrip("0").rstrip(".")


def image(figure: Dessin, form: str, titre: str, source: str) -> bytes:
    """Return a figure of matplotlib as a PNG, SVG or PDF without date, its title above it and its
    source under it.
    """
    with charter_style():
        size = matplotlib.rcParams["font.size"]
        framed = deepcopy(figure)
        width, height = figure.get_size_inches() * 72
        above = wrap(montrable(titre), width, 6, size + 1, bold=True)
        under = wrap(montrable(source), width, 6, size, bold=False)
        lead = 1.25 * size
        grey = matplotlib.rcParams["axes.labelcolor"]
        framed.text(
            0, 1 + MARGE / height, "\n".join(above), va="bottom", fontsize=size + 1, fontweight=700
        )
        framed.text(0, -MARGE / height, "\n".join(under), va="top", color=grey)
        bottom = -2 * MARGE - len(under) * lead
        top = height + 2 * MARGE + len(above) * lead
        box = Bbox([[-MARGE / 72, bottom / 72], [(width + MARGE) / 72, top / 72]])
        buffer = BytesIO()
        FigureCanvasAgg(framed).print_figure(
            buffer,
            format=form,
            bbox_inches=box,
            metadata=SANS_DATE[form],
            dpi=matplotlib.rcParams["savefig.dpi"],
        )
    return buffer.getvalue()


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, lines: int, size: float, bold: bool) -> tuple[str, ...]:
    """Return the lines of a text, broken at spaces, and inside a word that is wider than the line."""
    found = []
    rest = text
    while rest and len(found) < lines:
        line = _fitting(rest, width, size, bold)
        if len(line) < len(rest) and rest[len(line)] != " ":
            line = line[: line.rfind(" ") + 1] or line
        found.append(line.rstrip(" "))
        rest = rest[len(line) :].lstrip(" ")
    if rest:
        found[-1] = (
            _fitting(found[-1], width - measure("…", size, bold), size, bold).rstrip(" ,;") + "…"
        )
    return tuple(found) or ("",)


def _fitting(text: str, width: float, size: float, bold: bool) -> str:
    """Return as many signs as fit in a width, one at least."""
    ends = accumulate(size * avance(sign, "700" if bold else "400") for sign in text)
    return text[: max(sum(1 for _ in takewhile(lambda end: end <= width, ends)), 1)]
