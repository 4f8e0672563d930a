"""One row an indicator: the commune's change, its gaps, what rounding leaves of them, and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.ecarts import (
    aussi_eloignees,
    ecart_a_la_moyenne,
    ecart_a_la_somme,
    marge,
    moyenne,
    rang,
    variation,
    variation_de_la_somme,
)
from ctglib.calculs.comparables.evolutions import autres_du_departement, paire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ctglib.calculs.comparables.ecarts import Ecart
    from ctglib.calculs.comparables.panel import Panel, Regle
    from ctglib.donnees.modeles.catalogue import Indicateur

COLONNES = (
    "indicateur", "libelle", "annee_reference", "annee", "rupture", "valeur_reference", "valeur", "variation",
    "nombre", "variation_moyenne", "ecart", "ecart_min", "ecart_max", "bruit", "rang", "ex_aequo", "aussi_eloignees",
    "part_placebo", "communes_departement", "variation_departement", "ecart_departement", "ecart_departement_min",
    "ecart_departement_max", "bruit_departement",
)  # fmt: skip
ENTIERS = ("annee_reference", "annee", "valeur_reference", "valeur", "nombre", "rang", "ex_aequo", "aussi_eloignees",
           "communes_departement")  # fmt: skip
BOOLEENS = ("bruit", "bruit_departement")
Rangee = dict[str, object]


def lignes_d_ecarts(
    panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, indicateurs: Mapping[str, Indicateur]
) -> list[Rangee]:
    """Return the gaps of a commune, one row an indicator of the rule; a break between the two years leaves none.

    Args:
        panel: The counts.
        territoire: The commune looked at.
        communes: The comparable ones.
        regle: Indicators and years.
        indicateurs: Their rounding and their breaks.

    Returns:
        Those of ``COLONNES`` that have a value. Changes in %, gaps in points of %; ``rang`` is among the comparable
        communes and the territory, the greatest rise first; ``aussi_eloignees`` is how many comparable communes are at
        least as far from the mean of the others, ``part_placebo`` the same as a share. The département is the sum of
        its other communes.
    """
    return [_ligne(panel, territoire, communes, regle, item=indicateurs[name]) for name in regle.indicateurs]


def lignes_sans_calcul(regle: Regle, indicateurs: Mapping[str, Indicateur]) -> list[Rangee]:
    """Return the same rows without any value: the rule cannot be followed."""
    years = {"annee_reference": regle.annee_reference, "annee": regle.annee, "rupture": False}
    return [{"indicateur": name, "libelle": indicateurs[name].libelle, **years} for name in regle.indicateurs]


def en_table(rangees: list[Rangee], avant: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return rows of gaps as a table: the columns ``avant``, then ``COLONNES``, missing where a row has none."""
    table = pd.DataFrame(rangees, columns=[*avant, *COLONNES])
    missing = [name for name in COLONNES if table[name].isna().all()]
    kinds = dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(BOOLEENS, "boolean") | {"rupture": bool}
    return table.astype(dict.fromkeys(missing, "float64") | kinds)


def _ligne(panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, item: Indicateur) -> Rangee:
    years, name = (regle.annee_reference, regle.annee), item.id
    own = paire(panel, territoire, name, years)
    broken = any(years[0] < rupture.annee <= years[1] for rupture in item.ruptures)
    row = {
        "indicateur": name,
        "libelle": item.libelle,
        "annee_reference": years[0],
        "annee": years[1],
        "rupture": broken,
        "valeur_reference": own[0],
        "valeur": own[1],
    }
    if broken:
        return row
    others = [paire(panel, code, name, years) for code in communes]
    changes = [variation(other) for other in others]
    change, margin = variation(own), marge(item.arrondi_source)
    far = aussi_eloignees(change, changes)
    whole = autres_du_departement(panel, territoire, name, years)
    return {
        **row,
        "variation": float(100 * change),
        "nombre": len(changes),
        "variation_moyenne": float(100 * moyenne(changes)),
        **_ecart("", ecart_a_la_moyenne(own, others, margin)),
        "rang": rang(change, changes),
        "ex_aequo": sum(other == change for other in changes),
        "aussi_eloignees": far,
        "part_placebo": far / len(changes),
        "communes_departement": len(whole),
        "variation_departement": _pour_cent(variation_de_la_somme(whole)),
        **_ecart("_departement", ecart_a_la_somme(own, whole, margin)),
    }


def _ecart(suffixe: str, ecart: Ecart | None) -> dict[str, object]:
    if ecart is None:
        return {}
    return {
        f"ecart{suffixe}": float(100 * ecart.valeur),
        f"ecart{suffixe}_min": float(100 * ecart.minimum),
        f"ecart{suffixe}_max": float(100 * ecart.maximum),
        f"bruit{suffixe}": ecart.bruit,
    }


def _pour_cent(valeur: object) -> float:
    return float("nan") if valeur is None else float(100 * valeur)
