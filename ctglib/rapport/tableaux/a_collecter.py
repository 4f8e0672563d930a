"""The table of what the next collection asks for, one row an indicator, service by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import majuscule
from ctglib.rapport.phrases.suivi_indicateurs import PROFILS, mesuree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Responsable

SANS_SERVICE = "Aucun service désigné"
RIEN, TIRET = "aucune", "–"
SUIVANTE, A_COMPLETER = "annee_suivante", "a_completer"
Demande = dict[str, object]


def tableau_a_collecter(
    demandes: pd.DataFrame,
    contexte: Contexte,
    *,
    responsables: Mapping[str, Responsable],
    evaluation: Evaluation,
    titre: str,
    nom: str = "a-collecter",
) -> Tableau:
    """Return one row an indicator with the years asked for and why; the CSV has one row a year.

    The next year, which all of them are asked for, is said once, in the head of the column and under the table.

    Args:
        demandes: As ``ctglib.calculs.evaluation.collecte.a_collecter`` returns them, those of a fiche or of all.
        contexte: The words and the source.
        responsables: The services by id.
        evaluation: The words of the reasons.
        titre: Caption.
        nom: Short name of the table.
    """
    following = demandes.loc[demandes["motif"].eq(SUIVANTE), "annee"]
    year = int(following.iloc[0]) if len(following) else None
    columns = _colonnes(year)
    asked: dict[tuple[str, str], list[Demande]] = {}
    for row in demandes.to_dict("records"):
        asked.setdefault((row["responsable"], row["indicateur"]), []).append(row)
    groups, cells = [], []
    for (service, _), rows in asked.items():
        known = responsables.get(service)
        groups.append(known.libelle if known else SANS_SERVICE)
        cells.append(_cellules(rows, contexte, evaluation, groups[-1]))
    return Tableau(
        nom=nom,
        titre=titre,
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=demandes,
        source=f"{contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(groups),
        notes=() if year is None else (evaluation.mots["collecte_pour_tous"].format(annee=year),),
        classe="texte-long",
    )


def _colonnes(annee: int | None) -> tuple[Colonne, ...]:
    return (
        Colonne("indicateur", "Indicateur"),
        Colonne("fiche", "Fiche", numerique=True),
        Colonne("demande", "Ce qui est demandé" if annee is None else f"En plus de {annee}"),
        Colonne("document", "Où le trouver"),
        Colonne("derniere", "Dernière valeur connue"),
    )


def _cellules(rows: list[Demande], contexte: Contexte, evaluation: Evaluation, service: str) -> list[str]:
    first, before = rows[0], [row for row in rows if row["motif"] != SUIVANTE]
    asked = " ; ".join(f"{row['annee']} ({evaluation.mots['collecte_' + row['motif']]})" for row in before)
    return [
        contexte.indicateurs[first["indicateur"]].libelle,
        str(first["fiche"]),
        asked or TIRET,
        " ; ".join(majuscule(text) if rank == 0 else text for rank, text in enumerate(_ou(first, service))),
        _derniere(rows, contexte, evaluation),
    ]


def _ou(row: Demande, service: str) -> list[str]:
    """Return the document, then who holds it when it is not the service alone, which heads the group."""
    holder = row["qui"].removeprefix(service.partition(" (")[0]).lstrip(" ,").removeprefix("et ")
    return [text for text in (row["document"], holder) if text]


def _derniere(rows: list[Demande], contexte: Contexte, evaluation: Evaluation) -> str:
    """Return the last value and its year; a typology that was given refers to its profiles."""
    row = rows[0]
    if pd.notna(row["derniere_valeur"]):
        value = mesuree(row["indicateur"], row["derniere_valeur"], row["dernier_statut"], contexte)
        return f"{value} en {row['derniere_annee']}"
    given = all(row["motif"] != A_COMPLETER for row in rows)
    known = given and contexte.indicateurs[row["indicateur"]].table == PROFILS
    return evaluation.mots["voir_les_profils"] if known else RIEN
