"""The grid of the référentiel d'emploi: how many lines moved; line by line in the internal report alone.

One or two posts stand behind it: to publish which lines moved would be the appraisal of a person.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle
from ctglib.calculs.evaluation import PostureBougee, posture_bougee
from ctglib.document.blocs import Bloc, Groupe, paragraphe
from ctglib.document.typographie import compter, enumerer, minuscule, nombre_court
from ctglib.donnees.modeles.catalogue import ReferentielEmploi
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.grille import grille as graphique_en_grille

COLONNES = ["fonction", "domaine", "item", "libelle", "annee", "niveau", "mouvement"]
CLE = ["fonction", "domaine", "item"]
DOMAINES = {"attendus": "attendu", "activites": "famille d'activités"}
MOUVEMENTS = {"hausse": "↗", "baisse": "↘"}
INTERNE = (
    "Ni les lignes qui ont bougé ni leur niveau ne sont publiés : un ou deux postes sont concernés, ce serait "
    "l'appréciation d'une personne."
)


def grille(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many lines moved; the meaning of the levels and the grid by year too, in the internal report."""
    now, words = etude.annuel.posture, etude.catalogue.evaluation.niveaux
    moved = posture_bougee(now, etude.precedent.posture if etude.precedent else now.iloc[:0])
    scored = now["niveau"].notna().any()
    yield bougees(moved, etude.annee, notee=scored, interne=etude.interne)
    if not etude.interne:
        return
    if scored:
        levels = " ; ".join(f"{level}, {minuscule(word)}" for level, word in enumerate(words))
        up, down = MOUVEMENTS.values()
        yield paragraphe(
            f"Niveaux, pour la fonction et non pour la personne : {levels}. {up} monté, {down} descendu depuis l'année "
            "d'avant.",
            classe="note",
        )
    table = calculer({year: suivi.posture for year, suivi in etude.suivi.suivis.items()}, etude.catalogue.referentiel)
    if table.empty:
        return
    several = table["fonction"].nunique() > 1
    cells = table.assign(
        ligne=table["fonction"] + " : " + table["libelle"] if several else table["libelle"],
        colonne=table["annee"].astype(str),
        valeur=table["niveau"].astype("float64"),
        texte=table["niveau"].astype("string").fillna(etude.contexte.absence(Statut.NON_TRANSMIS)),
        signe=table["mouvement"].map(MOUVEMENTS).fillna(""),
    )
    title = "Quel niveau la fonction exerce-t-elle pour chaque ligne du référentiel d'emploi ?"
    yield graphique_en_grille(cells, etude.contexte, nom=analyse.id, titre=title)


def calculer(postures: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the grid of each year line by line: for the internal report alone.

    Returns:
        The columns ``COLONNES``: each function that was ever scored, each item, each year that has a grid at all;
        ``mouvement`` is "hausse", "baisse" or "" against the year before.
    """
    told = [rows.assign(annee=year) for year, rows in sorted(postures.items()) if len(rows)]
    if not told:
        return pd.DataFrame(columns=COLONNES)
    scored = pd.concat(told, ignore_index=True)[[*CLE, "annee", "niveau"]].astype({"niveau": "Int64"})
    lines = [(name, item.id, item.libelle) for name in DOMAINES for item in getattr(referentiel, name)]
    items = pd.DataFrame(lines, columns=["domaine", "item", "libelle"])
    twice = items["libelle"].duplicated(keep=False)  # the référentiel gives one label to two lines
    items["libelle"] += (" (" + items["domaine"].map(DOMAINES) + ")").where(twice, "")
    functions = pd.DataFrame({"fonction": scored["fonction"].unique()})
    years = pd.DataFrame({"annee": sorted(scored["annee"].unique())})
    table = functions.merge(items, how="cross").merge(years, how="cross").merge(scored, on=[*CLE, "annee"], how="left")
    before = scored.assign(annee=scored["annee"] + 1).rename(columns={"niveau": "avant"})
    gap = table["niveau"] - table.merge(before, on=[*CLE, "annee"], how="left")["avant"]
    ways = gap.fillna(0).map(lambda change: "hausse" if change > 0 else "baisse" if change < 0 else "")
    return table.assign(mouvement=ways, annee=table["annee"].astype("Int64"))[COLONNES]


def bougees(bougee: PostureBougee, annee: int, *, notee: bool, interne: bool) -> Bloc:
    """Return how many lines of the grid moved, of how many that compare; which way, only in the internal report."""
    if not notee:
        return Groupe()
    if not bougee.comparables:
        first = f"La grille du référentiel d'emploi a été notée pour {annee} ; rien ne se compare à {annee - 1}."
        return paragraphe(first if interne else f"{first} {INTERNE}")
    moved = bougee.bougees
    lines = compter(bougee.comparables, "ligne comparable", "lignes comparables")
    count = "aucune n'a bougé" if not moved else f"{nombre_court(moved)} {'ont' if moved > 1 else 'a'} bougé"
    told = f"Sur {lines} de la grille du référentiel d'emploi, {count} entre {annee - 1} et {annee}."
    if not interne:
        return paragraphe(f"{told} {INTERNE}")
    counts = {"montée": bougee.montees, "descendue": bougee.descendues, "inchangée": bougee.inchangees}
    return paragraphe(f"{told} Lignes : {enumerer([compter(count, word) for word, count in counts.items()])}.")
