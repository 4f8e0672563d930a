"""The table of what the whole convention lacks, service by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.finale.manques import APPRECIATION, DEPART, ETAT, MOYEN, SEPARATEUR, VALEUR
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, enumerer, majuscule
from ctglib.rapport.phrases.finale.cadre import RIEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.fiches import Responsable
    from ctglib.rapport.phrases.finale.cadre import Cadre

COLONNES = (
    Colonne("quoi", "Ce qui manque"),
    Colonne("fiche", "Fiche", numerique=True),
    Colonne("annees", "Années"),
    Colonne("document", "Où le trouver"),
)
QUOI = {
    ETAT: "État des modalités",
    MOYEN: "Moyens engagés (équivalents temps plein, euros)",
    APPRECIATION: "Appréciation : réussites, difficultés, perspectives",
}


def tableau_manques_finaux(
    manques: pd.DataFrame, responsables: Mapping[str, Responsable], cadre: Cadre
) -> Tableau | None:
    """Return one row a thing to ask, all its years at once; None when nothing is missing.

    Args:
        manques: As ``ctglib.calculs.finale.manques`` returns them.
        responsables: The services by id.
        cadre: The words.
    """
    if manques.empty:
        return None
    merged = _reunir(manques)
    cells = [[_quoi(row), str(row.fiche), row.quand, majuscule(row.document) or RIEN] for row in merged.itertuples()]
    return Tableau(
        nom="manques",
        titre=f"Ce qui manque, et à qui le demander, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=manques,
        source="relevé des fichiers de suivi ; catalogue du classeur d'évaluation",
        groupes=tuple(responsables[name].libelle if name in responsables else name for name in merged["responsable"]),
        classe="texte-long",
    )


def _reunir(manques: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their years in words; the initial value of an indicator joins the row of its years."""
    starts = manques[manques["nature"] == DEPART].set_index("element")["annees"]
    valued = set(manques.loc[manques["nature"] == VALEUR, "element"])
    kept = manques[~(manques["nature"].eq(DEPART) & manques["element"].isin(valued))]
    told = []
    for row in kept.itertuples():
        start = starts.get(row.element, "") if row.nature == VALEUR else ""
        years = "" if row.nature == DEPART else periodes([int(year) for year in row.annees.split(SEPARATEUR)])
        initial = row.annees if row.nature == DEPART else start
        told.append(" ; ".join(part for part in (f"{initial} (départ)" if initial else "", years) if part))
    return kept.assign(quand=told)


def periodes(annees: list[int]) -> str:
    """Return years as a reader says them: « 2023 à 2026 », « 2023 et 2025 ».

    Examples:
        >>> periodes([2023, 2024, 2025]), periodes([2023, 2026])
        ('2023\\xa0à 2025', '2023 et 2026')
    """
    runs: list[list[int]] = []
    for year in annees:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    said = [
        f"{run[0]}{INSECABLE}à {run[-1]}" if len(run) > 2 else enumerer([str(year) for year in run]) for run in runs
    ]
    return enumerer(said)


def _quoi(row: object) -> str:
    return QUOI.get(row.nature) or row.libelle
