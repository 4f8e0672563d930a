"""Sums solved in whole numbers: which counts follow from which, and the steps that no sum forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd, lcm

Termes = dict[int, int]  # whole coefficients: of the count of a rank, and of a sum under ~ its number


def resolues(sommes: Iterable[Mapping[int, int]]) -> dict[int, Termes]:
    """Return, by count that follows from others, a combination of the sums where it meets only counts that do not.

    Args:
        sommes: The coefficients of each sum, by count, without zeros.

    Examples:
        >>> resolues([{0: -1, 1: 1, 2: 1}, {0: -1, 1: 1}])
        {0: {0: -1, 1: 1, -2: 1}, 2: {-2: -1, 2: 1, -1: 1}}
    """
    solved: dict[int, Termes] = {}
    for numero, somme in enumerate(sommes):
        row = {**somme, ~numero: 1}
        for column in [column for column in somme if column in solved]:
            row = _sans(row, solved[column], column)
        pivot = next((column for column in row if column >= 0), None)
        if pivot is None:
            continue
        for column, other in solved.items():
            if pivot in other:
                solved[column] = _sans(other, row, pivot)
        solved[pivot] = row
    return solved


def _sans(termes: Termes, autres: Termes, colonne: int) -> Termes:
    """Return the combination of two rows where a column is no more, in lowest terms."""
    own, other = autres[colonne], -termes[colonne]
    mixed = {column: own * value for column, value in termes.items()}
    for column, value in autres.items():
        mixed[column] = mixed.get(column, 0) + other * value
    common = gcd(*mixed.values())
    return {column: value // common for column, value in mixed.items() if value}


def pas(solutions: Mapping[int, Termes], rangs: Iterable[int]) -> list[dict[int, int]]:
    """Return how counts move together, one step for each that follows from none: any move is a combination of steps.

    When there is one step only, the moves in whole numbers are its multiples.

    Args:
        solutions: What ``resolues`` returns.
        rangs: Counts that no row ties to others.
    """
    return [_pas(solutions, rang, rangs) for rang in rangs if rang not in solutions]


def _pas(solutions: Mapping[int, Termes], libre: int, rangs: Iterable[int]) -> dict[int, int]:
    tied = {rang: solutions[rang] for rang in rangs if libre in solutions.get(rang, ())}
    unit = lcm(*(row[rang] // gcd(row[rang], row[libre]) for rang, row in tied.items()))
    return {libre: unit, **{rang: -unit * row[libre] // row[rang] for rang, row in tied.items()}}
