"""A convention with its years of follow-up, as reports and notebooks see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.rapports import MessageDesParties
    from ctglib.donnees.modeles.sources import Origine
    from ctglib.donnees.modeles.suivi import Appreciation, Avenant, Bilan, Participation


@dataclass(frozen=True)
class Suivi(Montrable):
    """A year of follow-up; an absent file is an empty table, and a bilan of which nothing is known but the year.

    Attributes:
        annee: The year.
        bilan: ``bilan.yaml``.
        observations: territoire, annee (Int64), indicateur, dimension, modalite, millesime (Int64), valeur (float64),
            unite, statut, source, note.
        actions: fiche (Int64), modalite, statut, debut, fin (ISO texts), responsable, commentaire, motif, preuve.
        moyens: signataire, fiche (Int64, missing when none), structure, nature, poste, valeur (float64), statut, note.
        profils: dispositif, variable, modalite, variable_2, modalite_2, effectif (float64), statut.
        posture: fonction, domaine, item, niveau (Int64), diffusion (« interne » when empty).
        appreciations: By fiche, in the order of the file.
        participation: Who took part, None when nobody says.
        messages: What the parties say on first pages in place of our messages.
        fichiers: Names of the files that are there.
    """

    annee: int
    bilan: Bilan
    observations: pd.DataFrame
    actions: pd.DataFrame
    moyens: pd.DataFrame
    profils: pd.DataFrame
    posture: pd.DataFrame
    appreciations: tuple[Appreciation, ...]
    participation: Participation | None
    messages: tuple[MessageDesParties, ...]
    fichiers: tuple[str, ...]

    @property
    def vide(self) -> bool:
        """Whether nothing at all was handed in for the year."""
        return not self.fichiers


@dataclass(frozen=True)
class DossierSuivi(Montrable):
    """A convention with its follow-up, checked.

    Attributes:
        nom: Its folder in ``conventions``.
        dossier: The convention, its diagnostic and the catalogue.
        annee: The year asked for, or the last one that has a folder; None when there is none.
        suivis: By year, from the first of the convention to ``annee``, without a gap: an empty one is ``vide``.
        avenants: Those signed up to that year, in order.
        fin: Last day of the convention, as these avenants extend it.
        observations: Those of all the years, in order of entry: a value and its revisions.
        masque: annee (Int64), table, ligne, colonne: cells that the bilans up to that year publish as suppressed.
        contexte: Public series of the territories of the convention, with what a fictional one invents; columns of the
            observations, and ``serie`` ("" when invented). Values up to that year.
        origines: Where each series comes from.
        fichiers: The files read, relative to the data folder, sorted.
    """

    nom: str
    dossier: Dossier
    annee: int | None
    suivis: dict[int, Suivi]
    avenants: tuple[Avenant, ...]
    fin: date
    observations: pd.DataFrame
    masque: pd.DataFrame
    contexte: pd.DataFrame
    origines: dict[str, Origine]
    fichiers: tuple[str, ...]

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.dossier.catalogue

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.dossier.convention
