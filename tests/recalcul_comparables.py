"""The comparison worked out again another way: plain Python, long decimals, definitions taken at
their word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path

import duckdb
import pytest

from ctglib.calculs.comparables import Resultat

CHIFFRES = 60
EXACT = 1e-9  # both paths are exact until they become floats
MEMES = (
    Decimal(10) ** -40
)  # distances and changes closer than this are equal: they are quotients of small numbers
MARGE = 2  # whole numbers that round to the same multiple of five
PRESQUE = Decimal(10) ** -10  # the library's distances are logarithms in floats
COMMUNE = dict[int, dict[str, int | None]]
STRUCTURE = tuple[int, int, int, int]  # degree, inhabitants, households, persons


@dataclass(frozen=True)
class Recalcul:
    """What came out: the communes kept in order, and the figures of each indicator."""

    retenues: tuple[str, ...]
    candidates: int
    lignes: dict[str, dict[str, float | int | bool]]


def pareil(trouve: Resultat, attendu: Recalcul) -> None:
    """Assert that the library found the communes and the figures of the calculation."""
    assert tuple(trouve.retenues["commune"][1:]) == attendu.retenues
    assert trouve.candidates == attendu.candidates
    for row in trouve.ecarts.to_dict("records"):
        for name, expected in attendu.lignes[row["indicateur"]].items():
            assert row[name] == pytest.approx(expected, abs=EXACT), (row["indicateur"], name)


def lire(dossier: Path) -> dict[str, COMMUNE]:
    """Return the counts of the tables of a folder by commune, year and column."""
    found: dict[str, COMMUNE] = {}
    for path in dossier.glob("*-commune-*.parquet"):
        read = duckdb.execute(f"from '{path}'")
        names = [column[0] for column in read.description]
        for cells in read.fetchall():
            row = dict(zip(names, cells, strict=True))
            counts = {name: None if row[name] is None else int(row[name]) for name in names[2:]}
            found.setdefault(row["territoire"], {})[int(path.name[:4])] = counts
    return found


def recalculer(
    communes: dict[str, COMMUNE],
    structures: dict[str, STRUCTURE],
    ici: str,
    annees: tuple[int, int],
    indicateurs: Sequence[str],
    *,
    voisins: int = 20,
    fenetre: int = 3,
) -> Recalcul:
    """Return the comparison with the communes alike by their degree, their size, their structure."""
    with localcontext() as contexte:
        contexte.prec = CHIFFRES
        kept = _possibles(communes, structures, ici, annees, indicateurs, fenetre=fenetre)
        near = _voisines({code: structures[code] for code in [*kept, ici]}, ici)[:voisins]
        return Recalcul(
            tuple(near),
            len(kept),
            {name: _ligne(communes, ici, near, annees, name=name) for name in indicateurs},
        )


def _possibles(
    communes: dict[str, COMMUNE],
    structures: dict[str, STRUCTURE],
    ici: str,
    annees: tuple[int, int],
    indicateurs: Sequence[str],
    *,
    fenetre: int,
) -> list[str]:
    start, end = annees
    degree, own, *_ = structures[ici]
    kept = []
    for code, years in communes.items():
        if code == ici or code not in structures:
            continue
        close = abs(structures[code][0] - degree) <= 1
        alike = Decimal(own) / fenetre <= structures[code][1] <= own * fenetre
        before = years[start]
        after = years[end]
        complete = all(before[name] and after[name] is not None for name in indicateurs)
        if close and alike and complete and structures[code][2]:
            kept.append(code)
    return kept


def _voisines(structures: dict[str, STRUCTURE], ici: str) -> list[str]:
    """Return the communes of a window, the nearest first."""
    traits = {
        code: (Decimal(degree), Decimal(people).ln(), Decimal(persons) / Decimal(households))
        for code, (degree, people, households, persons) in structures.items()
    }
    squares = dict.fromkeys(traits, Decimal(0))
    for rank in range(3):
        values = {code: trait[rank] for code, trait in traits.items()}
        mean = _moyenne(list(values.values()))
        variance = _moyenne([(value - mean) ** 2 for value in values.values()])
        if variance > PRESQUE:
            for code in traits:
                squares[code] += (values[code] - values[ici]) ** 2 / variance
    others = [code for code in traits if code != ici]
    return sorted(others, key=lambda code: (squares[code].sqrt().quantize(PRESQUE), code))


def _ligne(
    communes: dict[str, COMMUNE],
    ici: str,
    voisines: list[str],
    annees: tuple[int, int],
    *,
    name: str,
) -> dict[str, float | int | bool]:
    start, end = annees
    pair = {code: (years[start][name], years[end][name]) for code, years in communes.items()}
    own = pair[ici]
    others = [pair[code] for code in voisines]
    change = [_evolution(*other) for other in others]
    gap = _evolution(*own) - _moyenne(change)
    ((own_low, own_high),) = _bornes([own])
    low = own_low - _moyenne([most for _, most in _bornes(others)])
    high = own_high - _moyenne([least for least, _ in _bornes(others)])
    rest = [counts for code, counts in pair.items() if code != ici and None not in counts]
    whole = _evolution(sum(a for a, _ in rest), sum(b for _, b in rest))
    return {
        "variation": float(100 * _evolution(*own)),
        "variation_moyenne": float(100 * _moyenne(change)),
        "ecart": float(100 * gap),
        "ecart_min": float(100 * low),
        "ecart_max": float(100 * high),
        "bruit": low <= MEMES and high >= -MEMES,
        "rang_min": 1 + len([bounds for bounds in _bornes(others) if bounds[0] - own_high > MEMES]),
        "rang_max": 1 + len([bounds for bounds in _bornes(others) if bounds[1] - own_low > MEMES]),
        "rang": 1 + len([other for other in change if other - _evolution(*own) > MEMES]),
        "aussi_eloignees": _placebo(_evolution(*own), change),
        "variation_departement": float(100 * whole),
        "ecart_departement": float(100 * (_evolution(*own) - whole)),
        "communes_departement": len(rest),
    }


def _bornes(effectifs: list[tuple[int, int]]) -> list[tuple[Decimal, Decimal]]:
    """Return the least and the greatest change of each, whatever the rounding of both counts."""
    return [
        (_evolution(a + MARGE, max(b - MARGE, 0)), _evolution(a - MARGE, b + MARGE))
        for a, b in effectifs
    ]


def _placebo(change: Decimal, others: list[Decimal]) -> int:
    """Count the communes at least as far from the mean of all but themselves, one after the other."""
    own = abs(change - _moyenne(others))
    count = 0
    for rank, other in enumerate(others):
        rest = [change, *others[:rank], *others[rank + 1 :]]
        count += abs(other - _moyenne(rest)) >= own - MEMES
    return count


def _evolution(depart: int, arrivee: int) -> Decimal:
    return Decimal(arrivee) / Decimal(depart) - 1


def _moyenne(valeurs: list[Decimal]) -> Decimal:
    return sum(valeurs) / len(valeurs)
