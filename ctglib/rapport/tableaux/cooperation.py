"""Fiche 4 in tables: deliverables and their dates, posts and what is written to pay them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import date_longue
from ctglib.rapport.phrases.cooperation import montant
from ctglib.rapport.tableaux.annees import periode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import AnalyseCooperation

CHAQUE_ANNEE = "chaque année"
TIRET = "–"
COLONNES_LIVRABLES = (
    Colonne("livrable", "Ce qui est promis"),
    Colonne("echeance", "Pour quand"),
    Colonne("compte", "Nombre"),
    Colonne("etat", "État"),
)
REFERENCE = "Coût de référence des postes"
FICHE, FINANCEMENT = "Euros inscrits à la fiche", "Dont financement du pilotage"


def tableau_livrables(table: pd.DataFrame, analyse: AnalyseCooperation, annee: int, contexte: Contexte) -> Tableau:
    """Return one row a deliverable: when it is due, how many there were, where it stands.

    Args:
        table: What ``ctglib.calculs.cooperation.livrables`` returns.
        analyse: The words of the states.
        annee: Year of the bilan.
        contexte: The words.
    """
    cells = [_livrable(rows, analyse, contexte) for _, rows in table.groupby("indicateur", sort=False)]
    return Tableau(
        nom="livrables",
        titre=f"Documents et rencontres promis, {contexte.territoire.nom}, fin {annee}",
        colonnes=COLONNES_LIVRABLES,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in COLONNES_LIVRABLES]),
        donnees=table,
        source=contexte.source,
        notes=(*_par_poste(analyse, contexte), *legende(table["statut"], contexte)),
    )


def _par_poste(analyse: AnalyseCooperation, contexte: Contexte) -> list[str]:
    """Return how the deliverables of which one is due a post are told done."""
    return [
        f"{contexte.indicateurs[item.indicateur].libelle} : une par poste, dont la convention n'écrit pas le nombre "
        "; elles sont comparées aux ETP devenus chargé de coopération."
        for item in analyse.livrables
        if item.un_par_poste
    ]


def _livrable(rows: pd.DataFrame, analyse: AnalyseCooperation, contexte: Contexte) -> tuple[str, ...]:
    first = rows.iloc[0]
    state = analyse.etats[first["etat"]]
    due = CHAQUE_ANNEE if first["annuel"] else date_longue(first["echeance"].date())
    counts = [
        f"{row.annee} : {marquer(contexte.valeur_nue(row.indicateur, row.valeur, row.statut), row.statut)}"
        for row in rows.itertuples()
        if pd.notna(row.annee)
    ]
    label = contexte.indicateurs[first["indicateur"]].libelle
    return label, due, " ; ".join(counts) or TIRET, f"{state.signe} {state.mot}"


def tableau_postes(
    annees: pd.DataFrame,
    couts: pd.DataFrame,
    parties: Mapping[str, str],
    contexte: Contexte,
    *,
    equivalents: pd.DataFrame,
) -> Tableau:
    """Return the posts, what they would cost and the euros written, one column a year.

    Args:
        annees: What ``ctglib.calculs.annees.annees`` returns for the posts.
        couts: What ``ctglib.calculs.cooperation.couts`` returns.
        parties: Short names of the signatories.
        contexte: The words.
        equivalents: What ``ctglib.calculs.cooperation.equivalents`` returns, for the data.
    """
    years = [int(year) for year in sorted(annees["annee"].unique())]
    columns = (Colonne("objet", "Postes et euros"), *(Colonne(str(year), str(year), numerique=True) for year in years))
    cells = [
        [rows["libelle"].iloc[0], *_postes(rows, contexte)] for _, rows in annees.groupby("indicateur", sort=False)
    ]
    groups = ["Équivalents temps plein"] * len(cells)
    for (objet, signataire), rows in couts.groupby(["objet", "signataire"], sort=False):
        by_year = {int(row.annee): montant(row, contexte) for row in rows.itertuples()}
        label = REFERENCE if not signataire else f"{FICHE if objet == 'fiche' else FINANCEMENT}, {parties[signataire]}"
        cells.append([label, *(by_year.get(year, TIRET) for year in years)])
        groups.append("Euros")
    return Tableau(
        nom="postes",
        titre=f"Postes de coordination et euros, {contexte.territoire.nom}, {periode(years)}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=pd.concat([equivalents, couts], ignore_index=True),
        source=contexte.source,
        groupes=tuple(groups),
        notes=(*_tirets(cells), *legende([*annees["statut"], *couts["statut"]], contexte)),
    )


def _postes(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    return [
        marquer(contexte.valeur_nue(row.indicateur, row.valeur, row.statut), row.statut) for row in rows.itertuples()
    ]


def _tirets(cells: list[list[str]]) -> tuple[str, ...]:
    return (f"{TIRET} : aucune ligne saisie.",) if any(TIRET in row for row in cells) else ()
