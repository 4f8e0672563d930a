"""The counts that secrecy looks at, in profiles and observations, and the sums that a reader knows between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.secret.masque import CLE
from ctglib.secret.modele import Cle, Lien

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import EffectifIdentique, Indicateur

PROFILS, OBSERVATIONS, SOMME = "profils", "observations", "somme"
ENSEMBLE = "ensemble"  # the place of a whole: all the persons of a dispositif, all the modalités of an indicator
SERIE = ["territoire", "annee", "indicateur", "dimension", "modalite"]
CASE = ["territoire", "annee", "dimension", "modalite"]  # what the terms of a calculation share with its result
COMPTES = (*CLE, "effectif", "statut", "sensible", *SERIE, "saisie")


def cle_profil(
    annee: int, dispositif: str, modalite: tuple[str, str] | None = None, croisee: tuple[str, str] | None = None
) -> Cle:
    """Return the name of a count of a profile; variables and modalités in pairs, none for the whole dispositif.

    A crossed table has one name for a count, whichever of its two variables comes first.
    """
    table = f"{PROFILS}/{annee}/{dispositif}"
    if modalite is None:
        return Cle(table, ENSEMBLE)
    return Cle(table, *("/".join(pair) for pair in sorted(pair for pair in (modalite, croisee) if pair is not None)))


def cles_profils(profils: pd.DataFrame) -> list[Cle]:
    """Return the name of each row's count, given annee, dispositif, variable, modalite, variable_2, modalite_2."""
    return [
        cle_profil(
            int(row.annee),
            row.dispositif,
            (row.variable, row.modalite) if row.variable else None,
            (row.variable_2, row.modalite_2) if row.variable_2 else None,
        )
        for row in profils.itertuples(index=False)
    ]


def liens_profils(profils: pd.DataFrame) -> Iterator[Lien]:
    """Yield the sums of the profiles.

    The modalités of each variable make the same whole; a row or a column of a crossed table makes its modalité. A
    margin that has no row is a count never shown.
    """
    modalites: dict[tuple, set[tuple[str, str]]] = defaultdict(set)
    crossed: dict[tuple, set[tuple[str, str]]] = defaultdict(set)
    for row in profils.itertuples(index=False):
        pairs = [pair for pair in ((row.variable, row.modalite), (row.variable_2, row.modalite_2)) if pair[0]]
        for pair in pairs:
            modalites[int(row.annee), row.dispositif, pair[0]].add(pair)
        for own, other in (pairs, pairs[::-1]) if len(pairs) > 1 else ():
            crossed[int(row.annee), row.dispositif, other[0], own].add(other)
    for (annee, dispositif, _), pairs in sorted(modalites.items()):
        yield Lien(cle_profil(annee, dispositif), tuple(cle_profil(annee, dispositif, pair) for pair in sorted(pairs)))
    for (annee, dispositif, _, own), others in sorted(crossed.items()):
        parts = tuple(cle_profil(annee, dispositif, own, other) for other in sorted(others))
        yield Lien(cle_profil(annee, dispositif, own), parts)


def comptes(observations: pd.DataFrame, indicateurs: Mapping[str, Indicateur]) -> pd.DataFrame:
    """Return the rows that count persons, or are added up with some, with the name of their count.

    Rows of one place that follow each other with the same value are one count: a reader who saw the first knows the
    others. Its ``millesime`` is then that of the first; ``saisie`` is the row's own.

    Args:
        observations: Long table, every millésime.
        indicateurs: The catalogue, by id.

    Returns:
        The columns ``COMPTES``, on the index of the rows.
    """
    wanted = {name for name, item in indicateurs.items() if item.sensible}
    for name, item in indicateurs.items():
        if item.calcul == SOMME and not wanted.isdisjoint((name, *item.termes)):
            wanted |= {name, *item.termes}
    rows = observations[observations["indicateur"].isin(wanted)].sort_values([*SERIE, "millesime"], kind="stable")
    same = rows["valeur"].eq(rows["valeur"].shift()) | (rows["valeur"].isna() & rows["valeur"].shift().isna())
    follows = same & rows[SERIE].eq(rows[SERIE].shift()).all(axis=1)
    place = OBSERVATIONS + "/" + rows["annee"].astype(str) + "/" + rows["territoire"] + "/" + rows["indicateur"]
    return rows.assign(
        table=place,
        ligne=(rows["dimension"] + "/" + rows["modalite"]).where(rows["dimension"] != "", ENSEMBLE),
        colonne="",
        millesime=rows["millesime"].mask(follows).ffill().astype("int64"),
        effectif=rows["valeur"],
        sensible=rows["indicateur"].map(lambda name: indicateurs[name].sensible).astype(bool),
        saisie=rows["millesime"],
    )[list(COMPTES)]


def liens_observations(table: pd.DataFrame, indicateurs: Mapping[str, Indicateur]) -> Iterator[Lien]:
    """Yield the sums of the observations, as each bilan showed them: a revision makes a new sum beside the old one.

    The modalités of a dimension make the whole, unless they overlap; the terms of a sum of the catalogue make it.

    Args:
        table: What ``comptes`` returns.
        indicateurs: The catalogue, by id.
    """
    rows = list(table.assign(cle=_cles(table)).sort_values([*SERIE, "saisie"]).itertuples(index=False))
    sums = {name: {name, *item.termes} for name, item in indicateurs.items() if item.calcul == SOMME}
    for bilan in sorted({row.saisie for row in rows}):
        latest = {tuple(getattr(row, name) for name in SERIE): row for row in rows if row.saisie <= bilan}.values()
        tables, moved = (
            {getattr(row, name) for row in latest if row.saisie == bilan} for name in ("table", "indicateur")
        )
        wholes = {row.table: row.cle for row in latest if not row.dimension}
        parts, terms = defaultdict(list), defaultdict(dict)
        for row in latest:
            if row.table in tables and row.dimension:
                parts[row.table, row.dimension].append(row.cle)
            terms[tuple(getattr(row, name) for name in CASE)][row.indicateur] = row.cle
        for (name, _), cles in parts.items():
            yield Lien(wholes.get(name, Cle(name, ENSEMBLE, "", int(bilan))), tuple(cles))
        for total, names in sums.items():
            for known in terms.values() if not moved.isdisjoint(names) else ():
                if names <= known.keys():
                    yield Lien(known[total], tuple(known[name] for name in sorted(names - {total})), exacte=True)


def _cles(table: pd.DataFrame) -> list[Cle]:
    return [Cle(*name) for name in zip(*(table[column].tolist() for column in CLE), strict=True)]


def liens_identiques(
    table: pd.DataFrame, profils: pd.DataFrame, identiques: Iterable[EffectifIdentique], *, dimension: str
) -> Iterator[Lien]:
    """Yield: an indicator and a profile count the same persons, if their values agree.

    Args:
        table: What ``comptes`` returns.
        profils: annee and the columns of profils.csv.
        identiques: Where the catalogue says that they do.
        dimension: The dimension of the indicators whose modalités are the dispositifs.
    """
    known = set(zip(profils["annee"].tolist(), profils["dispositif"].tolist(), strict=True))
    rows = table.assign(cle=_cles(table)).drop_duplicates("cle")
    for same in identiques:
        own = rows["indicateur"].eq(same.indicateur) & rows["dimension"].eq("" if same.dispositif else dimension)
        for row in rows[own].itertuples(index=False):
            dispositif = same.dispositif or row.modalite
            place = cle_profil(row.annee, dispositif, (same.variable, same.modalite) if same.variable else None)
            if (row.annee, dispositif) not in known:  # never shown: indicators that count the same persons meet there
                place = place._replace(millesime=row.cle.millesime)
            yield Lien(row.cle, (place,), exacte=True)
