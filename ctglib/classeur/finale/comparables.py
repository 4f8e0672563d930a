"""The gap of the commune to the trend of comparable ones, as the final evaluation shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.comparer import Resultat, comparer
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.graphiques.points_comparables import points_comparables
from ctglib.graphiques.trajectoires_comparables import trajectoires_comparables
from ctglib.rapport.phrases import comparables as textes
from ctglib.rapport.tableaux.comparables import (
    tableau_de_sensibilite,
    tableau_des_communes,
    tableau_des_ecarts,
    tableau_du_departement,
)

if TYPE_CHECKING:
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.communes import Communes
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.comparaison import Comparaison

PRODUCTEUR = re.compile(r"(?: \([^()]*\))?$")


@dataclass(frozen=True)
class Comparables:
    """What can be asked of the comparison: each method returns one thing to show, None when it cannot be made.

    Args:
        dossier: The convention and the catalogue: the comparison owes nothing to the follow-up.
        communes: The communes of its département (``ctglib.donnees.communes.lire_communes``), None when there are none.
    """

    dossier: Dossier
    communes: Communes | None

    @cached_property
    def resultat(self) -> Resultat | None:
        """The comparison, None when there are no figures or nobody to compare with."""
        if self.communes is None:
            return None
        return comparer(self.communes.effectifs, self._regle, self._indicateurs, self.dossier.convention)

    @property
    def depassent(self) -> pd.DataFrame:
        """The gaps that are more than rounding; ``inhabituel`` tells whether few communes are as far."""
        rows = self.resultat.ecarts if self.resultat else pd.DataFrame()
        if rows.empty:
            return rows
        rows = rows[rows["ecart"].notna()]
        rows = rows[~rows["bruit"].astype(bool)]
        return rows.assign(inhabituel=rows["part_placebo"] <= self._regle.part_inhabituelle)

    def regle(self) -> Bloc | None:
        """Return how the comparable communes are chosen, and what is computed."""
        return liste(textes.regles(self.resultat, self._regle, self._contexte)) if self.resultat else None

    def communes_retenues(self) -> Tableau | None:
        """Return the comparable communes, with their codes and what they were chosen on."""
        return tableau_des_communes(self.resultat, self._contexte) if self.resultat else None

    def phrases(self) -> tuple[str, ...]:
        """Return the comparison in a few sentences, none when it cannot be made."""
        return textes.essentiel(self.resultat, self._regle, self._contexte) if self.resultat else ()

    def essentiel(self) -> Bloc | None:
        """Return the same sentences as a list."""
        sentences = self.phrases()
        return liste(sentences) if sentences else None

    def points(self) -> Figure | None:
        """Return where the commune stands among the comparable ones, series by series."""
        if not self.resultat:
            return None
        rule, place = self.resultat.regle, self._contexte.territoire
        years = f"de {rule.annee_reference} à {rule.annee}"
        title = f"Où se place {place.le} parmi les communes comparables ? Évolution {years}"
        return points_comparables(self.resultat, self._regle, self._contexte, nom="comparables-points", titre=title)

    def ecarts(self) -> Tableau | None:
        """Return the gaps to the mean of the comparable communes, what rounding leaves of them, and the place."""
        return tableau_des_ecarts(self.resultat, self._regle, self._contexte) if self.resultat else None

    def departement(self) -> Tableau | None:
        """Return the gaps to the rest of the département."""
        return tableau_du_departement(self.resultat, self._regle, self._contexte) if self.resultat else None

    def trajectoires(self) -> Figure | None:
        """Return the years before and after, at 100 in the year of reference."""
        if not self.resultat:
            return None
        title = f"Depuis quand les évolutions se séparent-elles ? Indices, {self.resultat.regle.annee_reference} = 100"
        return trajectoires_comparables(self.resultat, self._contexte, nom="comparables-trajectoires", titre=title)

    def sensibilite(self) -> Tableau | None:
        """Return the gaps under other rules."""
        return tableau_de_sensibilite(self.resultat, self._regle, self._contexte) if self.resultat else None

    def lecture_sensibilite(self) -> Bloc | None:
        """Return which gaps hold when the rule changes."""
        return paragraphe(textes.lecture_de_la_sensibilite(self.resultat)) if self.resultat else None

    def limites(self) -> Bloc | None:
        """Return what the comparison does not say."""
        return liste(self._regle.limites) if self.resultat else None

    @property
    def _regle(self) -> Comparaison:
        return self.dossier.catalogue.comparaison

    @cached_property
    def _indicateurs(self) -> dict[str, Indicateur]:
        """The indicators of the public series, those compared without the producer that they all name at their end."""
        words, compared = self.dossier.catalogue.indicateurs_contexte, self._regle.indicateurs
        marks = {mark for name in compared if (mark := PRODUCTEUR.search(words[name].libelle).group())}
        if len(marks) != 1:
            return words
        short = {name: words[name].libelle.removesuffix(*marks) for name in compared}
        return words | {name: words[name].model_copy(update={"libelle": label}) for name, label in short.items()}

    @cached_property
    def _contexte(self) -> Contexte:
        catalogue, convention = self.dossier.catalogue, self.dossier.convention
        source = self.communes.source if self.communes else None
        return Contexte(
            indicateurs={**catalogue.mesures, **self._indicateurs},
            unites=catalogue.unites,
            statuts=catalogue.statuts,
            territoire=catalogue.territoires[convention.territoire],
            reference=catalogue.territoires[convention.reference],
            source=f"{source} ; calculs du classeur" if source else convention.source_suivi,
        )
