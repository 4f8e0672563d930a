"""The sensitive counts among the observations, entry by entry, and the sums that tie them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ctglib.secret.masque import CLE
from ctglib.secret.modele import Cle, Lien
from ctglib.secret.profils import ENSEMBLE, SEPARATEUR, cle_profil

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.secret import EffectifIdentique

TABLE = "observations"
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
            SEPARATEUR.join((TABLE, str(row.annee), row.territoire, row.indicateur)),
            _ligne(row.dimension, row.modalite),
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
        terms = {name, *entrees(indicateur)}
        if indicateur.calcul == SOMME and terms & found:
            found |= terms
    return found


def entrees(indicateur: Indicateur) -> list[str]:
    """Return the indicators that one is computed from."""
    return [
        name for entree in indicateur.entrees.values() for name in ([entree] if isinstance(entree, str) else entree)
    ]


def _ligne(dimension: str, modalite: str) -> str:
    return SEPARATEUR.join((dimension, modalite)) if dimension else ENSEMBLE


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
            if indicateur.calcul == SOMME and moved & {name, *entrees(indicateur)}:
                yield from _sommes(latest, name, entrees(indicateur))


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
