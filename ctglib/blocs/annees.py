"""The years of some indicators, from the start of the convention to the year of the bilan, as blocks read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.suivi import annees, avec_reperes, changements_en_vigueur, details

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of indicators of the fiches, each once, by year (see ``ctglib.calculs.suivi.annees``)."""
    wanted = dict.fromkeys(name for name in identifiants if name)
    return annees(etude.mesures, etude.catalogue, wanted, annees=(etude.convention.debut.year, etude.annee))


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of years with their targets and breaks, as the chart of trajectories takes them."""
    changes = changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
    return avec_reperes(table, etude.evaluation, etude.catalogue, changes)


def par_modalite(etude: EtudeAnnuelle, table: pd.DataFrame, indicateur: str) -> pd.DataFrame:
    """Return the same for the modalités of one indicator: each panel bears the name of its modalité alone."""
    rows = pour_trajectoires(etude, details(table, indicateur))
    return rows.assign(libelle=rows["serie"])


def nom_du_detail(etude: EtudeAnnuelle, table: pd.DataFrame) -> str:
    """Return what the modalités of a table of years are: « Dispositif »."""
    names = [name for name in table["dimension"].unique() if name]
    return etude.catalogue.dimensions[names[0]].libelle if names else "Détail"
