"""The targets: from where, to what, when, at which pace, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.indicateurs import en_valeur, marques, verdict
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import majuscule, nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation

TIRET = "–"
CHAQUE_ANNEE = "chaque année"
FAIT = "Fait : part du chemin entre le départ et la cible. Attendu : part du temps passée. Rythme : fait ÷ attendu."


def tableau_cibles(
    evaluation: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    *,
    titre: str,
    annuelles: Collection[str] = (),
    avenants: Mapping[str, int] | None = None,
) -> Tableau:
    """Return one row an indicator that has a target, grouped by who set it.

    Args:
        evaluation: The whole of the indicators with a target, as ``evaluer`` returns them.
        mots: The words of verdicts, reasons and origins.
        contexte: The words of the indicators and the source.
        titre: Caption.
        annuelles: Indicators whose target has to hold every year.
        avenants: Number of the avenant that set each changed target.
    """
    origins = [_origine(row, mots, avenants or {}) for row in evaluation.itertuples()]
    shown = evaluation.assign(groupe=origins).sort_values("groupe", kind="stable")
    columns = _colonnes(str(shown["annee"].iloc[0]))
    cells = [_cellules(row, mots, contexte, annuelles) for row in shown.itertuples()]
    return Tableau(
        nom="cibles",
        titre=titre,
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=shown.drop(columns="groupe"),
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        groupes=tuple(shown["groupe"]),
        notes=_notes(shown, mots, contexte),
    )


def _colonnes(annee: str) -> tuple[Colonne, ...]:
    return (
        Colonne("libelle", "Indicateur"),
        Colonne("valeur", annee, numerique=True),
        Colonne("cible", "Cible ou référence", numerique=True),
        Colonne("fait", "Fait", numerique=True),
        Colonne("attendu", "Attendu", numerique=True),
        Colonne("rythme", "Rythme", numerique=True),
        Colonne("verdict", "Atteinte"),
    )


def _cellules(row: object, mots: Evaluation, contexte: Contexte, annuelles: Collection[str]) -> tuple[str, ...]:
    return (
        contexte.indicateurs[row.indicateur].libelle,
        en_valeur(row, mots, contexte),
        _cible(row, annuelles, contexte),
        _part(row.realise),
        _part(row.attendu),
        TIRET if pd.isna(row.rythme) else nombre(row.rythme, 2),
        verdict(row, mots, contexte),
    )


def _origine(row: object, mots: Evaluation, avenants: Mapping[str, int]) -> str:
    word = mots.mots[f"origine_{row.origine_cible}"]
    return majuscule(word.format(numero=avenants.get(row.indicateur, "")))


def _cible(row: object, annuelles: Collection[str], contexte: Contexte) -> str:
    value = contexte.valeur(row.indicateur, row.cible)
    return f"{value}, {CHAQUE_ANNEE}" if row.indicateur in annuelles else f"{value} en {row.annee_cible}"


def _part(valeur: float) -> str:
    return TIRET if pd.isna(valeur) else pourcent(100 * valeur, 0)


def _notes(shown: pd.DataFrame, mots: Evaluation, contexte: Contexte) -> tuple[str, ...]:
    """Return what the columns are, the second reading where it says something, and the marks."""
    paced = shown["rythme"].notna().any()
    second = [
        f"{contexte.indicateurs[row.indicateur].libelle}, {nombre(row.rythme_compose, 2)}"
        for row in shown.itertuples()
        if pd.notna(row.rythme_compose) and round(row.rythme_compose, 2) != round(row.rythme, 2)
    ]
    readings = (f"{mots.mots['rythme_compose']}, rythme : {' ; '.join(second)}.",) if second else ()
    return (*((FAIT,) if paced else ()), *readings, *marques(shown, contexte))
