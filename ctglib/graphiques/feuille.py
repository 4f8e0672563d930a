"""What the drawings share: their sheet, texts cut to a width, the figure of a report around one."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure as Dessin
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Transform, blended_transform_factory

from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte, charter_style, measure, wrap
from ctglib.document.signes import montrable
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.modeles.catalogue import Largeur

POINTS_PAR_POUCE = 72
POINTS_PAR_CM = POINTS_PAR_POUCE / 2.54
BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
INTERLIGNE = 11.0  # points of a line of text
ENTRE_LIGNES = 1.2  # the same, as matplotlib counts it
JEU = 1.0  # points beside axes
JEU_VERTICAL = 2.5  # points over and under axes
MARQUE = 12.0  # points, the height of the mark of a row
ENTRE_RANGEES = 8.0
ENTRE_VALEURS = 4.0
GOUTTIERE = 10.0  # between the names of rows and their marks
PART_DES_LIBELLES = 0.36  # of the width of axes, where names are on the left of the rows
ETROIT = 300.0  # points: names stand above the rows of narrower axes
ENTRE_COLONNES = 22.0  # points between two axes side by side
LIGNES_D_UNE_NOTE = 12


class Legende(TypedDict):
    """What the caller of a chart writes around it; its source is the context's unless given."""

    nom: str
    titre: str
    source: NotRequired[str]


def assemble(
    contexte: Contexte,
    dessiner: Callable[[Largeur], Dessin],
    *,
    nom: str,
    titre: str,
    alt: str,
    lecture: str,
    colonnes: Mapping[str, str],
    lignes: pd.DataFrame,
    donnees: pd.DataFrame,
    mots: int = 1,
    source: str = "",
    groupes: tuple[str, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Figure:
    """Return the figure of a chart (see ``Figure``), whose source is the context's unless given.

    - ``dessiner`` makes the matplotlib figure of a width.
    - ``colonnes``: the columns of the chart's numbers and their headers; the first ones, as many as
      ``mots``, are words. ``lignes``: the rows, as text.
    - ``donnees``: the same numbers, unrounded, for the CSV.
    - ``groupes`` and ``notes``: see ``Tableau``.
    """
    source = source or contexte.source
    colonnes_du_tableau = [
        Colonne(cle, entete, numerique=rang >= mots)
        for rang, (cle, entete) in enumerate(colonnes.items())
    ]
    tableau = Tableau.de(
        lignes,
        colonnes_du_tableau,
        nom=f"donnees-{nom}",
        titre=titre,
        source=source,
        donnees_de=nom,
        donnees=donnees,
        groupes=groupes,
        notes=notes,
    )

    def dans_le_style(taille: Largeur) -> Dessin:
        with charter_style():
            dessin = dessiner(taille)
            mise_en_page = dessin.get_layout_engine()
            if mise_en_page:  # laid out once: drawn again, it would move a little
                mise_en_page.execute(dessin)
                dessin.set_layout_engine("none")
            return dessin

    return Figure(nom, titre, alt, lecture, source, tableau, dans_le_style, contexte.territoire.nom)


def feuille(taille: Largeur = "large") -> Dessin:
    """Return an empty figure of one of the charter's widths, which lays its axes out by itself so
    that no text is cut; its height is to be set.
    """
    mise_en_page = ConstrainedLayoutEngine(
        w_pad=JEU / POINTS_PAR_POUCE, h_pad=JEU_VERTICAL / POINTS_PAR_POUCE, wspace=0, hspace=0
    )
    return Dessin(layout=mise_en_page, figsize=(charte().largeurs[taille] / 2.54, 1))


def largeur_de(sur: Dessin | Axes, colonnes: int = 1) -> float:
    """Return how wide each of so many axes side by side is, in points; axes know how many they
    are.
    """
    dessin = sur.get_figure(root=True)
    assert dessin is not None
    if isinstance(sur, Axes):
        place = sur.get_subplotspec()
        colonnes = place.get_gridspec().ncols if place else 1
    largeur = dessin.get_figwidth() * POINTS_PAR_POUCE
    return (largeur - (colonnes - 1) * ENTRE_COLONNES) / colonnes


def espacer(dessin: Dessin, colonnes: int, rangs: int, entre_rangs: float) -> None:
    """Set the room between axes side by side and one under the other, in points."""
    largeur, hauteur = dessin.get_size_inches() * POINTS_PAR_POUCE
    mise_en_page = dessin.get_layout_engine()
    assert isinstance(mise_en_page, ConstrainedLayoutEngine)
    mise_en_page.set(
        wspace=ENTRE_COLONNES * colonnes / largeur, hspace=entre_rangs * rangs / hauteur
    )


def aerer(valeurs: Iterable[float], points_par_unite: float) -> list[float]:
    """Return the values that have room to be written under axes: both ends, and those between them
    that are far enough from the one before.
    """
    premiere, *autres = valeurs
    ecrites = [premiere, *autres[-1:]]
    for valeur in autres[:-1]:
        place = longueur(f"{valeur:g}") + ENTRE_VALEURS
        if all(abs(valeur - ecrite) * points_par_unite >= place for ecrite in ecrites):
            ecrites.append(valeur)
    return sorted(ecrites)


def ecarter(
    debuts: Sequence[float],
    tailles: Sequence[float],
    jeu: float,
    premier: float = float("-inf"),
    dernier: float = float("inf"),
) -> list[float]:
    """Return where things start along a line so that none covers the next, each as near its own
    start as can be.

    Args:
        debuts: Where each would start, in increasing order.
        tailles: How long they are.
        jeu: What is left between two.
        premier: No start is before it, unless all do not fit.
        dernier: No end is beyond it, unless all do not fit.
    """
    if not debuts:
        return []
    # Pushed onward until none covers the next…
    places = [max(debuts[0], premier)]
    for debut, taille in zip(debuts[1:], tailles, strict=False):
        places.append(max(debut, places[-1] + taille + jeu))
    # … then all moved back by half of the longest push, as far as the ends of the line allow.
    plus_longue = max(place - debut for place, debut in zip(places, debuts, strict=True))
    recul = min(plus_longue / 2, places[0] - premier)
    limite = dernier
    for rang in reversed(range(len(places))):
        places[rang] = min(places[rang] - recul, limite - tailles[rang])
        limite = places[rang] - jeu
    return places


def couper(texte: str, largeur: float, lignes: int = 3, gras: bool = False) -> str:
    """Return a text on as many lines as it takes in a width in points, so many at most: the last
    one then ends with « … ».
    """
    sur_une_ligne = montrable(BLANCS.sub(" ", texte).strip(" "))
    taille = matplotlib.rcParams["font.size"]
    return "\n".join(wrap(sur_une_ligne, largeur, lignes, taille, gras))


def longueur(texte: str, gras: bool = False) -> float:
    """Return the width of a text on one line, in points."""
    return measure(montrable(texte), matplotlib.rcParams["font.size"], gras)


def lignes_de(texte: str) -> int:
    """Return on how many lines a text stands; none for an empty one."""
    return texte.count("\n") + 1 if texte else 0


def dire(mot: str, /, **valeurs: object) -> str:
    """Return one of the texts of the charts (``catalogue/charte.yaml``), filled with values."""
    return remplir(charte().mots[mot], **valeurs)


def ranger(
    axes: Axes,
    libelles: Sequence[str],
    *,
    details: Sequence[str] = (),
    titres: Collection[int] = (),
    marques: float | Sequence[float] = MARQUE,
    haut: float = 0.0,
) -> list[float]:
    """Name the rows of axes, on their left, or above each when they are narrow; return the middles
    of their marks.

    The axes are then in points downward, and as high as their rows.

    Args:
        axes: Axes alone in their figure.
        libelles: One a row.
        details: What qualifies each of them, "" for nothing.
        titres: The ranks of those that are in bold.
        marques: The height of the marks of the rows, or of each; 0 where there is none.
        haut: What is left over the first row.
    """
    largeur = largeur_de(axes)
    etroit = est_etroit(axes)
    place = largeur if etroit else PART_DES_LIBELLES * largeur
    hauteurs = [marques] * len(libelles) if isinstance(marques, int | float) else list(marques)
    couleurs = charte().couleurs
    noms = []
    milieux = []
    y = haut
    for rang, libelle in enumerate(libelles):
        gras = rang in titres
        nom = couper(libelle, place - 1, gras=gras) if libelle else ""
        detail = couper(details[rang], place - 1) if details and details[rang] else ""
        lignes = lignes_de(nom) + lignes_de(detail)
        if etroit:
            milieu_du_texte = y + lignes * INTERLIGNE / 2
            y += lignes * INTERLIGNE + (1 if hauteurs[rang] else 0)
            hauteur = hauteurs[rang]
            ou = {"transform": en_travers(axes), "in_layout": False}
        else:
            hauteur = max(lignes * INTERLIGNE, hauteurs[rang])
            milieu_du_texte = y + hauteur / 2
            ou = {}
        # Name and detail are a text each, whose other lines are empty.
        noms.append(nom + "\n" * lignes_de(detail))
        if etroit and nom:
            fond = sur_fond()
            axes.text(0, milieu_du_texte, noms[-1], **_style(gras), **ou, bbox=fond)
        if detail:
            texte = "\n" * lignes_de(nom) + detail
            style = _style(gras=False, couleur=couleurs.secondaire)
            if etroit:
                axes.text(0, milieu_du_texte, texte, **style, **ou)
            else:
                axes.annotate(
                    texte,
                    (0, milieu_du_texte),
                    (-GOUTTIERE, 0),
                    xycoords=axes.get_yaxis_transform(),
                    textcoords="offset points",
                    ha="right",
                    annotation_clip=False,
                    **style,
                )
        milieux.append(y + hauteur / 2)
        y += hauteur + ENTRE_RANGEES
    axes.set_ylim(y - ENTRE_RANGEES + 2, 0)
    axes.set_yticks([] if etroit else milieux, [] if etroit else noms)
    for rang, nom in enumerate(axes.get_yticklabels()):
        nom.set(**_style(rang in titres))
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)
    axes.tick_params(length=0)
    axes.tick_params(axis="y", pad=GOUTTIERE)
    return milieux


def _style(gras: bool, couleur: str = "") -> dict[str, Any]:
    """Return the style of the name of a row."""
    return {
        "va": "center",
        "linespacing": ENTRE_LIGNES,
        "fontweight": "bold" if gras else "normal",
        "color": couleur or charte().couleurs.texte,
    }


def sur_fond() -> dict[str, Any]:
    """Return the background of a text under which nothing of the drawing is seen."""
    return {"facecolor": charte().couleurs.fond, "edgecolor": "none", "pad": 0}


def hachures() -> dict[str, Any]:
    """Return the style of a surface that stands for what is absent."""
    return {
        "facecolor": "none",
        "edgecolor": charte().couleurs.absence,
        "linewidth": 0.6,
        "hatch": "////",
    }


def en_travers(axes: Axes) -> Transform:
    """Return the transform from shares of the width of a figure, and from the heights of axes."""
    return blended_transform_factory(figure_de(axes).transFigure, axes.transData)


def figure_de(axes: Axes) -> Dessin:
    """Return the figure that axes are in."""
    dessin = axes.get_figure(root=True)
    assert dessin is not None
    return dessin


def est_etroit(axes: Axes) -> bool:
    """Return whether axes are too narrow for names on the left of their rows."""
    return largeur_de(axes) < ETROIT


def annoter(dessin: Dessin, note: str) -> float:
    """Write a remark under a drawing; return the height that it takes."""
    note = couper(note, largeur_de(dessin) - 1, LIGNES_D_UNE_NOTE)
    dessin.supxlabel(
        note,
        x=0,
        ha="left",
        fontsize="medium",
        color=charte().couleurs.secondaire,
        linespacing=ENTRE_LIGNES,
    )
    return lignes_de(note) * INTERLIGNE + 2 * JEU_VERTICAL


def finir(axes: Axes, note: str = "", *, lignes_en_plus: int = 0) -> Dessin:
    """Return the figure of axes whose heights are in points, as high as they, their note, and lines
    that are left under them.
    """
    dessin = figure_de(axes)
    hauteur = max(axes.get_ylim()) + 2 * JEU_VERTICAL + lignes_en_plus * INTERLIGNE
    if axes.axison and axes.xaxis.get_visible():
        hauteur += INTERLIGNE + 3
    if note:
        hauteur += annoter(dessin, note)
    dessin.set_figheight(hauteur / POINTS_PAR_POUCE)
    return dessin


def nuances(nombre: int) -> list[str]:
    """Return that many shades, from strong to light.

    They are the first of the charter's when it has enough. Else the strongest is kept, and the
    others are mixed from the lighter ones, so that a text is readable on each.
    """
    forte, *claires = charte().degrade
    if nombre <= len(charte().degrade):
        return [forte, *claires][:nombre]
    melange = LinearSegmentedColormap.from_list("", claires)(np.linspace(0, 1, nombre - 1))
    return [forte, *map(to_hex, melange)]


def encre(fond: str) -> str:
    """Return the colour of a text on a shade: that of paper on the strongest, else of texts."""
    couleurs = charte().couleurs
    return couleurs.fond if fond == charte().degrade[0] else couleurs.texte
