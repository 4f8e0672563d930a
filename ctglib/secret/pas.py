"""Tables that a reader cannot tell from the true one, by steps from it: no search, and most of the time enough."""

from __future__ import annotations

from collections.abc import Iterable

from ctglib.secret.groupes import Groupe
from ctglib.secret.modele import Famille

Valeurs = list[int]


def etendue(famille: Famille, groupe: Groupe, vises: Iterable[int]) -> tuple[Valeurs, Valeurs]:
    """Return the least and greatest values of the counts of a group that steps from the true values show.

    Args:
        famille: The counts.
        groupe: Those of the group.
        vises: Positions of the counts to push up, then down, until they have moved by the threshold.
    """
    true = famille.valeurs[list(groupe.rangs)].tolist()
    low = high = true
    for position in vises:
        for signe in (1, -1):
            table = true
            for step in groupe.pas:
                if step[position] and high[position] - low[position] < famille.seuil:
                    way = step if step[position] * signe > 0 else [-move for move in step]
                    table = _avancer(famille, groupe, table, way)
                    low, high = list(map(min, low, table)), list(map(max, high, table))
    return low, high


def _avancer(famille: Famille, groupe: Groupe, valeurs: Valeurs, pas: Iterable[int]) -> Valeurs:
    """Return values moved by the greatest multiple of a step that fits all that a reader knows."""
    moves = list(zip(valeurs, pas, strict=True))
    farthest = min((famille.borne - value) // move if move > 0 else value // -move for value, move in moves if move)
    if groupe.suspects:
        farthest = max(_petit(*moves[suspect], famille.seuil, farthest) for suspect in groupe.suspects)
    return [value + farthest * move for value, move in moves]


def _petit(valeur: int, pas: int, seuil: int, limite: int) -> int:
    """Return the greatest multiple of a step, 0 to ``limite``, that leaves a count from 1 to under the threshold.

    Without any, 0: the true values fit.
    """
    times = limite
    if pas:
        times = min(limite, (seuil - 1 - valeur) // pas if pas > 0 else (valeur - 1) // -pas)
    return times if times > 0 and 0 < valeur + times * pas < seuil else 0
