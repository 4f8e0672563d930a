"""The counts of profils.csv and the sums that tie them: margins, and the same persons whatever they are counted by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import pandas as pd

from ctglib.secret.masque import CLE
from ctglib.secret.modele import Cle, Lien

TABLE = "profils"
ENSEMBLE = "ensemble"  # the place of a whole: all the persons of a dispositif, all the modalités of an indicator
SEPARATEUR = "/"


def cle_profil(
    annee: int, dispositif: str, modalite: tuple[str, str] | None = None, croisee: tuple[str, str] | None = None
) -> Cle:
    """Return the name of a count of a profile; variables and modalités in pairs, none for the whole dispositif.

    A crossed table has one name for a count, whichever of its two variables comes first.
    """
    table = SEPARATEUR.join((TABLE, str(annee), dispositif))
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
