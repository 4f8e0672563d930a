"""The table of what the next collection asks for, one row an indicator, service by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.tableau import Colonne, Tableau
from ctglib.rapport.typographie import INSECABLE, majuscule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Responsable
    from ctglib.rapport.contexte import Contexte

COLONNES = (
    Colonne("indicateur", "Indicateur"),
    Colonne("demande", "Ce qui est demandé"),
    Colonne("document", "Où le trouver"),
    Colonne("derniere", "Dernière valeur connue"),
)
SANS_SERVICE = "Aucun service désigné"
RIEN = "aucune"


def tableau_a_collecter(
    demandes: pd.DataFrame,
    contexte: Contexte,
    *,
    responsables: Mapping[str, Responsable],
    evaluation: Evaluation,
    titre: str,
    nom: str = "a-collecter",
) -> Tableau:
    """Return one row an indicator with all the years asked for and why; the CSV has one row a year.

    Args:
        demandes: As ``ctglib.analyse.evaluation.collecte.a_collecter`` returns them, those of a fiche or of all.
        contexte: The words and the source.
        responsables: The services by id.
        evaluation: The words of the reasons.
        titre: Caption.
        nom: Short name of the table.
    """
    groups, cells = [], []
    for (service, _), rows in demandes.groupby(["responsable", "indicateur"], sort=False):
        known = responsables.get(service)
        groups.append(known.libelle if known else SANS_SERVICE)
        cells.append(_cellules(rows, contexte, evaluation))
    return Tableau(
        nom=nom,
        titre=titre,
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=demandes,
        source=f"{contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(groups),
        classe="texte-long",
    )


def _cellules(rows: pd.DataFrame, contexte: Contexte, evaluation: Evaluation) -> list[str]:
    first = rows.iloc[0]
    return [
        f"{first['libelle']} (fiche{INSECABLE}{first['fiche']})",
        " ; ".join(f"{row.annee}, {evaluation.mots[f'collecte_{row.motif}']}" for row in rows.itertuples()),
        " ; ".join(majuscule(text) if rank == 0 else text for rank, text in enumerate(_ou(first))),
        _derniere(first, contexte),
    ]


def _ou(row: pd.Series) -> list[str]:
    """Return the document, then who holds it."""
    return [text for text in (row["document"], row["qui"]) if text]


def _derniere(row: pd.Series, contexte: Contexte) -> str:
    if pd.isna(row["derniere_valeur"]):
        return RIEN
    value = contexte.valeur(row["indicateur"], row["derniere_valeur"], row["dernier_statut"])
    mark = " (p)" if row["dernier_statut"] == "P" else ""
    return f"{value}{mark} en {row['derniere_annee']}"
