"""Tables that a reader cannot tell from the true one, found by steps from it: no search, and most of the time enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctglib.analyse.secret.groupes import Groupe
from ctglib.analyse.secret.modele import Famille

Valeurs = list[int]


def tables_voisines(famille: Famille, groupe: Groupe) -> Iterator[Valeurs]:
    """Yield values of the group that fit all that a reader knows: as far as each step goes, then as all of them go."""
    true = famille.valeurs[list(groupe.rangs)].tolist()
    for step in groupe.pas:
        for way in (step, [-move for move in step]):
            yield _avancer(famille, groupe, true, way)


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
