"""The follow-up as a bilan of one year reads it: each value under its latest millésime.

Also what is computed from others, the series of an indicator, and what parts its years: a break of the source, a
definition changed by avenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from ctglib.calculs.formules import appliquer
from ctglib.donnees.statuts import ABSENCES, GRAVITE, Statut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles import Date
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.suivi import Avenant, Changement

CLE = ("territoire", "annee", "indicateur", "dimension", "modalite")
SERIE = ("territoire", "indicateur", "dimension", "modalite")
REVISIONS = (
    *CLE, "millesime_ancien", "valeur_ancienne", "statut_ancien", "millesime", "valeur", "statut", "source", "note",
)  # fmt: skip
DELAI_DE_PUBLICATION = 1  # a bilan of N is written in N+1: what came out by then is known to it


def a_la_date(observations: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the values that the bilan of ``annee`` reads: years and millésimes up to it, the latest millésime of each.

    A revision is a new row; an earlier bilan made again reads what it read then. The result does not depend on the
    order of the rows.

    Args:
        observations: Long table; its key is ``CLE`` and ``millesime``.
        annee: Year of the bilan.

    Returns:
        The same columns, one row for each ``CLE``, sorted by it.
    """
    return _dernier_millesime(observations[(observations["millesime"] <= annee) & (observations["annee"] <= annee)])


def revisions(
    observations: pd.DataFrame, annee: int, *, indicateurs: Iterable[Indicateur] = (), debut: int | None = None
) -> pd.DataFrame:
    """Return what the bilan of ``annee`` says of earlier years otherwise than the bilan of the year before.

    A value changed, came where there was none, or was withdrawn. A row for a year already told, that no earlier
    millésime had, was « non transmis » until then. A change of status alone (provisional made normal) is no revision.

    Args:
        observations: Long table, every millésime.
        annee: Year of the bilan.
        indicateurs: Those that are computed from others are revised with them.
        debut: Year of the first bilan, that of the first entry unless told: it has nothing to revise.

    Returns:
        The columns ``REVISIONS``, by indicator then year; ``note`` is that of the new row: why it changed.
    """
    computed = tuple(indicateurs)
    earlier = observations[observations["annee"] < annee]
    before = completer(_dernier_millesime(earlier[earlier["millesime"] < annee]), computed).set_index(list(CLE))
    now = completer(_dernier_millesime(earlier[earlier["millesime"] <= annee]), computed)
    first = observations["millesime"].min() if debut is None else debut
    now = now[now["millesime"] > first].reset_index(drop=True)
    old = before.reindex(pd.MultiIndex.from_frame(now[list(CLE)]))[["millesime", "valeur", "statut"]]
    table = now.assign(
        millesime_ancien=old["millesime"].array,
        valeur_ancienne=old["valeur"].array,
        statut_ancien=old["statut"].fillna(Statut.NON_TRANSMIS).array,
    )
    same = table["valeur"].eq(table["valeur_ancienne"])
    both_absent = table["valeur"].isna() & table["valeur_ancienne"].isna() & table["statut"].eq(table["statut_ancien"])
    order = ["indicateur", "dimension", "modalite", "territoire", "annee"]
    return table[~same & ~both_absent].sort_values(order, ignore_index=True)[list(REVISIONS)]


def contexte_connu(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that the bilan of ``annee`` N knows: years up to N, published by the end of N+1.

    The bilan of N is written in the winter of N+1, and the picture of December N comes out in N+1: those figures are
    its own. What is published later belongs to the next bilan, so that an old one can be made again.
    """
    known = contexte["millesime"] <= annee + DELAI_DE_PUBLICATION
    return _dernier_millesime(contexte[known & (contexte["annee"] <= annee)])


def contexte_a_la_date(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the latest public figure of each series that the bilan of ``annee`` knows, with how late it is.

    The latest year that has a value; when a series has none, its latest year says why.

    Returns:
        The columns of the table, and ``retard``: years between the figure and the bilan (0 for its own year).
    """
    known = contexte_connu(contexte, annee)
    ordered = known.assign(mesuree=known["valeur"].notna()).sort_values([*SERIE, "mesuree", "annee"])
    latest = ordered.drop_duplicates(list(SERIE), keep="last").drop(columns="mesuree")
    return latest.assign(retard=annee - latest["annee"]).reset_index(drop=True)


def _dernier_millesime(observations: pd.DataFrame) -> pd.DataFrame:
    ordered = observations.sort_values([*CLE, "millesime"], kind="stable")
    return ordered.drop_duplicates(list(CLE), keep="last").reset_index(drop=True)


CELLULE = ("territoire", "annee", "dimension", "modalite")


class Entree(NamedTuple):
    """An input of a result in one cell."""

    valeur: float
    statut: str
    millesime: int


ABSENTE = Entree(float("nan"), Statut.NON_TRANSMIS, 0)


def completer(observations: pd.DataFrame, indicateurs: Iterable[Indicateur]) -> pd.DataFrame:
    """Return the rows and, for each computed indicator, those that its inputs allow; what somebody entered stays.

    A missing or suppressed input makes the result missing, for the same reason. An empty denominator makes it « sans
    objet ». The millésime of a result is the latest of its inputs: a revision of one is a revision of the other.

    Args:
        observations: One row for each indicator and ``CELLULE``: one millésime each.
        indicateurs: The catalogue; those without ``calcul`` change nothing.
    """
    computed = [indicateur for indicateur in indicateurs if indicateur.calcul]
    known = _connues(observations, {name for item in computed for name in (item.id, *item.termes)})
    rows = [row for indicateur in computed for row in _lignes(indicateur, known)]
    if not rows:
        return observations
    new = pd.DataFrame(rows)[list(observations.columns)].astype(observations.dtypes)
    return pd.concat([observations, new], ignore_index=True)


def _connues(observations: pd.DataFrame, names: set[str]) -> dict[str, dict[tuple, Entree]]:
    """Return what was entered of some indicators, by indicator and cell."""
    known: dict[str, dict[tuple, Entree]] = {name: {} for name in names}
    columns = (observations[name] for name in ("indicateur", *CELLULE, *Entree._fields))
    for name, *rest in zip(*columns, strict=True):
        if name in names:
            known[name][tuple(rest[: len(CELLULE)])] = Entree(*rest[len(CELLULE) :])
    return known


def _lignes(indicateur: Indicateur, known: dict[str, dict[tuple, Entree]]) -> Iterator[dict[str, object]]:
    """Yield the rows of a computed indicator in the cells where nobody entered it, and add them to what is known."""
    names, own = indicateur.termes, known[indicateur.id]
    keys = sorted({key for name in names for key in known[name]} - own.keys())
    if not keys:
        return
    found = [[known[name].get(key, ABSENTE) for name in names] for key in keys]
    valeurs = pd.DataFrame([[entry.valeur for entry in row] for row in found], columns=names, dtype="float64")
    for key, row, result in zip(keys, found, appliquer(indicateur.calcul, indicateur.entrees, valeurs), strict=True):
        worst = min(
            (entry.statut for entry in row), key=GRAVITE.index
        )  # « sans objet »: all are there, and give nothing
        status = Statut.SANS_OBJET if result != result and worst not in ABSENCES else worst
        own[key] = Entree(result, status, max(entry.millesime for entry in row))
        yield {
            "indicateur": indicateur.id,
            **dict(zip(CELLULE, key, strict=True)),
            **own[key]._asdict(),
            "unite": indicateur.unite,
            "source": indicateur.collecte.document if indicateur.collecte else "",
            "note": "",
        }


NON_SAISIE = "annee_manquante"
ENSEMBLE = ("", "")  # dimension and modalité of the whole
Serie = dict[int, "Mesure"]
Series = dict[str, dict[tuple[str, str], Serie]]  # by indicator, then by dimension and modalité


@dataclass(frozen=True)
class Mesure:
    """A value of one year, or its absence: ``valeur`` is None, ``statut`` says why; ``saisie`` False: nobody told."""

    annee: int
    valeur: float | None
    statut: str
    saisie: bool = True

    @property
    def raison_d_absence(self) -> str:
        """Return why the value is absent, "" when it is there."""
        if self.valeur is not None:
            return ""
        return Statut(self.statut).name.lower() if self.saisie else NON_SAISIE


@dataclass(frozen=True)
class Coupure:
    """A year from which values no longer compare with earlier ones."""

    annee: int
    raison: Literal["rupture", "changement_definition"]


def series(observations: pd.DataFrame, indicateurs: Iterable[Indicateur], *, territoire: str, annee: int) -> Series:
    """Return, by indicator, then by dimension and modalité (``ENSEMBLE`` for the whole), the values by year.

    Args:
        observations: Long table, every millésime.
        indicateurs: Those that are computed from others are, where nobody entered them.
        territoire: Code of the territory looked at.
        annee: Year of the bilan: it reads nothing later.
    """
    found: Series = {}
    rows = completer(a_la_date(observations[observations["territoire"] == territoire], annee), indicateurs)
    columns = [rows[name] for name in ("indicateur", "dimension", "modalite", "annee", "valeur", "statut")]
    for indicateur, dimension, modalite, year, valeur, statut in zip(*columns, strict=True):
        measured = None if valeur != valeur else float(valeur)
        serie = found.setdefault(indicateur, {}).setdefault((dimension, modalite), {})
        serie[int(year)] = Mesure(int(year), measured, statut)
    return found


def mesure(serie: Mapping[int, Mesure], annee: int) -> Mesure:
    """Return the value of a year; a year without a row is « non transmis »."""
    return serie.get(annee, Mesure(annee, None, Statut.NON_TRANSMIS, saisie=False))


def attendue_une_fois(serie: Serie, annee: int, attendue: int) -> Serie:
    """Return the series of what is awaited in one year alone, « sans objet » in a year that does not concern it.

    It is one before its own, or one after it once it is known: unknown, it goes on missing.

    Args:
        serie: The values by year.
        annee: Year of the bilan.
        attendue: The year in which it is awaited.
    """
    known = derniere_mesure(serie, annee).valeur is not None
    if annee in serie or not (annee < attendue or known):
        return serie
    return {**serie, annee: Mesure(annee, None, Statut.SANS_OBJET)}


def derniere_mesure(serie: Mapping[int, Mesure], avant: int) -> Mesure:
    """Return the latest measured value before a year; when there is none, what is known of the year just before it."""
    measured = [year for year, found in serie.items() if year < avant and found.valeur is not None]
    return serie[max(measured)] if measured else mesure(serie, avant - 1)


def changements_en_vigueur(avenants: Iterable[Avenant], date_arretee: Date) -> tuple[Changement, ...]:
    """Return the changes that a bilan reads: signed and in force at its date, the latest in force last."""
    known = [
        (changement.effet, avenant.date, avenant.numero, changement)
        for avenant in avenants
        for changement in avenant.changements
        if avenant.date <= date_arretee and changement.effet <= date_arretee
    ]
    return tuple(changement for *_, changement in sorted(known, key=lambda item: item[:3]))


def coupures(indicateur: Indicateur, changements: Iterable[Changement]) -> tuple[Coupure, ...]:
    """Return what parts the years of an indicator: the breaks of the catalogue, then its changes of definition."""
    breaks = [Coupure(item.annee, "rupture") for item in indicateur.ruptures]
    redefined = [
        Coupure(item.effet.year, "changement_definition")
        for item in changements
        if item.nature == "definition" and item.element == indicateur.id
    ]
    return (*breaks, *redefined)


def coupure_entre(coupures: Iterable[Coupure], debut: int, fin: int) -> Coupure | None:
    """Return the first break that lies between two years, or None.

    A break of year r parts the years before r from r and after: it lies between if debut < r ≤ fin.
    """
    return next((item for item in coupures if debut < item.annee <= fin), None)


Numerotes = tuple[tuple[int, "Changement"], ...]


def par_avenant(avenants: Iterable[Avenant], date_arretee: Date) -> Numerotes:
    """Return the changes in force at a date with the number of their avenant, in the order of the avenants."""
    return tuple(
        (avenant.numero, changement)
        for avenant in avenants
        for changement in changements_en_vigueur([avenant], date_arretee)
    )


def avenant_de_la_cible(changements: Numerotes) -> dict[str, int]:
    """Return the number of the avenant that set the target of each indicator, the latest in force."""
    targets = [(change.effet, number, change) for number, change in changements if change.nature == "cible"]
    return {change.element: number for _, number, change in sorted(targets, key=lambda item: item[:2])}
