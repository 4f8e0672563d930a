"""Several things that a notebook shows at once: one cell can then give what depends on how many fiches there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.tableau import MIME_TABLEAUX, Tableau

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure


@dataclass(frozen=True)
class Suite:
    """Blocks, tables and figures in order; the CSV behind each goes with it."""

    pieces: tuple[Bloc | Tableau | Figure, ...]

    def html(self) -> str:
        """Return their HTML, one after the other."""
        return "".join(piece.html() if callable(piece.html) else piece.html for piece in self.pieces)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        tables = [piece if isinstance(piece, Tableau) else getattr(piece, "tableau", None) for piece in self.pieces]
        return {
            "text/html": self.html(),
            "text/plain": "\n".join(getattr(piece, "titre", "") for piece in self.pieces),
            MIME_TABLEAUX: {table.nom: table.csv() for table in tables if table is not None},
        }


def suite(pieces: Iterable[Bloc | Tableau | Figure | None]) -> Suite | None:
    """Return what there is to show, None when there is nothing."""
    shown = tuple(piece for piece in pieces if piece is not None)
    return Suite(shown) if shown else None
