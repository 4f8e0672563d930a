"""The profiles of the dispositifs of a fiche, as its own analysis shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.profils import croisements, parts
from ctglib.graphiques.parts import parts as graphique_des_parts
from ctglib.rapport.phrases.profils import profils
from ctglib.rapport.tableaux.profils import tableau_croisements, tableau_profils

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Typologie:
    """The profiles of some dispositifs in a year.

    Args:
        etude: The year.
        dispositifs: Their labels, by id.
        titre: Who is counted, as captions write it.
        qui: The same inside a question.
    """

    etude: EtudeAnnuelle
    dispositifs: Mapping[str, str]
    titre: str
    qui: str

    @cached_property
    def _parts(self) -> pd.DataFrame:
        return parts(self.etude.annuel.profils, self.etude.catalogue.profils, self.dispositifs)

    @cached_property
    def _croisements(self) -> pd.DataFrame:
        return croisements(self.etude.annuel.profils, self.etude.catalogue.profils, self.dispositifs)

    def bilan(self) -> Bloc:
        """Return what is known of the profiles, and what is hidden."""
        return profils(self._parts, self._croisements, self.dispositifs, self.etude.catalogue.seuils)

    def graphique(self, variable: str) -> Figure | None:
        """Return the shares of a variable, one bar a dispositif of which one at least is known.

        Raises:
            ValueError: There is no such variable; the message, in French, lists those that exist.
        """
        known = {item.id: item.question for item in self.etude.catalogue.profils.variables}
        if variable not in known:
            raise ValueError(f"La variable « {variable} » n'existe pas. Variables possibles : {', '.join(known)}.")
        rows = self._parts[self._parts["variable"].eq(variable)]
        rows = rows[rows.groupby("dispositif")["part"].transform("count").gt(0)]
        return graphique_des_parts(
            rows.assign(groupe=rows["libelle_dispositif"]),
            self.etude.contexte,
            nom=f"profils-{variable.replace('_', '-')}",
            titre=known[variable].format(qui=self.qui, annee=self.etude.annee),
        )

    def tableau(self) -> Tableau | None:
        """Return the counts of all the variables."""
        if self._parts.empty:
            return None
        return tableau_profils(self._parts, self.etude.annee, self.etude.contexte, titre=self.titre)

    def croisements(self) -> Tableau | None:
        """Return the crossed counts."""
        if self._croisements.empty:
            return None
        return tableau_croisements(self._croisements, self.etude.annee, self.etude.contexte)
