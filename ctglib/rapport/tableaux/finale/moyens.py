"""The table of efficience: what each fiche was given, year by year, beside what it realised."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
DONNEES = ("fiche", "element", "libelle", "unite", "annee", "valeur", "lignes_sans_valeur", "statut")


class _Case(NamedTuple):
    """What a year has: as shown, the number, its status ("" of a sum), the rows of the means that have no value."""

    texte: str
    valeur: float | None
    statut: str
    manquantes: int = 0


class _Ligne(NamedTuple):
    """A nature of means, or an indicator, of a fiche: its name, its words, its unit, a case a year."""

    fiche: int
    element: str
    libelle: str
    unite: str
    cases: list[_Case]


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
    rows = [
        row
        for fiche in cadre.convention.fiches
        for own in [series[series["fiche"] == fiche.numero]]
        for row in (*_moyens(totals, fiche.numero, vocabulaire, cadre), *_realisations(own, fiche.numero, years, cadre))
    ]
    if all(case.statut == NON_TRANSMIS for row in rows for case in row.cases):
        return None
    columns = (Colonne("element", "Élément"), *(Colonne(str(year), str(year), numerique=True) for year in years))
    keys = [colonne.cle for colonne in columns]
    return Tableau(
        nom="moyens-realisations",
        titre=f"Moyens engagés et réalisations, par fiche, {cadre.lieu_et_dates}",
        colonnes=columns,
        cellules=pd.DataFrame([[row.libelle, *(case.texte for case in row.cases)] for row in rows], columns=keys),
        donnees=pd.DataFrame(
            [
                (row.fiche, row.element, row.libelle, row.unite, year, case.valeur, case.manquantes, case.statut)
                for row in rows
                for year, case in zip(years, row.cases, strict=True)
            ],
            columns=list(DONNEES),
        ),
        source=cadre.contexte.source,
        groupes=tuple(cadre.fiche(row.fiche) for row in rows),
        notes=(
            "Moyens : somme des signataires ; « au moins », une ligne n'a pas de valeur. Réalisations : indicateurs de "
            "cette nature qui ont une valeur. Aucun coût unitaire : un moyen sert à plusieurs réalisations.",
            *legende(series.loc[series["valeur"].notna(), "statut"], cadre.contexte),
        ),
    )


def _moyens(totals: Mapping[int, pd.DataFrame], numero: int, vocabulaire: Moyens, cadre: Cadre) -> Iterator[_Ligne]:
    for nature in vocabulaire.natures:
        cases = [_total(table, numero, nature, cadre) for table in totals.values()]
        yield _Ligne(numero, nature.id, nature.libelle, nature.unite, cases)


def _total(table: pd.DataFrame, numero: int, nature: NatureMoyen, cadre: Cadre) -> _Case:
    rows = table[table["objet"].eq(str(numero)) & table["nature"].eq(nature.id)]
    known, missing = rows["valeur_connue"].dropna(), int(rows["manquantes"].sum())
    if known.empty:
        return _Case(cadre.contexte.absence(NON_TRANSMIS), None, NON_TRANSMIS, missing)
    unit = cadre.contexte.unites[nature.unite]
    amount = round(float(known.sum()), unit.decimales)
    text = nombre_court(amount) if unit.decimales else avec_unite(amount, "", 0)
    return _Case(AU_MOINS + text if missing else text, amount, "", missing)


def _realisations(series: pd.DataFrame, numero: int, years: list[int], cadre: Cadre) -> Iterator[_Ligne]:
    for name, rows in series.groupby("indicateur", sort=False):
        if rows["valeur"].notna().any():
            by_year = {int(row.annee): row for row in rows.itertuples()}
            cases = [_valeur(by_year.get(year), cadre) for year in years]
            yield _Ligne(numero, name, rows["libelle"].iloc[0], rows["unite"].iloc[0], cases)


def _valeur(row: object, cadre: Cadre) -> _Case:
    if row is None:
        return _Case(cadre.contexte.absence(NON_TRANSMIS), None, NON_TRANSMIS)
    text = marquer(cadre.contexte.valeur(row.indicateur, row.valeur, row.statut), row.statut)
    return _Case(text, row.valeur, row.statut)
