"""Findings: what a row of the comparison says once the catalogue's directions, breaks and thresholds are applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils

Position = Literal["superieur", "inferieur", "similaire", "incomparable"]
Sens = Literal["favorable", "defavorable", "neutre"]
DUREE_VARIATION = 5  # « variation sur 5 ans », the span of Annexe 1's column


@dataclass(frozen=True)
class Constat:
    """One finding. An absent number is None, and its status says why.

    Args:
        indicateur: Id in the catalogue.
        theme: Id of its theme.
        annee: Year of the level, or None.
        unite: Id of its unit.
        niveau: The territory's value; ``statut`` its status.
        reference: The reference's value; ``statut_reference`` its status.
        ecart: In points or in %, as ``ecart_type`` says.
        ecart_relatif: In % of the reference.
        position: Where the territory stands.
        sens: Whether that position is good news, by the catalogue's direction.
        variation: Over five years, in %; ``variation_reference`` the reference's.
        rupture: Reason of a break inside those five years, or empty; ``annee_rupture`` its year.
        note: What the data say about this row.
    """

    indicateur: str
    theme: str
    annee: int | None
    unite: str
    niveau: float | None
    statut: str
    reference: float | None
    statut_reference: str
    ecart: float | None
    ecart_type: str
    ecart_relatif: float | None
    position: Position
    sens: Sens
    variation: float | None
    variation_reference: float | None
    rupture: str = ""
    annee_rupture: int | None = None
    note: str = ""

    @property
    def provisoire(self) -> bool:
        """Whether one of the two values may still be revised."""
        return "P" in (self.statut, self.statut_reference)


def constats(
    comparaison: pd.DataFrame,
    identifiants: Iterable[str],
    indicateurs: Mapping[str, Indicateur],
    *,
    theme_de: Mapping[str, str],
    seuils: Seuils,
) -> tuple[Constat, ...]:
    """Return a finding for each indicator asked for, in that order; one the table does not have is left out."""
    rows = comparaison.set_index("indicateur", drop=False)
    return tuple(
        _constat(rows.loc[identifiant], indicateurs[identifiant], theme_de[identifiant], seuils)
        for identifiant in identifiants
        if identifiant in rows.index
    )


def position(ecart: float, ecart_type: str, seuils: Seuils) -> Position:
    """Return where a value stands: a gap under the threshold of its kind is « similaire », none is « incomparable »."""
    if pd.isna(ecart):
        return "incomparable"
    threshold = seuils.ecart_similaire_points if ecart_type == "points" else seuils.ecart_similaire_pourcent
    if abs(ecart) < threshold or ecart == 0:
        return "similaire"
    return "superieur" if ecart > 0 else "inferieur"


def sens_du_constat(position_: Position, sens: str, ecart_relatif: float, seuils: Seuils) -> Sens:
    """Return whether a position is good news: above where a rise is wanted, below where a fall is.

    A gap under ``ecart_notable_pourcent`` of the reference is not worth the name of a strength or of a need.
    """
    if sens not in ("hausse", "baisse") or position_ not in ("superieur", "inferieur"):
        return "neutre"
    if pd.notna(ecart_relatif) and abs(ecart_relatif) < seuils.ecart_notable_pourcent:
        return "neutre"
    return "favorable" if (position_ == "superieur") == (sens == "hausse") else "defavorable"


def rupture_dans(indicateur: Indicateur, annee: int | None) -> tuple[str, int | None]:
    """Return the reason and year of the latest break inside the five years that end in ``annee``, or ("", None).

    A break of year r parts the years before r from r and after: a variation from N−5 to N crosses it if N−5 < r ≤ N.
    """
    if annee is None:
        return "", None
    inside = [rupture for rupture in indicateur.ruptures if annee - DUREE_VARIATION < rupture.annee <= annee]
    if not inside:
        return "", None
    last = max(inside, key=lambda rupture: rupture.annee)
    return last.raison, last.annee


def _constat(row: pd.Series, indicateur: Indicateur, theme: str, seuils: Seuils) -> Constat:
    annee = None if pd.isna(row["annee"]) else int(row["annee"])
    where = position(row["ecart"], row["ecart_type"], seuils)
    raison, annee_rupture = rupture_dans(indicateur, annee)
    return Constat(
        indicateur=indicateur.id,
        theme=theme,
        annee=annee,
        unite=row["unite"],
        niveau=_nombre(row["valeur"]),
        statut=row["statut"],
        reference=_nombre(row["valeur_reference"]),
        statut_reference=row["statut_reference"] if isinstance(row["statut_reference"], str) else "",
        ecart=_nombre(row["ecart"]),
        ecart_type=row["ecart_type"],
        ecart_relatif=_nombre(row["ecart_relatif"]),
        position=where,
        sens=sens_du_constat(where, indicateur.sens, row["ecart_relatif"], seuils),
        variation=_nombre(row["variation"]),
        variation_reference=_nombre(row["variation_reference"]),
        rupture=raison if pd.notna(row["variation"]) or pd.notna(row["variation_reference"]) else "",
        annee_rupture=annee_rupture,
        note=row["note"],
    )


def _nombre(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
