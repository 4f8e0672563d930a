"""From what a chart draws and says to the frozen Figure of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.graphiques.svg import rendre

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ctglib.document.tableau import Colonne
    from ctglib.graphiques.planche import Planche


@dataclass(frozen=True)
class Cartouche:
    """What identifies a chart: its short name, its caption and the source of its figures."""

    nom: str
    titre: str
    source: str


@dataclass(frozen=True)
class Chiffres:
    """The numbers of a chart: columns shown, cells as text, the same unrounded, groups of rows and notes if any."""

    colonnes: tuple[Colonne, ...]
    cellules: pd.DataFrame
    donnees: pd.DataFrame
    groupes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def assembler(
    cartouche: Cartouche, dessiner: Callable[[Planche], float], *, alt: str, lecture: str, chiffres: Chiffres
) -> Figure:
    """Return the figure: both drawings, the words that stand for them, and their numbers.

    Args:
        cartouche: Name, caption and source.
        dessiner: Draws on the sheet it is given and returns the height it took, in points.
        alt: What the chart shows, with its main figures.
        lecture: One sentence that reads one figure.
        chiffres: The numbers of the chart.
    """
    return Figure(
        nom=cartouche.nom,
        titre=cartouche.titre,
        alt=alt,
        svg_large=_svg("large", cartouche.nom, dessiner, alt),
        svg_etroit=_svg("etroit", cartouche.nom, dessiner, alt),
        lecture=lecture,
        source=cartouche.source,
        tableau=Tableau(
            nom=f"donnees-{cartouche.nom}",
            titre=cartouche.titre,
            colonnes=chiffres.colonnes,
            cellules=chiffres.cellules,
            donnees=chiffres.donnees,
            source=cartouche.source,
            groupes=chiffres.groupes,
            notes=chiffres.notes,
            donnees_de=cartouche.nom,
        ),
    )


def _svg(taille: str, nom: str, dessiner: Callable[[Planche], float], alt: str) -> str:
    from ctglib.graphiques.planche import Planche

    planche = Planche(taille)
    height = dessiner(planche)
    return rendre(planche.dessin(height), nom, alt, taille)
