"""The section « Le diagnostic revisité »: each theme of Annexe 1, then and now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.document.typographie import enumerer
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.tableaux.finale.diagnostic import tableau_revisite, tableau_sans_comparaison

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.classeur.finale.etude import EtudeFinale
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


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
