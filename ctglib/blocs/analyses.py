"""The analyses that a fiche declares, each shown by the block of its type (``ctglib/blocs/<type>.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.suivi import annees, avec_reperes, changements_en_vigueur, ensemble
from ctglib.document.blocs import Bloc, Groupe, suite
from ctglib.document.mesures import ligne
from ctglib.document.typographie import compter, enumerer, nombre, pourcent
from ctglib.donnees.modeles.convention import Analyse, Rapport

Blocs = Iterator[Bloc | None]  # what the block of an analysis yields
CONVENTION = "convention"  # where an initial value comes from


def montrer(etude: EtudeAnnuelle, analyse: Analyse) -> Groupe | None:
    """Return what an analysis shows: sentences, then its table or chart; None when nothing of it is known.

    A year for which nothing at all was handed in has no analysis.
    """
    if etude.annuel.vide:
        return None
    block = getattr(import_module(f"ctglib.blocs.{analyse.type}"), analyse.type)
    return suite(block(etude, analyse) or ())


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of indicators of the fiches, each once, by year (see ``ctglib.calculs.suivi.annees``)."""
    wanted = dict.fromkeys(name for name in identifiants if name)
    return annees(etude.mesures, etude.catalogue, wanted, annees=(etude.convention.debut.year, etude.annee))


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of years with their targets and breaks, as the chart of trajectories takes them."""
    changes = changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
    return avec_reperes(table, etude.evaluation, etude.catalogue, changes)


def nom_du_detail(etude: EtudeAnnuelle, table: pd.DataFrame) -> str:
    """Return what the modalités of a table of years are: « Dispositif »."""
    names = [name for name in table["dimension"].unique() if name]
    return etude.catalogue.dimensions[names[0]].libelle if names else "Détail"


class Compte(float):
    """A count that a sentence writes with its noun: ``f"{Compte(2):place}"`` is « 2 places »."""

    def __format__(self, nom: str) -> str:
        """Return the count, alone or with its noun."""
        return compter(self, nom) if nom else nombre(self)


def quotients(rapports: Iterable[Rapport], evaluation: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Return two indicators set against each other, in the words that the convention declares for it.

    A ratio is said once both counts are known and the denominator is not zero.
    """

    def valeur(indicateur: str, *, ecrite: bool) -> float:
        row = ligne(evaluation, indicateur)
        if row is None or (ecrite and row["origine_initiale"] != CONVENTION):
            return float("nan")
        return row["valeur_initiale"] if ecrite else row["valeur"]

    told = []
    for rapport in rapports:
        above, since = valeur(rapport.numerateur, ecrite=rapport.calcul == "ecrit"), ""
        below = valeur(rapport.denominateur, ecrite=rapport.calcul in ("depart", "ecrit"))
        if rapport.calcul == "cumul":
            if (known := cumul(rapport, table)).empty:
                continue
            years = [str(year) for year in known["annee"]]
            since = f"En {years[0]}" if len(years) == 1 else f"Sur les années connues ({enumerer(years)})"
            above, below = known[["numerateur", "denominateur"]].iloc[-1]
        if pd.isna(above) or not below > 0:
            continue
        value = nombre(above / below, rapport.decimales)
        if rapport.calcul == "part":
            value = pourcent(100 * above / below, rapport.decimales)
        words = {"numerateur": Compte(above), "denominateur": Compte(below), "rapport": value, "annees": since}
        told.append(rapport.phrase.format(**words))
    return told


def cumul(rapport: Rapport, table: pd.DataFrame) -> pd.DataFrame:
    """Return both counts, added up from year to year over the years for which both are known."""
    both = {name: ensemble(table, getattr(rapport, name))["valeur"] for name in ("numerateur", "denominateur")}
    return pd.DataFrame(both).dropna().cumsum().reset_index(names="annee")
