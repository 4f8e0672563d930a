"""The table of the trajectories: each indicator from its initial value to its last measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import BANDE, IMPLICITE, bande, legende, marquer, petits_publies
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter
from ctglib.rapport.phrases.finale.cadre import RIEN, signer
from ctglib.rapport.phrases.suivi_indicateurs import avec_annee

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.rapport.phrases.finale.cadre import Cadre

COLONNES = (
    Colonne("libelle", "Indicateur"),
    Colonne("depart", "Départ", numerique=True),
    Colonne("derniere", "Dernière mesure", numerique=True),
    Colonne("cible", "Cible, ou référence (d)", numerique=True),
    Colonne("verdict", "Atteinte"),
    Colonne("evolution", "Depuis le départ"),
)
LECTURE = (
    "Atteinte : verdict du bilan de la dernière année mesurée. Depuis le départ : de la valeur initiale à la dernière "
    "mesure, selon le sens souhaité. Entre parenthèses, l'année."
)
DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."


def tableau_trajectoires(parcours: pd.DataFrame, cadre: Cadre, seuil: int) -> Tableau:
    """Return one row an indicator of which a value is known, by fiche; small counts that are shown say why."""
    known = parcours[parcours["connue"].notna()]
    cells = [_cellules(row, cadre.evaluation, cadre.contexte) for row in known.itertuples()]
    silent = int((parcours["connue"].isna() & parcours["annees_connues"].eq(0)).sum())
    shapes = int((parcours["connue"].isna() & parcours["annees_connues"].gt(0)).sum())
    missing = [f"Sans aucune valeur, et donc dans ce qui manque : {compter(silent, 'indicateur')}."] if silent else []
    missing += [f"Suivis par une typologie ou une grille, sans valeur unique : {shapes}."] if shapes else []
    return Tableau(
        nom="trajectoires",
        titre=f"Chaque indicateur, du départ à la dernière mesure, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=parcours,
        source=cadre.contexte.source,
        groupes=tuple(cadre.fiche(numero) for numero in known["fiche"]),
        notes=(
            *missing,
            LECTURE,
            *((DEDUITE,) if known["origine_cible"].eq(IMPLICITE).any() else ()),
            *petits_publies(known, ("valeur_initiale", "derniere"), seuil, cadre.contexte),
            *legende(known.loc[known["derniere"].notna(), "statut_derniere"], cadre.contexte),
        ),
    )


def _cellules(row: object, mots: Evaluation, contexte: Contexte) -> list[str]:
    return [
        row.libelle,
        avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or RIEN,
        derniere(row, contexte),
        _visee(row, contexte),
        verdict_du_parcours(row, mots, contexte),
        _evolution(row, mots, contexte),
    ]


def _visee(row: object, contexte: Contexte) -> str:
    """Return the target with its year; a reference that the text implies bears its mark: « 36 (d, 2026) »."""
    if pd.isna(row.cible):
        return RIEN
    mark = "d, " if row.origine_cible == IMPLICITE else ""
    return f"{contexte.valeur(row.indicateur, row.cible)} ({mark}{row.annee_cible})"


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere)


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p, 2026) »."""
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"


def verdict_du_parcours(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return the verdict; without one, only the reason that the row does not show already."""
    if pd.isna(row.cible):
        return RIEN
    if row.verdict == "non_evaluable" and row.raison:
        return f"{mots.verdicts[row.verdict].signe} {mots.raisons[row.raison]}"
    kept = f" : {bande(row, row.derniere, row.cible, contexte, mots)}" if row.raison == BANDE else ""
    return signer(mots.verdicts[row.verdict]) + kept


def _evolution(row: object, mots: Evaluation, contexte: Contexte) -> str:
    if row.evolution:
        told = signer(mots.evolutions[row.evolution])
        if row.raison_evolution != BANDE:
            return told
        since = row._replace(origine_cible="")
        return f"{told}, {bande(since, row.derniere, row.a_maintenir, contexte, mots)}"
    return RIEN if pd.isna(row.derniere) or pd.isna(row.valeur_initiale) else mots.raisons[row.raison_evolution]
