"""What the tables and sentences of a follow-up share: marks, bands, exceptions to secrecy, references implied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.typographie import nombre
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation

MARQUES = {Statut.PROVISOIRE: " (p)", Statut.ESTIME: " (e)"}
COUPURES = ("rupture", "changement_definition")
BANDE, IMPLICITE = "dans_la_bande", "implicite"
REPERES = {"": "le départ", IMPLICITE: "la référence"}  # what a target by another origin is not


def ligne(evaluation: pd.DataFrame, indicateur: str, modalite: str = "") -> pd.Series | None:
    """Return the scoring of an indicator, of its whole unless told; None when it has no row."""
    keys = zip(evaluation["indicateur"], evaluation["modalite"], strict=True)
    place = next((rank for rank, key in enumerate(keys) if key == (indicateur, modalite)), None)
    return None if place is None else evaluation.iloc[place]


def marquer(texte: str, statut: str) -> str:
    """Return a value followed by the mark of a provisional or an estimated one."""
    return f"{texte}{MARQUES.get(statut, '')}"


def marquee(contexte: Contexte, indicateur: str, colonne: str, statut: str = "") -> Callable[[pd.Series], str]:
    """Return what writes a column of a row: its value without unit, the word of its absence, the mark of its status.

    Args:
        contexte: The words.
        indicateur: Whose decimals it has; one decimal when there is none.
        colonne: The value.
        statut: Its status, « statut_ » and the column unless told.
    """

    def ecrire(row: pd.Series) -> str:
        value, status = row[colonne], row[statut or f"statut_{colonne}"]
        if indicateur:
            return marquer(contexte.valeur_nue(indicateur, value, status), status)
        return marquer(contexte.absence(status) if pd.isna(value) else nombre(value, 1), status)

    return ecrire


def visee(row: object, contexte: Contexte, mots: Evaluation) -> str:
    """Return « cible : 62 en 2026 », or « référence déduite du texte : 36 »: what the text implies is no target."""
    value = contexte.valeur(row.indicateur, row.cible)
    if row.origine_cible == IMPLICITE:
        return f"{mots.mots['origine_implicite']} : {value}"
    return f"cible : {value} en {row.annee_cible}"


def bande(row: object, valeur: float, tenue: float, contexte: Contexte, mots: Evaluation) -> str:
    """Return « dans la bande, 2 de moins que la cible »: a band never hides the signed gap.

    Args:
        row: Of the evaluation or of a parcours: its indicator, and where what it keeps comes from.
        valeur: The value measured.
        tenue: The value to be kept.
        contexte: The words of the indicator.
        mots: The words of the band.
    """
    gap, mark = valeur - tenue, REPERES.get(row.origine_cible, "la cible")
    side = "de moins" if gap < 0 else "de plus"
    return f"{mots.raisons[BANDE]}, {contexte.valeur(row.indicateur, abs(gap))} {side} que {mark}"


def petits_publies(rows: pd.DataFrame, colonnes: Iterable[str], seuil: int, contexte: Contexte) -> tuple[str, ...]:
    """Return why counts under the threshold are shown, beside the table that shows them; nothing when none is.

    Args:
        rows: With ``indicateur`` and the values shown.
        colonnes: The columns of these values.
        seuil: Counts of persons under it are suppressed elsewhere.
        contexte: The indicators, of which some have an exception.
    """
    small = (rows[list(colonnes)].gt(0) & rows[list(colonnes)].lt(seuil)).any(axis=1)
    items = [contexte.indicateurs[name] for name in dict.fromkeys(rows.loc[small, "indicateur"])]
    reasons: dict[str, list[str]] = {}
    for item in items:
        if item.petits_effectifs_publies:
            reasons.setdefault(item.petits_effectifs_publies, []).append(item.libelle)
    return tuple(
        f"Donnés même sous {seuil}, seuil du secret : {' ; '.join(labels)}. Raison : {reason}."
        for reason, labels in reasons.items()
    )


def legende(statuts: Iterable[str], contexte: Contexte) -> tuple[str, ...]:
    """Return a note for each mark that a table bears."""
    met = set(statuts)
    return tuple(f"{mark.strip()} {contexte.statuts[code].libelle}." for code, mark in MARQUES.items() if code in met)


def periode(annees: Iterable[int]) -> str:
    """Return « 2023 à 2025 », or the only year."""
    years = sorted(annees)
    return str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}"
