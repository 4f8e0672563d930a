"""Who comes and who goes: entries, departures and balance by year, beside the change of the stock."""

from __future__ import annotations

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import liste
from ctglib.document.mesures import petits_publies
from ctglib.document.typographie import compter, enumerer, nombre
from ctglib.graphiques.barres import entrees_sorties

INCONNUS = {"entrees": "les entrées ne sont pas connues", "sorties": "les départs ne sont pas connus"}


def flux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield the entries, departures and balance of the year and of all, whether the stock agrees; then the chart."""
    read, name = lire_annees(etude, analyse.tous("entrees", "sorties", "effectif")), analyse.un("effectif")
    if est_muet(read[read["indicateur"].ne(name)]):
        return
    table = calculer(read, analyse)
    yield liste(phrases(table, etude.contexte.indicateurs[name].libelle if name else ""))
    yield liste(petits_publies(read, ["valeur"], etude.catalogue.seuils.petits_effectifs, etude.contexte))
    yield entrees_sorties(table, etude.contexte, nom=analyse.id, titre=analyse.graphique or analyse.titre)


def calculer(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, year by year, entries, departures and their balance, beside the change of the stock.

    ``ecart`` is the change of the stock less the balance: zero when both say the same, missing when one is not known.
    """
    read = {role: ensemble(table, analyse.un(role)) for role in ("entrees", "sorties")}
    flows = pd.concat([rows.set_axis([role, f"statut_{role}"], axis=1) for role, rows in read.items()], axis=1)
    balance, stock = flows["entrees"] - flows["sorties"], ensemble(table, analyse.un("effectif"))["valeur"]
    flows = flows.assign(solde=balance, effectif=stock, variation=stock.diff(), ecart=stock.diff() - balance)
    return flows.reset_index(names="annee")


def phrases(table: pd.DataFrame, stock: str) -> list[str]:
    """Return the movements of the last year and of all, then the years whose balance is not the change of the stock."""

    def dits(row: pd.Series) -> dict[str, str]:
        named = {"entrees": ("aucune entrée", "entrée"), "sorties": ("aucun départ", "départ")}
        known = {role: words for role, words in named.items() if pd.notna(row[role])}
        return {role: compter(row[role], noun) if row[role] else none for role, (none, noun) in known.items()}

    last, known = table.iloc[-1], table[table["solde"].notna()]
    met = dits(last)
    told = [f"En {last['annee']}, ni les entrées ni les départs ne sont connus."]
    if len(met) == 2:
        told = [
            f"En {last['annee']} : {' et '.join(met.values())}, soit un solde de {nombre(last['solde'], signe=True)}."
        ]
    elif met:
        (lacking,) = (word for role, word in INCONNUS.items() if role not in met)
        told = [f"En {last['annee']} : {' '.join(met.values())} ; {lacking}, le solde ne se calcule pas."]
    if len(known) > 1:
        total = known[["entrees", "sorties", "solde"]].sum()
        covers = "compense" if total["entrees"] >= total["sorties"] else "ne compense pas"
        told.append(
            f"Sur les années connues ({enumerer([str(year) for year in known['annee']])}) : "
            f"{' et '.join(dits(total).values())}, soit un solde de {nombre(total['solde'], signe=True)} ; le "
            f"renouvellement {covers} les départs."
        )
    return told + [
        f"{stock}, en {year} : {nombre(change, signe=True)}, quand le solde est de {nombre(balance, signe=True)} ; "
        "l'un des comptes est à vérifier."
        for year, change, balance, gap in table[["annee", "variation", "solde", "ecart"]].itertuples(index=False)
        if pd.notna(gap) and gap
    ]
