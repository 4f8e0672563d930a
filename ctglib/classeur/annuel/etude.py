"""What every section of a year's reports shares: the follow-up up to that year, and what is worked out from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.evaluation.collecte import a_collecter, taux_de_collecte
from ctglib.calculs.evaluation.etats import etats
from ctglib.calculs.evaluation.evaluer import evaluer
from ctglib.calculs.evaluation.serie import series
from ctglib.calculs.suivi import contexte_a_la_date, contexte_connu, revisions
from ctglib.document.contexte import Contexte
from ctglib.rapport.phrases.couverture_annuelle import couverture_annuelle

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.calculs.evaluation.serie import Series
    from ctglib.document.couverture import Couverture
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.gabarit import Gabarit
    from ctglib.donnees.modeles.suivi import Bilan
    from ctglib.donnees.suivi.objets import DossierSuivi, Suivi


@dataclass(frozen=True)
class EtudeAnnuelle:
    """The follow-up of a convention as the reports of one year read it; each result is kept once computed.

    Args:
        nom: What it is called in the record of the reads: « etude/harnes/2024/publique ».
        suivi: The checked data, years up to ``annee``, small counts already suppressed.
        annee: Year of the reports.
        diffusion: « publique » or « interne »: the grid of annexe 4 is shown in the latter only.
        empreintes: The sha256 of every data file read, by path.
        gabarit: Which service fills what in the yearly workbook: whom to ask.
        retraits: table, raison: tables that secrecy withholds whole; None when secrecy was not applied.
    """

    nom: str
    suivi: DossierSuivi
    annee: int
    diffusion: str
    empreintes: Mapping[str, str]
    gabarit: Gabarit
    retraits: pd.DataFrame | None = None

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.suivi.convention

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.suivi.catalogue

    @property
    def annuel(self) -> Suivi:
        """What was handed in for the year."""
        return self.suivi.suivis[self.annee]

    @property
    def precedent(self) -> Suivi | None:
        """What was handed in for the year before, None in the first year of the convention."""
        return self.suivi.suivis.get(self.annee - 1)

    @property
    def bilan(self) -> Bilan:
        """Date, status and comité of the year."""
        return self.annuel.bilan

    def fiche(self, numero: int) -> Fiche:
        """Return a fiche of the convention.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        fiches = {fiche.numero: fiche for fiche in self.convention.fiches}
        if numero not in fiches:
            raise ValueError(
                f"La fiche action {numero} n'existe pas. Fiches possibles : {', '.join(map(str, fiches))}."
            )
        return fiches[numero]

    def modalite(self, dimension: str, modalite: str) -> str:
        """Return the label of a modalité of a dimension."""
        return {item.id: item.libelle for item in self.catalogue.dimensions[dimension].modalites}[modalite]

    def achevee(self) -> EtudeAnnuelle:
        """Return the study once every result of it is worked out: the reports of a year share it whole."""
        for name, kept in vars(type(self)).items():
            if isinstance(kept, cached_property):
                getattr(self, name)
        return self

    @property
    def interne(self) -> bool:
        """Whether the reports may show the grid of annexe 4, and must then not be published."""
        return self.diffusion == "interne"

    def couverture(self, sujet: str, complement: str) -> Couverture:
        """Return the cover of a report of the year; ``complement`` ends its title."""
        return couverture_annuelle(
            self.convention,
            self.bilan,
            self.suivi.dossier.logos,
            self.contexte,
            evaluation=self.catalogue.evaluation,
            lues=self.lues,
            sujet=sujet,
            complement=complement,
            interne=self.interne,
            sigles=self.catalogue.synthese.sigles,
        )

    @property
    def lues(self) -> tuple[int | None, int | None]:
        """The latest year of which a value was read: of the follow-up, and of the public series."""
        known = (table.loc[table["valeur"].notna(), "annee"] for table in (self.suivi.observations, self.series))
        return tuple(None if years.empty else int(years.max()) for years in known)

    @cached_property
    def contexte(self) -> Contexte:
        """The words of every indicator, the territory, its reference, and the source of the follow-up."""
        return Contexte(
            indicateurs=self.catalogue.mesures,
            unites=self.catalogue.unites,
            statuts=self.catalogue.statuts,
            territoire=self.catalogue.territoires[self.convention.territoire],
            reference=self.catalogue.territoires[self.convention.reference],
            source=self.convention.source_suivi,
        )

    @cached_property
    def mesures(self) -> Series:
        """The values of every indicator of the fiches by year (see ``ctglib.calculs.evaluation.serie``)."""
        return series(
            self.suivi.observations,
            self.catalogue.indicateurs_fiches.values(),
            territoire=self.convention.territoire,
            annee=self.annee,
        )

    @cached_property
    def evaluation(self) -> pd.DataFrame:
        """The scoring of the year, one row an indicator and modalité (see ``ctglib.calculs.evaluation.evaluer``)."""
        return evaluer(
            self.convention,
            self.catalogue,
            self.suivi.observations,
            self.suivi.avenants,
            self.annee,
            suivis=self.suivi.suivis,
        )

    @cached_property
    def etats(self) -> pd.DataFrame:
        """The state of each modalité of the fiches (see ``ctglib.calculs.evaluation.etats``)."""
        return etats(
            self.convention,
            self.annuel.actions,
            self.annee,
            self.bilan.date_arretee,
            evaluation=self.catalogue.evaluation,
            avenants=self.suivi.avenants,
        )

    @cached_property
    def collecte(self) -> pd.DataFrame:
        """How many indicators are informed (see ``ctglib.calculs.evaluation.collecte.taux_de_collecte``)."""
        return taux_de_collecte(self.evaluation)

    @cached_property
    def a_collecter(self) -> pd.DataFrame:
        """What the next collection asks for, service by service."""
        return a_collecter(self.evaluation, self.catalogue, self.convention, fin=self.suivi.fin)

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """What this bilan says of earlier years otherwise than last year's."""
        return revisions(self.suivi.observations, self.annee, indicateurs=self.catalogue.indicateurs_fiches.values())

    @cached_property
    def series(self) -> pd.DataFrame:
        """The public figures known to the bilan of the year, all their years."""
        return contexte_connu(self.suivi.contexte, self.annee)

    @cached_property
    def derniers_chiffres(self) -> pd.DataFrame:
        """The latest public figure of each series, with how late it is."""
        return contexte_a_la_date(self.suivi.contexte, self.annee)
