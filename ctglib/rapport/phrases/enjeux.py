"""The sentences of the findings by enjeu, and what the convention leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, INDICATEUR, SERVICE, besoins
from ctglib.document.blocs import Bloc, paragraphe
from ctglib.document.typographie import compter, enumerer

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.convention import Convention


ORIGINES = {
    INDICATEUR: ("dans les indicateurs qui ont un sens souhaité",) * 2,
    SERVICE: ("service absent", "services absents"),
    FICHE: ("dans le constat initial des fiches action",) * 2,
}


def enjeux_constats(constats: pd.DataFrame, hors_enjeux: pd.DataFrame, convention: Convention) -> Bloc:
    """Return how many needs there are and how many have a fiche, and whose reading that is.

    Args:
        constats: As ``ctglib.calculs.enjeux.constats_par_enjeu`` returns them.
        hors_enjeux: As ``ctglib.calculs.enjeux.hors_enjeux`` returns them.
        convention: Its enjeux and fiches.
    """
    needs = besoins(constats, hors_enjeux)
    total, answered = len(needs), int((needs["fiches"] != "").sum())
    outside = f" ; {len(hors_enjeux)} sont dans des thèmes qu'aucun enjeu ne reprend" if len(hors_enjeux) else ""
    counted = "Aucun besoin ne se lit dans le diagnostic ni dans les fiches."
    if total:
        counts = needs["origine"].value_counts()
        parts = [compter(int(counts[kind]), *words) for kind, words in ORIGINES.items() if kind in counts]
        counted = (
            f"{compter(total, 'besoin')} : {enumerer(parts)}{outside}. "
            f"Une fiche action répond à {answered} d'entre eux, aucune à {total - answered}."
        )
    return paragraphe(" ".join([counted, *_fiches_sans_constat(constats, hors_enjeux, convention)])) + paragraphe(
        "Le rattachement des thèmes aux enjeux, et des indicateurs aux fiches, est une lecture du classeur "
        "d'évaluation, à valider par le comité de pilotage : la convention ne l'écrit pas.",
        classe="note",
    )


def _fiches_sans_constat(constats: pd.DataFrame, hors_enjeux: pd.DataFrame, convention: Convention) -> list[str]:
    """Return the fiches to which no finding of the tables leads."""
    named = {
        numero for table in (constats, hors_enjeux) for cell in table["fiches"] for numero in cell.split(SEPARATEUR)
    }
    alone = [str(fiche.numero) for fiche in convention.fiches if str(fiche.numero) not in named]
    if not alone:
        return []
    noun = "à la fiche action" if len(alone) == 1 else "aux fiches action"
    return [f"Aucun constat ne mène {noun} {enumerer(alone)}."]
