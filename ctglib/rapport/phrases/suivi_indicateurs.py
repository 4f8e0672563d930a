"""How a report says the value of an indicator in a year, its evolution and its verdict, and how these are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import BANDE, bande, legende, marquer
from ctglib.document.typographie import compter, nombre, pourcent

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation

TIRET = "–"
PROFILS, POSTURE = "profils", "posture"
REPRISES = ("qualitatif", "non_transmis", "annee_manquante", "non_disponible", "sans_objet", "secret")
D_UNE_ANNEE_A_L_AUTRE = "de la dernière valeur connue à celle de l'année"


def avec_annee(indicateur: str, valeur: float | None, annee: int | None, contexte: Contexte) -> str:
    """Return « 380 (2022) »; nothing when there is no value."""
    if pd.isna(valeur):
        return ""
    return f"{contexte.valeur(indicateur, valeur)} ({annee})"


def en_valeur(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return the value of the year with its mark, or the word of its absence.

    A typology refers to its profiles, the grid of annexe 4 says how many of its lines moved, and not which way.

    Args:
        row: A row of the evaluation.
        mots: The words.
        contexte: The words of the absences.
    """
    if pd.notna(row.valeur):
        return mesuree(row.indicateur, row.valeur, row.statut, contexte)
    if row.renseigne and contexte.indicateurs[row.indicateur].table == PROFILS:
        return mots.mots["voir_les_profils"]
    return contexte.absence(row.statut)


def mesuree(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is there, with its mark: a count of lines of the grid says what it counts."""
    if contexte.indicateurs[indicateur].table == POSTURE:
        return compter(int(valeur), "ligne a bougé", "lignes ont bougé")
    return marquer(contexte.valeur(indicateur, valeur), statut)


def jugement_de_l_evolution(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return « ▲ favorable », or why nothing is said; a dash when the value itself already says why."""
    if row.evolution:
        word = mots.evolutions[row.evolution]
        told = f"{word.signe} {word.mot}"
        kept = row.raison_evolution == BANDE
        return f"{told}, {bande(row, row.valeur, row.a_maintenir, contexte, mots)}" if kept else told
    return TIRET if row.raison_evolution in REPRISES else mots.raisons[row.raison_evolution]


def verdict(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return « ■ à surveiller », followed by its first reason when it has one."""
    word = mots.verdicts[row.verdict]
    if row.raison == BANDE:
        return f"{word.signe} {word.mot} : {bande(row, row.valeur, row.cible, contexte, mots)}"
    reason = f" : {mots.raisons[row.raison]}" if row.raison else ""
    return f"{word.signe} {word.mot}{reason}"


def marques(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean, those that it shows."""
    shown = pd.concat([rows.loc[rows["valeur"].notna(), "statut"], rows["statut_precedent"]])
    return legende(shown, contexte)


def mode_de_lecture(evaluation: pd.DataFrame, mots: Evaluation, *, de_a: str = D_UNE_ANNEE_A_L_AUTRE) -> Bloc:
    """Return how evolutions and targets are read, with the thresholds; what is proposed binds nobody, said once.

    Args:
        evaluation: The rows of a report.
        mots: Thresholds and words.
        de_a: From which value to which one an evolution goes.
    """
    has_targets = evaluation["cible"].notna().any()
    proposed = evaluation["origine"].eq("propose").any() or evaluation["origine_cible"].eq("propose").any()
    return liste(
        [
            _evolutions(mots, de_a),
            *([_verdicts(mots)] if has_targets else []),
            *([mots.mots["proposition"]] if proposed else []),
        ]
    )


def _evolutions(mots: Evaluation, de_a: str) -> str:
    words = {code: f"{word.signe} {word.mot}" for code, word in mots.evolutions.items()}
    sides = ", ".join(words[code] for code in ("favorable", "defavorable", "stable"))
    return (
        f"Évolution, {de_a}, selon le sens souhaité : {sides} ; {words['dans_le_bruit']}, en deçà de l'arrondi de la "
        f"source ; {words['trop_peu']}, pour un nombre de personnes, de familles ou de demandes que le hasard suffit à "
        f"faire varier ainsi (a et b inférieurs à {nombre(mots.seuils.hasard_effectif)}, ou un écart d'au plus "
        f"{nombre(mots.seuils.hasard_ecarts)}√(a + b))."
    )


def _verdicts(mots: Evaluation) -> str:
    words = {code: f"{word.signe} {word.mot}" for code, word in mots.verdicts.items()}
    good, watched = mots.seuils.en_bonne_voie, mots.seuils.a_surveiller
    return (
        f"Atteinte d'une cible, selon le rythme (part du chemin faite ÷ part du temps passée) : {words['atteint']}, la "
        f"cible l'est déjà ; {words['en_bonne_voie']} à partir de {nombre(good, 2)} ; {words['a_surveiller']} à partir "
        f"de {nombre(watched, 2)} ; {words['insuffisant']} en deçà ; {words['en_recul']}, à rebours du départ. Une "
        f"valeur à maintenir l'est à {pourcent(100 * mots.seuils.tolerance_maintien, 0)} près, et l'écart est dit."
    )
