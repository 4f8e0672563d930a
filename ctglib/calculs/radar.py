"""The radar's indices: each axis set at 100 where the territory equals its reference; above 100, more vulnerable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from ctglib.calculs.formules import complement_100, dernieres
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ctglib.donnees.modeles.catalogue import Radar, Renversement

COLONNES = (
    "indicateur", "libelle", "annee", "unite", "renversement", "reserve", "valeur", "statut", "valeur_reference",
    "statut_reference", "indice", "niveau",
)  # fmt: skip
DECIMALES_INDICE = 0  # values of one decimal do not carry more; an index is classed as it is printed
Niveau = Literal["bas", "proche", "haut", "absent"]
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
        The columns ``COLONNES``; ``valeur`` and ``valeur_reference`` after the complement, ``indice`` unrounded;
        ``libelle`` carries the rule and the ``reserve`` (provisional, doubtful), so that no use of it leaves them out.
    """
    latest = dernieres(annexe1[annexe1["indicateur"].isin([axe.indicateur for axe in radar.axes])])
    by_territory = {code: rows.set_index("indicateur") for code, rows in latest.groupby("territoire")}
    rows = []
    for axe in radar.axes:
        rule = renversements[axe.indicateur] if axe.renverse else ""
        own, other = (_observation(by_territory, code, axe.indicateur, rule) for code in lieux)
        row = _ligne(own, other, rule, radar)
        marks = [PROVISOIRE] * (Statut.PROVISOIRE in (own["statut"], other["statut"])) + [A_VERIFIER] * (
            axe.indicateur in doutes
        )
        told = ", ".join([*([getattr(radar.renversements, rule).mots] if rule else []), *marks])
        label = f"{axe.libelle} ({told})" if told else axe.libelle
        rows.append({"indicateur": axe.indicateur, "libelle": label, "reserve": ", ".join(marks), **row})
    return pd.DataFrame(rows, columns=list(COLONNES)).astype(
        {"annee": "Int64", "valeur": "float64", "valeur_reference": "float64", "indice": "float64"}
    )


def ranger(indices: pd.DataFrame, *, montant: bool = False) -> pd.DataFrame:
    """Return the axes by index, those with a reserve last: a doubtful value is never the strongest."""
    ordered = indices.sort_values("indice", ascending=montant, kind="stable")
    return ordered.sort_values("reserve", key=lambda marks: marks.ne(""), kind="stable")


def indice(valeur: float, reference: float, renversement: str) -> float:
    """Return the index of two values (already complemented), or NaN when it has no meaning.

    Examples:
        >>> indice(120.0, 100.0, ""), indice(50.0, 100.0, "inverse")
        (120.0, 200.0)
    """
    above, below = (reference, valeur) if renversement == "inverse" else (valeur, reference)
    return float("nan") if pd.isna(above) or pd.isna(below) or below == 0 else 100 * above / below


def incertains(indices: pd.DataFrame, radar: Radar, arrondis: Mapping[str, float]) -> pd.DataFrame:
    """Return the axes that the rounding of their printed values could class otherwise, with the span of their index.

    Args:
        indices: As ``indices`` returns them.
        radar: The two thresholds.
        arrondis: The step to which each indicator is printed, by id; one left out is taken as exact.

    Returns:
        The columns libelle, minimum, maximum (the least and the greatest index that the printed values allow).
    """
    rows = []
    for row in indices[indices["niveau"] != "absent"].itertuples():
        half = arrondis.get(row.indicateur, 0.0) / 2
        ends = [
            indice(row.valeur + sign * half, row.valeur_reference - sign * half, row.renversement) for sign in (-1, 1)
        ]
        if len({niveau(end, radar) for end in ends}) > 1:
            rows.append((row.libelle, min(ends), max(ends)))
    return pd.DataFrame(rows, columns=["libelle", "minimum", "maximum"])


def niveau(valeur: float, radar: Radar) -> Niveau:
    """Return where an index stands: at or beyond a threshold, once rounded as it is printed, it is high or low."""
    if pd.isna(valeur):
        return "absent"
    printed = round(valeur, DECIMALES_INDICE)
    return "haut" if printed >= radar.seuil_haut else "bas" if printed <= radar.seuil_bas else "proche"


def _observation(
    by_territory: dict[str, pd.DataFrame], territoire: str, indicateur: str, renversement: str
) -> pd.Series:
    rows = by_territory.get(territoire)
    if rows is None or indicateur not in rows.index:
        return pd.Series({"annee": pd.NA, "valeur": float("nan"), "unite": "", "statut": ""})
    observation = rows.loc[indicateur]
    if renversement != "complement":
        return observation
    return pd.Series({**observation, "valeur": complement_100(observation["valeur"])})


def _ligne(own: pd.Series, other: pd.Series, renversement: str, radar: Radar) -> dict[str, object]:
    same_year = pd.notna(own["annee"]) and pd.notna(other["annee"]) and own["annee"] == other["annee"]
    found = indice(own["valeur"], other["valeur"], renversement) if same_year else float("nan")
    return {
        "annee": own["annee"],
        "unite": own["unite"],
        "renversement": renversement,
        "valeur": own["valeur"],
        "statut": own["statut"],
        "valeur_reference": other["valeur"],
        "statut_reference": other["statut"],
        "indice": found,
        "niveau": niveau(found, radar),
    }
