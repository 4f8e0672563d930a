"""The means of each fiche beside what it realised, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctglib.calculs.moyens import moyens_par_objet
from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import avec_unite, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.donnees.modeles.fiches import Moyens, NatureMoyen
    from ctglib.donnees.suivi.objets import Suivi


NON_TRANSMIS = "L"


AU_MOINS = "au moins "


LUES = ("objet", "nature", "valeur_connue", "manquantes")


Totaux = dict[tuple[str, str], list[tuple[float, int]]]


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
        series: Values by year of the wholes of the indicators (``ctglib.calculs.annees.annees``), with ``fiche``.
        vocabulaire: The natures of the means.
        cadre: The words.
    """
    years = list(suivis)
    totals = {annee: _par_objet(moyens_par_objet(suivi.moyens)) for annee, suivi in suivis.items()}
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
        donnees=_donnees(rows, years),
        source=cadre.contexte.source,
        groupes=tuple(cadre.fiche(row.fiche) for row in rows),
        notes=(
            "Moyens : somme des signataires ; « au moins », une ligne n'a pas de valeur. Réalisations : indicateurs de "
            "cette nature qui ont une valeur. Aucun coût unitaire : un moyen sert à plusieurs réalisations.",
            *legende(series.loc[series["valeur"].notna(), "statut"], cadre.contexte),
        ),
    )


def _donnees(rows: list[_Ligne], years: list[int]) -> pd.DataFrame:
    """Return the numbers, one row an element and year: the columns ``DONNEES``."""
    cases = [
        (row.fiche, row.element, row.libelle, row.unite, year, case.valeur, case.manquantes, case.statut)
        for row in rows
        for year, case in zip(years, row.cases, strict=True)
    ]
    return pd.DataFrame(cases, columns=list(DONNEES))


def _par_objet(totaux: pd.DataFrame) -> Totaux:
    """Return what is known of the totals and how many lines each lacks, by object and nature."""
    found: Totaux = {}
    for objet, nature, known, missing in zip(*(totaux[name] for name in LUES), strict=True):
        found.setdefault((objet, nature), []).append((known, missing))
    return found


def _moyens(totals: Mapping[int, Totaux], numero: int, vocabulaire: Moyens, cadre: Cadre) -> Iterator[_Ligne]:
    for nature in vocabulaire.natures:
        cases = [_total(table, numero, nature, cadre) for table in totals.values()]
        yield _Ligne(numero, nature.id, nature.libelle, nature.unite, cases)


def _total(totaux: Totaux, numero: int, nature: NatureMoyen, cadre: Cadre) -> _Case:
    rows = totaux.get((str(numero), nature.id), [])
    known, missing = [value for value, _ in rows if pd.notna(value)], sum(missing for _, missing in rows)
    if not known:
        return _Case(cadre.contexte.absence(NON_TRANSMIS), None, NON_TRANSMIS, missing)
    unit = cadre.contexte.unites[nature.unite]
    amount = round(float(sum(known)), unit.decimales)
    text = nombre_court(amount) if unit.decimales else avec_unite(amount, "", 0)
    return _Case(AU_MOINS + text if missing else text, amount, "", missing)


def _realisations(series: pd.DataFrame, numero: int, years: list[int], cadre: Cadre) -> Iterator[_Ligne]:
    found: dict[str, dict[int, object]] = {}
    for row in series.itertuples():
        found.setdefault(row.indicateur, {})[int(row.annee)] = row
    for name, by_year in found.items():
        first, *_ = rows = list(by_year.values())
        if any(pd.notna(row.valeur) for row in rows):
            cases = [_valeur(by_year.get(year), cadre) for year in years]
            yield _Ligne(numero, name, first.libelle, first.unite, cases)


def _valeur(row: object, cadre: Cadre) -> _Case:
    if row is None:
        return _Case(cadre.contexte.absence(NON_TRANSMIS), None, NON_TRANSMIS)
    text = marquer(cadre.contexte.valeur(row.indicateur, row.valeur, row.statut), row.statut)
    return _Case(text, row.valeur, row.statut)
