"""From what a chart draws and says to the frozen Figure of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure as Dessin

    from ctglib.document.contexte import Contexte
    from ctglib.document.tableau import Colonne
    from ctglib.graphiques.planche import Planche


@dataclass(frozen=True)
class Chiffres:
    """The numbers of a chart: columns shown, cells as text, the same unrounded, groups of rows and notes if any."""

    colonnes: tuple[Colonne, ...]
    cellules: pd.DataFrame
    donnees: pd.DataFrame
    groupes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def assemble(
    contexte: Contexte, draw: Callable[[Planche], float], *, nom: str, titre: str, alt: str, lecture: str,
    chiffres: Chiffres, source: str = "", plots: int = 1,
) -> Figure:  # fmt: skip
    """Return the figure of a chart.

    Args:
        contexte: The territory, and the source when it is not given.
        draw: Draws on the sheet it is given and returns the height it took, in points.
        nom: Short name of the figure.
        titre: Its caption.
        alt: What the chart shows, with its main figures.
        lecture: One sentence that reads one figure.
        chiffres: The numbers of the chart.
        source: Producer and document, when not the context's.
        plots: How many axes in data coordinates the chart has.
    """
    source = source or contexte.source

    def dessiner(taille: str) -> Dessin:
        from ctglib.document.dessin import charter_style
        from ctglib.graphiques.planche import Planche

        with charter_style():
            planche = Planche(taille, plots)
            return planche.finish(draw(planche))

    tableau = Tableau(
        nom=f"donnees-{nom}", titre=titre, colonnes=chiffres.colonnes, cellules=chiffres.cellules,
        donnees=chiffres.donnees, source=source, groupes=chiffres.groupes, notes=chiffres.notes, donnees_de=nom,
    )  # fmt: skip
    return Figure(nom, titre, alt, lecture, source, tableau, dessiner, contexte.territoire.nom)
