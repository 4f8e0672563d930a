"""The section « Trajectoires »: each indicator over the convention, then the fiches by year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.annees import annees, avec_reperes
from ctglib.calculs.finale.annees import etats_par_annee, verdicts_par_annee
from ctglib.classeur.natures import lots
from ctglib.document.blocs import Groupe, suite
from ctglib.document.typographie import INSECABLE
from ctglib.graphiques.grille import grille
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.finale.cellules import cases
from ctglib.rapport.tableaux.finale.moyens import tableau_moyens_realisations
from ctglib.rapport.tableaux.finale.trajectoires import tableau_trajectoires

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau

DEUX_POINTS = 2  # a single point draws no way
DEPART = ("indicateur", "annee_initiale", "valeur_initiale")


@dataclass(frozen=True)
class Trajectoires:
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche`` beside."""
        etude = self.etude
        names = etude.parcours.loc[etude.parcours["table"].eq("observations"), "indicateur"]
        rows = annees(
            etude.derniere.mesures, etude.catalogue, names, annees=(etude.convention.debut.year, etude.annees[-1])
        )
        whole = _avec_departs(rows[rows["dimension"].eq("")], etude.parcours)
        return whole.assign(fiche=whole["indicateur"].map(etude.parcours.set_index("indicateur")["fiche"]))

    @cached_property
    def natures(self) -> pd.Series:
        """The nature of the indicator of each row of the series."""
        return self.series["indicateur"].map(self.etude.parcours.set_index("indicateur")["nature"])

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, results apart; None when none has."""
        return suite(figure for fiche in self.etude.convention.fiches for figure in self._figures(fiche.numero))

    def tableau(self) -> Tableau:
        """Return every indicator, from its start to its last measure."""
        threshold = self.etude.derniere.catalogue.seuils.petits_effectifs
        return tableau_trajectoires(self.etude.parcours, self.etude.cadre, threshold)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state is known."""
        return self._etats

    @cached_property
    def _etats(self) -> Figure | None:
        etude = self.etude
        table = etats_par_annee(etude.etats, etude.convention.fiches)
        return grille(
            cases(table, etude.cadre, etude.cadre.mot("etats_inconnus")),
            etude.derniere.contexte,
            nom="etats",
            titre=f"Combien de modalités étaient réalisées, en tout ou en partie, {etude.cadre.lieu_et_dates} ?",
        )

    def verdicts(self) -> Figure | None:
        """Return the share of the indicators judged that were on their way, by fiche and year; None when none was."""
        etude = self.etude
        table = verdicts_par_annee(etude.evaluations, etude.convention.fiches)
        return grille(
            cases(table, etude.cadre, etude.cadre.mot("aucun_juge")),
            etude.derniere.contexte,
            nom="verdicts",
            titre=f"Parmi les indicateurs jugés, combien sont atteints ou en bonne voie, {etude.cadre.lieu_et_dates} ?",
        )

    def moyens(self) -> Tableau | None:
        """Return the means of each fiche beside what it realised, year by year; None when nothing of it is known."""
        etude = self.etude
        realised = self.series[self.natures.eq("realisation")]
        return tableau_moyens_realisations(etude.derniere.suivi.suivis, realised, etude.catalogue.moyens, etude.cadre)

    def _figures(self, numero: int) -> Iterator[Figure | None]:
        etude = self.etude
        own = self.series[self.series["fiche"] == numero]
        known = own.groupby("indicateur")["valeur"].count()
        names = [name for name in dict.fromkeys(own["indicateur"]) if known[name] >= DEUX_POINTS]
        natures = dict(zip(etude.parcours["indicateur"], etude.parcours["nature"], strict=True))
        for lot in lots(names, natures):
            drawn = own[own["indicateur"].isin(lot.indicateurs)]
            yield trajectoires(
                avec_reperes(drawn, etude.derniere.evaluation, etude.catalogue, etude.changements),
                etude.derniere.contexte,
                nom=f"trajectoires-fiche-{numero}-{lot.nom}",
                titre=f"Fiche{INSECABLE}{numero} : {lot.question}, {etude.cadre.lieu_et_dates} ?{lot.rang}",
            )


def _avec_departs(series: pd.DataFrame, parcours: pd.DataFrame) -> pd.DataFrame:
    """Return the series with the initial values that the convention writes, in their year."""
    written = parcours[parcours["origine_initiale"].eq("convention")]
    starts = {
        name: {"annee": int(year), "valeur": value, "statut": "A"}
        for name, year, value in zip(*(written[key] for key in DEPART), strict=True)
    }
    rows: dict[str, list[dict[str, object]]] = {}
    for row in series.to_dict("records"):
        rows.setdefault(row["indicateur"], []).append(row)
    for name in starts.keys() & rows.keys():
        rows[name] = _avec_depart(rows[name], starts[name])
    told = [row for own in rows.values() for row in own]
    return pd.DataFrame(told, columns=series.columns).astype(series.dtypes)


def _avec_depart(rows: list[dict[str, object]], depart: dict[str, object]) -> list[dict[str, object]]:
    """Return the years of an indicator with its initial value: in its year when nothing is known of it, or before."""
    if any(row["annee"] == depart["annee"] for row in rows):
        return [row | depart if row["annee"] == depart["annee"] and pd.isna(row["valeur"]) else row for row in rows]
    return sorted([rows[0] | depart, *rows], key=lambda row: row["annee"])
