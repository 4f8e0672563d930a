"""What every section of a report shares: the data of a convention, and what is worked out from them once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.coherence.affirmations import juger
from ctglib.calculs.coherence.controle import controler, doutes
from ctglib.calculs.comparaison import Constat, comparer, constats
from ctglib.calculs.enjeux import constats_par_enjeu, hors_enjeux
from ctglib.calculs.moyennes import sans_le_hasard
from ctglib.calculs.radar import indices
from ctglib.document.contexte import Contexte
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ctglib.donnees.dossier import Catalogue, Dossier
    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Convention


@dataclass(frozen=True)
class Etude:
    """The data of a convention; each result is computed when first asked for, then kept.

    Args:
        dossier: The checked data.
        empreintes: The sha256 of every data file read, by path.
    """

    dossier: Dossier
    empreintes: Mapping[str, str]

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.dossier.catalogue

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.dossier.convention

    @cached_property
    def contexte(self) -> Contexte:
        """The words of the catalogue, the territory, its reference, and the source of the figures of annexe 1."""
        return Contexte(
            indicateurs=self.catalogue.indicateurs,
            unites=self.catalogue.unites,
            statuts=self.catalogue.statuts,
            territoire=self.catalogue.territoires[self.convention.territoire],
            reference=self.catalogue.territoires[self.convention.reference],
            source=self.convention.source_diagnostic,
        )

    @cached_property
    def contexte_offre(self) -> Contexte:
        """The same, for what the convention says of the offer."""
        return replace(self.contexte, source=self.convention.source_offre)

    @cached_property
    def contexte_texte(self) -> Contexte:
        """The same, for what the convention says in its text."""
        return replace(self.contexte, source=self.convention.source_texte)

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see ``ctglib.calculs.comparaison``)."""
        table = comparer(
            self.dossier.annexe1,
            self.catalogue.indicateurs,
            self.catalogue.unites,
            self.convention.territoire,
            self.convention.reference,
        )
        return sans_le_hasard(table, self.catalogue.indicateurs, self.catalogue.evaluation.seuils.hasard_ecarts)

    @cached_property
    def constats(self) -> tuple[Constat, ...]:
        """A finding for every indicator, in the order of the catalogue."""
        return self.constats_de(self.catalogue.indicateurs)

    @cached_property
    def par_enjeu(self) -> pd.DataFrame:
        """The findings and the needs under each enjeu (see ``ctglib.calculs.enjeux``)."""
        return constats_par_enjeu(*self._besoins)

    @cached_property
    def hors_enjeux(self) -> pd.DataFrame:
        """The needs of the themes that no enjeu takes."""
        return hors_enjeux(*self._besoins)

    @property
    def _besoins(self) -> tuple:
        catalogue = self.catalogue
        return self.convention, self.constats, catalogue.indicateurs, catalogue.synthese.services

    @cached_property
    def controle(self) -> pd.DataFrame:
        """The findings of the consistency check (see ``ctglib.calculs.coherence.controle``)."""
        return controler(self.dossier)

    @cached_property
    def doutes(self) -> Mapping[str, str]:
        """Why some indicators are doubtful, by id."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text (see ``ctglib.calculs.coherence.affirmations``)."""
        return juger(
            self.dossier.affirmations,
            self.dossier.annexe1,
            self.catalogue.indicateurs,
            self.catalogue.seuils,
            unites=self.catalogue.unites,
            territoires=self.catalogue.territoires,
        )

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.radar``)."""
        catalogue = self.catalogue
        return indices(
            self.dossier.annexe1,
            catalogue.radar,
            (self.convention.territoire, self.convention.reference),
            renversements={
                name: catalogue.unites[item.unite].renversement for name, item in catalogue.indicateurs.items()
            },
            doutes=self.doutes,
        )

    def theme(self, identifiant: str) -> Theme:
        """Return a theme of the catalogue.

        Raises:
            ValueError: There is none of that name; the message, in French, lists those that exist.
        """
        themes = {theme.theme: theme for theme in self.catalogue.themes}
        if identifiant not in themes:
            raise ValueError(f"Le thème « {identifiant} » n'existe pas. Thèmes possibles : {', '.join(themes)}.")
        return themes[identifiant]

    def verifier_indicateurs(self, identifiants: Iterable[str]) -> None:
        """Refuse an indicator that the catalogue does not have.

        Raises:
            ValueError: The message, in French, proposes close names.
        """
        for identifiant in identifiants:
            if identifiant not in self.catalogue.indicateurs:
                close = proches(identifiant, tuple(self.catalogue.indicateurs))
                proposal = f" Noms proches : {', '.join(close)}." if close else ""
                raise ValueError(f"L'indicateur « {identifiant} » n'existe pas.{proposal}")

    def constats_de(self, identifiants: Iterable[str]) -> tuple[Constat, ...]:
        """Return the findings of these indicators, in their order."""
        return constats(
            self.comparaison,
            identifiants,
            self.catalogue.indicateurs,
            theme_de=self.catalogue.theme_de,
            seuils=self.catalogue.seuils,
        )
