"""What the drawings share: their sheet, texts cut to a width, the figure of a report around one."""

import re
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ctglib.document.figure import charte, measure, wrap
from ctglib.document.signes import montrable
from ctglib.document.typographie import remplir
from ctglib.donnees.modeles.catalogue import Largeur

POINTS_PAR_POUCE = 72
POINTS_PAR_CM = POINTS_PAR_POUCE / 2.54
BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
INTERLIGNE = 11.0  # points of a line of text
ENTRE_LIGNES = 1.2  # the same, as matplotlib counts it
JEU_VERTICAL = 2.5  # points over and under axes
ENTRE_COLONNES = 22.0  # points between two axes side by side


class Legende(TypedDict):
    """What the caller of a chart writes around it; its source is the context's unless given."""

    nom: str
    titre: str
    source: NotRequired[str]


def feuille(taille: Largeur = "large") -> Dessin:
    """Return an empty figure of one of the charter's widths, which lays its axes out by itself so
    that no text is cut; its height is to be set.
    """
    mise_en_page = ConstrainedLayoutEngine(
        w_pad=0, h_pad=JEU_VERTICAL / POINTS_PAR_POUCE, wspace=0, hspace=0
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
