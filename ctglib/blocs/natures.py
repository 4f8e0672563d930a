"""The charts that the indicators of a fiche make: what it does, then what comes of it, none taller than a page."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PANNEAUX_D_UNE_PAGE = 12  # four rows of three


@dataclass(frozen=True)
class Groupe:
    """Natures of indicators that share a chart."""

    nom: str
    natures: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Lot:
    """Indicators that share a chart.

    Attributes:
        nom: End of the name of the chart.
        question: What it answers, without its first capital.
        rang: « (1 sur 2) » when the chart is a part, else empty.
        indicateurs: In order.
    """

    nom: str
    question: str
    rang: str
    indicateurs: tuple[str, ...]


GROUPES = (
    Groupe("actions", ("moyen", "realisation"), "comment les moyens et les réalisations ont-ils évolué"),
    Groupe("resultats", ("resultat",), "comment les résultats ont-ils évolué"),
    Groupe("contexte", ("contexte",), "comment le contexte a-t-il évolué"),
)


def lots(indicateurs: Iterable[str], natures: Mapping[str, str]) -> list[Lot]:
    """Return the charts of some indicators: their natures apart, and a nature in even parts when it has too many.

    Examples:
        >>> [lot.nom for lot in lots("abc", {"a": "resultat", "b": "moyen", "c": "realisation"})]
        ['actions', 'resultats']
    """
    found, names = [], list(indicateurs)
    for groupe in GROUPES:
        own = [name for name in names if natures[name] in groupe.natures]
        parts = ceil(len(own) / PANNEAUX_D_UNE_PAGE)
        size = ceil(len(own) / parts) if parts else 0
        for rank in range(1, parts + 1):
            nom, rang = (f"{groupe.nom}-{rank}", f" ({rank} sur {parts})") if parts > 1 else (groupe.nom, "")
            found.append(Lot(nom, groupe.question, rang, tuple(own[(rank - 1) * size : rank * size])))
    return found
