"""Fiche 1 in tables: the needs, each figure with its year, and the posts of the relais."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer, nombre
from ctglib.rapport.phrases.accueil_individuel import DECIMALES_POSTES, DECIMALES_RAPPORT
from ctglib.rapport.tableaux.annees import ENSEMBLE, periode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import AnalyseAccueil

TIRET = "–"
COLONNES_RELAIS = (
    Colonne("annee", "Année"),
    Colonne("postes", "Postes du relais (ETP)", numerique=True),
    Colonne("agreees", "agréées", numerique=True, groupe="Assistantes maternelles par poste"),
    Colonne("actives", "en activité", numerique=True, groupe="Assistantes maternelles par poste"),
    Colonne("repere", "Postes au repère (ETP)", numerique=True),
    Colonne("ecart", "Écart (ETP)", numerique=True),
)


def tableau_besoins(
    table: pd.DataFrame, modes: Mapping[str, str], contexte: Contexte, *, origines: Mapping[str, str]
) -> Tableau:
    """Return the coverage by mode and the births, each with its own year; values of two territories of one year.

    Args:
        table: What ``ctglib.calculs.accueil_individuel.besoins`` returns.
        modes: Labels of the modes of care.
        contexte: The words and the two territories.
        origines: Producer and document of each indicator, as a source writes it.
    """
    columns = (
        Colonne("mesure", "Mesure"),
        Colonne("annee", "Année", numerique=True),
        Colonne("territoire", contexte.territoire.nom, numerique=True),
        Colonne("reference", contexte.reference.nom, numerique=True),
    )
    rank = {name: place for place, name in enumerate(modes, start=1)}
    order = table["modalite"].map(lambda name: rank.get(name, 0)).sort_values(kind="stable").index
    table = table.loc[order].sort_values("indicateur", kind="stable", ignore_index=True)
    cells = [_besoin(row, modes, contexte) for row in table.itertuples()]
    years = sorted(int(year) for year in table["annee"].unique())
    return Tableau(
        nom="besoins",
        titre=f"Couverture et naissances, {contexte.territoire.nom} et {contexte.reference.nom}, {periode(years)}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=table,
        source=" ; ".join(dict.fromkeys(origines[name] for name in table["indicateur"])),
        groupes=tuple(contexte.indicateurs[name].libelle for name in table["indicateur"]),
        notes=_notes(table, contexte),
    )


def _besoin(row: object, modes: Mapping[str, str], contexte: Contexte) -> tuple[str, ...]:
    other = TIRET if pd.isna(row.reference) else contexte.valeur_nue(row.indicateur, row.reference)
    own = contexte.valeur_nue(row.indicateur, row.territoire, row.statut_territoire)
    return (
        modes.get(row.modalite, ENSEMBLE),
        str(row.annee),
        marquer(own, row.statut_territoire),
        marquer(other, row.statut_reference if pd.notna(row.reference) else ""),
    )


def _notes(table: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    rounded = any(
        contexte.indicateurs[name].arrondi_source and (rows["dimension"] != "").any()
        for name, rows in table.groupby("indicateur")
    )
    notes = ["Arrondis par leur source, les modes peuvent ne pas faire exactement l'ensemble."] if rounded else []
    for note, rows in table[table["note"].fillna("").ne("")].groupby("note"):
        notes.append(f"{note} : {enumerer([str(annee) for annee in sorted(rows['annee'].unique())])}.")
    return (*notes, *legende(table["statut_territoire"], contexte))


def tableau_relais(table: pd.DataFrame, analyse: AnalyseAccueil, contexte: Contexte) -> Tableau:
    """Return, year by year, the professionals that go with one post and the posts that the norm asks for."""
    years = [int(year) for year in table["annee"]]
    cells = [_relais(row, contexte) for row in table.itertuples()]
    by_approved = (table["base"].ne("norme") & table["postes_repere"].notna()).any()
    note = "(a) Compté sur les agréées, faute de connaître celles qui exercent."
    return Tableau(
        nom="relais",
        titre=f"Assistantes maternelles et postes du relais, {contexte.territoire.nom}, {periode(years)}",
        colonnes=COLONNES_RELAIS,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in COLONNES_RELAIS]),
        donnees=table.assign(norme=analyse.norme.valeur),
        source=contexte.source,
        notes=(*((note,) if by_approved else ()), *legende(table["statut_postes"], contexte)),
    )


def _relais(row: object, contexte: Contexte) -> tuple[str, ...]:
    posts = contexte.absence(row.statut_postes) if pd.isna(row.postes) else nombre(row.postes, DECIMALES_POSTES)
    mark = "" if row.base == "norme" or pd.isna(row.postes_repere) else " (a)"
    return (
        str(row.annee),
        marquer(posts, row.statut_postes),
        _ou_tiret(row.agreees_par_poste, DECIMALES_RAPPORT),
        _ou_tiret(row.en_activite_par_poste, DECIMALES_RAPPORT),
        _ou_tiret(row.postes_repere, DECIMALES_POSTES) + mark,
        _ou_tiret(row.ecart_postes, DECIMALES_POSTES, signe=True),
    )


def _ou_tiret(valeur: float, decimales: int, *, signe: bool = False) -> str:
    return TIRET if pd.isna(valeur) else nombre(valeur, decimales, signe)
