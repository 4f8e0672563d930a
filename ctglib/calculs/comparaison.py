"""A territory beside its reference: levels, gaps, variations, and what each row says by the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ctglib.calculs.formules import dernieres
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Unite

COLONNES = (
    "indicateur", "libelle", "section", "unite", "annee", "valeur", "statut", "valeur_reference", "statut_reference",
    "ecart", "ecart_type", "ecart_relatif", "variation", "variation_reference", "ecart_variation", "note",
)  # fmt: skip
DECIMALES_EXACTES = 9  # 15.9 − 15.1 is 0.8000000000000007 in binary: a threshold must not see that


def comparer(
    observations: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    territoire: str,
    reference: str,
) -> pd.DataFrame:
    """Return one row an indicator, in catalogue order: the territory, its reference, and what separates them.

    Two rates differ by points, two amounts per head by a percentage, two counts by nothing: a commune is not compared
    with its département by size. ``ecart_relatif`` is a percentage of the reference, missing for counts and when the
    reference is zero. Values of two different years are not compared. An indicator of one territory alone is not
    available in the other; one of neither has no row.

    Args:
        observations: Long table: section, indicateur, territoire, annee, valeur, variation_5_ans, unite, statut, note.
        indicateurs: The catalogue, in the order wanted.
        unites: The units by id; ``ecart`` tells how two values compare.
        territoire: Code of the territory looked at.
        reference: Code of the territory it is compared with.

    Returns:
        The columns ``COLONNES``; ``ecart`` in points or in %, as ``ecart_type`` says.
    """
    latest = dernieres(observations[observations["indicateur"].isin(list(indicateurs))])
    given = [latest[latest["territoire"] == code].set_index("indicateur") for code in (territoire, reference)]
    order = [name for name in indicateurs if any(name in table.index for table in given)]
    own, other = (
        table.reindex(order).assign(statut=lambda rows: rows["statut"].fillna(Statut.NON_DISPONIBLE.value))
        for table in given
    )
    table = own.assign(
        **{name: own[name].fillna(other[name]) for name in ("section", "unite", "annee")},
        libelle=[indicateurs[name].libelle for name in order],
        valeur_reference=other["valeur"],
        statut_reference=other["statut"],
        variation=own["variation_5_ans"],
        variation_reference=other["variation_5_ans"],
        est_evolution=[indicateurs[name].est_evolution for name in order],
        note=[reunir_notes(*notes) for notes in zip(own["note"], other["note"], strict=True)],
    )
    table = table.assign(ecart_type=[unites[unite].ecart for unite in table["unite"]])
    return _ecarts(table, same_year=own["annee"].eq(other["annee"])).reset_index()[list(COLONNES)]


def reunir_notes(note: object, note_reference: object) -> str:
    """Return the notes of both territories as one text, without repetition; empty when there is none."""
    own, other = (text if isinstance(text, str) else "" for text in (note, note_reference))
    if other in own:
        return own
    return other if own in other else f"{own.rstrip('.')}. {other}"


def _ecarts(table: pd.DataFrame, same_year: pd.Series) -> pd.DataFrame:
    valeur = table["valeur"].where(same_year.fillna(False).astype(bool))
    reference = table["valeur_reference"]
    points = valeur - reference
    relatif = 100 * points / reference.where(reference != 0)
    kind = table["ecart_type"]
    return table.assign(
        ecart=points.where(kind == "points", relatif.where(kind == "pourcent")).round(DECIMALES_EXACTES),
        ecart_relatif=relatif.where((kind != "aucun") & ~table["est_evolution"]).round(DECIMALES_EXACTES),
        ecart_variation=(table["variation"] - table["variation_reference"]).round(DECIMALES_EXACTES),
    )


Position = Literal["superieur", "inferieur", "similaire", "incomparable"]
Sens = Literal["favorable", "defavorable", "neutre"]
NON_LUE = (
    "Petite série : le hasard seul peut expliquer la variation que l'étude imprime, d'une année à une autre ; elle se "
    "lit en moyennes de plusieurs années, dans les bilans et l'évaluation finale"
)
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
        rupture: Reason of a break inside those five years, or empty.
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
    note: str = ""

    @property
    def provisoire(self) -> bool:
        """Whether one of the two values may still be revised."""
        return Statut.PROVISOIRE in (self.statut, self.statut_reference)


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
    raison, _ = rupture_dans(indicateur, annee)
    return Constat(
        indicateur=indicateur.id,
        theme=theme,
        annee=annee,
        unite=row["unite"],
        niveau=_nombre(row["valeur"]),
        statut=row["statut"],
        reference=_nombre(row["valeur_reference"]),
        statut_reference=row["statut_reference"],
        ecart=_nombre(row["ecart"]),
        ecart_type=row["ecart_type"],
        ecart_relatif=_nombre(row["ecart_relatif"]),
        position=where,
        sens=sens_du_constat(where, indicateur.sens, row["ecart_relatif"], seuils),
        variation=_nombre(row["variation"]),
        variation_reference=_nombre(row["variation_reference"]),
        rupture=raison if pd.notna(row["variation"]) or pd.notna(row["variation_reference"]) else "",
        note=row["note"],
    )


def _nombre(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def classer_par_ecart(constats: Iterable[Constat], indicateurs: Mapping[str, Indicateur]) -> tuple[Constat, ...]:
    """Return the findings that have a relative gap, the widest first; equal gaps keep the order of the catalogue.

    Counts have none: a commune is not compared with its département by size. The gap between two changes is left out:
    +17.6 % for +4.3 % is not four times anything.
    """
    kept = (
        constat
        for constat in constats
        if constat.ecart_relatif is not None and not indicateurs[constat.indicateur].est_evolution
    )
    return tuple(sorted(kept, key=lambda constat: -abs(constat.ecart_relatif)))


def services_absents(constats: Iterable[Constat], services: Collection[str]) -> tuple[Constat, ...]:
    """Return the findings of services that the territory has none of while its reference has some."""
    return tuple(item for item in constats if item.indicateur in services and item.niveau == 0 and item.reference)


def sans_le_hasard(comparaison: pd.DataFrame, indicateurs: Mapping[str, Indicateur], ecarts: float) -> pd.DataFrame:
    """Return the comparison without the changes of short series that chance alone may explain; their note says so.

    Args:
        comparaison: As ``ctglib.calculs.comparaison.comparer`` returns it.
        indicateurs: The short series have their ``petite_serie``.
        ecarts: How many standard deviations chance is allowed.
    """
    hidden = pd.Series(
        [
            indicateurs[row.indicateur].petite_serie is not None
            and pd.notna(row.valeur)
            and pd.notna(row.variation)
            and dans_le_hasard(row.valeur, row.variation, ecarts)
            for row in comparaison.itertuples()
        ],
        index=comparaison.index,
        dtype=bool,
    )
    return comparaison.assign(
        variation=comparaison["variation"].mask(hidden), note=comparaison["note"].mask(hidden, NON_LUE)
    )


def dans_le_hasard(valeur: float, variation: float, ecarts: float) -> bool:
    """Tell whether chance alone explains a change in % that led to a count.

    Examples:
        >>> dans_le_hasard(177, 6.0, 2), dans_le_hasard(15261, -13.9, 2)
        (True, False)
    """
    before = valeur / (1 + variation / 100)
    return abs(valeur - before) <= ecarts * sqrt(valeur + before)
