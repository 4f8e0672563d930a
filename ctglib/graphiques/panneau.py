"""A panel: the points of a series on their own scale from zero, and under the years what must be said in words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ctglib.document.typographie import INSECABLE
from ctglib.graphiques.echelle import Echelle
from ctglib.graphiques.mises import Boite, mettre
from ctglib.graphiques.serie import Signe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.graphiques.planche import Planche
    from ctglib.graphiques.serie import Point, Serie

HAUTEURS = (58.0, 96.0)  # of the points: three tenths of the width, between these
PART_DE_HAUTEUR = 0.3
SUR_LES_POINTS = 17.0  # room for a value over the highest point
SOUS_L_AXE = 10.0
LIGNES_DU_TITRE = 5
LIGNES_DE_REMARQUE = 6
RAYON = 3.3
CASE = 8.0  # square of an absent year
CIBLE = 14.0  # width of the mark of a target
RETRAIT = 13.0  # of a remark, after its sign
TOUTES_LES_VALEURS = 5  # up to that many points, each has its value where there is room
ENTRE_ANNEES = 4.0


def hauteur_du_titre(planche: Planche, serie: Serie, largeur: float) -> float:
    """Return the height of a title."""
    return sum(map(len, _titre(planche, serie, largeur))) * planche.interligne


def _titre(planche: Planche, serie: Serie, largeur: float) -> tuple[list[str], list[str]]:
    part = planche.couper(serie.detail, largeur, LIGNES_DU_TITRE) if serie.detail else []
    return planche.couper(serie.libelle, largeur, LIGNES_DU_TITRE, gras=True), part


def poser_panneau(
    planche: Planche, serie: Serie, cotes: tuple[float, float], haut: tuple[float, float], annees: tuple[int, int]
) -> float:
    """Put a panel and return its bottom.

    Args:
        planche: The sheet.
        serie: What it shows.
        cotes: Its left and right sides.
        haut: Its top and the height kept for titles, so that neighbours have their points at the same height.
        annees: First and last years of all the panels.
    """
    (left, right), (top, title), lead = cotes, haut, planche.interligne
    names, part = _titre(planche, serie, right - left)
    planche.paragraphe(left, top + len(names) * lead / 2, names, gras=True)
    planche.paragraphe(left, top + (len(names) + len(part) / 2) * lead, part, couleur=planche.couleurs.secondaire)
    height = min(max(HAUTEURS[0], PART_DE_HAUTEUR * (right - left)), HAUTEURS[1])
    bottom = top + title + SUR_LES_POINTS + height
    across = _annees(planche, serie, cotes, annees)
    upward = _valeurs(serie, bottom, height)
    planche.trait([(left, upward.x(0)), (right, upward.x(0))], planche.couleurs.filet, 0.8)
    _poser_cible(planche, serie, across, upward)
    _poser_points(planche, serie, across, upward)
    unplaced = _poser_valeurs(planche, serie, (across, upward), (left, top + title, right, bottom + 1))
    _poser_annees(planche, across, bottom + SOUS_L_AXE)
    remarks = [*serie.remarques(), *((Signe.AUCUN, f"{point.annee} : {point.texte}") for point in unplaced)]
    return poser_remarques(planche, remarks, cotes, bottom + SOUS_L_AXE + lead / 2 + 2)


def _annees(planche: Planche, serie: Serie, cotes: tuple[float, float], annees: tuple[int, int]) -> Echelle:
    """Return the scale of the years, with room for half a value beyond its ends."""
    (left, right), (first, last) = cotes, annees
    widest = max(planche.mesurer(text, gras=True) for text in (*(point.etiquette for point in serie.connus), str(last)))
    edge = min(widest / 2 + 1, (right - left) / 3)
    middle = (left + right) / 2
    ends = (left + edge, right - edge) if last > first else (middle, middle)
    return Echelle(first, max(last, first + 1), *ends, 1)


def _valeurs(serie: Serie, bas: float, hauteur: float) -> Echelle:
    """Return the scale of the values, from zero upwards; negative ones go under it."""
    values = [0.0, *(point.valeur for point in serie.connus), *([serie.cible.valeur] if serie.cible else [])]
    low, high = min(values), max(values)
    return Echelle(low, high if high > low else low + 1, bas, bas - hauteur, 1)


def _poser_cible(planche: Planche, serie: Serie, across: Echelle, upward: Echelle) -> None:
    if serie.cible:
        x, y = across.x(serie.annee_de_la_cible), upward.x(serie.cible.valeur)
        planche.trait([(across.gauche, y), (x, y)], planche.couleurs.secondaire, 0.6, "tirets")
        _signe(planche, Signe.CIBLE, x, y)


def _signe(planche: Planche, signe: Signe, x: float, y: float, taille: float = CIBLE) -> None:
    """Put the sign of a target, of an absence or of a provisional value around a place."""
    half, dark, blue = taille / 2, planche.couleurs.texte, planche.couleurs.territoire
    if signe is Signe.CIBLE:
        planche.trait([(x - half, y), (x + half, y)], dark, 2.2)
    elif signe is Signe.ABSENCE:
        planche.rectangle(x - CASE / 2, y - CASE / 2, CASE, CASE, hachure=True)
    elif signe is Signe.PROVISOIRE:
        planche.marque(x, y, "disque", planche.couleurs.fond)
        planche.cercle((x, y), RAYON - 0.6, blue, 1.4)
    elif signe is Signe.RUPTURE:
        planche.trait([(x, y - half), (x, y + half)], planche.couleurs.secondaire, 1.0, "pointilles")


def _poser_points(planche: Planche, serie: Serie, across: Echelle, upward: Echelle) -> None:
    """Put the lines, the breaks between the years, then the points over them."""
    blue = planche.couleurs.territoire
    for before, after in serie.ruptures:
        x = across.x((before + after) / 2)
        planche.trait([(x, upward.droite), (x, upward.gauche)], planche.couleurs.secondaire, 1.0, "pointilles")
    for run in serie.troncons():
        if len(run) > 1:
            planche.trait([(across.x(point.annee), upward.x(point.valeur)) for point in run], blue, 1.6)
    for point in serie.points:
        x = across.x(point.annee)
        if not point.connu:
            _signe(planche, Signe.ABSENCE, x, upward.x(0) - CASE / 2)
        elif point.provisoire:
            _signe(planche, Signe.PROVISOIRE, x, upward.x(point.valeur))
        else:
            planche.marque(x, upward.x(point.valeur), "disque", blue)


def _poser_valeurs(
    planche: Planche, serie: Serie, echelles: tuple[Echelle, Echelle], cadre: tuple[float, float, float, float]
) -> list[Point]:
    """Write the first and the last value, and the others when they are few, where they cover nothing.

    Returns:
        The first and the last point when they have no room.
    """
    (across, upward), known, blue = echelles, serie.connus, planche.couleurs.territoire
    taken, lines, unplaced = _obstacles(serie, across, upward), _traits(serie, across, upward), []
    between = known[1:-1] if len(known) <= TOUTES_LES_VALEURS else ()
    for point in dict.fromkeys((known[0], known[-1], *between)):
        found = mettre(planche, point.etiquette, (across.x(point.annee), upward.x(point.valeur)), taken, lines, cadre)
        if found:
            taken.append(found)
            planche.texte(found.gauche, found.milieu, point.etiquette, gras=True, couleur=blue)
        elif point not in between:
            unplaced.append(point)
    return unplaced


def _obstacles(serie: Serie, across: Echelle, upward: Echelle) -> list[Boite]:
    """Return the places of the points, of the squares of the absent years and of the target."""
    found = []
    for point in serie.points:
        x = across.x(point.annee)
        if point.connu:
            found.append(Boite.autour((x, upward.x(point.valeur)), RAYON, RAYON))
        else:
            found.append(Boite.autour((x, upward.x(0) - CASE / 2), CASE / 2, CASE / 2))
    if serie.cible:
        found.append(Boite.autour((across.x(serie.annee_de_la_cible), upward.x(serie.cible.valeur)), CIBLE / 2, 1.5))
    return found


def _traits(serie: Serie, across: Echelle, upward: Echelle) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the lines of the series, of its breaks and of its target."""
    found = [
        tuple((across.x(point.annee), upward.x(point.valeur)) for point in pair)
        for run in serie.troncons()
        for pair in pairwise(run)
    ]
    for before, after in serie.ruptures:
        x = across.x((before + after) / 2)
        found.append(((x, upward.droite), (x, upward.gauche)))
    if serie.cible:
        y = upward.x(serie.cible.valeur)
        found.append(((across.gauche, y), (across.x(serie.annee_de_la_cible), y)))
    return found


def _poser_annees(planche: Planche, across: Echelle, y: float) -> None:
    """Put the first and the last year, and between them those that have room."""
    first, last = int(across.minimum), int(across.maximum) if across.droite > across.gauche else int(across.minimum)
    need, taken = planche.mesurer(str(last)) + ENTRE_ANNEES, []
    for year in dict.fromkeys((first, last, *range(first + 1, last))):
        x = across.x(year)
        if all(abs(x - other) >= need for other in taken):
            planche.texte(x, y, str(year), ancre="center", couleur=planche.couleurs.secondaire)
            taken.append(x)


def poser_remarques(
    planche: Planche, remarques: Sequence[tuple[Signe, str]], cotes: tuple[float, float], haut: float
) -> float:
    """Put the remarks, each after its sign, and return their bottom."""
    (left, right), y, lead = cotes, haut, planche.interligne
    for sign, note in remarques:
        indent = 0.0 if sign is Signe.AUCUN else RETRAIT
        lines = planche.couper(note.replace(" : ", f"{INSECABLE}: "), right - left - indent, LIGNES_DE_REMARQUE)
        _signe(planche, sign, left + CASE / 2, y + lead / 2, CASE)
        planche.paragraphe(left + indent, y + len(lines) * lead / 2, lines, couleur=planche.couleurs.secondaire)
        y += len(lines) * lead
    return y
