"""How many: some indicators of a year beside what they were, and which modalités of theirs rise or fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annees import lire_annees, par_modalite
from ctglib.blocs.quotients import quotients, tableau_cumul
from ctglib.calculs.suivi import est_muet
from ctglib.document.blocs import Groupe, liste, paragraphe
from ctglib.document.mesures import COUPURES
from ctglib.document.typographie import INSECABLE, accorder, minuscule, nombre
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Analyse
    from ctglib.donnees.modeles.evaluation import Evaluation


def effectifs(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield what the modalités of some indicators did, the ratios declared; then the chart of the modalités."""
    names = analyse.tous("effectifs")
    cited = [name for item in analyse.rapports for name in (item.numerateur, item.denominateur)]
    table, words = lire_annees(etude, [*names, *cited]), etude.catalogue.evaluation
    if est_muet(table):
        return
    told: list[str] = []
    for name in names:
        rows = etude.evaluation[etude.evaluation["indicateur"].eq(name) & etude.evaluation["modalite"].ne("")]
        if len(rows):
            noun = minuscule(etude.catalogue.dimensions[rows["dimension"].iloc[0]].libelle)
            told += mouvements(rows, noun, etude.contexte, words)
    yield liste([*told, *quotients(analyse.rapports, etude.evaluation, table)])
    yield from (tableau_cumul(item, table, etude.contexte) for item in analyse.rapports if item.calcul == "cumul")
    yield paragraphe(analyse.note, classe="note") if analyse.note else Groupe()
    if analyse.graphique:
        rows = pd.concat([par_modalite(etude, table, name) for name in names])
        yield trajectoires(rows, etude.contexte, nom=analyse.id, titre=analyse.graphique)


def mouvements(rows: pd.DataFrame, nom: str, contexte: Contexte, mots: Evaluation) -> list[str]:
    """Return one sentence a direction, its modalités with their change; one a reason, those that don't compare.

    Args:
        rows: The scoring of the modalités of an indicator.
        nom: What they are: « dispositif ».
        contexte: The words.
        mots: The words of the scoring.
    """
    gap = (rows["valeur"] - rows["valeur_precedente"]).where(~rows["raison_evolution"].isin(COUPURES))
    chance = rows["evolution"].eq("trop_peu")
    groups = {
        "en hausse": gap.gt(0) & ~chance,
        "en baisse": gap.lt(0) & ~chance,
        "sans direction, trop peu pour conclure": chance,
        "sans changement": gap.eq(0),
    }
    names = rows["libelle_modalite"].map(minuscule)
    changes = [
        f"{name} ({contexte.ecart(indicateur, change, '')} depuis {year})" if change else name
        for name, indicateur, change, year in zip(
            names, rows["indicateur"], gap.fillna(0), rows["annee_precedente"], strict=True
        )
    ]
    named = pd.Series(changes, rows.index)
    told = [_phrase(named[mask], nom, word) for word, mask in groups.items() if mask.any()]
    lost = rows[gap.isna()]
    reasons = pd.Series([_pourquoi(row, contexte, mots) for _, row in lost.iterrows()], lost.index, dtype=object)
    if len(lost) == len(rows) and reasons.nunique() == 1:
        return [f"Aucune comparaison par {nom} ({reasons.iloc[0]})."]
    return told + [
        _phrase(names[reasons.index[reasons.eq(why)]], nom, f"sans comparaison ({why})") for why in reasons.unique()
    ]


def _phrase(libelles: pd.Series, nom: str, dit: str) -> str:
    count = len(libelles)
    return f"{nombre(count)}{INSECABLE}{accorder(nom, count)} {dit} : {' ; '.join(libelles)}."


def _pourquoi(row: pd.Series, contexte: Contexte, mots: Evaluation) -> str:
    if pd.isna(row["valeur"]):
        return contexte.absence(row["statut"])
    if pd.isna(row["valeur_precedente"]):
        word = contexte.absence(row["statut_precedent"])
        return f"{word} en {row['annee_precedente']}" if word else mots.raisons["sans_valeur_precedente"]
    return mots.raisons[row["raison_evolution"]]
