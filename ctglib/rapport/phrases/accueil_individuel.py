"""Fiche 1 in sentences: professionals and places, who comes and who goes, the needs, the posts of the relais."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, Groupe, liste
from ctglib.document.mesures import ligne, marquer, mesures
from ctglib.document.typographie import compter, enumerer, minuscule, nombre, nombre_court, pourcent

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import AnalyseAccueil, IndicateursAccueil
    from ctglib.donnees.modeles.evaluation import Evaluation

DECIMALES_RAPPORT = 1
DECIMALES_POSTES = 2


def effectifs(evaluation: pd.DataFrame, noms: IndicateursAccueil, contexte: Contexte, mots: Evaluation) -> Bloc:
    """Return how many professionals and places there are, and which share works; nothing when none of it is known.

    Args:
        evaluation: The scoring of the year.
        noms: Which indicator is which.
        contexte: The words.
        mots: The words of the scoring.
    """
    told = mesures(evaluation, (noms.agreees, noms.en_activite, noms.places, noms.gardes), contexte, mots)
    return liste([*told, *_rapports(evaluation, noms)])


def _rapports(evaluation: pd.DataFrame, noms: IndicateursAccueil) -> list[str]:
    rows = {name: ligne(evaluation, name) for name in (noms.agreees, noms.en_activite, noms.places)}
    approved, active, places = (float("nan") if row is None else row["valeur"] for row in rows.values())
    found = []
    if approved > 0 and active >= 0:
        share = pourcent(100 * active / approved, 0)
        found.append(f"Sur {nombre(approved)} agréées, {nombre(active)} exercent, soit {share}.")
    if approved > 0 and places >= 0:
        found.append(f"Une assistante maternelle agréée a en moyenne {nombre(places / approved, 1)} places.")
    return found


def mouvements(table: pd.DataFrame) -> Bloc:
    """Return the entries, departures and balance of the last year and of all, and whether the stock agrees.

    Args:
        table: What ``ctglib.calculs.accueil_individuel.mouvements`` returns.
    """
    known = table[table["solde"].notna()]
    last = table.iloc[-1]
    return liste([_annee(last), *_cumul(known), *_desaccords(table)])


def _annee(row: pd.Series) -> str:
    year = row["annee"]
    if pd.notna(row["solde"]):
        return f"En {year} : {_flux(row)}, soit un solde de {nombre(row['solde'], signe=True)}."
    if pd.isna(row["entrees"]) and pd.isna(row["sorties"]):
        return f"En {year}, ni les entrées ni les départs ne sont connus."
    told = _entrees(row["entrees"]) if pd.notna(row["entrees"]) else _departs(row["sorties"])
    lacking = "les départs ne sont pas connus" if pd.notna(row["entrees"]) else "les entrées ne sont pas connues"
    return f"En {year} : {told} ; {lacking}, le solde ne se calcule pas."


def _flux(row: pd.Series) -> str:
    return f"{_entrees(row['entrees'])} et {_departs(row['sorties'])}"


def _entrees(effectif: float) -> str:
    return compter(effectif, "entrée") if effectif else "aucune entrée"


def _departs(effectif: float) -> str:
    return compter(effectif, "départ") if effectif else "aucun départ"


def _cumul(known: pd.DataFrame) -> list[str]:
    if len(known) <= 1:
        return []
    years = [str(year) for year in known["annee"]]
    total = known[["entrees", "sorties", "solde"]].sum()
    covers = total["entrees"] >= total["sorties"]
    said = "le renouvellement compense les départs" if covers else "le renouvellement ne compense pas les départs"
    return [
        f"Sur les années connues ({enumerer(years)}) : {_flux(total)}, soit un solde de "
        f"{nombre(total['solde'], signe=True)} ; {said}."
    ]


def _desaccords(table: pd.DataFrame) -> list[str]:
    """Return the years whose balance is not the change of the stock: one of the two counts is to be checked."""
    rows = table[table["ecart"].notna() & table["ecart"].ne(0)]
    return [
        f"En {row.annee}, le nombre d'agréées varie de {nombre(row.variation, signe=True)} quand le solde est de "
        f"{nombre(row.solde, signe=True)} : l'un des comptes est à vérifier."
        for row in rows.itertuples()
    ]


def besoins(table: pd.DataFrame, places: pd.Series | None, analyse: AnalyseAccueil, contexte: Contexte) -> Bloc:
    """Return the coverage and the births, each with its date, and what the coverage is not.

    Args:
        table: What ``ctglib.calculs.accueil_individuel.besoins`` returns.
        places: The row of the scoring that counts the approved places.
        analyse: Which series is which.
        contexte: The words and the two territories.
    """
    names = analyse.indicateurs
    coverage, births = (table[table["indicateur"].eq(name)] for name in (names.couverture, names.naissances))
    return liste([*_couverture(coverage, contexte), *_naissances(births, contexte), *_places(places, contexte)])


def _couverture(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    whole = rows[rows["dimension"].eq("")]
    if whole.empty:
        return []
    row = whole.iloc[0]
    item = contexte.indicateurs[row["indicateur"]]
    late = ""
    if row["retard"]:
        late = f" C'est le dernier chiffre publié ; il a {compter(row['retard'], 'an')} de retard sur ce bilan."
    return [
        f"{item.libelle} : {_deux(row, contexte)}.{late}",
        f"Ce qu'il compte : {minuscule(item.definition)} Une place offerte n'est pas un enfant accueilli.",
    ]


def _deux(row: pd.Series, contexte: Contexte) -> str:
    own = contexte.valeur_nue(row["indicateur"], row["territoire"], row["statut_territoire"])
    unit = contexte.unites[contexte.indicateurs[row["indicateur"]].unite]
    told = own if pd.isna(row["territoire"]) else f"{own} {minuscule(unit.libelle)}"
    here = f"{told} {contexte.territoire.a} en {row['annee']}"
    if pd.isna(row["reference"]):
        return here
    return f"{here}, contre {contexte.valeur_nue(row['indicateur'], row['reference'])} {contexte.reference.a}"


def _naissances(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    if rows.empty:
        return []
    ordered = rows.sort_values("annee")
    label = contexte.indicateurs[ordered.iloc[0]["indicateur"]].libelle
    parts = [f"{nombre(row.territoire)} en {row.annee}" for row in ordered.itertuples()]
    whole = f", soit {nombre(ordered['territoire'].sum())} en {compter(len(ordered), 'an')}" if len(ordered) > 1 else ""
    return [f"{label}, {contexte.territoire.a} : {enumerer(parts)}{whole}."]


def _places(row: pd.Series | None, contexte: Contexte) -> list[str]:
    if row is None or pd.isna(row["valeur"]):
        return []
    told = marquer(contexte.valeur(row["indicateur"], row["valeur"]), row["statut"])
    why = "Le classeur n'en calcule aucun taux : seul celui de la Cnaf est publié."
    return [f"{row['libelle']} : {told} en {row['annee']}. {why}"]


def relais(table: pd.DataFrame, analyse: AnalyseAccueil, contexte: Contexte) -> Bloc:
    """Return how many professionals go with a post of the relais, beside the norm and who sets it.

    Args:
        table: What ``ctglib.calculs.accueil_individuel.relais`` returns.
        analyse: The norm.
        contexte: The words.
    """
    known = table[table["postes"].notna() & table["postes_repere"].notna()]
    norm = analyse.norme
    label = minuscule(contexte.indicateurs[norm.indicateur].libelle)
    rule = (
        f"Repère : un poste pour {nombre_court(norm.valeur)} {label} ({norm.reference}). La convention ne l'écrit pas."
    )
    return liste([*_poste(known.iloc[-1], contexte, analyse), rule]) if len(known) else Groupe()


def _poste(row: pd.Series, contexte: Contexte, analyse: AnalyseAccueil) -> list[str]:
    posts = contexte.valeur(analyse.indicateurs.postes_relais, row["postes"])
    parts = [
        f"{nombre(row[name], DECIMALES_RAPPORT)} {word}"
        for name, word in (("agreees_par_poste", "agréées"), ("en_activite_par_poste", "en activité"))
        if pd.notna(row[name])
    ]
    shared = f"En {row['annee']}, pour {posts} au relais : {enumerer(parts)} par poste."
    needed, gap = (nombre(abs(row[name]), DECIMALES_POSTES) for name in ("postes_repere", "ecart_postes"))
    side = "de plus" if row["ecart_postes"] >= 0 else "de moins"
    base = "" if row["base"] == "norme" else ", compté sur les agréées, faute de connaître celles qui exercent"
    compared = f"Le repère donnerait {needed} ETP{base} : le relais en a {gap} {side}."
    return [*([shared] if parts else []), compared]
