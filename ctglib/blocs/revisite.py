"""« Le diagnostic revisité »: each theme of Annexe 1, then and now, and why the rest cannot be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import RIEN
from ctglib.blocs.territoire import notes_des_moyennes
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.calculs.revisite import APRES_RUPTURE, POINTS, SANS_DEPART, SANS_VALEUR
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer, points, pourcent
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.document.figure import Figure


@dataclass(frozen=True)
class DiagnosticRevisite:
    """Annexe 1 then and now, by the public series that compare."""

    etude: EtudeFinale

    @cached_property
    def source(self) -> str:
        """The producers of the series, as captions write them."""
        used = set(self.etude.derniere.series.loc[self._des_themes, "serie"]) - {""}
        origins = [self.etude.derniere.suivi.origines[name] for name in sorted(used)]
        sets: dict[str, list[str]] = {}
        for item in origins:
            sets.setdefault(item.producteur, []).append(item.jeu)
        told = [f"{producteur} ({', '.join(names)})" for producteur, names in sets.items()]
        return enumerer(told) if told else self.etude.convention.source_diagnostic

    def tableau(self) -> Tableau | None:
        """Return the series that compare; None when none has a value."""
        etude = self.etude
        return tableau_revisite(etude.revisite, self.themes, etude.cadre, self.source, etude.catalogue.synthese.annees)

    def figure(self) -> Figure | None:
        """Return the series of the territory since the year of the diagnostic; None when none has two values."""
        rows = self.etude.revisite
        compared = rows[rows["avant"].notna() & rows["moyenne"].isna()]  # a short series is read on its means
        if compared.empty:
            return None
        starts = compared.set_index("indicateur")["annee_avant"]
        rows = self.etude.derniere.series[self._des_themes]
        rows = rows[rows["indicateur"].isin(compared["indicateur"]) & rows["dimension"].eq("")]
        rows = rows[rows["territoire"].eq(self.etude.convention.territoire)]
        rows = rows[rows["annee"] >= rows["indicateur"].map(starts).astype("Int64")]
        order = {name: place for place, name in enumerate(compared["indicateur"])}
        shown = rows.sort_values("indicateur", key=lambda column: column.map(order), kind="stable")
        words = self.etude.catalogue.indicateurs_contexte
        return trajectoires(
            shown.assign(
                libelle=[words[name].libelle for name in shown["indicateur"]],
                serie="",
                cible=float("nan"),
                annee_cible=None,
                rupture=False,
            ).astype({"annee_cible": "Int64"}),
            replace(self.etude.derniere.contexte, source=self.source),
            nom="diagnostic",
            titre=f"Que sont devenus les chiffres du diagnostic {self.etude.derniere.contexte.territoire.a} ?",
        )

    def sans_comparaison(self) -> Tableau:
        """Return what does not compare, theme by theme, and whom to ask."""
        return tableau_sans_comparaison(self.themes, self.etude.cadre)

    @property
    def themes(self) -> dict[str, str]:
        """The title of each theme."""
        return {theme.theme: theme.titre for theme in self.etude.catalogue.themes}

    @property
    def _des_themes(self) -> pd.Series:
        wanted = [name for theme in self.etude.finale.regles.diagnostic for name in theme.series]
        return self.etude.derniere.series["indicateur"].isin(wanted)


RESTE = (Colonne("theme", "Thème"), Colonne("reste", "Ce qui ne se compare pas, et ce qu'il faudrait demander"))


def tableau_revisite(
    revisite: pd.DataFrame, themes: Mapping[str, str], cadre: Cadre, source: str, annees: Mapping[int, str]
) -> Tableau | None:
    """Return one row a public series, by theme: then, now, the change here and in the reference.

    Args:
        revisite: As ``ctglib.calculs.revisite.revisiter`` returns it.
        themes: Title of each theme.
        cadre: The words.
        source: Producers, as captions write them.
        annees: What to know of a peculiar year.
    """
    rows = revisite[revisite["motif"].ne(SANS_VALEUR)]
    if rows.empty:
        return None
    columns = (
        Colonne("libelle", "Série"),
        Colonne("avant", "Alors", numerique=True),
        Colonne("apres", "Maintenant", numerique=True),
        Colonne("variation", cadre.contexte.territoire.nom, numerique=True, groupe="Évolution"),
        Colonne("reference", cadre.contexte.reference.nom, numerique=True, groupe="Évolution"),
        Colonne("precision", "Précision"),
    )
    cells = [_cellules(row, cadre) for row in rows.itertuples()]
    return Tableau(
        nom="diagnostic-revisite",
        titre=f"Le diagnostic, alors et maintenant, {cadre.contexte.territoire.nom} et {cadre.contexte.reference.nom}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=source,
        groupes=tuple(themes[theme] for theme in rows["theme"]),
        notes=(
            *(told for annee, told in annees.items() if rows["annee_avant"].eq(annee).any()),
            *notes_des_moyennes(rows, cadre.contexte),
        ),
    )


def tableau_sans_comparaison(themes: Mapping[str, str], cadre: Cadre) -> Tableau:
    """Return one row a theme of Annexe 1: what does not compare, and why."""
    rows = pd.DataFrame(
        [(themes[item.theme], item.reste) for item in cadre.regles.diagnostic], columns=[col.cle for col in RESTE]
    )
    return Tableau(
        nom="sans-comparaison",
        titre=f"Ce que les séries publiques ne disent pas du diagnostic, {cadre.contexte.territoire.nom}",
        colonnes=RESTE,
        cellules=rows,
        donnees=rows,
        source="catalogue du classeur d'évaluation",
        classe="texte-long",
    )


def _cellules(row: object, cadre: Cadre) -> list[str]:
    contexte = cadre.contexte
    known = pd.notna(row.avant)
    if pd.notna(row.moyenne):
        changes = (row.variation, row.variation_reference)
        return [
            contexte.indicateurs[row.indicateur].libelle,
            f"{contexte.valeur(row.indicateur, row.avant)} par an ({row.periode_avant})",
            f"{contexte.valeur(row.indicateur, row.apres)} par an ({row.periode})",
            *(RIEN if pd.isna(change) else pourcent(change, 0, signe=True) for change in changes),
            cadre.mot("moyennes") + (f" ; {cadre.mot('hasard')}" if row.lecture == TROP_PEU else ""),
        ]
    return [
        contexte.indicateurs[row.indicateur].libelle,
        f"{contexte.valeur(row.indicateur, row.avant)} ({row.annee_avant})" if known else RIEN,
        f"{contexte.valeur(row.indicateur, row.apres)} ({row.annee})",
        evolution(row.variation, row),
        evolution(row.variation_reference, row),
        _precision(row, cadre),
    ]


def evolution(valeur: float, row: object) -> str:
    """Return a change in points or in %, a dash when there is none."""
    if pd.isna(valeur):
        return RIEN
    return points(valeur) if row.variation_type == POINTS else pourcent(valeur, 1, signe=True)


def _precision(row: object, cadre: Cadre) -> str:
    words = []
    if row.motif == SANS_DEPART:
        words.append(cadre.mot(SANS_DEPART))
    if row.motif == APRES_RUPTURE:
        words.append(cadre.mot(APRES_RUPTURE).format(annee=row.annee_rupture))
    if row.dans_le_bruit:
        words.append(cadre.mot("dans_le_bruit"))
    return " ; ".join(words) or RIEN
