"""Rows of a chart under the titles of their groups, each with its name and what qualifies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.graphiques.rangees import (
    ENTRE_RANGEES,
    GOUTTIERE,
    LIGNES_DE_LIBELLE,
    LIGNES_DE_NOTE,
    Rangees,
    gauche_des_marques,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.graphiques.planche import Planche

AVANT_UN_GROUPE = 8.0
SOUS_UN_TITRE = 5.0
NOM_ET_DETAIL = 5.0
ENTRE_VALEURS = 4.0
SUR_LES_REGLES = 2.2  # between lines and texts, see ``formes``


@dataclass(frozen=True)
class Ligne:
    """A row: its name, and in the colour of secondary text what qualifies it (kind, management)."""

    nom: str
    detail: str = ""
    gras: bool = False


@dataclass(frozen=True)
class Groupe:
    """Rows under a title, and a remark under them (what is absent); an empty title is not drawn."""

    titre: str
    lignes: tuple[Ligne, ...] = ()
    remarque: str = ""


def poser_groupes(planche: Planche, groupes: Sequence[Groupe], haut: float, *, marque: float = 12.0) -> Rangees:
    """Put titles, names and remarks, and return the rows of all the groups in order.

    Args:
        planche: The sheet.
        groupes: The groups, from top to bottom.
        haut: Top of the first title.
        marque: Height that the marks of a row need.
    """
    centres: list[float] = []
    y = haut
    for rank, groupe in enumerate(groupes):
        y += _separer(planche, y) if rank else 0.0
        y += _titrer(planche, y, groupe.titre)
        for ligne in groupe.lignes:
            centre, height = _poser_ligne(planche, y, ligne, marque)
            centres.append(centre)
            y += height + ENTRE_RANGEES
        y += _remarquer(planche, y, groupe.remarque) if groupe.remarque else 0.0
    return Rangees(tuple(centres), haut, y - ENTRE_RANGEES, gauche_des_marques(planche))


def poser_regles(
    planche: Planche, rangees: Rangees, graduations: Sequence[tuple[float, str]], *, unite: str, marque: float = 12.0
) -> float:
    """Put light vertical rules, their values and their unit under the rows, and return the bottom of the axis.

    On a narrow sheet, where names stand above the marks, the rules run behind the marks only. A value that would touch
    the one on its left is left out.

    Args:
        planche: The sheet.
        rangees: The rows.
        graduations: Place and text of each rule, from left to right.
        unite: What the values count.
        marque: Height of the marks of a row.
    """
    half = marque / 2 + 2
    spans = [(y - half, y + half) for y in rangees.centres] if planche.etroite else [(rangees.haut, rangees.bas + 3)]
    y, secondary, free = rangees.bas + 10, planche.couleurs.secondaire, 0.0
    for x, text in graduations:
        for top, bottom in spans:
            planche.trait([(x, top), (x, bottom)], planche.couleurs.filet, 0.5)
        width = planche.mesurer(text)
        left = min(max(x - width / 2, 0.0), planche.largeur - width)
        if left >= free:
            planche.texte(left, y, text, couleur=secondary)
            free = left + width + ENTRE_VALEURS
    if planche.etroite:
        planche.texte(planche.largeur, y + planche.interligne, unite, ancre="right", couleur=secondary)
    else:
        planche.texte(rangees.gauche - GOUTTIERE, y, unite, ancre="right", couleur=secondary)
    return y + 6 + (planche.interligne if planche.etroite else 0.0)


def poser_barre(
    planche: Planche, y: float, bouts: tuple[float, float], couleur: str, *, epaisseur: float = 12.0
) -> None:
    """Put a horizontal bar over the rules; ``y`` is its middle, ``bouts`` its two ends."""
    (start, end), top, bottom = bouts, y - epaisseur / 2, y + epaisseur / 2
    planche.polygone([(start, top), (end, top), (end, bottom), (start, bottom)], couleur, plan=SUR_LES_REGLES)


def _separer(planche: Planche, y: float) -> float:
    planche.trait([(0, y), (planche.largeur, y)], planche.couleurs.filet, 0.5)
    return AVANT_UN_GROUPE


def _titrer(planche: Planche, y: float, titre: str) -> float:
    if not titre:
        return 0.0
    lines = planche.couper(titre, planche.largeur, LIGNES_DE_LIBELLE, gras=True)
    height = len(lines) * planche.interligne
    planche.paragraphe(0, y + height / 2, lines, gras=True, fond=True)
    return height + SOUS_UN_TITRE


def _poser_ligne(planche: Planche, y: float, ligne: Ligne, marque: float) -> tuple[float, float]:
    """Put the name of a row, and return the middle of its marks and the height of the whole."""
    if planche.etroite:
        text = _nommer(planche, y, ligne, planche.largeur)
        return y + text + 1 + marque / 2, text + 1 + marque
    width = gauche_des_marques(planche) - GOUTTIERE
    height = max(_hauteur_du_nom(planche, ligne, width), marque)
    _nommer(planche, y + (height - _hauteur_du_nom(planche, ligne, width)) / 2, ligne, width)
    return y + height / 2, height


def _lignes(planche: Planche, ligne: Ligne, largeur: float) -> tuple[list[str], list[str]]:
    """Return the lines of the name and of the detail, which has none when it follows the name on a narrow sheet."""
    names = planche.couper(ligne.nom, largeur, LIGNES_DE_LIBELLE, ligne.gras)
    if not ligne.detail or (planche.etroite and len(names) == 1 and _a_la_suite(planche, ligne) <= largeur):
        return names, []
    return names, planche.couper(ligne.detail, largeur, LIGNES_DE_LIBELLE)


def _a_la_suite(planche: Planche, ligne: Ligne) -> float:
    return planche.mesurer(ligne.nom, ligne.gras) + NOM_ET_DETAIL + planche.mesurer(ligne.detail)


def _hauteur_du_nom(planche: Planche, ligne: Ligne, largeur: float) -> float:
    return sum(map(len, _lignes(planche, ligne, largeur))) * planche.interligne


def _nommer(planche: Planche, y: float, ligne: Ligne, largeur: float) -> float:
    names, details = _lignes(planche, ligne, largeur)
    lead = planche.interligne
    secondary = planche.couleurs.secondaire
    planche.paragraphe(0, y + len(names) * lead / 2, names, gras=ligne.gras)
    planche.paragraphe(0, y + (len(names) + len(details) / 2) * lead, details, couleur=secondary)
    if ligne.detail and not details:
        planche.texte(
            planche.mesurer(ligne.nom, ligne.gras) + NOM_ET_DETAIL, y + lead / 2, ligne.detail, couleur=secondary
        )
    return (len(names) + len(details)) * lead


def _remarquer(planche: Planche, y: float, remarque: str) -> float:
    lines = planche.couper(remarque, planche.largeur, LIGNES_DE_NOTE)
    height = len(lines) * planche.interligne
    planche.paragraphe(0, y + height / 2, lines, couleur=planche.couleurs.absence, fond=True)
    return height + ENTRE_RANGEES
