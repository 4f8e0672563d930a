"""What the own analyses of the fiches share: the years of some indicators, and silence where nothing was handed in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Protocol, TypeVar

from ctglib.calculs.annees import annees, avec_reperes, details
from ctglib.calculs.suivi import changements_en_vigueur
from ctglib.document.blocs import Groupe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle


class Analyse(Protocol):
    """The own analysis of a fiche."""

    etude: EtudeAnnuelle


A = TypeVar("A", bound=Analyse)


def si_transmis(methode: Callable[..., object]) -> Callable[..., object]:
    """Return the method, which answers None in a year without any follow-up, or when it has nothing to say."""

    @wraps(methode)
    def montrer(analyse: A, *args: object) -> object:
        if analyse.etude.annuel.vide:
            return None
        shown = methode(analyse, *args)
        return None if shown == Groupe() else shown

    return montrer


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of indicators of the fiches, from the start of the convention to the year of the bilan."""
    return annees(etude.mesures, etude.catalogue, identifiants, annees=(etude.convention.debut.year, etude.annee))


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of years with their targets and breaks, as the chart of trajectories takes them."""
    changes = changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
    return avec_reperes(table, etude.evaluation, etude.catalogue, changes)


def par_modalite(etude: EtudeAnnuelle, table: pd.DataFrame, indicateur: str) -> pd.DataFrame:
    """Return the same for the modalités of one indicator: each panel bears the name of its modalité alone."""
    rows = pour_trajectoires(etude, details(table, indicateur))
    return rows.assign(libelle=rows["serie"])
