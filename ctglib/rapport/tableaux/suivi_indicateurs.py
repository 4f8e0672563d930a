"""The tables of a fiche's indicators: their values and evolution, by modalité too, and their way to a target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import petits_publies
from ctglib.document.tableau import Colonne, Tableau
from ctglib.rapport.phrases.suivi_indicateurs import avec_annee, en_valeur, jugement_de_l_evolution, marques, mesuree

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation

GROUPES = {"convention": "Écrits dans la convention", "propose": "Proposés par le classeur"}
TIRET = "–"
NON_TRANSMIS = "L"


def tableau_valeurs(
    evaluation: pd.DataFrame, mots: Evaluation, contexte: Contexte, *, titre: str, seuil: int
) -> Tableau:
    """Return one row an indicator: initial value, value before, value of the year, evolution; by origin.

    The data have the rows by modalité too, after the wholes: sentences are written on them.

    Args:
        evaluation: The rows of a fiche, as ``evaluer`` returns them.
        mots: The words of the evolutions and of the reasons.
        contexte: The words of the indicators and the source.
        titre: Caption.
        seuil: Counts of persons under it are suppressed, save an exception, then said.
    """
    whole = evaluation["dimension"].eq("")
    shown = evaluation[whole].sort_values("origine", kind="stable")
    table = _tableau("indicateurs", titre, shown, mots, contexte, groupes=tuple(shown["origine"].map(GROUPES)))
    exceptions = petits_publies(shown, ("valeur_initiale", "valeur_precedente", "valeur"), seuil, contexte)
    return replace(
        table, donnees=pd.concat([shown, evaluation[~whole]], ignore_index=True), notes=(*table.notes, *exceptions)
    )


def tableau_modalites(evaluation: pd.DataFrame, mots: Evaluation, contexte: Contexte, *, titre: str) -> Tableau:
    """Return the same for the rows by modalité, one group an indicator."""
    shown = evaluation.assign(libelle=evaluation["libelle_modalite"])
    return _tableau("modalites", titre, shown, mots, contexte, groupes=tuple(evaluation["libelle"]))


def _tableau(
    nom: str,
    titre: str,
    rows: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    *,
    groupes: tuple[str, ...],
) -> Tableau:
    year = int(rows["annee"].iloc[0])
    columns = (
        Colonne("libelle", "Indicateur" if nom == "indicateurs" else "Détail"),
        Colonne("depart", "Départ", numerique=True),
        Colonne("avant", str(year - 1), numerique=True),
        Colonne("valeur", str(year), numerique=True),
        Colonne("evolution", "Évolution"),
    )
    cells = [
        (
            row.libelle,
            avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or TIRET,
            _precedente(row, contexte),
            en_valeur(row, mots, contexte),
            jugement_de_l_evolution(row, mots, contexte),
        )
        for row in rows.itertuples()
    ]
    return Tableau(
        nom=nom,
        titre=titre,
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=contexte.source,
        groupes=groupes,
        notes=marques(rows, contexte),
    )


def _precedente(row: object, contexte: Contexte) -> str:
    """Return the value before, with its year when it is older; what nobody ever told is a dash."""
    if pd.notna(row.valeur_precedente):
        older = f" ({row.annee_precedente})" if row.annee_precedente < row.annee - 1 else ""
        return mesuree(row.indicateur, row.valeur_precedente, row.statut_precedent, contexte) + older
    return TIRET if row.statut_precedent in ("", NON_TRANSMIS) else contexte.absence(row.statut_precedent)
