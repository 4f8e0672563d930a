"""The radar's indices: each axis set at 100 where the territory equals its reference; above 100, more vulnerable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import dernieres
from ctglib.calculs.formules import complement_100
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ctglib.donnees.modeles.catalogue import Radar, Renversement

COLONNES = (
    "indicateur", "libelle", "annee", "unite", "renversement", "reserve", "valeur", "statut", "valeur_reference",
    "statut_reference", "indice", "niveau",
)  # fmt: skip
DECIMALES_INDICE = 0  # values of one decimal do not carry more; an index is classed as it is printed
PROVISOIRE, A_VERIFIER = "provisoire", "à vérifier"


def indices(
    annexe1: pd.DataFrame,
    radar: Radar,
    lieux: tuple[str, str],
    *,
    renversements: Mapping[str, Renversement],
    doutes: Container[str] = (),
) -> pd.DataFrame:
    """Return one row an axis, in the radar's order: both values, the index, and where it stands.

    The index is 100 × value / reference. Where a rise protects, the axis is turned round by the rule of its kind of
    measure: a share by its complement to 100 on both sides, a ratio that may pass 100 by its inverse. An absent value,
    two different years or a zero below the line make the index absent.

    Args:
        annexe1: Long table: indicateur, territoire, annee, valeur, unite, statut.
        radar: The axes and the two thresholds.
        lieux: Codes of the territory looked at and of the one that stands for 100.
        renversements: The rule of each indicator whose axis is turned round.
        doutes: Indicators that the consistency check calls doubtful.

    Returns:
        The columns ``COLONNES``; ``valeur`` and ``valeur_reference`` after the complement, ``indice`` unrounded,
        ``niveau`` "bas", "proche", "haut" or "absent"; ``libelle`` carries the rule and the ``reserve`` (provisional,
        doubtful), so that no use of it leaves them out.
    """
    names = [axe.indicateur for axe in radar.axes]
    latest = dernieres(annexe1[annexe1["indicateur"].isin(names)])
    own, other = (latest[latest["territoire"].eq(code)].set_index("indicateur").reindex(names) for code in lieux)
    rules = [renversements[axe.indicateur] if axe.renverse else "" for axe in radar.axes]
    marks = [
        [PROVISOIRE] * (Statut.PROVISOIRE in statuses) + [A_VERIFIER] * (name in doutes)
        for name, *statuses in zip(names, own["statut"], other["statut"], strict=True)
    ]
    labels = []
    for axe, rule, told in zip(radar.axes, rules, marks, strict=True):
        words = [radar.renversements[rule].mots, *told] if rule else told
        labels.append(f"{axe.libelle} ({', '.join(words)})" if words else axe.libelle)
    table = own[["annee"]].assign(
        libelle=labels,
        renversement=rules,
        reserve=[", ".join(told) for told in marks],
        unite=own["unite"].fillna(""),
        **{name: table["statut"].fillna("") for name, table in (("statut", own), ("statut_reference", other))},
    )
    turned = table["renversement"].eq("complement")
    own, reference = (rows["valeur"].mask(turned, complement_100(rows["valeur"])) for rows in (own, other))
    same_year = table["annee"].eq(other["annee"]).fillna(False).astype(bool)
    index = _indice(own, reference, table["renversement"]).where(same_year)
    table = table.assign(valeur=own, valeur_reference=reference, indice=index, niveau=_niveau(index, radar))
    return table.reset_index()[list(COLONNES)].astype({"annee": "Int64"})


def _indice(valeurs: pd.Series, references: pd.Series, renversements: pd.Series) -> pd.Series:
    """Return the index of values (already complemented), NaN when it has no meaning."""
    inverse = renversements.eq("inverse")
    above, below = valeurs.mask(inverse, references), references.mask(inverse, valeurs)
    return 100 * above / below.mask(below.eq(0))


def _niveau(indices: pd.Series, radar: Radar) -> np.ndarray:
    """Return where indices stand: at or beyond a threshold, once rounded as they are printed, they are high or low."""
    printed = indices.round(DECIMALES_INDICE)
    cases = [printed.isna(), printed.ge(radar.seuil_haut), printed.le(radar.seuil_bas)]
    return np.select(cases, ["absent", "haut", "bas"], default="proche").astype(object)


def ranger(indices: pd.DataFrame, *, montant: bool = False) -> pd.DataFrame:
    """Return the axes by index, those with a reserve last: a doubtful value is never the strongest."""
    ordered = indices.sort_values("indice", ascending=montant, kind="stable")
    return ordered.sort_values("reserve", key=lambda marks: marks.ne(""), kind="stable")


def incertains(indices: pd.DataFrame, radar: Radar, arrondis: Mapping[str, float]) -> pd.DataFrame:
    """Return the axes that the rounding of their printed values could class otherwise, with the span of their index.

    Returns:
        The columns libelle, minimum, maximum (the least and the greatest index that the printed values allow).
    """
    known = indices[indices["niveau"].ne("absent")]
    half = known["indicateur"].map(arrondis).fillna(0.0) / 2
    ends = [
        _indice(known["valeur"] + step, known["valeur_reference"] - step, known["renversement"])
        for step in (-half, half)
    ]
    spans = known[["libelle"]].assign(minimum=np.minimum(*ends), maximum=np.maximum(*ends))
    return spans[_niveau(ends[0], radar) != _niveau(ends[1], radar)].reset_index(drop=True)
