"""The demonstration, read once for all the tests that look at it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ctglib.calculs.etats import etats
from ctglib.calculs.evaluation import evaluer
from ctglib.donnees.lecture import cle_de
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.secret.modele import Tirage
from ctglib.secret.publication import Publiable, appliquer

NOM = "demonstration"
ICI = "00001"
LA = "00"
ANNEES = (2023, 2024, 2025, 2026)


@cache
def suivi(annee: int = ANNEES[-1]) -> DossierSuivi:
    """Return the demonstration as the reports of a year read it."""
    return lire_suivi_brut(NOM, annee)


@cache
def evaluation(annee: int) -> pd.DataFrame:
    """Return the scoring of a year."""
    return evaluer(suivi(annee), annee)


@cache
def actions(annee: int) -> pd.DataFrame:
    """Return the state of the actions of a year."""
    return etats(suivi(annee), annee)


@cache
def publie() -> Publiable:
    """Return what the last bilan may show, small counts hidden."""
    read = suivi()
    profiles = pd.concat(
        [one.profils.assign(annee=year) for year, one in read.suivis.items()], ignore_index=True
    )
    threshold = read.catalogue.seuils.petits_effectifs
    return appliquer(
        profiles,
        read.observations,
        read.catalogue,
        annee=ANNEES[-1],
        seuil=threshold,
        registre=read.registre,
        tirage=Tirage(cle_de(NOM)),
    )


def toutes_les_annees() -> pd.DataFrame:
    """Return the scoring of the four years, one after the other."""
    return pd.concat([evaluation(annee) for annee in ANNEES], ignore_index=True)
