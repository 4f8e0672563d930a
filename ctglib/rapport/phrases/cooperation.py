"""Fiche 4 in sentences: whether the posts have changed, what they cost, how the grid of annexe 4 moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, Groupe, colonnes, liste, paragraphe
from ctglib.document.mesures import ligne, marquer, mesure
from ctglib.document.typographie import avec_unite, compter, date_longue, enumerer, minuscule, nombre_court

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ctglib.calculs.evaluation import PostureBougee
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import AnalyseCooperation
    from ctglib.donnees.modeles.bilan import Pilotage
    from ctglib.donnees.modeles.catalogue import ReferentielEmploi
    from ctglib.donnees.modeles.convention import Article
    from ctglib.donnees.modeles.evaluation import Evaluation

INTERNE = (
    "Ni les lignes qui ont bougé ni leur niveau ne sont publiés : un ou deux postes sont concernés, ce serait "
    "l'appréciation d'une personne."
)

SU, INCONNU = "Ce qu'on sait", "Ce qu'on ne sait pas"


def passage(
    evaluation: pd.DataFrame,
    pilotage: Pilotage,
    analyse: AnalyseCooperation,
    article: Article | None,
    *,
    fin: date,
    contexte: Contexte,
    mots: Evaluation,
) -> Bloc:
    """Return whether the posts have become chargé de coopération, what is known, what is not, what it decides.

    Args:
        evaluation: The scoring of the year.
        pilotage: The indicators of the posts.
        analyse: What goes with them.
        article: The article that decides of the piloting funds.
        fin: Last day of the convention.
        contexte: The words.
        mots: The words of the scoring.
    """
    names = (pilotage.postes, pilotage.convertis, *vars(analyse.indicateurs).values())
    rows = [row for row in (ligne(evaluation, name) for name in names) if row is not None]
    if not rows:
        return Groupe()
    given = {row["indicateur"] for row in rows if pd.notna(row["valeur"])}
    said = {pilotage.postes, pilotage.convertis}  # by the answer, and year by year by the table of the posts
    told = said if said <= given else set()
    known = [mesure(row, contexte, mots) for row in rows if row["indicateur"] in given - told]
    unknown = [mesure(row, contexte, mots) for row in rows if pd.isna(row["valeur"])]
    return (
        paragraphe(_reponse(evaluation, pilotage, contexte))
        + _connus_et_inconnus(known, unknown)
        + liste(_enjeu(article, fin) if article else [])
    )


def _connus_et_inconnus(known: list[str], unknown: list[str]) -> Bloc:
    """Return what is known beside what is not; no heading when all is on one side."""
    if not known or not unknown:
        return liste([*known, *unknown])
    return colonnes(paragraphe(f"{SU} :") + liste(known), paragraphe(f"{INCONNU} :") + liste(unknown))


def _reponse(evaluation: pd.DataFrame, pilotage: Pilotage, contexte: Contexte) -> str:
    posts, turned = (ligne(evaluation, name) for name in (pilotage.postes, pilotage.convertis))
    if turned is None or pd.isna(turned["valeur"]):
        word = contexte.absence("L") if turned is None else contexte.absence(turned["statut"])
        return f"On ne le sait pas : le nombre de postes devenus chargé de coopération est {word}."
    count = marquer(contexte.valeur(pilotage.convertis, turned["valeur"]), turned["statut"])
    if posts is None or pd.isna(posts["valeur"]):
        return f"{count} de chargé de coopération en {turned['annee']}, sur un nombre de postes qui n'est pas connu."
    whole = marquer(contexte.valeur(pilotage.postes, posts["valeur"]), posts["statut"])
    if not turned["valeur"]:
        return (
            f"Pas encore : aucun des {whole} de coordination n'est devenu chargé de coopération en {turned['annee']}."
        )
    done = "Oui" if turned["valeur"] >= posts["valeur"] else "En partie"
    return f"{done} : {count} sur {whole} de coordination en {turned['annee']}."


def _enjeu(article: Article, fin: date) -> list[str]:
    return [
        f"Ce que l'article {article.numero} décide : {minuscule(article.objet)}",
        f"La convention s'achève le {date_longue(fin)} : c'est à cette date que le passage se juge.",
    ]


def postes(couts: pd.DataFrame, referentiel: ReferentielEmploi, parties: Mapping[str, str], contexte: Contexte) -> Bloc:
    """Return what the posts of the latest known year would cost, and the euros written for the piloting.

    Args:
        couts: What ``ctglib.calculs.cooperation.couts`` returns.
        referentiel: The cost of one full-time equivalent, and where it is written.
        parties: Short names of the signatories.
        contexte: The words.
    """
    year = couts["annee"].max()
    now = couts[couts["annee"].eq(year)]
    told = [*_reference(now, referentiel, contexte), *_ecrits(now, parties, contexte)]
    return liste(told)


def _reference(now: pd.DataFrame, referentiel: ReferentielEmploi, contexte: Contexte) -> list[str]:
    rows = now[now["objet"].eq("reference") & now["valeur"].notna()]
    return [
        f"Au coût de référence de l'{referentiel.reference}, {euros(referentiel.cout_etp, contexte)} l'ETP par an, "
        f"les postes de coordination de {row.annee} représentent {euros(row.valeur, contexte)}. Ce n'est pas une "
        "dépense constatée."
        for row in rows.itertuples()
    ]


def _ecrits(now: pd.DataFrame, parties: Mapping[str, str], contexte: Contexte) -> list[str]:
    """Return the euros that each signatory wrote for the fiche, and those that pay the piloting."""
    told = []
    for objet, words in (("fiche", "Euros inscrits à cette fiche"), ("financement", "Dont financement du pilotage")):
        rows = now[now["objet"].eq(objet)]
        named = [f"{parties[row.signataire]}, {montant(row, contexte)}" for row in rows.itertuples()]
        if named:
            told.append(f"{words} en {rows['annee'].iloc[0]} : {' ; '.join(named)}.")
        elif objet == "fiche":
            told.append(f"Aucun montant n'est inscrit à cette fiche en {now['annee'].iloc[0]}.")
    return told


def montant(row: object, contexte: Contexte) -> str:
    """Return a total in euros: « at least » when a line is not known, the word of its absence when none is."""
    if pd.notna(row.valeur):
        return marquer(euros(row.valeur, contexte), row.statut)
    if pd.notna(row.valeur_connue):
        return f"au moins {euros(row.valeur_connue, contexte)}"
    return contexte.absence(row.statut)


def euros(valeur: float, contexte: Contexte) -> str:
    """Return an amount with its sign."""
    unit = contexte.unites["euros"]
    return avec_unite(valeur, unit.symbole, unit.decimales)


def posture(bougee: PostureBougee, annee: int, *, notee: bool, interne: bool) -> Bloc:
    """Return how many lines of the grid moved, of how many that compare; which way, only in the internal report.

    Args:
        bougee: The counts of the two grids.
        annee: Year of the bilan.
        notee: Whether the grid of the year has a level at all.
        interne: Whether the report is not to be published.
    """
    if not notee:
        return Groupe()
    if not bougee.comparables:
        first = f"La grille de l'annexe 4 a été notée pour {annee} ; rien ne se compare à {annee - 1}."
        return paragraphe(first if interne else f"{first} {INTERNE}")
    moved = bougee.bougees
    lines = compter(bougee.comparables, "ligne comparable", "lignes comparables")
    count = "aucune n'a bougé" if not moved else f"{nombre_court(moved)} {'ont' if moved > 1 else 'a'} bougé"
    told = f"Sur {lines} de la grille de l'annexe 4, {count} entre {annee - 1} et {annee}."
    if not interne:
        return paragraphe(f"{told} {INTERNE}")
    counts = {"montée": bougee.montees, "descendue": bougee.descendues, "inchangée": bougee.inchangees}
    ways = [compter(count, word) for word, count in counts.items()]
    return paragraphe(f"{told} Lignes : {enumerer(ways)}.")


def niveaux(mots: Evaluation) -> Bloc:
    """Return what each level of the grid means."""
    words = [f"{level}, {minuscule(word)}" for level, word in enumerate(mots.niveaux)]
    levels = f"Niveaux, pour la fonction et non pour la personne : {' ; '.join(words)}."
    up, down = (mots.evolutions[name].signe for name in ("favorable", "defavorable"))
    return paragraphe(f"{levels} {up} monté, {down} descendu depuis l'année d'avant.", classe="note")
