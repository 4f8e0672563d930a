"""A matplotlib figure on its way to a page or a file: the charter's style, the widths of texts, SVG, framed images."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import BytesIO, StringIO
from itertools import accumulate, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import fontManager
from matplotlib.transforms import Bbox

from ctglib.document.signes import FAMILLE, SECOURS, avance, fichiers, largeur, lisible, montrable
from ctglib.donnees.modeles.catalogue import Charte
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

CHARTE = "catalogue/charte.yaml"
STYLE = Path(__file__).parents[1] / "graphiques" / "charte.mplstyle"
SANS_DATE = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
             "png": {"Software": None}}  # fmt: skip
GRAS = 600  # from this weight on, a text is as wide as in bold
MARGE = 9.0  # points around a framed image
BALISE, STYLES = re.compile(r"<[^<>]+>"), re.compile(r' style="([^"]*)"')
DECIMALES, SANS_ANGLE = re.compile(r"\d+\.\d{3,}"), re.compile(r' transform="rotate\(-?0 [^"]*"')
NOMS = re.compile(r'( id="| href="#|url\(#)([^")]+)')
ENTRE_BALISES = re.compile(r">\s+<")


def charte() -> Charte:
    """Return the visual charter; its file is read at each call, so that each reading is recorded."""
    return charger_yaml(CHARTE, Charte)


@lru_cache(maxsize=1)
def _reglages() -> dict[str, object]:
    """Return the settings of the style file, the fonts of the project being known to matplotlib."""
    for path in fichiers().values():
        fontManager.addfont(path)
    return dict(matplotlib.rc_params_from_file(STYLE, use_default_template=False))


@contextmanager
def charter_style() -> Iterator[None]:
    """Apply the charter's style file for a while; the settings of whoever calls come back."""
    with matplotlib.rc_context(_reglages()):
        yield


def measure(text: str, size: float, bold: bool) -> float:
    """Return the width of a text of a chart, in points."""
    return largeur(text, size, "700" if bold else "400")


class _Renderer(RendererSVG):
    """The SVG renderer of matplotlib, without a group around each artist, that measures texts as the layout did."""

    def open_group(self, s: str, gid: str | None = None) -> None:
        pass

    def close_group(self, s: str) -> None:
        pass

    def get_text_width_height_descent(self, s: str, prop: object, ismath: object) -> tuple[float, float, float]:
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        size, weight = prop.get_size_in_points(), prop.get_weight()
        bold = weight in ("bold", "heavy", "black") if isinstance(weight, str) else weight >= GRAS
        return measure(s, size, bold), size, 0.25 * size

    def _get_font_height_metrics(self, prop: object) -> tuple[float, float, float]:
        """Spare matplotlib the opening of the font at each text; a version that does not ask for it does without."""
        size = prop.get_size_in_points()
        return 0.75 * size, 0.25 * size, 0.0


def svg(figure: Figure, nom: str, alt: str, taille: str) -> str:
    """Return a figure as an ``<svg role="img">`` element whose ids belong to it alone; its texts stay texts.

    Args:
        figure: Any figure of matplotlib.
        nom: Name of the figure; with ``taille`` it prefixes every id.
        alt: What stands for the drawing.
        taille: « large » or « etroit », also the class of the element.
    """
    width, height = (72 * side for side in figure.get_size_inches())
    dpi, shown, buffer = figure.dpi, figure.patch.get_visible(), StringIO()
    with charter_style():
        figure.set_dpi(72)
        figure.patch.set_visible(False)
        renderer = _Renderer(width, height, buffer, metadata=SANS_DATE["svg"])
        figure.draw(renderer)
        renderer.finalize()
        figure.set_dpi(dpi)
        figure.patch.set_visible(shown)
        common = {"font-family": f"'{FAMILLE}', '{SECOURS}'", "font-size": f"{matplotlib.rcParams['font.size']:g}px"}
    written = buffer.getvalue()
    body = lisible(written[written.index("</style>") :].partition("</defs>")[2].rpartition("</svg>")[0])
    names: dict[str, str] = {}

    def named(call: re.Match[str]) -> str:
        return call[1] + names.setdefault(call[2], f"{nom}-{taille}-{len(names) + 1}")

    body = BALISE.sub(lambda tag: NOMS.sub(named, _light(tag[0], tuple(common.items()))), body)
    width, height = (_short(f"{side:.6f}") for side in (width, height))
    opening = {"xmlns": "http://www.w3.org/2000/svg", "class": f"dessin-{taille}", "role": "img",
               "aria-label": lisible(alt), "width": f"{width}pt", "height": f"{height}pt",
               "viewBox": f"0 0 {width} {height}", "stroke-linejoin": "round",
               **(common if "<text" in body else {})}  # fmt: skip
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in opening.items())
    return f"<svg{attributes}>{ENTRE_BALISES.sub('><', body).strip()}</svg>"


@lru_cache(maxsize=4096)
def _light(tag: str, common: tuple[tuple[str, str], ...]) -> str:
    """Return a tag of matplotlib's SVG with attributes for its style, without what all share, to the hundredth."""
    found = STYLES.search(tag)
    if found:
        pairs = [tuple(part.strip() for part in pair.split(":", 1)) for pair in found[1].split(";") if ":" in pair]
        idle = (*common, ("stroke-linecap", "butt"))
        kept = [pair for pair in pairs if pair[0] != "font-family" and pair not in idle]
        tag = STYLES.sub(lambda _: "".join(f' {key}="{value}"' for key, value in kept), tag)
    tag = SANS_ANGLE.sub("", tag).replace("xlink:href", "href")
    return " ".join(DECIMALES.sub(lambda number: _short(number[0]), tag).split())


def _short(number: str) -> str:
    return f"{round(float(number), 2):.2f}".rstrip("0").rstrip(".")


def image(figure: Figure, form: str, titre: str, source: str) -> bytes:
    """Return a figure as a file, its title above and its source under it, both inside the image; no date.

    Args:
        figure: Any figure of matplotlib; it is left as it was.
        form: « png », « svg » or « pdf ».
        titre: What stands above, cut into lines.
        source: What stands under.
    """
    with charter_style():
        size = matplotlib.rcParams["font.size"]
        width, height = figure.get_size_inches() * 72
        above = wrap(montrable(titre), width, 6, size + 1, bold=True)
        under = wrap(montrable(source), width, 6, size, bold=False)
        lead, canvas = 1.25 * size, figure.canvas
        style = {"color": matplotlib.rcParams["axes.labelcolor"]}
        lines = [(height + MARGE + rank * lead, line, {"fontsize": size + 1, "fontweight": 700})
                 for rank, line in enumerate(reversed(above))]  # fmt: skip
        lines += [(-MARGE - size - rank * lead, line, style) for rank, line in enumerate(under)]
        added = [figure.text(0, y / height, line, clip_on=False, **style) for y, line, style in lines]
        bottom, top = -MARGE - len(under) * lead - MARGE, height + MARGE + len(above) * lead + MARGE
        box, buffer = Bbox([[-MARGE / 72, bottom / 72], [(width + MARGE) / 72, top / 72]]), BytesIO()
        FigureCanvasAgg(figure).print_figure(buffer, format=form, bbox_inches=box, metadata=SANS_DATE[form],
                                             dpi=matplotlib.rcParams["savefig.dpi"])  # fmt: skip
        for text in added:
            text.remove()
        figure.set_canvas(canvas)
    return buffer.getvalue()


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, lines: int, size: float, bold: bool) -> tuple[str, ...]:
    """Return the lines of a text, broken at spaces, and inside a word that is wider than the line."""
    found, rest = [], text
    while rest and len(found) < lines:
        line = _fitting(rest, width, size, bold)
        if len(line) < len(rest) and rest[len(line)] != " ":
            line = line[: line.rfind(" ") + 1] or line
        found.append(line.rstrip(" "))
        rest = rest[len(line) :].lstrip(" ")
    if rest:
        found[-1] = _fitting(found[-1], width - measure("…", size, bold), size, bold).rstrip(" ,;") + "…"
    return tuple(found) or ("",)


def _fitting(text: str, width: float, size: float, bold: bool) -> str:
    """Return as many signs as fit in a width, one at least."""
    ends = accumulate(size * avance(sign, "700" if bold else "400") for sign in text)
    return text[: max(sum(1 for _ in takewhile(lambda end: end <= width, ends)), 1)]
