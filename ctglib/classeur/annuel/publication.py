"""The follow-up as the reports of a year may show it: small counts suppressed before anything is computed or drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.lecture import cle_de
from ctglib.secret.application import appliquer
from ctglib.secret.modele import Tirage

if TYPE_CHECKING:
    from ctglib.donnees.suivi.objets import DossierSuivi, Suivi
    from ctglib.secret.application import Publiable


@dataclass(frozen=True)
class SuiviPublie:
    """A follow-up without the small counts, and the tables that had to be withheld whole (table, raison)."""

    suivi: DossierSuivi
    retraits: pd.DataFrame


def publier(suivi: DossierSuivi, annee: int) -> SuiviPublie:
    """Return the follow-up that the reports of a year read: no count that they hide is left anywhere in it.

    Args:
        suivi: The checked data, years up to ``annee``.
        annee: Year of the reports.
    """
    shown = appliquer(
        _profils(suivi),
        suivi.observations,
        suivi.catalogue,
        annee=annee,
        seuil=suivi.catalogue.seuils.petits_effectifs,
        masque=suivi.masque,
        tirage=Tirage(cle_de(suivi.nom)),
    )
    years = {year: _publie(one, shown) for year, one in suivi.suivis.items()}
    published = replace(suivi, suivis=years, observations=shown.observations, masque=shown.masque)
    return SuiviPublie(published, shown.retraits)


def _profils(suivi: DossierSuivi) -> pd.DataFrame:
    """Return the profiles of all the years, with the year that each was entered for."""
    tables = [one.profils.assign(annee=year).astype({"annee": "Int64"}) for year, one in suivi.suivis.items()]
    return pd.concat(tables, ignore_index=True)


def _publie(annuel: Suivi, shown: Publiable) -> Suivi:
    profiles, rows = shown.profils, shown.observations
    return replace(
        annuel,
        profils=profiles[profiles["annee"] == annuel.annee].drop(columns="annee").reset_index(drop=True),
        observations=rows[rows["millesime"] == annuel.annee].reset_index(drop=True),
    )
