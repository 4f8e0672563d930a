"""Rows of a chart: their labels on the left of a wide sheet, above the marks of a narrow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.typographie import nombre

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

PART_DES_LIBELLES = 0.36
GOUTTIERE = 10.0
ENTRE_RANGEES = 8.0
LIGNES_DE_LIBELLE = 3
NOM_ET_NOM = 10.0
LIGNE_DES_NOMS = 7.0
SANS_ZERO = "L'échelle ne part pas de zéro."
LIGNES_DE_NOTE = 12


@dataclass(frozen=True)
class Rangees:
    """Where the rows are: ``centres`` of their marks, ``bas`` of the last one, ``gauche`` of the marks' zone."""

    centres: tuple[float, ...]
    haut: float
    bas: float
    gauche: float


def gauche_des_marques(planche: Planche) -> float:
    """Return where the zone of the marks starts."""
    return 0.0 if planche.etroite else PART_DES_LIBELLES * planche.largeur + GOUTTIERE


def poser_rangees(
    planche: Planche, libelles: Sequence[str], haut: float, *, marque: float = 12.0, premiere: float = 0.0,
    reserve: float = 0.0, lignes: int = LIGNES_DE_LIBELLE,
) -> Rangees:  # fmt: skip
    """Put the labels and return the rows.

    Args:
        planche: The sheet.
        libelles: One label a row.
        haut: Top of the first row.
        marque: Height that the marks of a row need.
        premiere: On a narrow sheet, height kept between the first label and its marks.
        reserve: On a narrow sheet, width kept free at the right of the labels.
        lignes: Lines that a label may take.
    """
    left = gauche_des_marques(planche)
    width = planche.largeur - reserve if planche.etroite else left - GOUTTIERE
    centres, y = [], haut
    for rank, libelle in enumerate(libelles):
        lines = planche.couper(libelle, width, lignes)
        text = len(lines) * planche.interligne
        if planche.etroite:
            planche.paragraphe(0, y + text / 2, lines, fond=True)
            y += text + (premiere if rank == 0 else 0)
            centres.append(y + marque / 2 + 1)
            y += marque + ENTRE_RANGEES + 1
        else:
            height = max(text, marque)
            planche.paragraphe(0, y + height / 2, lines)
            centres.append(y + height / 2)
            y += height + ENTRE_RANGEES
    return Rangees(tuple(centres), haut, y - ENTRE_RANGEES, left)


def poser_axe(
    planche: Planche, echelle: Echelle, haut: float, bas: float, *, symbole: str = "", signe: bool = False
) -> float:
    """Put light vertical rules and their values under the rows, and return the bottom of the axis."""
    for value in echelle.graduations():
        x = echelle.x(value)
        planche.trait([(x, haut), (x, bas + 3)], planche.couleurs.filet, 0.5)
        text = nombre(value, echelle.decimales, signe=signe) + (f" {symbole}" if symbole else "")
        poser_au_dessus(planche, x, bas + 10, text, couleur=planche.couleurs.secondaire)
    return bas + 16


def poser_au_dessus(planche: Planche, x: float, y: float, texte: str, **style: object) -> None:
    """Put a text centred on a place, moved so that it stays on the sheet, shortened when it is wider than it."""
    (line,) = planche.couper(texte, planche.largeur, 1, gras=bool(style.get("gras")))
    half = planche.mesurer(line, gras=bool(style.get("gras"))) / 2
    planche.texte(min(max(x, half), planche.largeur - half), y, line, ancre="center", **style)


def poser_note(planche: Planche, gauche: float, haut: float, texte: str) -> float:
    """Put a remark under the chart, on as many lines as it takes, and return its bottom."""
    lines = planche.couper(texte, planche.largeur - gauche, LIGNES_DE_NOTE)
    height = len(lines) * planche.interligne
    planche.paragraphe(gauche, haut + height / 2, lines, couleur=planche.couleurs.secondaire)
    return haut + height + 2


def poser_noms(planche: Planche, y: float, noms: Sequence[tuple[float, str, str]], droite: float | None = None) -> None:
    """Put one or two names above their marks, away from each other and inside the sheet.

    Args:
        planche: The sheet.
        y: Middle of the names.
        noms: Place of the mark, name and colour, from left to right.
        droite: Where the names must end, when not at the end of the sheet.
    """
    limit = planche.largeur if droite is None else droite
    room = limit / len(noms) - NOM_ET_NOM
    texts = [planche.couper(nom, room, 1, gras=True)[0] for _, nom, _ in noms]
    widths = [planche.mesurer(text, gras=True) for text in texts]
    starts = [x - width + 4 for (x, _, _), width in zip(noms[:-1], widths[:-1], strict=True)]
    starts.append(noms[-1][0] - 4)
    starts[0] = max(0.0, starts[0])
    for rank in range(1, len(starts)):
        starts[rank] = max(starts[rank], starts[rank - 1] + widths[rank - 1] + NOM_ET_NOM)
    for rank in reversed(range(len(starts))):
        starts[rank] = min(starts[rank], limit - widths[rank])
        limit = starts[rank] - NOM_ET_NOM
    for start, text, (_, _, couleur) in zip(starts, texts, noms, strict=True):
        planche.texte(start, y, text, gras=True, couleur=couleur)
