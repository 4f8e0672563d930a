"""A panel of indices: a band, lines with their last value, the line at 100, breaks marked and not joined."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from ctglib.calculs.comparables.evolutions import BASE
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.echelle import Echelle, pas_rond

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ctglib.graphiques.planche import Planche

HAUTEUR = 64.0
GRADUATIONS = 4
LIGNES_DU_TITRE = 4
LIGNES_DE_REMARQUE = 2
ENTRE_VALEURS = 9.5
ECART_DU_TEXTE = 7.0
MARQUE, PETITE = 5.6, 5.0
CLE, APRES_LA_CLE = 16.0, 5.0


@dataclass(frozen=True)
class Courbe:
    """A line: ``nom`` is « commune », « departement » or « moyenne », ``points`` are (year, index or NaN)."""

    nom: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Panneau:
    """An indicator: its lines, the band as (year, least, greatest), and the first years of new series."""

    libelle: str
    courbes: tuple[Courbe, ...]
    bande: tuple[tuple[int, float, float], ...]
    ruptures: tuple[int, ...]

    def lignes_du_titre(self, planche: Planche, largeur: float) -> list[str]:
        """Return the title cut to a width."""
        return planche.couper(self.libelle, largeur, LIGNES_DU_TITRE, gras=True)

    def hauteur_du_titre(self, planche: Planche, largeur: float) -> float:
        """Return the height of the title."""
        return len(self.lignes_du_titre(planche, largeur)) * planche.interligne

    @property
    def annees(self) -> list[int]:
        """Return the years."""
        return [annee for annee, *_ in self.bande]


def poser_legende(planche: Planche, noms: dict[str, str], bande: str) -> float:
    """Put the key of the lines and of the band, each on its lines, and return its bottom."""
    y = 0.0
    for name, label in (*noms.items(), ("bande", bande)):
        lines = planche.couper(label, planche.largeur - CLE - APRES_LA_CLE, LIGNES_DE_REMARQUE, gras=name != "bande")
        middle = y + len(lines) * planche.interligne / 2
        if name == "bande":
            planche.rectangle(0, middle - 4, CLE, 8, couleur=planche.couleurs.filet)
        else:
            _trait(planche, name, [(0, middle), (CLE, middle)])
            _marque(planche, name, CLE / 2, middle)
        colour = planche.couleurs.texte if name == "bande" else _couleur(planche, name)
        planche.paragraphe(CLE + APRES_LA_CLE, middle, lines, gras=name != "bande", couleur=colour)
        y += len(lines) * planche.interligne + 2
    return y


def poser_panneau(
    planche: Planche, panneau: Panneau, cote: tuple[float, float], haut: tuple[float, float],
    etendue: tuple[float, float],
) -> float:  # fmt: skip
    """Put a panel and return its bottom.

    Args:
        planche: The sheet.
        panneau: What is drawn.
        cote: Its left side and its width.
        haut: Its top, and the height kept for titles.
        etendue: The least and the greatest index of all the panels.
    """
    (left, width), (top, title) = cote, haut
    lines = panneau.lignes_du_titre(planche, width)
    planche.paragraphe(left, top + len(lines) * planche.interligne / 2, lines, gras=True)
    ends = [(curve, curve.points[-1][1]) for curve in panneau.courbes if not isnan(curve.points[-1][1])]
    labels = max((planche.mesurer(_indice(value), gras=True) for _, value in ends), default=0.0)
    bottom = top + title + ENTRE_VALEURS + HAUTEUR
    step = pas_rond((etendue[1] - etendue[0]) / GRADUATIONS if etendue[1] > etendue[0] else 1.0)
    upward = Echelle(*etendue if etendue[1] > etendue[0] else (BASE - 1, BASE + 1), bottom, bottom - HAUTEUR, step)
    graduation = max(planche.mesurer(nombre(value, upward.decimales)) for value in upward.graduations() or [BASE])
    first, last = panneau.annees[0], panneau.annees[-1]
    right = left + width - labels - ECART_DU_TEXTE
    across = Echelle(first, max(last, first + 1), left + graduation + ECART_DU_TEXTE, right, 1)
    _graduations(planche, upward, (left, right))
    _bande(planche, panneau, across, upward)
    for curve in reversed(panneau.courbes):
        _courbe(planche, curve, panneau.ruptures, (across, upward))
    _valeurs(planche, ends, right + ECART_DU_TEXTE, upward)
    return _pied(planche, panneau, across, (left, width), bottom)


def _graduations(planche: Planche, upward: Echelle, cotes: tuple[float, float]) -> None:
    colours, (left, right) = planche.couleurs, cotes
    for value in upward.graduations():
        y, text = upward.x(value), nombre(value, upward.decimales)
        planche.trait([(left + planche.mesurer(text) + 2, y), (right, y)], colours.filet, 1.0 if value == BASE else 0.4)
        planche.texte(left, y, text, couleur=colours.secondaire)


def _bande(planche: Planche, panneau: Panneau, across: Echelle, upward: Echelle) -> None:
    for part in _troncons(panneau.bande, panneau.ruptures):
        edge = [(across.x(year), upward.x(high)) for year, _, high in part]
        edge += [(across.x(year), upward.x(low)) for year, low, _ in reversed(part)]
        if len(part) > 1:
            planche.polygone(edge, planche.couleurs.filet, opacite=0.6)
        elif part:
            planche.trait([edge[0], edge[-1]], planche.couleurs.filet, 3.0)


def _courbe(planche: Planche, courbe: Courbe, ruptures: tuple[int, ...], echelles: tuple[Echelle, Echelle]) -> None:
    across, upward = echelles
    for part in _troncons(courbe.points, ruptures):
        places = [(across.x(year), upward.x(value)) for year, value in part]
        if len(places) > 1:
            _trait(planche, courbe.nom, places)
        for place in places:
            _marque(planche, courbe.nom, *place)


def _troncons(points: Sequence[tuple], ruptures: tuple[int, ...]) -> Iterable[list[tuple]]:
    """Yield the runs of points that are joined: known, without a break between them."""
    run: list[tuple] = []
    for point in points:
        if point[0] in ruptures or isnan(point[1]):
            yield run
            run = []
        if not isnan(point[1]):
            run.append(point)
    yield run


def _valeurs(planche: Planche, fins: list[tuple[Courbe, float]], x: float, upward: Echelle) -> None:
    """Write the last value of each line beside its end, moved apart so that none covers another."""
    order = sorted(fins, key=lambda end: upward.x(end[1]))
    middles = _ecarter([upward.x(value) for _, value in order], upward.droite, upward.gauche)
    for middle, (curve, value) in zip(middles, order, strict=True):
        own = curve.nom == "commune"
        planche.texte(x, middle, _indice(value), gras=own, couleur=_couleur(planche, curve.nom))


def _ecarter(places: list[float], haut: float, bas: float) -> list[float]:
    """Return places from top to bottom moved apart: pushed down, lifted by half the push, kept inside the panel."""
    middles: list[float] = []
    for place in places:
        middles.append(max(place, middles[-1] + ENTRE_VALEURS if middles else haut))
    lift = max((middle - place for middle, place in zip(middles, places, strict=True)), default=0.0) / 2
    lift = min(lift, middles[0] - haut) if middles else 0.0
    limit = bas
    for rank in reversed(range(len(middles))):
        middles[rank] = min(middles[rank] - lift, limit)
        limit = middles[rank] - ENTRE_VALEURS
    return middles


def _pied(planche: Planche, panneau: Panneau, across: Echelle, cote: tuple[float, float], bas: float) -> float:
    """Put the first and the last year, the breaks, and return the bottom."""
    (left, width), secondary, y = cote, planche.couleurs.secondaire, bas + 11
    for year in dict.fromkeys((panneau.annees[0], panneau.annees[-1])):
        planche.texte(across.x(year), y, str(year), ancre="center", couleur=secondary)
    for before, year in pairwise(panneau.annees):
        if year in panneau.ruptures:
            x = (across.x(before) + across.x(year)) / 2
            planche.trait([(x, bas - HAUTEUR), (x, bas)], secondary, 1.0, "pointilles")
    bottom = y + planche.interligne / 2
    if not panneau.ruptures:
        return bottom
    note = f"Rupture de série en {enumerer([str(year) for year in panneau.ruptures])}"
    lines = planche.couper(note, width, LIGNES_DE_REMARQUE)
    height = len(lines) * planche.interligne
    planche.paragraphe(left, bottom + height / 2, lines, couleur=secondary)
    return bottom + height


def _couleur(planche: Planche, nom: str) -> str:
    colours = planche.couleurs
    return {"commune": colours.territoire, "departement": colours.reference, "moyenne": colours.secondaire}[nom]


def _trait(planche: Planche, nom: str, places: Sequence[tuple[float, float]]) -> None:
    style = "tirets" if nom == "moyenne" else "plein"
    planche.trait(places, _couleur(planche, nom), 1.8 if nom == "commune" else 1.1, style)


def _marque(planche: Planche, nom: str, x: float, y: float) -> None:
    if nom != "moyenne":
        form, size = ("disque", MARQUE) if nom == "commune" else ("losange", PETITE)
        planche.marque(x, y, form, _couleur(planche, nom), size)


def _indice(valeur: float) -> str:
    return nombre(valeur, 1)
