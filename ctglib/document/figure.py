"""A chart of a report: a matplotlib figure, the text that stands for it, its source, its numbers.

Then its way to a page or a file: the charter's style, the widths of its texts, SVG, framed images.
"""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from io import BytesIO, StringIO
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure as Dessin
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import ScalarFormatter
from matplotlib.transforms import Bbox
from matplotlib.typing import ColorType

from ctglib.document.blocs import Bloc
from ctglib.document.blocs import Dessin as Trace
from ctglib.document.signes import FAMILLE, SECOURS, avance, fichiers, largeur, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.modeles.catalogue import Charte, Largeur
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.secret.garde import verifier_la_sortie

ORDINAIRE = "application/vnd.ctg.ordinaire+json"  # a chart shown without a title nor a source
IMAGES = ("png", "svg", "pdf")
PLUS_HAUT_QUE_LARGE = 1.6  # a figure made narrow is at most so many times as high as wide
STYLE = Path(__file__).parents[1] / "graphiques" / "charte.mplstyle"
SANS_DATE = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
MARGE = 9.0  # points around a framed image
# of what is written around the axes of a figure made narrow
POINTS_PAR_POUCE = 72
ENTRE_LIGNES = 1.2  # of the size of the text
LIGNES_D_UN_TEXTE = 12
AVANT_UN_TEXTE = 80.0  # points: the values and the sign on the left of a text of a key
BALISE = re.compile(r"<[^<>]+>")
STYLES = re.compile(r' style="([^"]*)"')
DECIMALES = re.compile(r"\d+\.\d{3,}")
SANS_ANGLE = re.compile(r' transform="rotate\(-?0 [^"]*"')
LIGNE_DE_TEXTE = re.compile(r'(<text.*) transform="translate\(([\d.-]+) ([\d.-]+)\)"')
TEXTE_VIDE = re.compile(r"<text[^<>]*/>")
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
    # Makes the matplotlib figure of a width: « large », 17 cm, or « etroit », 8.5 cm.
    dessiner: Callable[[Largeur], Dessin]
    territoire: str = ""  # written in an image that leaves the report

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
        """What a document carries of it: the two drawings, without matplotlib."""
        return Trace(
            nom=self.nom,
            titre=self.titre,
            alt=self.alt,
            svg_large=self.svg_large,
            svg_etroit=self.svg_etroit,
            lecture=self.lecture,
            source=self.source,
            tableau=self.tableau,
        )

    def enregistrer(self, chemin: str | Path) -> Path:
        """Enregistre la figure (« .png », « .svg », « .pdf ») ou ses chiffres (« .csv »), et rend
        le chemin.

        L'image porte son titre, son territoire et sa source.

        Raises:
            ValueError: L'extension n'est pas une de celles-là, ou la figure n'a pas de chiffres.
            EcritureImpossible: Le fichier ne peut pas être écrit.
            ExportRefuse: Le carnet a ouvert ce qui ferme ses sorties.
        """
        verifier_la_sortie()
        path = Path(chemin)
        format_demande = path.suffix.lower().removeprefix(".")
        if format_demande == "csv" and self.tableau:
            return self.tableau.exporter(path)
        if format_demande not in IMAGES:
            possibles = [f".{extension}" for extension in IMAGES]
            if self.tableau:
                possibles.append(".csv")
            raise ValueError(
                f"{path.name} : une figure s'enregistre en {', '.join(possibles[:-1])} "
                f"ou {possibles[-1]} ; « {path.suffix or 'sans extension'} » trouvé. "
                "Choisir une de ces extensions."
            )
        titre = f"{self.titre} – {self.territoire}" if self.territoire else self.titre
        octets = image(self.figure, format_demande, titre, f"Source : {self.source}")
        ecrire({path: octets})
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
    dessin = figure_matplotlib
    if not isinstance(dessin, Dessin):  # axes have their figure
        dessin = getattr(figure_matplotlib, "figure", None)
    fautes = []
    if not isinstance(dessin, Dessin):
        fautes.append(
            "une figure ou des axes de matplotlib étaient attendus, "
            f"« {type(figure_matplotlib).__name__} » trouvé"
        )
    elif any(_sans_valeur(axes) for axes in dessin.axes):
        fautes.append(
            "aucune valeur n'y est tracée ; dire plutôt, en une phrase, ce qui manque et pourquoi"
        )
    for champ, texte in {"nom": nom, "titre": titre, "alt": alt, "source": source}.items():
        if not isinstance(texte, str) or not texte.strip():
            fautes.append(f"« {champ} » manque : {charte().manques[champ]}")
    if not isinstance(dessin, Dessin) or fautes:
        raise ValueError("Figure refusée : " + " ; ".join(fautes) + ".")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:  # which would show it a second time at the end of the cell
        pyplot.close(dessin)
    return Figure(
        nom, titre, alt, lecture, source, tableau, lambda taille: _a_la_largeur(dessin, taille)
    )


def habiller(dessin: Dessin) -> Dessin:
    """Give a chart, in place, the fonts, the sizes, the colours and the frame of the charter, and
    the decimal comma, where it has those of matplotlib's own style: what an analyst chose stays.
    Return it.
    """
    d_origine = matplotlib.rcParamsDefault
    with charter_style():
        charte_graphique = dict(matplotlib.rcParams)
    teintes = d_origine["axes.prop_cycle"].by_key()["color"]
    nos_teintes = cycle(charte_graphique["axes.prop_cycle"].by_key()["color"])
    couleurs = {to_rgba(teinte): next(nos_teintes) for teinte in teintes}
    couleurs[to_rgba("black")] = charte_graphique["text.color"]
    for artiste in dessin.findobj():
        if isinstance(artiste, Text):
            if artiste.get_fontfamily() == d_origine["font.family"]:
                artiste.set_fontfamily(charte_graphique["font.family"])
            artiste.set_fontsize(
                artiste.get_fontsize() * charte_graphique["font.size"] / d_origine["font.size"]
            )
            artiste.set_color(_de_la_charte(artiste.get_color(), couleurs))
        elif isinstance(artiste, Line2D):
            artiste.set_color(_de_la_charte(artiste.get_color(), couleurs))
            artiste.set_markerfacecolor(_de_la_charte(artiste.get_markerfacecolor(), couleurs))
            artiste.set_markeredgecolor(_de_la_charte(artiste.get_markeredgecolor(), couleurs))
        elif isinstance(artiste, Patch):
            artiste.set_facecolor(_de_la_charte(artiste.get_facecolor(), couleurs))
        elif isinstance(artiste, Collection):
            teintes_vues = to_rgba_array(artiste.get_facecolor())
            faces = [_de_la_charte(tuple(teinte), couleurs) for teinte in teintes_vues]
            if faces and artiste.get_array() is None:
                artiste.set_facecolor(faces)
    for axes in dessin.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(charte_graphique["axes.edgecolor"])
        axes.tick_params(color=charte_graphique["axes.edgecolor"])
        axes.tick_params(labelcolor=charte_graphique["xtick.color"])
        for axe in (axes.xaxis, axes.yaxis):
            formateur = axe.get_major_formatter()
            if type(formateur) is ScalarFormatter:  # matplotlib's own, nobody's choice
                axe.set_major_formatter(_AVirgule(formateur))
    return dessin


class _AVirgule(ScalarFormatter):
    """Writes the graduations of an axis as another does, with a decimal comma."""

    def __init__(self, formateur: ScalarFormatter) -> None:
        super().__init__()
        vars(self).update(vars(formateur))  # « ticklabel_format » has set them

    def __call__(self, x: float, pos: int | None = None) -> str:
        return super().__call__(x, pos).replace(".", ",")

    def get_offset(self) -> str:
        return super().get_offset().replace(".", ",")


def _de_la_charte(couleur: ColorType, couleurs: Mapping[tuple, str]) -> ColorType:
    """Return a colour of matplotlib's own style as that of the charter, its opacity kept."""
    if isinstance(couleur, str) and couleur in ("none", "auto"):
        return couleur
    *teinte, opacite = to_rgba(couleur)
    notre = couleurs.get((*teinte, 1.0))
    return couleur if notre is None else to_rgba(notre, opacite)


def figure_ordinaire(dessin: Dessin, titre: str, source: str) -> Bloc | None:
    """Return a figure of matplotlib that nobody made ready for a report, titled and described by
    what it says itself, ``titre`` when it says nothing; None when nothing is drawn on it.
    """
    if not dessin.axes:
        return None
    titres = [dessin.get_suptitle(), *(axes.get_title() for axes in dessin.axes)]
    titres += [axes.get_title(loc="left") for axes in dessin.axes]
    titre = next(filter(None, titres), titre)
    phrases = []
    for axes in dessin.axes:
        phrases += filter(None, (axes.get_xlabel(), axes.get_ylabel()))
        for ligne in axes.lines:
            ordonnees = np.asarray(ligne.get_ydata(), dtype=float)
            presentes = ordonnees[np.isfinite(ordonnees)]
            if len(presentes):
                nom = str(ligne.get_label()).removeprefix("_")
                debut, fin = (nombre_court(round(float(n), 1)) for n in presentes[[0, -1]])
                phrases.append(f"{nom} : {debut} … {fin}")
    alt = f"{titre}. {' ; '.join(phrases)}." if phrases else titre
    try:
        return figure_de(dessin, nom="graphique", titre=titre, alt=alt, source=source).bloc
    except ValueError:  # no value on it
        return None


def _sans_valeur(axes: Axes) -> bool:
    """Return whether axes have lines, bars or points, none of which has a value."""
    points_traces = [line.get_xydata() for line in axes.lines]
    for patch in axes.patches:
        contour = patch.get_path().vertices
        points_traces.append(patch.get_patch_transform().transform(contour))
    for collection in axes.collections:
        points_traces.append(np.ma.filled(collection.get_offsets(), np.nan))
    if not points_traces or axes.images:
        return False
    return not any(np.isfinite(points).all(axis=1).any() for points in points_traces)


def _a_la_largeur(dessin: Dessin, taille: Largeur) -> Dessin:
    """Return a copy of an analyst's figure at one of the two widths, laid out again so that nothing
    is cut.
    """
    copie = deepcopy(dessin)
    largeur_d_origine, hauteur_d_origine = copie.get_size_inches()
    largeur_voulue = charte().largeurs[taille] / 2.54  # inches
    hauteur = hauteur_d_origine * largeur_voulue / largeur_d_origine
    hauteur = max(hauteur, 0.75 * hauteur_d_origine)
    hauteur = min(hauteur, PLUS_HAUT_QUE_LARGE * largeur_voulue)
    if largeur_voulue < largeur_d_origine:
        hauteur += _recouper(copie, largeur_voulue * POINTS_PAR_POUCE) / POINTS_PAR_POUCE
    copie.set_size_inches(largeur_voulue, hauteur)
    if copie.get_layout_engine() is None:
        copie.set_layout_engine("constrained")
    return copie


def _recouper(dessin: Dessin, largeur: float) -> float:
    """Cut again, in place, what is written around and under the axes of a figure for a width in
    points; return the height of the lines that it adds.
    """
    textes = [(texte, largeur) for texte in dessin.texts]
    for axes in dessin.axes:
        legende = axes.get_legend()
        if legende is not None:
            textes += [(texte, largeur - AVANT_UN_TEXTE) for texte in legende.get_texts()]
    ajoutees = 0.0
    for texte, place in textes:
        lignes = texte.get_text().split("\n")
        taille = float(texte.get_fontsize())
        coupees = [
            morceau
            for ligne in lignes
            for morceau in wrap(ligne, place, LIGNES_D_UN_TEXTE, taille, bold=False)
        ]
        texte.set_text("\n".join(coupees))
        ajoutees += (len(coupees) - len(lignes)) * taille * ENTRE_LIGNES
    return ajoutees


def charte() -> Charte:
    """Return the visual charter, read from its file at each call: each reading is recorded."""
    return charger_yaml("catalogue/charte.yaml", Charte)


@lru_cache(maxsize=1)
def _reglages() -> dict[Any, Any]:
    """Return the settings of the style file, once matplotlib knows the fonts of the project."""
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
    """The SVG renderer of matplotlib, without a group around each artist.

    A text is measured once for all drawings.
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

    ``taille``, « large » or « etroit », is in the class of the element; the ids are made from it
    and from ``nom``.
    """
    buffer = StringIO()
    with charter_style(), matplotlib.rc_context({"svg.hashsalt": f"{nom}-{taille}"}):
        width, height = figure.get_size_inches() * 72
        dpi = figure.dpi
        background_was_visible = figure.patch.get_visible()
        figure.set_dpi(72)
        figure.patch.set_visible(False)
        renderer = _Renderer(width, height, buffer, metadata=SANS_DATE["svg"])
        figure.draw(renderer)
        renderer.finalize()
        figure.set_dpi(dpi)
        figure.patch.set_visible(background_was_visible)
        font = {
            "font-family": f"'{FAMILLE}', '{SECOURS}'",
            "font-size": f"{matplotlib.rcParams['font.size']:g}px",
        }
    # What matplotlib writes begins with metadata, a style sheet and definitions.
    after_styles = buffer.getvalue().partition("</style>")[2]
    body = after_styles.partition("</defs>")[2].rpartition("</svg>")[0]
    body = lisible(body)
    body = TEXTE_VIDE.sub("", body)  # an empty line of a text
    body = BALISE.sub(lambda tag: _lighten(tag[0], tuple(font.items())), body)
    width_text = _to_the_hundredth(f"{width:.6f}")
    height_text = _to_the_hundredth(f"{height:.6f}")
    opening = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": f"dessin-{taille}",
        "role": "img",
        "aria-label": lisible(alt),
        "width": f"{width_text}pt",
        "height": f"{height_text}pt",
        "viewBox": f"0 0 {width_text} {height_text}",
        "stroke-linejoin": "round",
    }
    if "<text" in body:
        opening |= font
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in opening.items())
    return f"<svg{attributes}>{ENTRE_BALISES.sub('><', body).strip()}</svg>"


@lru_cache(maxsize=4096)
def _lighten(tag: str, font: tuple[tuple[str, str], ...]) -> str:
    """Return a tag of matplotlib's SVG with attributes in the place of its style.

    The font, which the whole drawing shares, and what is the default are left out; numbers are
    rounded to the hundredth.
    """
    style = STYLES.search(tag)
    if style:
        needless = {*font, ("stroke-linecap", "butt")}
        attributes = ""
        for declaration in style[1].split(";"):
            key, colon, value = declaration.partition(":")
            key = key.strip()
            value = value.strip()
            if colon and key != "font-family" and (key, value) not in needless:
                attributes += f' {key}="{value}"'
        tag = STYLES.sub(lambda _: attributes, tag)
    tag = SANS_ANGLE.sub("", tag).replace("xlink:href", "href")
    tag = LIGNE_DE_TEXTE.sub(r'\1 x="\2" y="\3"', tag)  # one of several of a text
    tag = DECIMALES.sub(lambda number: _to_the_hundredth(number[0]), tag)
    return " ".join(tag.split())


def _to_the_hundredth(number: str) -> str:
    return f"{round(float(number), 2):.2f}".rstrip("0").rstrip(".")


def image(figure: Dessin, form: str, titre: str, source: str) -> bytes:
    """Return a figure of matplotlib as a PNG, SVG or PDF without date, its title above it and its
    source under it.
    """
    with charter_style():
        size = matplotlib.rcParams["font.size"]
        line_height = 1.25 * size
        width, height = figure.get_size_inches() * 72  # points
        title_lines = wrap(montrable(titre), width, 6, size + 1, bold=True)
        source_lines = wrap(montrable(source), width, 6, size, bold=False)
        framed = deepcopy(figure)
        framed.text(
            0,
            1 + MARGE / height,
            "\n".join(title_lines),
            va="bottom",
            fontsize=size + 1,
            fontweight=700,
        )
        framed.text(
            0,
            -MARGE / height,
            "\n".join(source_lines),
            va="top",
            color=matplotlib.rcParams["axes.labelcolor"],
        )
        bottom = -2 * MARGE - len(source_lines) * line_height
        top = height + 2 * MARGE + len(title_lines) * line_height
        frame = Bbox([[-MARGE / 72, bottom / 72], [(width + MARGE) / 72, top / 72]])
        buffer = BytesIO()
        FigureCanvasAgg(framed).print_figure(
            buffer,
            format=form,
            bbox_inches=frame,
            metadata=SANS_DATE[form],
            dpi=matplotlib.rcParams["savefig.dpi"],
        )
    return buffer.getvalue()


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, lines: int, size: float, bold: bool) -> tuple[str, ...]:
    """Return the lines of a text, at most so many, the last one cut with « … » when there is more.

    A line is broken at a space, or inside a word that is wider than the line.
    """
    broken_lines = []
    remainder = text
    while remainder and len(broken_lines) < lines:
        line = _fitting(remainder, width, size, bold)
        cut_inside_a_word = len(line) < len(remainder) and remainder[len(line)] != " "
        if cut_inside_a_word and " " in line:
            line = line[: line.rindex(" ") + 1]
        broken_lines.append(line.rstrip(" "))
        remainder = remainder[len(line) :].lstrip(" ")
    if remainder:
        width_before_ellipsis = width - measure("…", size, bold)
        last_line = _fitting(broken_lines[-1], width_before_ellipsis, size, bold)
        broken_lines[-1] = last_line.rstrip(" ,;") + "…"
    return tuple(broken_lines) or ("",)


def _fitting(text: str, width: float, size: float, bold: bool) -> str:
    """Return as many of the first signs as fit in a width, one at least."""
    weight = "700" if bold else "400"
    signs_that_fit = 0
    end = 0.0
    for sign in text:
        end += size * avance(sign, weight)
        if end > width:
            break
        signs_that_fit += 1
    return text[: max(signs_that_fit, 1)]
