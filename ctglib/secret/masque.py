"""The mask of a set of counts: which are hidden, which tables are withheld, and the counts once masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from ctglib.secret.familles import accorder, familles
from ctglib.secret.modele import Cellule, Cle, Famille, Lien
from ctglib.secret.secondaire import plus_petit_masque, tient
from ctglib.secret.solveur import Abandon, silence

SECRET = "Q"
LIEU = ("table", "ligne", "colonne")
CLE = (*LIEU, "millesime")
EFFECTIFS = (*CLE, "effectif", "statut", "sensible", "publiee")
SANS_PROTECTION = "sans_protection"
TROP_LONG = "trop_long"
RETRAITS = ("table", "raison")


@dataclass(frozen=True)
class Masque:
    """What is hidden.

    Which cells are hidden for their own sake is nowhere in it: a reader who knew that would know more than a mask
    may tell. So its rows come in the order of their names.

    Attributes:
        effectifs: The counts that were given, the hidden ones without value and of status Q.
        cellules: table, ligne, colonne: the hidden cells.
        retraits: table, raison: tables withheld whole. ``sans_protection``: no smaller mask holds; ``trop_long``: none
            was found.
    """

    effectifs: pd.DataFrame
    cellules: pd.DataFrame
    retraits: pd.DataFrame


def masquer(
    effectifs: pd.DataFrame, liens: Iterable[Lien], *, seuil: int, deja: Collection[tuple[str, str, str]] = ()
) -> Masque:
    """Return the counts with the small ones hidden, and the fewest others that keep them from being found again.

    Args:
        effectifs: table, ligne, colonne, millesime, effectif (whole numbers, missing when absent), statut, sensible
            (it counts persons), publiee (an earlier bilan showed it).
        liens: The sums that a reader knows of.
        seuil: Counts from 1 to under it are small.
        deja: Places hidden by an earlier bilan: they stay hidden.

    Raises:
        ValueError: A count is given twice, is negative or is not whole.
    """
    cellules, deja = _cellules(effectifs), frozenset(deja)
    hidden = [cellule.cle for cellule in cellules if _petite(cellule, seuil) or cellule.cle.lieu in deja]
    withheld: list[tuple[str, str]] = []
    with silence():
        comptes = accorder(cellules, liens, seuil)
        for famille in familles(comptes, deja, seuil):
            caches, raison = _caches(famille)
            hidden += [famille.cles[rang] for rang in sorted(caches)]
            tables = sorted({famille.cles[rang].table for rang in caches})
            withheld += [(table, raison) for table in tables if raison]
    secret = set(hidden)
    concerned = np.array([cellule.affichee and cellule.cle in secret for cellule in cellules], dtype=bool)
    places = {cellule.cle.lieu for cellule, caught in zip(cellules, concerned.tolist(), strict=True) if caught}
    return Masque(
        couvrir(effectifs, concerned, "effectif"),
        pd.DataFrame(sorted(places), columns=list(LIEU), dtype=str),
        pd.DataFrame(sorted(withheld), columns=list(RETRAITS), dtype=str),
    )


def couvrir(table: pd.DataFrame, caches: np.ndarray, colonne: str) -> pd.DataFrame:
    """Return the rows with the hidden ones emptied of their value and of status Q."""
    return table.assign(**{colonne: table[colonne].mask(caches), "statut": table["statut"].mask(caches, SECRET)})


def _petite(cellule: Cellule, seuil: int) -> bool:
    return cellule.affichee and cellule.sensible and 0 < cellule.valeur < seuil


@lru_cache(maxsize=512)
def _caches(famille: Famille) -> tuple[frozenset[int], str]:
    """Return the counts of a family to hide, and why all are when it is withheld.

    Kept: every bilan makes those before it again, with the same families.
    """
    if not famille.imposes and not famille.protegees:
        return frozenset(), ""
    whole = famille.imposes | set(np.flatnonzero(famille.masquables).tolist())
    try:
        if whole == famille.imposes:
            return whole, "" if tient(famille, whole) else SANS_PROTECTION
        found = plus_petit_masque(famille)
    except Abandon:
        return whole, TROP_LONG
    return (whole, SANS_PROTECTION) if found is None else (found, "")


def _cellules(effectifs: pd.DataFrame) -> list[Cellule]:
    values = effectifs["effectif"]
    wrong = values.notna() & ((values < 0) | (values % 1 != 0))
    double = effectifs.duplicated(list(CLE))
    for fault, reason in ((wrong, "n'est pas un nombre entier de personnes"), (double, "est donné deux fois")):
        if fault.any():
            named = " / ".join(str(part) for part in effectifs.loc[fault, list(CLE)].iloc[0])
            raise ValueError(f"l'effectif {named} {reason}")
    columns = [effectifs[column].tolist() for column in (*CLE, "publiee", "sensible")]
    return [
        Cellule(
            Cle(table, ligne, colonne, millesime),
            int(value) if given else None,
            affichee=given,
            publiee=shown,
            sensible=sensitive,
        )
        for table, ligne, colonne, millesime, shown, sensitive, value, given in zip(
            *columns, values.tolist(), values.notna().tolist(), strict=True
        )
    ]
