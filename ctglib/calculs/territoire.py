"""The public series beside the convention: the latest figure, the year before, the year before the convention.

Context, never an effect: a change is a rise or a fall, and is neither favourable nor unfavourable here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES
from ctglib.calculs.jugement import explique_par_le_hasard
from ctglib.calculs.moyennes import MOYENNES, moyennes
from ctglib.calculs.suivi import CLE, REVISIONS, contexte_connu

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.evaluation import SeuilsEvaluation

COLONNES = (
    "indicateur", "dimension", "modalite", "unite", "annee", "valeur", "statut", "annee_avant", "valeur_avant", "ecart",
    "lecture", "valeur_depart", "variation", "variation_depart", "variation_reference", "variation_reference_depart",
    *MOYENNES, "source", "note",
)  # fmt: skip
ENTIERS = ("annee", "annee_avant")
REELS = (
    "valeur", "valeur_avant", "ecart", "valeur_depart", "variation", "variation_depart", "variation_reference",
    "variation_reference_depart", "moyenne_avant", "moyenne",
    "variation_des_moyennes", "hasard",
)  # fmt: skip
D_UNE_ANNEE_A_L_AUTRE = (
    "annee_avant", "valeur_avant", "ecart", "valeur_depart", "variation", "variation_depart", "variation_reference",
    "variation_reference_depart",
)  # fmt: skip
TRAJECTOIRES = (
    "indicateur", "libelle", "unite", "serie", "annee", "valeur", "statut", "cible", "annee_cible", "rupture",
)  # fmt: skip
TEXTES = ("source", "note", "statut")


@dataclass(frozen=True)
class Lieux:
    """The territory, what it is set beside, and the year before the convention, from which a longer change is read."""

    territoire: str
    reference: str
    depart: int


def contexte_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    meanings: Mapping[str, Indicateur],
    lieux: Lieux,
    seuils: SeuilsEvaluation,
) -> pd.DataFrame:
    """Return one row a public series of the territory, in the order of the indicators, the whole before its modalités.

    Args:
        series: The public figures that the bilan knows, one row a territory, year and series.
        indicateurs: The series wanted.
        meanings: The indicators by id: their breaks, their source's rounding.
        lieux: The territory, its reference, the year before the convention.
        seuils: What chance explains of a count.

    Returns:
        The columns ``COLONNES``. ``lecture`` is "hausse", "baisse", "stable", "dans_le_bruit", "trop_peu", "rupture",
        "seule" (no earlier figure) or "absente"; ``variation…`` in %, missing across a break. A reference is read over
        the same years, never as a level. A short series has means of years, and no change from one year to another.
    """
    measured = series[series["valeur"].notna()]
    rows = [
        _en_moyennes(
            _ligne(
                group, meanings[indicateur], measured[measured["territoire"].eq(lieux.reference)], lieux.depart, seuils
            ),
            group,
            meanings[indicateur],
            seuils,
        )
        for indicateur in indicateurs
        for _, group in _series(series, indicateur, lieux.territoire)
    ]
    table = pd.DataFrame(rows, columns=list(COLONNES))
    return table.astype(dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(REELS, "float64"))


def revisions_du_territoire(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that last year's bilan gave otherwise; one that came out since is no revision.

    Args:
        contexte: The public series, every millésime.
        annee: Year of the bilan.

    Returns:
        The columns of ``ctglib.calculs.suivi.revisions``.
    """
    before = contexte_connu(contexte, annee - 1).set_index(list(CLE))
    now = contexte_connu(contexte, annee)
    old = before.reindex(pd.MultiIndex.from_frame(now[list(CLE)]))
    table = now.assign(
        millesime_ancien=old["millesime"].array,
        valeur_ancienne=old["valeur"].array,
        statut_ancien=old["statut"].array,
    )
    told = table["valeur_ancienne"].notna() & table["valeur"].ne(table["valeur_ancienne"])
    return table[told].reset_index(drop=True)[list(REVISIONS)]


def trajectoires_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    meanings: Mapping[str, Indicateur],
    *,
    territoire: str,
    depuis: int,
) -> pd.DataFrame:
    """Return the years of the wholes of some series from a year on, as a chart of trajectories reads them.

    Returns:
        indicateur, libelle, unite, serie, annee, valeur, statut, cible, annee_cible, rupture; by series then year.
    """
    wanted = list(indicateurs)
    own = series[series["territoire"].eq(territoire) & series["annee"].ge(depuis)]
    rows = own[own["indicateur"].isin(wanted) & own["dimension"].eq("")]
    ordered = rows.assign(rang=rows["indicateur"].map(wanted.index)).sort_values(["rang", "annee"])
    breaks = {name: {item.annee for item in meanings[name].ruptures} for name in wanted}
    return ordered.assign(
        libelle=[meanings[name].libelle for name in ordered["indicateur"]],
        serie="",
        cible=float("nan"),
        annee_cible=pd.array([pd.NA] * len(ordered), dtype="Int64"),
        rupture=[year in breaks[name] for name, year in zip(ordered["indicateur"], ordered["annee"], strict=True)],
    )[list(TRAJECTOIRES)].reset_index(drop=True)


def _series(series: pd.DataFrame, indicateur: str, territoire: str) -> Iterable[tuple[object, pd.DataFrame]]:
    own = series[series["indicateur"].eq(indicateur) & series["territoire"].eq(territoire)]
    return own.groupby(["dimension", "modalite"], sort=False)


def _ligne(
    rows: pd.DataFrame, indicateur: Indicateur, reference: pd.DataFrame, start: int, seuils: SeuilsEvaluation
) -> dict[str, object]:
    """Return the row of a series; ``rows`` are its years, measured or not."""
    known = rows[rows["valeur"].notna()].sort_values("annee")
    first = rows.iloc[0]
    told = {name: first[name] for name in ("indicateur", "dimension", "modalite", "unite")}
    if known.empty:
        last = rows.sort_values("annee").iloc[-1]
        return {**told, "annee": last["annee"], **{name: last[name] for name in TEXTES}, "lecture": "absente"}
    now, values = known.iloc[-1], known.set_index("annee")["valeur"]
    same = (reference["indicateur"].eq(told["indicateur"])) & reference["modalite"].eq(told["modalite"])
    beside = reference[same].set_index("annee")["valeur"]
    year, before = int(now["annee"]), _annee_avant(values)
    return {
        **told,
        **{name: now[name] for name in ("annee", "valeur", *TEXTES)},
        "annee_avant": before,
        "valeur_avant": values.get(before),
        "ecart": None if before is None else round(values[year] - values[before], DECIMALES_EXACTES),
        "lecture": _lecture(values, before, indicateur, seuils),
        "valeur_depart": values.get(start),
        "variation": _variation(values, before, year, indicateur),
        "variation_depart": _variation(values, start, year, indicateur),
        "variation_reference": _variation(beside, before, year, indicateur),
        "variation_reference_depart": _variation(beside, start, year, indicateur),
    }


def _en_moyennes(
    row: dict[str, object], rows: pd.DataFrame, indicateur: Indicateur, seuils: SeuilsEvaluation
) -> dict[str, object]:
    """Return the row, read on means of years if its series is a short one."""
    if indicateur.petite_serie is None:
        return row
    alone = {**row, **dict.fromkeys(D_UNE_ANNEE_A_L_AUTRE), "lecture": "seule"}
    return alone | moyennes(rows, indicateur.petite_serie, seuils.hasard_ecarts)


def _annee_avant(values: pd.Series) -> int | None:
    return int(values.index[-2]) if len(values) > 1 else None


def _lecture(values: pd.Series, before: int | None, indicateur: Indicateur, seuils: SeuilsEvaluation) -> str:
    if before is None:
        return "seule"
    year = int(values.index[-1])
    if _rompue(indicateur, before, year):
        return "rupture"
    gap = round(values[year] - values[before], DECIMALES_EXACTES)
    if gap == 0:
        return "stable"
    if abs(gap) <= (indicateur.arrondi_source or 0):
        return "dans_le_bruit"
    if indicateur.hasard and bool(explique_par_le_hasard(values[before], values[year], seuils)):
        return "trop_peu"
    return "hausse" if gap > 0 else "baisse"


def _variation(values: pd.Series, before: int | None, year: int, indicateur: Indicateur) -> float | None:
    """Return the change between two years in %, None when one is not known, is zero, or lies across a break."""
    if before is None or before >= year or before not in values.index or year not in values.index:
        return None
    if _rompue(indicateur, before, year) or values[before] == 0:
        return None
    return 100 * (values[year] / values[before] - 1)


def _rompue(indicateur: Indicateur, before: int, year: int) -> bool:
    return any(before < item.annee <= year for item in indicateur.ruptures)
