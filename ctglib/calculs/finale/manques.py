"""What the whole convention still lacks, and whom to ask: values, initial values, states, means, appreciations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.calculs.moyens import ABSENCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.gabarit import Gabarit
    from ctglib.donnees.suivi.objets import Suivi

COLONNES = ("responsable", "nature", "fiche", "element", "libelle", "annees", "document")
VALEUR, DEPART, ETAT, MOYEN, APPRECIATION = "valeur", "valeur_initiale", "etat", "moyen", "appreciation"
SANS_OBJET, SEPARATEUR = "M", ";"


def manques_finaux(
    convention: Convention,
    catalogue: Catalogue,
    suivis: Mapping[int, Suivi],
    evaluations: Mapping[int, pd.DataFrame],
    etats: Mapping[int, pd.DataFrame],
    *,
    parcours: pd.DataFrame,
    gabarit: Gabarit,
) -> pd.DataFrame:
    """Return one row a thing to ask, service by service, with all the years that it is missing for.

    A fiche asks for nothing before the year in which it begins. What the workbook computes is asked from nobody.

    Returns:
        The columns ``COLONNES``; ``nature`` is "valeur", "valeur_initiale", "etat", "moyen" or "appreciation",
        ``element`` the indicator or "", ``annees`` the years joined by « ; ».
    """
    start = {fiche.numero: fiche.debut.year for fiche in convention.fiches}
    services = {fiche.numero: gabarit.parts.de_fiche(fiche) for fiche in convention.fiches}
    rows = [
        *_valeurs(evaluations, parcours, catalogue, start),
        *_departs(parcours, catalogue, convention.debut.year - 1),
        *_etats(etats, start, services),
        *_moyens(suivis, start, {fiche: gabarit.parts.des_moyens(fiche) for fiche in start}),
        *_appreciations(suivis, start, services),
    ]
    rank = {name: place for place, name in enumerate(catalogue.responsables)}
    table = pd.DataFrame(rows, columns=list(COLONNES)).astype({"fiche": "Int64"})
    order = table.assign(rang=table["responsable"].map(lambda name: rank.get(name, len(rank))))
    return order.sort_values(["rang", "fiche"], kind="stable").drop(columns="rang").reset_index(drop=True)


def _valeurs(
    evaluations: Mapping[int, pd.DataFrame], parcours: pd.DataFrame, catalogue: Catalogue, start: Mapping[int, int]
) -> Iterator[tuple[object, ...]]:
    missing: dict[str, list[int]] = {}
    for annee, table in evaluations.items():
        told = set(table.loc[table["renseigne"] | table["statut"].eq(SANS_OBJET), "indicateur"])
        for row in table[table["dimension"].eq("") & ~table["calcule"]].itertuples():
            asked = annee >= start[row.fiche] and _attendue(row, annee, catalogue)
            if asked and row.indicateur not in told:
                missing.setdefault(row.indicateur, []).append(annee)
    for row in parcours[parcours["indicateur"].isin(list(missing))].itertuples():
        years = missing[row.indicateur]
        yield (row.responsable, VALEUR, row.fiche, row.indicateur, row.libelle, _joindre(years), _ou(row, catalogue))


def _attendue(row: object, annee: int, catalogue: Catalogue) -> bool:
    """Return whether a value is awaited in a year: what is awaited once is, in the year of its target alone."""
    unique = catalogue.indicateurs_fiches[row.indicateur].unique
    return not unique or pd.isna(row.annee_cible) or annee == int(row.annee_cible)


def _departs(parcours: pd.DataFrame, catalogue: Catalogue, avant: int) -> Iterator[tuple[object, ...]]:
    """Yield the initial values that would serve: not of a typology, nor of what is computed, nor before a break."""
    rows = parcours[parcours["valeur_initiale"].isna() & parcours["table"].eq("observations") & ~parcours["calcule"]]
    for row in rows[rows["origine_cible"].ne("implicite")].itertuples():
        if not catalogue.indicateurs_fiches[row.indicateur].ruptures:
            yield (row.responsable, DEPART, row.fiche, row.indicateur, row.libelle, str(avant), _ou(row, catalogue))


def _etats(
    etats: Mapping[int, pd.DataFrame], start: Mapping[int, int], services: Mapping[int, str]
) -> Iterator[tuple[object, ...]]:
    for fiche, debut in start.items():
        years = [
            annee
            for annee, table in etats.items()
            if annee >= debut and (table["fiche"].eq(fiche) & table["statut"].eq(NON_RENSEIGNEE)).any()
        ]
        if years:
            yield services[fiche], ETAT, fiche, "", "", _joindre(years), ""


def _moyens(
    suivis: Mapping[int, Suivi], start: Mapping[int, int], services: Mapping[int, str]
) -> Iterator[tuple[object, ...]]:
    for fiche, debut in start.items():
        years = [annee for annee, suivi in suivis.items() if annee >= debut and not _moyens_connus(suivi, fiche)]
        if years:
            yield services[fiche], MOYEN, fiche, "", "", _joindre(years), ""


def _moyens_connus(suivi: Suivi, fiche: int) -> bool:
    rows = suivi.moyens
    return bool((rows["fiche"].eq(fiche).fillna(value=False) & ~rows["statut"].isin(ABSENCES)).any())


def _appreciations(
    suivis: Mapping[int, Suivi], start: Mapping[int, int], services: Mapping[int, str]
) -> Iterator[tuple[object, ...]]:
    for fiche, debut in start.items():
        years = [
            annee
            for annee, suivi in suivis.items()
            if annee >= debut and fiche not in {item.fiche for item in suivi.appreciations}
        ]
        if years:
            yield services[fiche], APPRECIATION, fiche, "", "", _joindre(years), ""


def _ou(row: object, catalogue: Catalogue) -> str:
    collecte = catalogue.indicateurs_fiches[row.indicateur].collecte
    return collecte.document if collecte else ""


def _joindre(annees: list[int]) -> str:
    return SEPARATEUR.join(str(annee) for annee in annees)
