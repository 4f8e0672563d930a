"""All the sheets of a workbook, in order, and what their rows become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.feuilles import actions, appreciations, indicateurs, moyens, posture, profils

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.entrees import Entree
    from ctglib.collecte.feuille import Feuille
    from ctglib.collecte.lignes import LigneLue

_FEUILLES = (actions, indicateurs, moyens, profils, posture, appreciations)


def feuilles(cadre: Cadre) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook; a service's has only those where it has something to fill."""
    return tuple(sheet for module in _FEUILLES if (sheet := module.feuille(cadre)).lignes)


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return what a filled row says, as rows of the follow-up."""
    module = next(module for module in _FEUILLES if lue.feuille == module.FEUILLE)
    return module.entrees(lue, cadre)
