"""The section « Ce que disent les indicateurs » of a fiche."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.blocs.annees import lire_annees, pour_trajectoires
from ctglib.blocs.cibles import tableau_cibles
from ctglib.calculs.departs import depuis_le_depart
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.suivi import avenant_de_la_cible, par_avenant
from ctglib.classeur.natures import PANNEAUX_D_UNE_PAGE, lots
from ctglib.document.blocs import suite
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.suivi_indicateurs import mode_de_lecture
from ctglib.rapport.tableaux.suivi_indicateurs import tableau_modalites, tableau_valeurs

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc, Groupe
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.convention import Fiche


DETAILLEES = ("taux", "inclusion")  # types of analysis with a row a modalité


@dataclass(frozen=True)
class Indicateurs:
    """The indicators of a fiche in a year; all is None when ``muet``: nothing was ever handed in."""

    etude: EtudeAnnuelle
    fiche: Fiche
    muet: bool = False

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The scoring of the fiche's indicators, wholes and modalités."""
        return self.etude.evaluation[self.etude.evaluation["fiche"] == self.fiche.numero]

    @cached_property
    def ensembles(self) -> pd.DataFrame:
        """The scoring of the wholes."""
        return self.lignes[self.lignes["dimension"].eq("")]

    @property
    def departs(self) -> dict[str, str]:
        """The initial values that are known, « 36 en 2023 », by indicator."""
        rows = self.ensembles[self.ensembles["valeur_initiale"].notna()]
        return {
            row.indicateur: f"{self.etude.contexte.valeur(row.indicateur, row.valeur_initiale)} en {row.annee_initiale}"
            for row in rows.itertuples()
        }

    def lecture(self) -> Bloc | None:
        """Return how evolutions and targets are read, with the thresholds."""
        return None if self.muet else mode_de_lecture(self.lignes, self.etude.catalogue.evaluation)

    def valeurs(self) -> Tableau | None:
        """Return the values of the year beside the initial and the previous ones, and the evolution."""
        if self.muet:
            return None
        return tableau_valeurs(
            self.lignes,
            self.etude.catalogue.evaluation,
            self.etude.contexte,
            titre=self._titre("Indicateurs"),
            seuil=self.etude.catalogue.seuils.petits_effectifs,
        )

    def cibles(self) -> Tableau | None:
        """Return the way to each target; None when there is none."""
        aimed = self.ensembles[self.ensembles["cible"].notna()]
        if self.muet or aimed.empty:
            return None
        return tableau_cibles(
            aimed,
            self.etude.catalogue.evaluation,
            self.etude.contexte,
            titre=self._titre("Cibles"),
            annuelles=self._annuelles,
            avenants=avenant_de_la_cible(par_avenant(self.etude.suivi.avenants, self.etude.bilan.date_arretee)),
        )

    def trajectoires(self) -> Figure | Groupe | None:
        """Return the values by year of the indicators that have at least two; a yearly threshold has no year.

        When they are too many for the height of a page, what the fiche does has a figure, and what comes of it another.
        """
        if self.muet:
            return None
        etude = self.etude
        rows = lire_annees(etude, list(self.ensembles["indicateur"]))
        drawn = depuis_le_depart(rows, self.ensembles, etude.convention.debut.year)
        if drawn.empty:
            return None
        marked = pour_trajectoires(etude, drawn)
        marked = marked.assign(annee_cible=marked["annee_cible"].mask(marked["indicateur"].isin(self._annuelles)))
        names = list(dict.fromkeys(marked["indicateur"]))
        if len(names) <= PANNEAUX_D_UNE_PAGE:
            return self._figure(marked, "trajectoires", "Comment les indicateurs ont-ils évolué")
        natures = dict(zip(self.ensembles["indicateur"], self.ensembles["nature"], strict=True))
        return suite(
            self._figure(
                marked[marked["indicateur"].isin(lot.indicateurs)],
                f"trajectoires-{lot.nom}",
                majuscule(lot.question),
                lot.rang,
            )
            for lot in lots(names, natures)
        )

    def _figure(self, lignes: pd.DataFrame, nom: str, question: str, rang: str = "") -> Figure | None:
        titre = f"{question} d'année en année ?{rang}"
        return trajectoires(lignes, self.etude.contexte, nom=nom, titre=titre)

    def modalites(self) -> Tableau | None:
        """Return the same as ``valeurs`` for the rows by modalité; None when there is none."""
        parts = self.lignes[self.lignes["dimension"].ne("") & ~self.lignes["indicateur"].isin(self._detailles)]
        if self.muet or parts.empty:
            return None
        titre = self._titre("Détail des indicateurs")
        return tableau_modalites(parts, self.etude.catalogue.evaluation, self.etude.contexte, titre=titre)

    @property
    def _detailles(self) -> set[str]:
        """The indicators whose modalités an analysis of the fiche shows: they are not shown twice."""
        shown = [item for item in self.fiche.analyses if item.graphique or item.type in DETAILLEES]
        return {name for item in shown for name in item.tous(*item.roles)}

    def _titre(self, sujet: str) -> str:
        etude = self.etude
        return f"{sujet} de la fiche action {self.fiche.numero}, {etude.contexte.territoire.nom}, {etude.annee}"

    @property
    def _annuelles(self) -> set[str]:
        """The indicators whose implied threshold has no year: it has to hold every year."""
        implied = [item for item in self.fiche.indicateurs if item.implicite and item.implicite.annee is None]
        thresholds = self.ensembles.loc[self.ensembles["origine_cible"].eq("implicite"), "indicateur"]
        return {item.id for item in implied} & set(thresholds)
