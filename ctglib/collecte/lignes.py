"""A filled row, its cells read: codes, numbers with a point, dates as year-month-day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.collecte.entrees import Origine


@dataclass(frozen=True)
class LigneLue:
    """A row of a sheet: what it is (``codes``), what was entered (``valeurs``, by column of the sheet), and where."""

    feuille: str
    codes: dict[str, str]
    valeurs: dict[str, str]
    origine: Origine
