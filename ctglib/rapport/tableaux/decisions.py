"""The tables of the decisions: those of the comité, what became of last year's, those that the data call for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import date_longue, majuscule
from ctglib.rapport.phrases.propositions import proposition

if TYPE_CHECKING:
    from ctglib.calculs.bilan.propositions import Proposition
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.suivi import Comite

DECISIONS = (Colonne("decision", "Décision"), Colonne("responsable", "Qui"), Colonne("echeance", "Pour le"))
SUITES = (
    Colonne("decision", "Décision"),
    Colonne("etat", "Ce qu'elle est devenue"),
    Colonne("commentaire", "Précision"),
)
PROPOSITIONS = (
    Colonne("proposition", "Proposition"),
    Colonne("pourquoi", "Pourquoi"),
    Colonne("reference", "Place dans la convention"),
)
NON_PRECISE, RIEN = "non précisé", "–"
SANS_SUITE = "non_renseignee"
LONG = "texte-long"


def tableau_decisions(comite: Comite, contexte: Contexte, annee: int) -> Tableau:
    """Return what the comité of a year decided, who is to do it, by when."""
    rows = [
        (item.texte, item.responsable or NON_PRECISE, date_longue(item.echeance) if item.echeance else NON_PRECISE)
        for item in comite.decisions
    ]
    data = [item.model_dump(mode="json") for item in comite.decisions]
    return Tableau(
        nom="decisions",
        titre=f"Décisions du comité de pilotage, {contexte.territoire.nom}, {annee}",
        colonnes=DECISIONS,
        cellules=_table(rows, DECISIONS),
        donnees=pd.DataFrame(data, columns=["id", "texte", "responsable", "echeance"]),
        source=contexte.source,
        classe=LONG,
    )


def tableau_suites(
    precedent: Comite, suites: Comite | None, evaluation: Evaluation, contexte: Contexte, annee: int
) -> Tableau:
    """Return what became of the decisions of the comité before; « non renseignée » when nobody says.

    Args:
        precedent: The comité of the year before.
        suites: That of the year, which says what became of them.
        evaluation: The words and signs.
        contexte: The source.
        annee: Year of the bilan.
    """
    told = {item.decision: item for item in suites.suites} if suites else {}
    rows, data = [], []
    for item in precedent.decisions:
        found = told.get(item.id)
        state = found.etat if found else SANS_SUITE
        word, more = evaluation.suites[state], (found.commentaire if found else None) or ""
        rows.append((item.texte, f"{word.signe} {word.mot}", majuscule(more) or RIEN))
        data.append((item.id, item.texte, state, more))
    return Tableau(
        nom="suites",
        titre=f"Suites des décisions du comité de pilotage de {annee - 1}, {contexte.territoire.nom}, {annee}",
        colonnes=SUITES,
        cellules=_table(rows, SUITES),
        donnees=pd.DataFrame(data, columns=["id", "texte", "etat", "commentaire"]),
        source=contexte.source,
        classe=LONG,
    )


def tableau_propositions(
    propositions: tuple[Proposition, ...], regles: ReglesBilan, contexte: Contexte, annee: int
) -> Tableau:
    """Return every proposal, with why the data call for it and where the convention speaks of it."""
    known = {regle.id: regle for regle in regles.propositions}
    rows = [
        (
            proposition(item, regles, annee, plus=regles.objets_du_tableau),
            known[item.regle].pourquoi,
            majuscule(known[item.regle].reference),
        )
        for item in propositions
    ]
    cells = _table(rows, PROPOSITIONS)
    return Tableau(
        nom="propositions",
        titre=f"Décisions que les données de {annee} appellent, {contexte.territoire.nom}",
        colonnes=PROPOSITIONS,
        cellules=cells,
        donnees=cells.assign(
            regle=[item.regle for item in propositions], nombre=[item.nombre for item in propositions]
        ),
        source=f"{contexte.source} ; règles du classeur d'évaluation",
        notes=(regles.mots["propositions"],),
        classe=LONG,
    )


def _table(rows: list[tuple[str, ...]], colonnes: tuple[Colonne, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[colonne.cle for colonne in colonnes])
