"""Who comes and who goes: entries, departures and balance by year, beside the change of the stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annees import lire_annees
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import liste
from ctglib.document.mesures import petits_publies
from ctglib.document.typographie import compter, enumerer, nombre
from ctglib.graphiques.entrees_sorties import entrees_sorties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.donnees.modeles.convention import Analyse


def flux(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield the entries, departures and balance of the year and of all, whether the stock agrees; then the chart."""
    read = lire_annees(etude, analyse.tous("entrees", "sorties", "effectif"))
    if est_muet(read[read["indicateur"].ne(analyse.un("effectif"))]):
        return
    table = calculer(read, analyse)
    stock = etude.contexte.indicateurs[analyse.un("effectif")].libelle if analyse.un("effectif") else ""
    yield liste(phrases(table, stock))
    yield liste(petits_publies(read, ["valeur"], etude.catalogue.seuils.petits_effectifs, etude.contexte))
    titre = analyse.graphique or analyse.titre
    yield entrees_sorties(table, etude.contexte, nom=analyse.id, titre=titre)


def calculer(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, year by year, entries, departures and their balance, beside the change of the stock.

    ``ecart`` is the change of the stock less the balance: zero when both say the same, missing when one is not known.

    Args:
        table: What ``annees`` returns.
        analyse: Which indicator plays which role.
    """
    entered, left, stock = (ensemble(table, analyse.un(role)) for role in ("entrees", "sorties", "effectif"))
    balance, change = entered["valeur"] - left["valeur"], stock["valeur"].diff()
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
    ).reset_index(names="annee")


def phrases(table: pd.DataFrame, stock: str) -> list[str]:
    """Return the movements of the last year and of all, then the years whose balance is not the change of the stock.

    Args:
        table: What ``calculer`` returns.
        stock: What the stock is called.
    """
    told, known = [_annee(table.iloc[-1])], table[table["solde"].notna()]
    if len(known) > 1:
        total = known[["entrees", "sorties", "solde"]].sum()
        covers = "compense" if total["entrees"] >= total["sorties"] else "ne compense pas"
        told.append(
            f"Sur les années connues ({enumerer([str(year) for year in known['annee']])}) : {_flux(total)}, soit un "
            f"solde de {nombre(total['solde'], signe=True)} ; le renouvellement {covers} les départs."
        )
    doubtful = table[table["ecart"].notna() & table["ecart"].ne(0)]
    return told + [
        f"{stock}, en {year} : {nombre(change, signe=True)}, quand le solde est de {nombre(balance, signe=True)} ; "
        "l'un des comptes est à vérifier."
        for year, change, balance in zip(doubtful["annee"], doubtful["variation"], doubtful["solde"], strict=True)
    ]


def _annee(row: pd.Series) -> str:
    year, entered, left = row["annee"], row["entrees"], row["sorties"]
    if pd.notna(row["solde"]):
        return f"En {year} : {_flux(row)}, soit un solde de {nombre(row['solde'], signe=True)}."
    if pd.isna(entered) and pd.isna(left):
        return f"En {year}, ni les entrées ni les départs ne sont connus."
    told, lacking = (
        (_entrees(entered), "les départs ne sont pas connus")
        if pd.notna(entered)
        else (_departs(left), "les entrées ne sont pas connues")
    )
    return f"En {year} : {told} ; {lacking}, le solde ne se calcule pas."


def _flux(row: pd.Series) -> str:
    return f"{_entrees(row['entrees'])} et {_departs(row['sorties'])}"


def _entrees(effectif: float) -> str:
    return compter(effectif, "entrée") if effectif else "aucune entrée"


def _departs(effectif: float) -> str:
    return compter(effectif, "départ") if effectif else "aucun départ"
