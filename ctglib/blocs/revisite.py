"""« Le diagnostic revisité »: each theme of Annexe 1, then and now, and why the rest cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.territoire import notes_des_moyennes, part
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.calculs.revisite import APRES_RUPTURE, POINTS, SANS_DEPART, SANS_VALEUR
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import enumerer, points
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from ctglib.blocs.fin import EtudeFinale


@dataclass(frozen=True)
class DiagnosticRevisite(Montrable):
    """Annexe 1 then and now, by the public series that compare."""

    etude: EtudeFinale

    @cached_property
    def source(self) -> str:
        """The producers of the series, as captions write them."""
        used = set(self.etude.derniere.series.loc[self._des_themes, "serie"]) - {""}
        sets: dict[str, list[str]] = {}
        for name in sorted(used):
            item = self.etude.derniere.suivi.origines[name]
            sets.setdefault(item.producteur, []).append(item.jeu)
        told = [f"{producteur} ({', '.join(names)})" for producteur, names in sets.items()]
        return enumerer(told) if told else self.etude.convention.source_diagnostic

    def tableau(self) -> Tableau | None:
        """Return one row a public series that has a value, by theme: then, now, the change here and beside."""
        contexte, rows = self.etude.cadre.contexte, self.etude.revisite
        rows = rows[rows["motif"].ne(SANS_VALEUR)]
        if rows.empty:
            return None
        here, there, years = contexte.territoire.nom, contexte.reference.nom, self.etude.catalogue.synthese.annees
        return Tableau.de(
            rows,
            [
                Colonne("serie", "Série", ecrire=lambda row: contexte.indicateurs[row.indicateur].libelle),
                Colonne("alors", "Alors", numerique=True, ecrire=lambda row: self._valeur(row, "avant")),
                Colonne("maintenant", "Maintenant", numerique=True, ecrire=lambda row: self._valeur(row, "apres")),
                Colonne("ici", here, True, "Évolution", lambda row: _evolution(row, "variation")),
                Colonne("la", there, True, "Évolution", lambda row: _evolution(row, "variation_reference")),
                Colonne("precision", "Précision", ecrire=self._precision),
            ],
            nom="diagnostic-revisite",
            titre=f"Le diagnostic, alors et maintenant, {here} et {there}",
            source=self.source,
            groupes=tuple(rows["theme"].map(self.themes)),
            notes=(
                *(told for annee, told in years.items() if rows["annee_avant"].eq(annee).any()),
                *notes_des_moyennes(rows, contexte),
            ),
        )

    def sans_comparaison(self) -> Tableau:
        """Return one row a theme: what does not compare, why, and whom to ask."""
        given = {theme.theme for theme in self.etude.themes}
        rows = [
            (self.themes[item.theme], item.reste) for item in self.etude.finale.regles.diagnostic if item.theme in given
        ]
        return Tableau.de(
            pd.DataFrame(rows, columns=["theme", "reste"]),
            [Colonne("theme", "Thème"), Colonne("reste", "Ce qui ne se compare pas, et ce qu'il faudrait demander")],
            nom="sans-comparaison",
            titre="Ce que les séries publiques ne disent pas du diagnostic, "
            f"{self.etude.cadre.contexte.territoire.nom}",
            source="catalogue du classeur d'évaluation",
            classe="texte-long",
        )

    @property
    def themes(self) -> dict[str, str]:
        """The title of each theme."""
        return {theme.theme: theme.titre for theme in self.etude.catalogue.themes}

    @property
    def _des_themes(self) -> pd.Series:
        wanted = [name for theme in self.etude.finale.regles.diagnostic for name in theme.series]
        return self.etude.derniere.series["indicateur"].isin(wanted)

    def _valeur(self, row: pd.Series, nom: str) -> str:
        """Return a value with its year, or the mean of several."""
        if pd.isna(row[nom]):
            return RIEN
        value, end = self.etude.cadre.contexte.valeur(row.indicateur, row[nom]), "_avant" if nom == "avant" else ""
        if pd.notna(row.moyenne):
            return f"{value} par an ({row[f'periode{end}']})"
        return f"{value} ({row[f'annee{end}']})"

    def _precision(self, row: pd.Series) -> str:
        mot = self.etude.cadre.mot
        if pd.notna(row.moyenne):
            return mot("moyennes") + (f" ; {mot('hasard')}" if row.lecture == TROP_PEU else "")
        told = {
            SANS_DEPART: row.motif == SANS_DEPART,
            APRES_RUPTURE: row.motif == APRES_RUPTURE,
            "dans_le_bruit": row.dans_le_bruit,
        }
        return " ; ".join(mot(name).format(annee=row.annee_rupture) for name, said in told.items() if said) or RIEN


def evolution(valeur: float, row: object) -> str:
    """Return a change in points or in %, a dash when there is none."""
    return points(valeur) if row.variation_type == POINTS and pd.notna(valeur) else part(valeur)


def _evolution(row: pd.Series, nom: str) -> str:
    return evolution(row[nom], row) if pd.isna(row.moyenne) else part(row[nom], 0)
