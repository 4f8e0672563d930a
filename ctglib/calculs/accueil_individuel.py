"""Fiche 1: who comes and who goes, what a post of the relais has to follow, and the places against the births."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.annees import ensemble

if TYPE_CHECKING:
    from ctglib.donnees.modeles.analyses import AnalyseAccueil, IndicateursAccueil

MOUVEMENTS = (
    "annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde", "effectif", "variation", "ecart",
)  # fmt: skip
RELAIS = (
    "annee", "postes", "statut_postes", "agreees_par_poste", "en_activite_par_poste", "base", "postes_repere",
    "ecart_postes",
)  # fmt: skip
BESOINS = (
    "indicateur", "dimension", "modalite", "annee", "territoire", "statut_territoire", "reference", "statut_reference",
    "retard", "source", "note",
)  # fmt: skip
SERIE = ("indicateur", "dimension", "modalite")


def mouvements(table: pd.DataFrame, noms: IndicateursAccueil) -> pd.DataFrame:
    """Return, year by year, entries, departures and their balance, beside the change of the stock.

    ``ecart`` is the change of the stock less the balance: zero when both say the same, missing when one is not known.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
    """
    entered, left, stock = (ensemble(table, name) for name in (noms.entrees, noms.sorties, noms.agreees))
    balance = entered["valeur"] - left["valeur"]
    change = stock["valeur"].diff()
    return pd.DataFrame(
        {
            "entrees": entered["valeur"],
            "statut_entrees": entered["statut"],
            "sorties": left["valeur"],
            "statut_sorties": left["statut"],
            "solde": balance,
            "effectif": stock["valeur"],
            "variation": change,
            "ecart": change - balance,
        }
    ).reset_index()[list(MOUVEMENTS)]


def relais(table: pd.DataFrame, analyse: AnalyseAccueil) -> pd.DataFrame:
    """Return, by year, how many professionals go with one post of the relais, and how many posts the norm asks for.

    The norm counts those of its own indicator (``base`` "norme"); where nobody gave them, those who are agréées
    ("agreees"), which asks for more posts than it should.

    Args:
        table: What ``annees`` returns.
        analyse: Which indicator is which, and the norm.
    """
    noms, norme = analyse.indicateurs, analyse.norme
    posts = ensemble(table, noms.postes_relais)
    approved, counted = ensemble(table, noms.agreees)["valeur"], ensemble(table, norme.indicateur)["valeur"]
    active = ensemble(table, noms.en_activite)["valeur"]
    divisor = posts["valeur"].where(posts["valeur"] != 0)
    needed = counted.fillna(approved) / norme.valeur
    return pd.DataFrame(
        {
            "postes": posts["valeur"],
            "statut_postes": posts["statut"],
            "agreees_par_poste": approved / divisor,
            "en_activite_par_poste": active / divisor,
            "base": ["norme" if known else "agreees" for known in counted.notna()],
            "postes_repere": needed,
            "ecart_postes": posts["valeur"] - needed,
        }
    ).reset_index()[list(RELAIS)]


def besoins(
    connus: pd.DataFrame, derniers: pd.DataFrame, analyse: AnalyseAccueil, *, territoires: tuple[str, str]
) -> pd.DataFrame:
    """Return the public figures that tell the needs: the latest coverage, whole and by mode, and the last births.

    The two territories stand side by side only for the same year.

    Args:
        connus: Public series known to the bilan, all years (``contexte_connu``).
        derniers: Their latest figures, with ``retard`` (``contexte_a_la_date``).
        analyse: Which series is which, and how many years of births to show.
        territoires: The territory and its reference.

    Returns:
        The columns ``BESOINS``, one row a measure and year.
    """
    noms = analyse.indicateurs
    coverage = derniers[derniers["indicateur"].eq(noms.couverture)]
    births = connus[connus["indicateur"].eq(noms.naissances) & connus["valeur"].notna()]
    last = births.loc[births["territoire"].eq(territoires[0]), "annee"].max()
    recent = births[births["annee"].gt(last - analyse.annees_de_naissances)] if pd.notna(last) else births.iloc[0:0]
    lag = derniers["annee"] + derniers["retard"]  # the year of the bilan, the same on every row
    recent = recent.assign(retard=(lag.max() if len(lag) else 0) - recent["annee"])
    figures = pd.concat([coverage, recent], ignore_index=True)
    own, other = (figures[figures["territoire"].eq(code)] for code in territoires)
    key = [*SERIE, "annee"]
    both = own.merge(other[[*key, "valeur", "statut"]], on=key, how="left", suffixes=("", "_reference"))
    table = both.rename(
        columns={"valeur": "territoire_valeur", "statut": "statut_territoire", "valeur_reference": "reference"}
    ).drop(columns="territoire")
    return table.rename(columns={"territoire_valeur": "territoire"})[list(BESOINS)]
