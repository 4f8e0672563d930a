"""A drawing sheet measured in points from its upper left corner, on which a chart puts text, lines and marks.

Everything is placed after its text has been measured, on a page of fixed width: nothing is cut, nothing is resized.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.document.charte import charte
from ctglib.document.polices import FAMILLE, SECOURS
from ctglib.document.typographie import ponctuer
from ctglib.graphiques import formes
from ctglib.graphiques.svg import Dessin, Forme, lisible, nombre
from ctglib.graphiques.textes import couper, mesurer, morceaux

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.donnees.modeles.charte import Couleurs

CM = 72 / 2.54
FORMES = {"disque": "o", "losange": "D", "triangle": "^"}
DECALAGES = {"left": 0.0, "center": 0.5, "right": 1.0}
BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
SOUS_LE_TEXTE = 2.5  # between lines and texts, see ``formes``
MAIGRE, GRAS = 400, 700
TIRETS = {"plein": (), "tirets": (5, 2.5), "pointilles": (1.2, 2.2)}


class Planche:
    """A sheet of one of the charter's widths; ``etroite`` tells a chart to put its labels above its marks."""

    def __init__(self, taille: str) -> None:
        self._charte = charte()
        self.taille = taille
        self.largeur: float = getattr(self._charte.largeurs, taille) * CM
        self.etroite = taille == "etroit"
        self._formes: list[Forme] = []

    @property
    def couleurs(self) -> Couleurs:
        """Return the colours of the charter."""
        return self._charte.couleurs

    @property
    def interligne(self) -> float:
        """Return the leading, in points."""
        return self._charte.texte.interligne

    def degrade(self, role: str) -> list[str]:
        """Return the shades of « territoire » or « reference », from strong to light."""
        return getattr(self._charte.degrades, role)

    def mesurer(self, texte: str, gras: bool = False) -> float:
        """Return the width of a text, in points."""
        return mesurer(ponctuer(lisible(texte)), self._charte.texte.taille, gras)

    def texte(
        self, x: float, y: float, texte: str, *, ancre: str = "left", gras: bool = False, couleur: str | None = None,
        fond: bool = False,
    ) -> None:  # fmt: skip
        """Put one line of text; ``y`` is the middle of its capitals, ``ancre`` is left, center or right.

        ``fond`` hides the lines of the chart behind the text.
        """
        size, written = self._charte.texte.taille, ponctuer(lisible(texte))
        left = x - DECALAGES[ancre] * mesurer(written, size, gras)
        if fond:
            self._effacer(left, y, mesurer(written, size, gras))
        pieces = morceaux(written, gras)
        for start, piece in pieces:
            alone = len(pieces) == 1
            place = (x if alone else left + mesurer(written[:start], size, gras), y + 0.33 * size)
            side, colour = ancre if alone else "left", couleur or self.couleurs.texte
            self._formes.append(formes.ligne(place, piece, side, colour, GRAS if gras else MAIGRE))

    def _effacer(self, x: float, y: float, largeur: float) -> None:
        left, right = max(x - 1, 0.0), min(x + largeur + 1, self.largeur)
        corners = formes.coins(left, y - self.interligne / 2, right - left, self.interligne)
        self.polygone(corners, self.couleurs.fond, SOUS_LE_TEXTE)

    def paragraphe(self, x: float, y: float, lignes: Sequence[str], **style: object) -> None:
        """Put lines of text; ``y`` is the middle of the whole."""
        first = y - (len(lignes) - 1) * self.interligne / 2
        for rank, line in enumerate(lignes):
            self.texte(x, first + rank * self.interligne, line, **style)

    def trait(
        self, points: Sequence[tuple[float, float]], couleur: str, epaisseur: float = 0.6, style: str = "plein"
    ) -> None:
        """Put a line through points; a style is « plein », « tirets » or « pointilles »."""
        self._formes.append(formes.trait(points, couleur, epaisseur, TIRETS[style]))

    def rectangle(
        self, x: float, y: float, largeur: float, hauteur: float, *, couleur: str | None = None, hachure: bool = False
    ) -> None:
        """Put a rectangle, filled with a colour, or hatched in the colour of absence."""
        corners = formes.coins(x, y, largeur, hauteur)
        if hachure:
            self._formes.append(formes.hachures(corners, self.couleurs.absence, 0.6))
        else:
            self.polygone(corners, couleur)

    def polygone(
        self, points: Sequence[tuple[float, float]], couleur: str, plan: float = formes.SOUS, opacite: float = 1.0
    ) -> None:
        """Put a filled polygon without outline, under the lines unless ``plan`` says otherwise."""
        self._formes.append(formes.polygone(points, couleur, plan, opacite))

    def cercle(
        self, centre: tuple[float, float], rayon: float, couleur: str, epaisseur: float = 0.6, style: str = "plein"
    ) -> None:
        """Put a circle as a line; a style is one of ``trait``."""
        self._formes.append(formes.cercle(centre, rayon, couleur, epaisseur, TIRETS[style]))

    def marque(self, x: float, y: float, forme: str, couleur: str, taille: float = 7.5) -> None:
        """Put a mark with a thin white edge; a diamond's points show around a disc put over it."""
        size = taille - 0.7 if forme == "disque" else taille
        self._formes.append(formes.marque((x, y), formes.Aspect(FORMES[forme], size, couleur, self.couleurs.fond, 0.8)))

    def fleche(self, x: float, y: float, direction: tuple[float, float], couleur: str) -> None:
        """Put an arrowhead that ends at a place, towards a direction of length one: the value is beyond the scale."""
        (dx, dy), long, half = direction, 8.0, 4.2
        base = (x - long * dx, y - long * dy)
        corners = [(x, y), (base[0] - half * dy, base[1] + half * dx), (base[0] + half * dy, base[1] - half * dx)]
        self.polygone(corners, couleur, SOUS_LE_TEXTE)

    def couper(self, texte: str, largeur: float, lignes: int = 3, gras: bool = False) -> list[str]:
        """Return the text as at most that many lines of that width; what does not fit ends with « … »."""
        written = ponctuer(lisible(BLANCS.sub(" ", texte).strip(" ")))
        return list(couper(written, largeur, lignes, self._charte.texte.taille, gras))

    def dessin(self, hauteur: float) -> Dessin:
        """Return everything put, on a sheet of that height in points."""
        families = ", ".join(map(repr, (FAMILLE, SECOURS)))
        police = {"font-family": families, "font-size": f"{nombre(self._charte.texte.taille)}px"}
        texts = any(forme.plan == formes.TEXTE for forme in self._formes)
        return Dessin(self.largeur, hauteur, tuple(self._formes), police if texts else {})
