"""The words that tables of several years share."""

from __future__ import annotations

ENSEMBLE = "Ensemble"


def periode(years: list[int]) -> str:
    """Return « 2023 à 2025 », or the only year."""
    return str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}"
