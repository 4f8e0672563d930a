"""The values of an example, by indicator and year, as the own analyses of the fiches read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd

from ctglib.blocs import analyses, coordination
from ctglib.calculs.suivi import annees, series
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.plan import Analyse, Rapport

ICI = "01001"
COLONNES = (
    "territoire",
    "annee",
    "indicateur",
    "dimension",
    "modalite",
    "millesime",
    "valeur",
    "unite",
    "statut",
    "source",
    "note",
)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of the project."""
    return lire_dossier("harnes").catalogue


def observations(valeurs: dict[str, dict[int, object]]) -> pd.DataFrame:
    """Return the observations of « indicateur » or « indicateur/modalité », by year; a letter is an
    absence.
    """
    rows = []
    for name, by_year in valeurs.items():
        identifiant, _, modalite = name.partition("/")
        item = catalogue().indicateurs_fiches[identifiant]
        for year, told in by_year.items():
            value, _, status = (
                str(told).rpartition(" ") if str(told).endswith(" P") else (told, "", "A")
            )
            absent = isinstance(told, str) and not status.startswith("P")
            cell = (None, told) if absent else (float(value), status)
            place = (item.dimension if modalite else "", modalite)
            rows.append(
                (ICI, year, identifiant, *place, year, cell[0], item.unite, cell[1], "Service", "")
            )
    kinds = {"annee": "Int64", "millesime": "Int64", "valeur": "float64"}
    return pd.DataFrame(rows, columns=list(COLONNES)).astype(kinds)


def table(valeurs: dict[str, dict[int, object]], bornes: list[int], *aussi: str) -> pd.DataFrame:
    """Return the values by year of the indicators of an example, and of others that it leaves out."""
    names = dict.fromkeys([*(name.partition("/")[0] for name in valeurs), *aussi])
    return annees(mesures(valeurs, bornes[1]), catalogue(), names, annees=(bornes[0], bornes[1]))


def mesures(valeurs: dict[str, dict[int, object]], annee: int) -> pd.DataFrame:
    """Return the values by year as the bilan of a year reads them."""
    return series(
        observations(valeurs), catalogue().indicateurs_fiches.values(), territoire=ICI, annee=annee
    )


def analyse(type_: str, nom: str = "", numero: str = "") -> Analyse:
    """Return an analysis that a fiche of Harnes declares: the first of its type, or the one of a
    name.
    """
    fiches = lire_dossier("harnes").convention.fiches
    declared = [item for fiche in fiches if numero in ("", fiche.numero) for item in fiche.analyses]
    return next(item for item in declared if item.type == type_ and nom in ("", item.id))


def rapport(numerateur: str) -> Rapport:
    """Return the ratio of Harnes that a numerator has."""
    fiches = lire_dossier("harnes").convention.fiches
    declared = [item for fiche in fiches for one in fiche.analyses for item in one.rapports]
    return next(item for item in declared if item.numerateur == numerateur)


def lire(cas: dict) -> pd.DataFrame:
    """Return what the reading that the case names makes of its values."""
    last = cas["annees"][1]
    kinds = {
        "mouvements": "flux",
        "relais": "norme",
        "occupation": "taux",
        "inclusion": "inclusion",
    }
    declared = analyse(kinds[cas["lecture"]]) if cas["lecture"] in kinds else None
    read = table(
        cas["valeurs"],
        cas["annees"],
        *(declared.indicateurs_des_roles(*declared.roles) if declared else ()),
    )
    lectures: dict[str, Callable[[], pd.DataFrame]] = {
        "mouvements": lambda: analyses.calculer_flux(read, declared),
        "relais": lambda: analyses.calculer_norme(read, declared),
        "occupation": lambda: analyses.calculer_taux(read, declared, last),
        "inclusion": lambda: analyses.calculer_inclusion(
            read, declared, last, catalogue().indicateurs_fiches
        ),
        "projets": lambda: analyses.cumul(rapport("cmj_projets_realises"), read),
        "livrables": lambda: coordination.calculer_livrables(
            read,
            analyse("livrables").model_copy(
                update={"roles": {**analyse("livrables").roles, "livrables": (cas["livrable"],)}}
            ),
            {"rencontre_2024": date(2024, 6, 30)},
            fin=pd.Timestamp(2026, 12, 31),
            arrete=pd.Timestamp(last, 12, 31),
        ),
    }
    return lectures[cas["lecture"]]()
