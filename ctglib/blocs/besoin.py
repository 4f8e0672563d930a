"""The needs, as public series tell them: places for the children, and births, each figure with its year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import liste
from ctglib.document.mesures import legende, ligne, marquer, periode
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, minuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import Analyse

CLE = ["indicateur", "dimension", "modalite", "annee"]
COLONNES = (*CLE, "territoire", "statut_territoire", "reference", "statut_reference", "retard", "source", "note")


def besoin(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield the latest coverage, the last births and the places of the follow-up; then both territories in a table."""
    convention, contexte = etude.convention, etude.contexte
    table = calculer(
        etude.series,
        etude.derniers_chiffres,
        analyse,
        territoires=(convention.territoire, convention.reference),
    )
    coverage, births = (table[table["indicateur"].eq(analyse.un(role))] for role in ("couverture", "naissances"))
    places = ligne(etude.evaluation, analyse.un("places"))
    yield liste([*_couverture(coverage, contexte), *_naissances(births, contexte), *_places(places, contexte)])
    if len(table):
        dimension = etude.catalogue.mesures[analyse.un("couverture")].dimension
        modes = etude.catalogue.dimensions[dimension].modalites if dimension else ()
        yield tableau(table, {item.id: item.libelle for item in modes}, contexte, nom=analyse.id)


def calculer(
    connus: pd.DataFrame, derniers: pd.DataFrame, analyse: Analyse, *, territoires: tuple[str, str]
) -> pd.DataFrame:
    """Return the public figures that tell the needs: the latest coverage, whole and by mode, and the last births.

    The two territories stand side by side only for the same year.

    Args:
        connus: Public series known to the bilan, all years (``contexte_connu``).
        derniers: Their latest figures, with ``retard`` (``contexte_a_la_date``).
        analyse: Which series plays which role, and how many years of births to show.
        territoires: The territory and its reference.

    Returns:
        The columns ``COLONNES``, one row a measure and year.
    """
    coverage = derniers[derniers["indicateur"].eq(analyse.un("couverture"))]
    births = connus[connus["indicateur"].eq(analyse.un("naissances")) & connus["valeur"].notna()]
    last = births.loc[births["territoire"].eq(territoires[0]), "annee"].max()
    recent = births[births["annee"].gt(last - analyse.annees)] if pd.notna(last) else births.iloc[:0]
    lag = derniers["annee"] + derniers["retard"]  # the year of the bilan, the same on every row
    recent = recent.assign(retard=(lag.max() if len(lag) else 0) - recent["annee"])
    figures = pd.concat([coverage, recent], ignore_index=True)
    own, other = (figures[figures["territoire"].eq(code)] for code in territoires)
    both = own.drop(columns="territoire").merge(
        other[[*CLE, "valeur", "statut"]], on=CLE, how="left", suffixes=("", "_reference")
    )
    names = {"valeur": "territoire", "statut": "statut_territoire", "valeur_reference": "reference"}
    return both.rename(columns=names)[list(COLONNES)]


def _couverture(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    whole = rows[rows["dimension"].eq("")]
    if whole.empty:
        return []
    row = whole.iloc[0]
    item = contexte.indicateurs[row["indicateur"]]
    told = contexte.valeur_nue(row["indicateur"], row["territoire"], row["statut_territoire"])
    if pd.notna(row["territoire"]):
        told += f" {minuscule(contexte.unites[item.unite].libelle)}"
    told += f" {contexte.territoire.a} en {row['annee']}"
    if pd.notna(row["reference"]):
        told += f", contre {contexte.valeur_nue(row['indicateur'], row['reference'])} {contexte.reference.a}"
    late = compter(row["retard"], "an") if row["retard"] else ""
    late = f" C'est le dernier chiffre publié ; il a {late} de retard sur ce bilan." if late else ""
    return [
        f"{item.libelle} : {told}.{late}",
        f"Ce qu'il compte : {minuscule(item.definition)} Une place offerte n'est pas un enfant accueilli.",
    ]


def _naissances(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    if rows.empty:
        return []
    ordered = rows.sort_values("annee")
    label = contexte.indicateurs[ordered.iloc[0]["indicateur"]].libelle
    parts = [f"{nombre(count)} en {year}" for count, year in zip(ordered["territoire"], ordered["annee"], strict=True)]
    whole = f", soit {nombre(ordered['territoire'].sum())} en {compter(len(ordered), 'an')}" if len(ordered) > 1 else ""
    return [f"{label}, {contexte.territoire.a} : {enumerer(parts)}{whole}."]


def _places(row: pd.Series | None, contexte: Contexte) -> list[str]:
    if row is None or pd.isna(row["valeur"]):
        return []
    told = marquer(contexte.valeur(row["indicateur"], row["valeur"]), row["statut"])
    why = "Le classeur n'en calcule aucun taux : seul celui de la Cnaf est publié."
    return [f"{row['libelle']} : {told} en {row['annee']}. {why}"]


def tableau(table: pd.DataFrame, modes: Mapping[str, str], contexte: Contexte, *, nom: str) -> Tableau:
    """Return the coverage by mode and the births, each with its own year; values of two territories of one year.

    Args:
        table: What ``calculer`` returns.
        modes: Labels of the modes of care, in order.
        contexte: The words and the two territories.
        nom: What the table is called.
    """
    rank = table["modalite"].map({name: place for place, name in enumerate(modes, start=1)}).fillna(0)
    rows = table.loc[rank.sort_values(kind="stable").index]
    rows = rows.sort_values("indicateur", kind="stable", ignore_index=True)
    names, detailed = rows["indicateur"], rows.loc[rows["dimension"].ne(""), "indicateur"].unique()
    notes = [
        f"{note} : {enumerer([str(year) for year in sorted(noted['annee'].unique())])}."
        for note, noted in rows[rows["note"].fillna("").ne("")].groupby("note")
    ]
    if any(contexte.indicateurs[name].arrondi_source for name in detailed):
        notes.insert(0, "Arrondis par leur source, les modes peuvent ne pas faire exactement l'ensemble.")
    sources = rows.drop_duplicates("indicateur", keep="last").set_index("indicateur")["source"]
    return Tableau.de(
        rows,
        [
            Colonne("_mesure", "Mesure", ecrire=lambda row: modes.get(row["modalite"], "Ensemble")),
            Colonne("annee", "Année", True, ecrire=str),
            Colonne("_territoire", contexte.territoire.nom, True, ecrire=_ecrire("territoire", contexte)),
            Colonne("_reference", contexte.reference.nom, True, ecrire=_ecrire("reference", contexte)),
        ],
        nom=nom,
        titre=f"Couverture et naissances, {contexte.territoire.nom} et {contexte.reference.nom}, "
        f"{periode(rows['annee'].unique())}",
        source=" ; ".join(dict.fromkeys(sources[name] for name in names)),
        groupes=tuple(contexte.indicateurs[name].libelle for name in names),
        notes=(*notes, *legende(rows["statut_territoire"], contexte)),
    )


def _ecrire(colonne: str, contexte: Contexte):
    def ecrire(row: pd.Series) -> str:
        status = row[f"statut_{colonne}"]
        if pd.isna(row[colonne]) and pd.isna(status):
            return RIEN
        return marquer(contexte.valeur_nue(row["indicateur"], row[colonne], status), status)

    return ecrire
