"""The whole comparison of a commune: who it is compared with, its gaps, and how they hold when the rule changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.choix import choisir, table_des_retenues
from ctglib.calculs.comparables.evolutions import trajectoires, variations
from ctglib.calculs.comparables.lignes import en_table, lignes_d_ecarts, lignes_sans_calcul
from ctglib.calculs.comparables.panel import Regle, manques, panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.calculs.comparables.choix import Choix
    from ctglib.calculs.comparables.panel import Panel
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.comparaison import Comparaison, Reglage
    from ctglib.donnees.modeles.convention import Convention


@dataclass(frozen=True)
class Resultat:
    """A comparison that could be made.

    Attributes:
        regle: What it was made with.
        candidates: How many communes of the window could be compared.
        retenues: See ``choix.table_des_retenues``: the territory, then the comparable communes, the nearest first.
        exclues: commune, nom, indicateur, annee, nulle: what made a commune of the window impossible to compare.
        ecarts: See ``lignes.lignes_d_ecarts``: one row an indicator.
        points: See ``evolutions.variations``: the comparable communes' changes.
        trajectoires: See ``evolutions.trajectoires``.
        variantes: The rows of ``ecarts`` under each rule: variante (0 is the rule itself), annees_avant, voisins,
            fenetre, candidates, then those columns; missing where the rule cannot be followed.
    """

    regle: Regle
    candidates: int
    retenues: pd.DataFrame
    exclues: pd.DataFrame
    ecarts: pd.DataFrame
    points: pd.DataFrame
    trajectoires: pd.DataFrame
    variantes: pd.DataFrame

    @property
    def nombre(self) -> int:
        """Return how many communes it is compared with."""
        return len(self.retenues) - 1


def comparer(
    effectifs: pd.DataFrame, comparaison: Comparaison, indicateurs: Mapping[str, Indicateur], convention: Convention
) -> Resultat | None:
    """Return the comparison of the commune of a convention, None when it cannot be made.

    It cannot without the commune's own counts of the year of reference and of a later year, or without any comparable
    commune.

    Args:
        effectifs: Counts by commune and year (``ctglib.donnees.communes``).
        comparaison: The catalogue's rule and its variants.
        indicateurs: The catalogue's indicators: rounding and breaks.
        convention: Territory, and first year.
    """
    counts, place = panel(effectifs), convention.territoire
    rule = _regle(comparaison, comparaison.reglage, convention, counts)
    chosen = _choix(counts, place, rule)
    if chosen is None:
        return None
    breaks = {name: tuple(item.annee for item in indicateurs[name].ruptures) for name in rule.indicateurs}
    rows = en_table(lignes_d_ecarts(counts, place, chosen.retenues, rule, indicateurs=indicateurs))
    compared = list(rows.loc[~rows["rupture"], "indicateur"])
    return Resultat(
        regle=rule,
        candidates=chosen.candidates,
        retenues=table_des_retenues(counts, (place, *chosen.retenues), rule, chosen),
        exclues=_exclues(counts, chosen),
        ecarts=rows,
        points=variations(counts, chosen.retenues, compared, rule),
        trajectoires=trajectoires(counts, place, chosen.retenues, rule, ruptures=breaks),
        variantes=_variantes(counts, comparaison, indicateurs, convention),
    )


def _regle(comparaison: Comparaison, reglage: Reglage, convention: Convention, panel: Panel) -> Regle:
    return Regle(
        taille=comparaison.taille,
        ratios=comparaison.ratios,
        indicateurs=comparaison.indicateurs,
        voisins=reglage.voisins,
        fenetre=reglage.fenetre,
        annee_reference=convention.debut.year - reglage.annees_avant,
        annee=max(panel.annees, default=convention.debut.year),
    )


def _choix(panel: Panel, territoire: str, regle: Regle) -> Choix | None:
    """Return the comparable communes, None when the rule cannot be followed."""
    if territoire not in panel.noms or regle.annee <= regle.annee_reference:
        return None
    if any(manques(panel, territoire, regle)):
        return None
    found = choisir(panel, territoire, regle)
    return found if found.retenues else None


def _exclues(panel: Panel, choix: Choix) -> pd.DataFrame:
    rows = [(code, panel.noms[code], name, year, zero) for code, name, year, zero in choix.exclues]
    return pd.DataFrame(rows, columns=["commune", "nom", "indicateur", "annee", "nulle"])


def _variantes(
    panel: Panel, comparaison: Comparaison, indicateurs: Mapping[str, Indicateur], convention: Convention
) -> pd.DataFrame:
    found = []
    for rank, setting in enumerate((comparaison.reglage, *comparaison.variantes)):
        rule = _regle(comparaison, setting, convention, panel)
        chosen = _choix(panel, convention.territoire, rule)
        if chosen is None:
            rows = lignes_sans_calcul(rule, indicateurs)
        else:
            rows = lignes_d_ecarts(panel, convention.territoire, chosen.retenues, rule, indicateurs=indicateurs)
        told = {"variante": rank, **setting.model_dump(), "candidates": 0 if chosen is None else chosen.candidates}
        found += [told | row for row in rows]
    return en_table(found, avant=("variante", *comparaison.reglage.model_dump(), "candidates"))
