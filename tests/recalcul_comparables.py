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
COMMUNE = dict[int, dict[str, int | None]]


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
    ici: str,
    annees: tuple[int, int],
    indicateurs: Sequence[str],
    *,
    voisins: int = 20,
    fenetre: int = 3,
) -> Recalcul:
    """Return the comparison; the first indicator is the size, the others are the ratios."""
    with localcontext() as contexte:
        contexte.prec = CHIFFRES
        kept, near = _voisines(communes, ici, annees, indicateurs, voisins=voisins, fenetre=fenetre)
        return Recalcul(
            tuple(near),
            len(kept),
            {name: _ligne(communes, ici, near, annees, name=name) for name in indicateurs},
        )


def _voisines(
    communes: dict[str, COMMUNE],
    ici: str,
    annees: tuple[int, int],
    indicateurs: Sequence[str],
    *,
    voisins: int,
    fenetre: int,
) -> tuple[list[str], list[str]]:
    start, end = annees
    size, *ratios = indicateurs
    own = communes[ici][start][size]
    kept = []
    for code, years in communes.items():
        before = years[start]
        after = years[end]
        complete = all(before[name] and after[name] is not None for name in indicateurs)
        if code != ici and complete and Decimal(own) / fenetre <= before[size] <= own * fenetre:
            kept.append(code)
    squares = dict.fromkeys(kept, Decimal(0))
    for name in ratios:
        values = {
            code: Decimal(communes[code][start][name]) / communes[code][start][size]
            for code in [*kept, ici]
        }
        mean = sum(values.values()) / len(values)
        variance = sum((value - mean) ** 2 for value in values.values()) / len(values)
        if variance > MEMES:
            for code in kept:
                squares[code] += (values[code] - values[ici]) ** 2 / variance
    return kept, sorted(kept, key=lambda code: (squares[code].quantize(MEMES), code))[:voisins]


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
    low = _evolution(own[0] + MARGE, max(own[1] - MARGE, 0)) - _moyenne(
        [_evolution(a - MARGE, b + MARGE) for a, b in others]
    )
    high = _evolution(own[0] - MARGE, own[1] + MARGE) - _moyenne(
        [_evolution(a + MARGE, max(b - MARGE, 0)) for a, b in others]
    )
    rest = [counts for code, counts in pair.items() if code != ici and None not in counts]
    whole = _evolution(sum(a for a, _ in rest), sum(b for _, b in rest))
    return {
        "variation": float(100 * _evolution(*own)),
        "variation_moyenne": float(100 * _moyenne(change)),
        "ecart": float(100 * gap),
        "ecart_min": float(100 * low),
        "ecart_max": float(100 * high),
        "bruit": low <= MEMES and high >= -MEMES,
        "rang": 1 + len([other for other in change if other - _evolution(*own) > MEMES]),
        "aussi_eloignees": _placebo(_evolution(*own), change),
        "variation_departement": float(100 * whole),
        "ecart_departement": float(100 * (_evolution(*own) - whole)),
        "communes_departement": len(rest),
    }


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
