"""The offer of annexe 2, read by question: places, ages, hours of the week, weeks of the holidays, what is not said.

``offre`` is the checked table of ``offre.csv``: one characteristic of one structure a row, all text, empty when absent.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre
    from ctglib.donnees.modeles.synthese import Synthese

# Parts of a year: an age written in weeks or months is set beside ages in years.
ANNEES = {"ans": 1.0, "mois": 1 / 12, "semaines": 7 / 365.25}
STRUCTURES = (
    "structure", "nom", "type", "libelle_type", "categorie", "libelle_categorie", "gestion", "places", "statut_places",
    "age_min", "age_max", "ages", "statut_ages",
)  # fmt: skip
PLACES = ("structure", "nom", "type", "libelle_type", "gestion", "libelle_gestion", "places", "statut", "note")
AGES = (
    "structure", "nom", "type", "libelle_type", "categorie", "libelle_categorie", "age_min", "age_max", "texte",
)  # fmt: skip
SEMAINE = (
    "lieu", "nom", "type", "libelle_type", "periode", "jour", "jours_supposes", "debut", "fin", "statut", "note",
)  # fmt: skip
VACANCES = ("structure", "nom", "libelle_type", "modalite", "libelle", "semaines", "statut", "note")


def structures(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return one row a structure: categories in the vocabulary's order, structures in the file's.

    Returns:
        The columns ``STRUCTURES``: ``places``, ``age_min`` and ``age_max`` as floats (years for ages, the greatest one
        as written), ``ages`` as text; a status is "" where the text has no line at all.
    """
    types = {item.id: item for item in vocabulaire.types}
    titles = {item.id: item.libelle for item in vocabulaire.categories}
    rank = {identifiant: position for position, identifiant in enumerate(titles)}
    first = offre.drop_duplicates("structure").set_index("structure")[["nom", "type", "gestion"]]
    places_ = _ensemble(offre, "places")
    low, high = _ensemble(offre, "age_min"), _ensemble(offre, "age_max")
    table = first.assign(
        libelle_type=[types[kind].libelle for kind in first["type"]],
        categorie=[types[kind].categorie for kind in first["type"]],
        libelle_categorie=[titles[types[kind].categorie] for kind in first["type"]],
        places=_nombres(places_["valeur"]).reindex(first.index),
        statut_places=places_["statut"].reindex(first.index, fill_value=""),
        age_min=_annees(low).reindex(first.index),
        age_max=_annees(high).reindex(first.index),
        ages=[texte_ages(low, high, structure) for structure in first.index],
        statut_ages=low["statut"].reindex(first.index, fill_value=""),
    )
    grouped = table.sort_values("categorie", key=lambda column: column.map(rank), kind="stable")
    return grouped.reset_index()[list(STRUCTURES)]


def places(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the structures whose kind takes children under three, with their places (missing when not written).

    Returns:
        The columns ``PLACES``; ``libelle_gestion`` is "" when the text does not say who runs the structure;
        ``note`` says why a number is missing or where it comes from.
    """
    kinds = {item.id for item in vocabulaire.types if item.accueil_moins_3}
    table = structures(offre, vocabulaire).rename(columns={"statut_places": "statut"})
    notes = _ensemble(offre, "places")["note"]
    kept = table[table["type"].isin(kinds)].assign(
        note=table["structure"].map(notes).fillna(""),
        libelle_gestion=[
            vocabulaire.gestions.get(gestion, "") for gestion in table["gestion"][table["type"].isin(kinds)]
        ],
    )
    return kept.reset_index(drop=True)[list(PLACES)]


def ages(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the structures whose youngest and oldest ages are both written.

    Returns:
        The columns ``AGES``; ages in years, the greatest one included as written (« 2 à 10 ans » takes children of 10).
    """
    table = structures(offre, vocabulaire).rename(columns={"ages": "texte"})
    known = table[table["age_min"].notna() & table["age_max"].notna()]
    return known.reset_index(drop=True)[list(AGES)]


def annees_couvertes(ages_: pd.DataFrame) -> frozenset[int]:
    """Return the ages, in completed years, that at least one of the structures takes, be it for a part of the year.

    « 6 semaines à 4 ans » takes some children of 0 and all those of 1 to 4.
    """
    return frozenset(
        age
        for low, high in zip(ages_["age_min"], ages_["age_max"], strict=True)
        for age in range(int(low), int(high) + 1)
    )


def semaine(offre: pd.DataFrame, synthese: Synthese, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the opening hours, one row a place, day and span; a span that the text leaves blank has no hours.

    Returns:
        The columns ``SEMAINE``: ``periode`` is scolaire or vacances, ``debut`` and ``fin`` are hours (7.5 for 07:30),
        missing where the status says why; ``jours_supposes``: the text gives the hours, not the days.
    """
    labels = {item.id: item.libelle for item in vocabulaire.types}
    moments = {moment.modalite: moment for moment in synthese.moments}
    hours = offre[offre["caracteristique"] == "ouverture"]
    rows = [
        (row.structure, row.nom, row.type, labels[row.type], moments[row.modalite].periode, jour,
         moments[row.modalite].jours_supposes, *heures(row.valeur), row.statut, row.note)
        for row in hours.itertuples()
        if row.modalite in moments
        for jour in moments[row.modalite].jours
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(SEMAINE))


def heures(plage: str) -> tuple[float, float]:
    """Return the two ends of a span of hours, both missing when it is blank.

    Examples:
        >>> heures("07:30-18:30"), heures("")
        ((7.5, 18.5), (nan, nan))
    """
    if not plage:
        return nan, nan
    start, end = (int(moment[:2]) + int(moment[3:]) / 60 for moment in plage.split("-"))
    return start, end


def vacances(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the weeks of opening of each holiday, one row a structure and holiday, in the vocabulary's order.

    Returns:
        The columns ``VACANCES``; ``semaines`` is missing where the status says why.
    """
    labels = {item.id: item.libelle for item in vocabulaire.types}
    rank = {identifiant: position for position, identifiant in enumerate(vocabulaire.modalites)}
    weeks = offre[offre["caracteristique"] == "semaines"]
    table = weeks.assign(
        libelle_type=weeks["type"].map(labels),
        libelle=weeks["modalite"].map(vocabulaire.modalites),
        semaines=_nombres(weeks["valeur"]),
        rang_structure=pd.factorize(weeks["structure"])[0],
        rang=weeks["modalite"].map(rank),
    )
    return table.sort_values(["rang_structure", "rang"]).reset_index(drop=True)[list(VACANCES)]


def texte_ages(low: pd.DataFrame, high: pd.DataFrame, structure: str) -> str:
    """Return « 6 semaines à 4 ans », or « 2 à 10 ans » when both ages have one unit; "" when one is not written."""
    ends = [table.loc[structure] for table in (low, high) if structure in table.index]
    if len(ends) < 2 or "" in (ends[0]["valeur"], ends[1]["valeur"]):
        return ""
    start = ends[0]["valeur"] if ends[0]["unite"] == ends[1]["unite"] else f"{ends[0]['valeur']} {ends[0]['unite']}"
    return f"{start} à {ends[1]['valeur']} {ends[1]['unite']}"


def _ensemble(offre: pd.DataFrame, caracteristique: str) -> pd.DataFrame:
    """Return the rows that give a characteristic for the structure as a whole (no modality), by structure."""
    rows = offre[(offre["caracteristique"] == caracteristique) & (offre["modalite"] == "")]
    return rows.set_index("structure")


def _nombres(valeurs: pd.Series) -> pd.Series:
    return pd.to_numeric(valeurs.where(valeurs != ""))


def _annees(rows: pd.DataFrame) -> pd.Series:
    return _nombres(rows["valeur"]) * rows["unite"].map(ANNEES)
