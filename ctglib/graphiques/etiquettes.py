"""Labels around a circle: each beside the end of its axis, moved apart where two would meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.graphiques.planche import Planche

LIGNES = 3
DROIT = 0.02  # under this share of the radius, an axis is vertical: its label is centred on it
ENTRE_ETIQUETTES = 5.0
PART_DU_CENTRE = 0.24


@dataclass(frozen=True)
class Etiquette:
    """Lines of a name above a value in bold; ``y`` is the middle of the whole, ``ancre`` the side that ``x`` is on."""

    x: float
    y: float
    ancre: str
    lignes: tuple[str, ...]
    valeur: str
    couleur: str
    interligne: float

    @property
    def hauteur(self) -> float:
        """Return the height of the whole."""
        return (len(self.lignes) + 1) * self.interligne

    @property
    def haut(self) -> float:
        """Return the top of the whole."""
        return self.y - self.hauteur / 2

    @property
    def bas(self) -> float:
        """Return the bottom of the whole."""
        return self.y + self.hauteur / 2

    def poser(self, planche: Planche, descente: float) -> None:
        """Put the label, that much lower."""
        y = self.y + descente
        if self.lignes:
            planche.paragraphe(self.x, y - self.interligne / 2, self.lignes, ancre=self.ancre)
        planche.texte(self.x, y + len(self.lignes) * self.interligne / 2, self.valeur, ancre=self.ancre, gras=True,
                      couleur=self.couleur)  # fmt: skip


def etiquette(
    planche: Planche, place: tuple[tuple[float, float], float, float], nom: str, valeur: str, couleur: str
) -> Etiquette:
    """Return the label at the end of an axis, on the side where it points.

    Args:
        planche: The sheet, whose edges it keeps to.
        place: Direction of the axis, abscissa of the centre (ordinate zero), distance from it.
        nom: What is written, cut into lines.
        valeur: What is written under it in bold.
        couleur: Colour of the value.
    """
    (dx, dy), centre, reach = place
    x = centre + reach * dx
    if abs(dx) < DROIT:
        anchor, room = "center", PART_DU_CENTRE * planche.largeur
    else:
        anchor, room = ("left", planche.largeur - x) if dx > 0 else ("right", x)
    lines = tuple(planche.couper(nom, room, LIGNES))
    (value,) = planche.couper(valeur, room, 1, gras=True)
    found = Etiquette(x, 0.0, anchor, lines, value, couleur, planche.interligne)
    return replace(found, y=reach * dy + dy * found.hauteur / 2)


def ecarter(etiquettes: list[Etiquette], planche: Planche) -> list[Etiquette]:
    """Return the labels in their order, those of a side moved up or down so that none covers another."""
    places = {}
    for side in ("left", "right"):
        ranks = sorted(
            (rank for rank, label in enumerate(etiquettes) if label.ancre == side), key=lambda rank: etiquettes[rank].y
        )
        places |= dict(zip(ranks, _empiler([etiquettes[rank] for rank in ranks]), strict=True))
    moved = [replace(label, y=places.get(rank, label.y)) for rank, label in enumerate(etiquettes)]
    return [_sortir(label, moved, planche) if label.ancre == "center" else label for label in moved]


def _empiler(etiquettes: list[Etiquette]) -> list[float]:
    """Return the middles from top to bottom: each pushed under the one before, then all lifted by half the push."""
    middles, bottom = [], float("-inf")
    for label in etiquettes:
        middle = max(label.y, bottom + ENTRE_ETIQUETTES + label.hauteur / 2)
        middles.append(middle)
        bottom = middle + label.hauteur / 2
    pushes = [middle - label.y for middle, label in zip(middles, etiquettes, strict=True)]
    lift = max(pushes, default=0.0) / 2
    return [middle - lift for middle in middles]


def _sortir(etiquette: Etiquette, autres: list[Etiquette], planche: Planche) -> Etiquette:
    """Return a centred label moved away from the circle, beyond the labels of the sides that it would cover."""
    half = PART_DU_CENTRE * planche.largeur / 2
    met = [
        other
        for other in autres
        if other.ancre != "center" and other.haut < etiquette.bas and other.bas > etiquette.haut
        and (other.x < etiquette.x + half if other.ancre == "left" else other.x > etiquette.x - half)
    ]  # fmt: skip
    if not met:
        return etiquette
    if etiquette.y < 0:
        return replace(etiquette, y=min(other.haut for other in met) - ENTRE_ETIQUETTES - etiquette.hauteur / 2)
    return replace(etiquette, y=max(other.bas for other in met) + ENTRE_ETIQUETTES + etiquette.hauteur / 2)
