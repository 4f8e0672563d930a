"""The changes in force, each with the number of its avenant: what a report names when it tells one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.evaluation.serie import changements_en_vigueur

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.avenants import Avenant, Changement
    from ctglib.donnees.modeles.base import Date

Numerotes = tuple[tuple[int, "Changement"], ...]


def par_avenant(avenants: Iterable[Avenant], date_arretee: Date) -> Numerotes:
    """Return the changes in force at a date with the number of their avenant, in the order of the avenants."""
    return tuple(
        (avenant.numero, changement)
        for avenant in avenants
        for changement in changements_en_vigueur([avenant], date_arretee)
    )


def avenant_de_la_cible(changements: Numerotes) -> dict[str, int]:
    """Return the number of the avenant that set the target of each indicator, the latest in force."""
    targets = [(change.effet, number, change) for number, change in changements if change.nature == "cible"]
    return {change.element: number for _, number, change in sorted(targets, key=lambda item: item[:2])}
