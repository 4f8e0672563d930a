"""The counts that secrecy looks at, in profiles and observations, and the sums that a reader knows between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ctglib.secret.masque import CLE
from ctglib.secret.modele import Cle, Lien

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import EffectifIdentique, Indicateur

PROFILS = "profils"
ENSEMBLE = "ensemble"  # the place of a whole: all the persons of a dispositif, all the modalités of an indicator
SEPARATEUR = "/"


def cle_profil(
    annee: int, dispositif: str, modalite: tuple[str, str] | None = None, croisee: tuple[str, str] | None = None
) -> Cle:
    """Return the name of a count of a profile; variables and modalités in pairs, none for the whole dispositif.

    A crossed table has one name for a count, whichever of its two variables comes first.
    """
    table = SEPARATEUR.join((PROFILS, str(annee), dispositif))
    if modalite is None:
        return Cle(table, ENSEMBLE)
    pairs = sorted(pair for pair in (modalite, croisee) if pair is not None)
    return Cle(table, *(SEPARATEUR.join(pair) for pair in pairs))


def cles_profils(profils: pd.DataFrame) -> pd.DataFrame:
    """Return the name of each row's count, in the columns ``CLE``, on the index of the rows.

    Args:
        profils: annee, dispositif, variable, modalite, variable_2, modalite_2.
    """
    names = [
        cle_profil(
            int(row.annee),
            row.dispositif,
            (row.variable, row.modalite) if row.variable else None,
            (row.variable_2, row.modalite_2) if row.variable_2 else None,
        )
        for row in profils.itertuples(index=False)
    ]
    return pd.DataFrame(names, columns=list(CLE), index=profils.index)


def effectifs_profils(profils: pd.DataFrame, sensibles: Collection[str]) -> pd.DataFrame:
    """Return the counts of the profiles: ``CLE``, effectif, statut, sensible.

    Args:
        profils: annee and the columns of profils.csv.
        sensibles: Variables whose small counts are secret; so is a whole dispositif.
    """
    sensitive = [
        not row.variable or row.variable in sensibles or row.variable_2 in sensibles
        for row in profils.itertuples(index=False)
    ]
    return cles_profils(profils).assign(
        effectif=profils["effectif"], statut=profils["statut"], sensible=pd.Series(sensitive, profils.index, dtype=bool)
    )


def liens_profils(profils: pd.DataFrame) -> Iterator[Lien]:
    """Yield the sums of the profiles.

    The modalités of each variable make the same whole; a row or a column of a crossed table makes its modalité. A
    margin that has no row is a count never shown.
    """
    modalites: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    crossed: dict[tuple[int, str, str, tuple[str, str]], set[tuple[str, str]]] = defaultdict(set)
    columns = ["annee", "dispositif", "variable", "modalite", "variable_2", "modalite_2"]
    for annee, dispositif, *names in zip(*(profils[column].tolist() for column in columns), strict=True):
        pairs = [pair for pair in (tuple(names[:2]), tuple(names[2:])) if pair[0]]
        for variable, modalite in pairs:
            modalites[annee, dispositif, variable].add(modalite)
        for own, other in (pairs, pairs[::-1]) if len(pairs) > 1 else ():
            crossed[annee, dispositif, other[0], own].add(other)
    for (annee, dispositif, variable), names in sorted(modalites.items()):
        parts = tuple(cle_profil(annee, dispositif, (variable, name)) for name in sorted(names))
        yield Lien(cle_profil(annee, dispositif), parts)
    for (annee, dispositif, _, own), others in sorted(crossed.items()):
        parts = tuple(cle_profil(annee, dispositif, own, other) for other in sorted(others))
        yield Lien(cle_profil(annee, dispositif, own), parts)


OBSERVATIONS = "observations"
SERIE = ["territoire", "annee", "indicateur", "dimension", "modalite"]
SOMME = "somme"
COMPTES = (*CLE, "effectif", "statut", "sensible", *SERIE, "saisie")


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
    wanted = _comptes_de_personnes(indicateurs)
    rows = observations[observations["indicateur"].isin(wanted)].sort_values([*SERIE, "millesime"], kind="stable")
    same = rows["valeur"].eq(rows["valeur"].shift()) | (rows["valeur"].isna() & rows["valeur"].shift().isna())
    follows = same & rows[SERIE].eq(rows[SERIE].shift()).all(axis=1)
    first = rows["millesime"].mask(follows).ffill()
    names = [
        Cle(
            SEPARATEUR.join((OBSERVATIONS, str(row.annee), row.territoire, row.indicateur)),
            SEPARATEUR.join((row.dimension, row.modalite)) if row.dimension else ENSEMBLE,
        )
        for row in rows.itertuples(index=False)
    ]
    table = pd.DataFrame(names, columns=list(CLE), index=rows.index)
    return table.assign(
        millesime=first.astype("int64"),
        effectif=rows["valeur"],
        statut=rows["statut"],
        sensible=rows["indicateur"].map(lambda name: indicateurs[name].sensible).astype(bool),
        saisie=rows["millesime"],
        **{column: rows[column] for column in SERIE},
    )[list(COMPTES)]


def _comptes_de_personnes(indicateurs: Mapping[str, Indicateur]) -> set[str]:
    """Return the sensitive indicators, and those of any sum that has one of them."""
    found = {name for name, indicateur in indicateurs.items() if indicateur.sensible}
    for name, indicateur in indicateurs.items():
        terms = {name, *indicateur.termes}
        if indicateur.calcul == SOMME and terms & found:
            found |= terms
    return found


def liens_observations(table: pd.DataFrame, indicateurs: Mapping[str, Indicateur]) -> Iterator[Lien]:
    """Yield the sums of the observations, as each bilan showed them: a revision makes a new sum beside the old one.

    The modalités of a dimension make the whole, unless they overlap; the terms of a sum of the catalogue make it.

    Args:
        table: What ``comptes`` returns.
        indicateurs: The catalogue, by id.
    """
    columns = [table[column].tolist() for column in _Compte._fields]
    rows = sorted(map(_Compte._make, zip(*columns, strict=True)), key=lambda row: (row.serie, row.saisie))
    for bilan in sorted({row.saisie for row in rows}):
        latest = {row.serie: row for row in rows if row.saisie <= bilan}.values()
        changed = [row for row in latest if row.saisie == bilan]
        tables = {row.cle.table for row in changed}
        yield from _dimensions([row for row in latest if row.cle.table in tables], int(bilan))
        moved = {row.indicateur for row in changed}
        for name, indicateur in indicateurs.items():
            if indicateur.calcul == SOMME and moved & {name, *indicateur.termes}:
                yield from _sommes(latest, name, indicateur.termes)


class _Compte(NamedTuple):
    """A count of the observations, as plain values: thousands are looked at, many times."""

    table: str
    ligne: str
    colonne: str
    millesime: int
    saisie: int
    territoire: str
    annee: int
    indicateur: str
    dimension: str
    modalite: str

    @property
    def cle(self) -> Cle:
        """Its name."""
        return Cle(*self[:4])

    @property
    def serie(self) -> tuple:
        """What its revisions share with it."""
        return self[5:]

    @property
    def cellule(self) -> tuple:
        """What the terms of a sum share with it."""
        return self.territoire, self.annee, self.dimension, self.modalite


def _dimensions(rows: Iterable[_Compte], bilan: int) -> Iterator[Lien]:
    for name, group in _par(rows, lambda row: row.table):
        wholes = [row.cle for row in group if not row.dimension]
        whole = wholes[0] if wholes else Cle(name, ENSEMBLE, "", bilan)
        for _, parts in _par([row for row in group if row.dimension], lambda row: row.dimension):
            yield Lien(whole, tuple(row.cle for row in parts))


def _sommes(rows: Iterable[_Compte], total: str, termes: list[str]) -> Iterator[Lien]:
    for _, group in _par([row for row in rows if row.indicateur in (total, *termes)], lambda row: row.cellule):
        whole = [row.cle for row in group if row.indicateur == total]
        parts = [row for row in group if row.indicateur != total]
        if whole and {row.indicateur for row in parts} == set(termes):
            yield Lien(whole[0], tuple(row.cle for row in parts), exacte=True)


def _par(rows: Iterable[_Compte], cle: Callable[[_Compte], Any]) -> Iterator[tuple[Any, list[_Compte]]]:
    """Yield the rows that share a key, key by key in order; within a key they keep their order."""
    return ((key, list(group)) for key, group in groupby(sorted(rows, key=cle), cle))


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
    columns = ["indicateur", "dimension", "annee", "modalite", *CLE]
    counts: dict[tuple[str, str], dict[Cle, tuple[int, str]]] = defaultdict(dict)
    for indicateur, own, annee, modalite, *name in zip(*(table[column].tolist() for column in columns), strict=True):
        counts[indicateur, own].setdefault(Cle(*name), (annee, modalite))
    for same in identiques:
        for cle, (annee, modalite) in counts[same.indicateur, "" if same.dispositif else dimension].items():
            dispositif = same.dispositif or modalite
            place = cle_profil(annee, dispositif, (same.variable, same.modalite) if same.variable else None)
            if (annee, dispositif) not in known:  # never shown: the indicators that count the same persons meet there
                place = place._replace(millesime=cle.millesime)
            yield Lien(cle, (place,), exacte=True)
