"""The only door of statistical secrecy: what a bilan may show, masked before anything is computed or drawn from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pandas as pd

from ctglib.secret.comptes import (
    SOMME,
    cles_profils,
    comptes,
    effectifs_profils,
    liens_identiques,
    liens_observations,
    liens_profils,
)
from ctglib.secret.masque import CLE, LIEU, RETRAITS, couvrir, masquer
from ctglib.secret.modele import Cle, Lien, Tirage

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Profils, Secret, ValeurLiee

COLONNES = ("annee", *LIEU)


class Catalogue(Protocol):
    """What secrecy reads of the catalogue."""

    mesures: dict[str, Indicateur]
    profils: Profils
    secret: Secret


class Publiable(NamedTuple):
    """What a bilan may show.

    Attributes:
        profils: The rows of the profiles known to the bilan, hidden ones without value and of status Q.
        observations: The observations known to it, every millésime, likewise; the note of a hidden one is dropped.
        masque: annee, table, ligne, colonne: every cell hidden in this bilan or before, and by which bilan first.
        retraits: table, raison: tables withheld whole, in this bilan or before.
    """

    profils: pd.DataFrame
    observations: pd.DataFrame
    masque: pd.DataFrame
    retraits: pd.DataFrame


@dataclass(frozen=True)
class _Montre:
    """What the bilans made so far have shown and hidden."""

    caches: frozenset[tuple]
    montres: frozenset[tuple]
    masque: pd.DataFrame
    retraits: pd.DataFrame


def appliquer(
    profils: pd.DataFrame,
    observations: pd.DataFrame,
    catalogue: Catalogue,
    *,
    annee: int,
    seuil: int,
    masque: pd.DataFrame,
    tirage: Tirage,
) -> Publiable:
    """Return the profiles and the observations that the bilan of a year may show.

    The bilans before it are made again, one after the other: what they hid stays hidden, and what they showed can no
    longer hide anything else. So two bilans laid side by side give no more away than each of them.

    Args:
        profils: annee (of the follow-up) and the columns of profils.csv, all years.
        observations: Long table of the follow-up, every millésime.
        catalogue: Which indicators and variables are sensitive, and which count the same persons.
        annee: Year of the bilan.
        seuil: Counts from 1 to under it are small.
        masque: masque.csv: the cells that earlier bilans published as suppressed, whatever is worked out here.
        tirage: What the secret key of the convention draws: which of the masks that would do is taken.

    Raises:
        ValueError: A sensitive count is negative, is not whole or is given twice.
    """
    profils = profils[profils["annee"] <= annee].reset_index(drop=True)
    known = (observations["millesime"] <= annee) & (observations["annee"] <= annee)
    observations = observations[known].reset_index(drop=True)
    counted = comptes(observations, catalogue.mesures)
    table = _effectifs(profils, counted, catalogue)
    known = masque.loc[masque["annee"] <= annee, list(COLONNES)]  # already published as suppressed
    shown = _Montre(frozenset(), frozenset(), known, pd.DataFrame(columns=list(RETRAITS)))
    for bilan in sorted({*table["visible"], annee}):
        known = table["visible"] <= bilan
        liens = (
            *liens_profils(profils[profils["annee"] <= bilan]),
            *liens_observations(counted[counted["saisie"] <= bilan], catalogue.mesures),
            *liens_identiques(
                counted[counted["saisie"] <= bilan],
                profils[profils["annee"] <= bilan],
                catalogue.secret.effectifs_identiques,
                dimension=catalogue.profils.dimension,
            ),
        )
        shown = _bilan(table[known], liens, shown, bilan=int(bilan), seuil=seuil, tirage=tirage)
    return _rendre(profils, observations, counted, catalogue, shown)


def _effectifs(profils: pd.DataFrame, counted: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return one row a count, with ``visible``: the first bilan that can show it."""
    sensitive = {variable.id for variable in catalogue.profils.variables if variable.sensible}
    of_profiles = effectifs_profils(profils, sensitive).assign(visible=profils["annee"])
    of_rows = counted.assign(visible=counted[["saisie", "annee"]].max(axis=1)).drop_duplicates(list(CLE))
    columns = [*CLE, "effectif", "statut", "sensible", "visible"]
    return pd.concat([of_profiles[columns], of_rows[columns]], ignore_index=True).astype({"visible": "int64"})


def _bilan(
    table: pd.DataFrame, liens: tuple[Lien, ...], shown: _Montre, *, bilan: int, seuil: int, tirage: Tirage
) -> _Montre:
    """Return what has been shown and hidden once the bilan of a year is made."""
    names = [Cle(*name) for name in zip(*(table[column].tolist() for column in CLE), strict=True)]
    before = shown.masque[shown.masque["annee"] <= bilan]
    deja = set(before[list(LIEU)].itertuples(index=False, name=None))
    counts = table.assign(publiee=[name in shown.montres for name in names])
    found = masquer(counts, liens, seuil=seuil, tirage=tirage, deja=deja)
    given, left = (counts["effectif"].notna().tolist() for counts in (table, found.effectifs))
    places = found.cellules.itertuples(index=False, name=None)
    new = pd.DataFrame([(bilan, *place) for place in places if place not in deja], columns=list(COLONNES))
    return replace(
        shown,
        caches=frozenset(name for name, had, has in zip(names, given, left, strict=True) if had and not has),
        montres=shown.montres | {name for name, has in zip(names, left, strict=True) if has},
        masque=pd.concat([shown.masque, new], ignore_index=True),
        retraits=pd.concat([shown.retraits, found.retraits]).drop_duplicates("table", ignore_index=True),
    )


def _rendre(
    profils: pd.DataFrame,
    observations: pd.DataFrame,
    counted: pd.DataFrame,
    catalogue: Catalogue,
    shown: _Montre,
) -> Publiable:
    names = pd.MultiIndex.from_frame(cles_profils(profils))
    places = pd.MultiIndex.from_frame(counted[list(CLE)])
    rows = _lignes(observations)
    hidden = set(counted.index[places.isin(list(shown.caches))])
    hidden |= _liees(rows, hidden, catalogue.secret.valeurs_liees)
    hidden |= _calcules(rows, hidden, catalogue.mesures)
    covered = observations.index.isin(list(hidden))
    masked = couvrir(observations, covered, "valeur")
    order = ["annee", *LIEU]
    return Publiable(
        couvrir(profils, names.isin(list(shown.caches)), "effectif"),
        masked.assign(note=masked["note"].mask(covered, "")),
        shown.masque.drop_duplicates(list(LIEU)).sort_values(order, ignore_index=True).astype({"annee": "Int64"}),
        shown.retraits,
    )


class _Ligne(NamedTuple):
    """A row of the observations, as plain values; ``donnee``: it has a value."""

    rang: int
    territoire: str
    annee: int
    indicateur: str
    dimension: str
    modalite: str
    donnee: bool

    @property
    def cellule(self) -> tuple:
        """What the terms of a calculation share with its result."""
        return self.territoire, self.annee, self.dimension, self.modalite


def _lignes(observations: pd.DataFrame) -> list[_Ligne]:
    columns = [observations[column].tolist() for column in _Ligne._fields[1:-1]]
    given = observations["valeur"].notna().tolist()
    return [_Ligne(*row) for row in zip(observations.index.tolist(), *columns, given, strict=True)]


def _liees(lignes: list[_Ligne], caches: set[int], liees: Iterable[ValeurLiee]) -> set[int]:
    """Return the rows from which a hidden count could be guessed: those of a year all together.

    One that stayed alone would be found again from the whole.
    """
    found: set[int] = set()
    secret = [row for row in lignes if row.rang in caches]
    for liee in liees:
        counts = [row for row in secret if row.indicateur == liee.effectif]
        whole = {(row.territoire, row.annee) for row in counts if not row.dimension}
        parts = {(row.territoire, row.annee) for row in counts if row.dimension}
        for row in lignes:
            if row.indicateur == liee.indicateur and row.donnee:
                place = (row.territoire, row.annee)
                if place in whole or (place in parts and row.dimension):
                    found.add(row.rang)
    return found


def _calcules(lignes: list[_Ligne], caches: set[int], indicateurs: Mapping[str, Indicateur]) -> set[int]:
    """Return the rows that were entered for what is computed from a hidden count: a rate gives its count away."""
    terms = {name: item.termes for name, item in indicateurs.items() if item.calcul and item.calcul != SOMME}
    waiting = [row for row in lignes if row.donnee and row.indicateur in terms]
    new = [row for row in lignes if row.rang in caches]
    found: set[int] = set()
    while new:
        secret = {(row.indicateur, row.cellule) for row in new}
        new = [row for row in waiting if any((term, row.cellule) in secret for term in terms[row.indicateur])]
        new = [row for row in new if row.rang not in found]
        found |= {row.rang for row in new}
    return found
