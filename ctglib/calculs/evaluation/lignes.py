"""What a year is scored on: the indicators of the fiches, whole and by modalité, each with its series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.evaluation.qualitatif import grille
from ctglib.calculs.evaluation.serie import ENSEMBLE, Serie, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.avenants import Changement
    from ctglib.donnees.modeles.base import Date
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention, Fiche, IndicateurFiche
    from ctglib.donnees.suivi.objets import Suivi


@dataclass(frozen=True)
class Annee:
    """What every row of a year reads."""

    convention: Convention
    catalogue: Catalogue
    annee: int
    date_arretee: Date
    changements: tuple[Changement, ...]
    suivis: Mapping[int, Suivi]


@dataclass(frozen=True)
class Ligne:
    """An indicator of a fiche, one of its modalités or the whole, and its series."""

    fiche: Fiche
    prevu: IndicateurFiche
    indicateur: Indicateur
    cle: tuple[str, str]
    serie: Serie

    @property
    def est_ensemble(self) -> bool:
        """Whether it is the whole: the convention's initial value and target are its own, not its modalités'."""
        return self.cle == ENSEMBLE


def lignes(year: Annee, mesures: Series) -> Iterator[Ligne]:
    """Yield the whole of each indicator, then its modalités that have a row, in the catalogue's order."""
    meanings = year.catalogue.indicateurs_fiches
    for fiche in year.convention.fiches:
        for prevu in fiche.indicateurs:
            indicateur = meanings[prevu.id]
            found = mesures.get(prevu.id, {})
            whole = grille(year.suivis, year.annee) if indicateur.table == "posture" else found.get(ENSEMBLE, {})
            yield Ligne(fiche, prevu, indicateur, ENSEMBLE, whole)
            for modalite in modalites(indicateur, year.catalogue):
                key = (indicateur.dimension, modalite)
                if key in found:
                    yield Ligne(fiche, prevu, indicateur, key, found[key])


def modalites(indicateur: Indicateur, catalogue: Catalogue) -> dict[str, str]:
    """Return the labels of the modalités that concern an indicator, by code; none when it has no dimension."""
    if indicateur.dimension is None:
        return {}
    known = {item.id: item.libelle for item in catalogue.dimensions[indicateur.dimension].modalites}
    return {code: known[code] for code in known if not indicateur.modalites or code in indicateur.modalites}
