"""The table of efficience: what each fiche was given, year by year, beside what it realised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.analyse.moyens import moyens_par_objet
from ctglib.rapport.phrases.mesures import legende, marquer
from ctglib.rapport.tableau import Colonne, Tableau
from ctglib.rapport.typographie import avec_unite, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.donnees.modeles.fiches import Moyens, NatureMoyen
    from ctglib.donnees.suivi.objets import Suivi
    from ctglib.rapport.phrases.finale.cadre import Cadre

NON_TRANSMIS = "L"
AU_MOINS = "au moins "


def tableau_moyens_realisations(
    suivis: Mapping[int, Suivi], series: pd.DataFrame, vocabulaire: Moyens, cadre: Cadre
) -> Tableau | None:
    """Return, by fiche, its means of each nature then its indicators of realisation, a column a year; None when bare.

    Nothing is divided by anything: a means serves several realisations.

    Args:
        suivis: The years.
        series: Values by year of the wholes of the indicators (``ctglib.analyse.annees.annees``), with ``fiche``.
        vocabulaire: The natures of the means.
        cadre: The words.
    """
    years = list(suivis)
    totals = {annee: moyens_par_objet(suivi.moyens) for annee, suivi in suivis.items()}
    groups, cells, data = [], [], []
    for fiche in cadre.convention.fiches:
        own = series[series["fiche"] == fiche.numero]
        for label, values in (*_moyens(totals, fiche.numero, vocabulaire, cadre), *_realisations(own, years, cadre)):
            groups.append(cadre.fiche(fiche.numero))
            cells.append([label, *values])
            data.append([fiche.numero, label, *values])
    nothing = cadre.contexte.absence(NON_TRANSMIS)
    if all(value == nothing for _, *values in cells for value in values):
        return None
    columns = (Colonne("element", "Élément"), *(Colonne(str(year), str(year), numerique=True) for year in years))
    keys = [colonne.cle for colonne in columns]
    return Tableau(
        nom="moyens-realisations",
        titre=f"Moyens engagés et réalisations, par fiche, {cadre.lieu_et_dates}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=keys),
        donnees=pd.DataFrame(data, columns=["fiche", *keys]),
        source=cadre.contexte.source,
        groupes=tuple(groups),
        notes=(
            "Moyens : somme des signataires ; « au moins », une ligne n'a pas de valeur. Réalisations : indicateurs de "
            "cette nature qui ont une valeur. Aucun coût unitaire : un moyen sert à plusieurs réalisations.",
            *legende(series.loc[series["valeur"].notna(), "statut"], cadre.contexte),
        ),
    )


def _moyens(
    totals: Mapping[int, pd.DataFrame], numero: int, vocabulaire: Moyens, cadre: Cadre
) -> Iterator[tuple[str, list[str]]]:
    for nature in vocabulaire.natures:
        yield nature.libelle, [_total(table, numero, nature, cadre) for table in totals.values()]


def _total(table: pd.DataFrame, numero: int, nature: NatureMoyen, cadre: Cadre) -> str:
    rows = table[table["objet"].eq(str(numero)) & table["nature"].eq(nature.id)]
    known = rows["valeur_connue"].dropna()
    if known.empty:
        return cadre.contexte.absence(NON_TRANSMIS)
    unit = cadre.contexte.unites[nature.unite]
    amount = round(float(known.sum()), unit.decimales)
    text = nombre_court(amount) if unit.decimales else avec_unite(amount, "", 0)
    return text if rows["manquantes"].eq(0).all() else AU_MOINS + text


def _realisations(series: pd.DataFrame, years: list[int], cadre: Cadre) -> Iterator[tuple[str, list[str]]]:
    for _, rows in series.groupby("indicateur", sort=False):
        if rows["valeur"].notna().any():
            by_year = {int(row.annee): row for row in rows.itertuples()}
            yield rows["libelle"].iloc[0], [_valeur(by_year.get(year), cadre) for year in years]


def _valeur(row: object, cadre: Cadre) -> str:
    if row is None:
        return cadre.contexte.absence(NON_TRANSMIS)
    return marquer(cadre.contexte.valeur(row.indicateur, row.valeur, row.statut), row.statut)
