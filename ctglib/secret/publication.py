"""The follow-up as the reports of a year may show it, and what a published bilan hides, kept in ``masque.csv``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.lecture import cle_de, racine
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
    tables = [one.profils.assign(annee=year).astype({"annee": "Int64"}) for year, one in suivi.suivis.items()]
    shown = appliquer(
        pd.concat(tables, ignore_index=True),
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


def _publie(annuel: Suivi, shown: Publiable) -> Suivi:
    profiles, rows = shown.profils, shown.observations
    return replace(
        annuel,
        profils=profiles[profiles["annee"] == annuel.annee].drop(columns="annee").reset_index(drop=True),
        observations=rows[rows["millesime"] == annuel.annee].reset_index(drop=True),
    )


COLONNES = ["annee", "table", "ligne", "colonne"]


@dataclass(frozen=True)
class MasqueFige:
    """The mask to keep: where, its bytes, how many cells the bilan hides, and how many are not yet in the file."""

    relatif: str
    contenu: bytes
    cellules: int
    nouvelles: int

    def ecrire(self) -> None:
        """Write the file, when there is something new to keep.

        Raises:
            EcritureImpossible: The disk or the file refuses.
        """
        if self.nouvelles:
            ecrire({racine() / self.relatif: self.contenu})


def figer(convention: str, annee: int) -> MasqueFige:
    """Return the mask of a convention once the bilan of a year is published; nothing is written.

    Without it, the bilans of the past are worked out again from today's data and threshold: a count mended since, or a
    lower threshold, would uncover what was published as secret.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention.
    """
    kept = lire_suivi_brut(convention).masque  # that of later bilans too
    hidden = publier(lire_suivi_brut(convention, annee), annee).suivi.masque
    cells = pd.concat([kept, hidden])[COLONNES].astype({"annee": "Int64"}).sort_values(COLONNES)
    cells = cells.drop_duplicates(COLONNES[1:])
    return MasqueFige(
        relatif=f"conventions/{convention}/masque.csv",
        contenu=cells.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        cellules=len(hidden),
        nouvelles=len(cells) - len(kept),
    )
