"""How a page names an indicator that stands out: its two values, or the way it has made to its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.bilan.comptes import deduits, vises
from ctglib.document.mesures import BANDE, bande, visee
from ctglib.document.typographie import abreger, accorder, compter, nombre

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.calculs.bilan.propositions import Situation
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.coherence import MotDeVerdict

TENUES = ("atteint", "en_bonne_voie")
MANQUEES = ("en_recul", "insuffisant")
PROVISOIRE = "P"


def comptes(codes: pd.Series, mots: Mapping[str, MotDeVerdict], sauf: tuple[str, ...] = ()) -> list[str]:
    """Return « 3 réalisées », « 1 en cours »… in the order of the words, those that are counted."""
    found = codes.value_counts()
    return [
        f"{nombre(int(found[code]))} {accorder(word.feminin or word.mot, found[code])}"
        for code, word in mots.items()
        if code in found and code not in sauf
    ]


def qui_commencent(etats: pd.DataFrame) -> list[str]:
    """Return « 3 qui commencent en 2024 », one item a year: what has not begun lacks nothing yet."""
    years = etats["debut"].dt.year.value_counts().sort_index()
    return [f"{nombre(count)} qui commence{'nt' if count > 1 else ''} en {year}" for year, count in years.items()]


def buts(evaluation: pd.DataFrame) -> str:
    """Return « 23 cibles et 5 références »: what the text implies is no target."""
    implied = int(deduits(evaluation).sum())
    return compter(int(vises(evaluation).sum()), "cible") + (f" et {compter(implied, 'référence')}" if implied else "")


def evolution_nommee(row: object, situation: Situation, contexte: Contexte) -> str:
    """Return « ▲ favorable : Réunions partenariales, 4 en 2023, 6 en 2024 »."""
    word = situation.catalogue.evaluation.evolutions[row.evolution]
    mark = " (p)" if row.statut == PROVISOIRE else ""
    earlier, now = (contexte.valeur(row.indicateur, value) for value in (row.valeur_precedente, row.valeur))
    told = f"{earlier} en {row.annee_precedente}, {now} en {row.annee}{mark}"
    return f"{word.signe} {word.mot} : {_libelle(row, situation)}, {told}"


def verdict_nomme(row: object, situation: Situation, contexte: Contexte) -> str:
    """Return « ◆ insuffisant : Réunions partenariales, 6 (cible : 10 en 2026) »."""
    word = situation.catalogue.evaluation.verdicts[row.verdict]
    mark = " (p)" if row.statut == PROVISOIRE else ""
    now = contexte.valeur(row.indicateur, row.valeur)
    kept = (
        f" ; {bande(row, row.valeur, row.cible, contexte, situation.catalogue.evaluation)}"
        if row.raison == BANDE
        else ""
    )
    aim = f"({visee(row, contexte, situation.catalogue.evaluation)}{kept})"
    return f"{word.signe} {word.mot} : {_libelle(row, situation)}, {now}{mark} {aim}"


def _libelle(row: object, situation: Situation) -> str:
    """Return the short name of an indicator: the convention's own words are in the table of its fiche."""
    return abreger(situation.catalogue.mesures[row.indicateur].libelle, situation.catalogue.bilan.page.signes)
